/** The processors with their routes on a fresh database, without the rest of the service. */
import type { FastifyInstance } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestCore } from "../../test/core.test-support.ts";
import { buildApp } from "../app.ts";
import type { Config } from "../config.ts";
import { createVault, keyFile } from "../vault/index.ts";
import { createProcessors, type ProcessorsModule } from "./index.ts";
import type { BankAccount, Notice } from "./processor.ts";

export interface TestProcessors {
  core: TestCore;
  app: FastifyInstance;
  processors: ProcessorsModule;
  vault: ReturnType<typeof createVault>;
  folder: string;
  /** All that was told, with the processor's name. */
  told: { processor: string; notice: Notice }[];
  /** The same processors as another process would have them. */
  another(): ProcessorsModule;
  call(method: "GET" | "POST", url: string, body?: object, key?: string): Promise<TestAnswer>;
  close(): Promise<void>;
}

export interface TestAnswer {
  status: number;
  text: string;
  body: Record<string, unknown>;
}

const TABLES = [
  ...["processor_cursors", "ach_notices", "ach_changes", "ach_entries", "ach_files", "idempotency_keys"],
  ...["vault_entries", "vault_data_keys", "vault_branch_keys", "vault_hash_keys"],
];

/** @param base shared by a file's tests, since making a database takes its time */
export async function testProcessors(base: TestCore, config: Partial<Config> = {}): Promise<TestProcessors> {
  await base.database.pool.query(`truncate ${TABLES.join(", ")}`);
  const folder = await mkdtemp(join(tmpdir(), "strongroom-processors-"));
  const core = { ...base, config: { ...base.config, ACH_FOLDER: join(folder, "ach"), ...config } };
  const vault = createVault(core, await keyFile(join(folder, "vault-key")));
  const another = (): ProcessorsModule =>
    createProcessors(core, { once: core.once, vault, simulatorFolder: null });
  const processors = another();
  const told: TestProcessors["told"] = [];
  processors.onNotice((processor, notice) => {
    told.push({ processor, notice });
    return Promise.resolve();
  });
  const app = await buildApp(core, {
    server: {},
    idempotencyKey: Buffer.alloc(32, 7),
    hooks: [
      fastifyPlugin((instance: FastifyInstance) => {
        instance.addHook("onRequest", (request, _reply, next) => {
          const caller = { actor: "key_test", livemode: false, scopes: new Set(["*"]) };
          request.operation = { caller, requestId: request.id };
          next();
        });
        return Promise.resolve();
      }),
    ],
    root: [],
    v1: [processors.routes],
  });
  return {
    core,
    app,
    processors,
    vault,
    folder,
    told,
    another,
    async call(method, url, body, key) {
      const headers = key === undefined ? {} : { "idempotency-key": key };
      const answer = await app.inject({ method, url: `/v1${url}`, headers, ...(body && { payload: body }) });
      const isJson = answer.headers["content-type"]?.toString().startsWith("application/json") ?? false;
      return {
        status: answer.statusCode,
        text: answer.body,
        body: isJson ? answer.json<Record<string, unknown>>() : {},
      };
    },
    async close() {
      await app.close();
      await processors.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A bank account as the vault reveals it. */
export function bankAccount(over: Partial<BankAccount> = {}): BankAccount {
  return {
    type: "us_bank_account",
    routingNumber: "110000000",
    accountNumber: "000123456789",
    accountType: "checking",
    holderName: "Jenny Rosén",
    holderType: "individual",
    ...over,
  };
}
