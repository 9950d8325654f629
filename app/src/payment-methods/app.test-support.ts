/** The API of customers and payment methods, for tests: nothing is in it, and its time stands still. */
import type { FastifyInstance } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { TestCore } from "../../test/core.test-support.ts";
import { buildApp } from "../app.ts";
import { createCustomers } from "../customers/index.ts";
import { makeIds } from "../ids.ts";
import type { Caller } from "../http/operation.ts";
import type { Instrument } from "../processors/processor.ts";
import { createVault, vaultRoutes } from "../vault/index.ts";
import { keyFile } from "../vault/key-file.ts";
import { createPaymentMethods, type PaymentMethods } from "./index.ts";

export interface TestApi {
  app: FastifyInstance;
  methods: PaymentMethods;
  vault: ReturnType<typeof createVault>;
  /** Who calls from now on. */
  caller: Caller;
  /** Lets time pass, in milliseconds. */
  advance(milliseconds: number): void;
  /** All that was logged, as text. */
  logged(): string;
  /** A request with a JSON body; the answer's status and body. */
  call(method: "GET" | "POST" | "DELETE", url: string, body?: object, key?: string): Promise<TestAnswer>;
  /** What a processor is given for a payment of the customer, or of nobody. */
  instrument(id: string, customer?: string): Promise<Instrument>;
  /** All rows of all tables, as text. */
  dump(): Promise<string>;
  close(): Promise<void>;
}

export interface TestAnswer {
  status: number;
  // Tests look into bodies freely.
  body: Record<string, unknown> & { id: string };
  text: string;
  headers: Record<string, unknown>;
}

export const TEST_CALLER: Caller = { actor: "key_test", livemode: false, scopes: new Set(["*"]) };

/** 2026-01-01T00:00:00Z */
const START = Date.UTC(2026, 0, 1);

const TABLES = [
  ...["customers", "payment_methods", "events", "idempotency_keys"],
  ...["vault_entries", "vault_data_keys", "vault_branch_keys", "vault_hash_keys"],
];

/** @param base shared by a file's tests, since making a database takes its time */
export async function testApi(base: TestCore): Promise<TestApi> {
  await base.database.pool.query(`truncate ${TABLES.join(", ")}`);
  const lines: string[] = [];
  let now = START;
  const clock = () => now;
  const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const core = { ...base, log, clock, makeId: makeIds(clock) };
  const folder = await mkdtemp(join(tmpdir(), "strongroom-methods-"));
  const vault = createVault(core, await keyFile(join(folder, "vault-key")));
  const customers = createCustomers(core, core.once, vault);
  const methods = createPaymentMethods(core, core.once, vault, customers.service);
  const api: TestApi = {
    methods,
    vault,
    caller: TEST_CALLER,
    advance: (milliseconds) => (now += milliseconds),
    logged: () => lines.join(""),
    app: await buildApp(core, {
      server: {},
      idempotencyKey: Buffer.alloc(32, 7),
      hooks: [
        fastifyPlugin((app: FastifyInstance) => {
          app.addHook("onRequest", (request, _reply, next) => {
            request.operation = { caller: api.caller, requestId: request.id };
            next();
          });
          return Promise.resolve();
        }),
      ],
      root: [],
      v1: [customers.routes, methods.routes, vaultRoutes(vault)],
    }),
    async call(method, url, body, key) {
      const headers = key === undefined ? {} : { "idempotency-key": key };
      const answer = await api.app.inject({
        method,
        url: `/v1${url}`,
        headers,
        ...(body && { payload: body }),
      });
      return {
        status: answer.statusCode,
        body: answer.json<TestAnswer["body"]>(),
        text: answer.body,
        headers: answer.headers,
      };
    },
    async instrument(id, customer) {
      const owner = { livemode: false, customer, access: { purpose: "test", actor: "key_test" } };
      return (await methods.source.resolve({ payment_method: id }, owner)).instrument;
    },
    async dump() {
      const { pool } = core.database;
      const tables = await pool.query<{ name: string }>(
        "select tablename as name from pg_tables where schemaname = 'public'",
      );
      const rows: string[] = [];
      for (const { name } of tables.rows) {
        const content = await pool.query<{ row: string }>(`select t::text as row from ${name} t`);
        rows.push(...content.rows.map(({ row }) => row));
      }
      return rows.join("\n");
    },
    async close() {
      await api.app.close();
      await methods.stop();
      await vault.stop();
      await rm(folder, { recursive: true });
    },
  };
  return api;
}
