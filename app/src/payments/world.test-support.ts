/** Payments for tests: real database, real vault, real simulator; instances of the service that can be stopped at any step. */
import type { FastifyInstance } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { buildApp } from "../app.ts";
import { createCustomers } from "../customers/index.ts";
import type { RequireOpen } from "../flags/index.ts";
import type { Caller } from "../http/operation.ts";
import { Journal } from "../journal/journal.ts";
import { Once } from "../journal/once.ts";
import type { CommitResult, Write } from "../journal/write.ts";
import { Chart } from "../ledger/chart.ts";
import { createPaymentMethods } from "../payment-methods/index.ts";
import { createPaymentDomains } from "../payment-domains.ts";
import { notConfigured } from "../processors/index.ts";
import type { Processor, Processors } from "../processors/processor.ts";
import { CARDS, type BehaviourName } from "../processors/simulator/catalogue.ts";
import { memoryJournal } from "../processors/simulator/journal.ts";
import { Simulator } from "../processors/simulator/simulator.ts";
import { createVault, type Vault } from "../vault/index.ts";
import { keyFile } from "../vault/key-file.ts";
import { Bank } from "./bank.test-support.ts";

const ALL: Caller = { actor: "key_test", livemode: false, scopes: new Set(["*"]) };

/** Where an instance stops: counted over its commits and its calls of processors, before and after each. */
export class Fuse {
  /** Steps passed so far. */
  steps = 0;
  #at = Infinity;

  /** From now on the instance is a new one, which stops at this step. */
  arm(at: number): void {
    this.steps = 0;
    this.#at = at;
  }

  get isBurnt(): boolean {
    return this.steps >= this.#at;
  }

  async around<T>(work: () => T | Promise<T>): Promise<T> {
    this.#step();
    const result = await work();
    this.#step();
    return result;
  }

  /** Once stopped, an instance does nothing more. */
  #step(): void {
    if (!this.isBurnt) this.steps += 1;
    if (this.isBurnt) throw new Error("stopped here");
  }
}

class FusedJournal extends Journal {
  readonly #fuse: Fuse;

  constructor(core: TestCore, fuse: Fuse) {
    super(core.pool, core.log, core.meter);
    this.#fuse = fuse;
  }

  override commit(write: Write): Promise<CommitResult> {
    return this.#fuse.around(() => super.commit(write));
  }
}

export interface TestAnswer {
  status: number;
  replayed: boolean;
  text: string;
  // Tests look into bodies freely.
  body: Record<string, unknown> & {
    id: string;
    status: string;
    error?: { code: string; message: string; payment?: string; decline_code?: string; type: string };
    data?: Record<string, unknown>[];
  };
}

export type Instance = Awaited<ReturnType<World["instance"]>>;

export class World {
  readonly core: TestCore;
  readonly simulator: Simulator;
  readonly bank: Bank;
  readonly #vault: Vault;
  readonly #folder: string;
  readonly #apps: FastifyInstance[] = [];

  static async create(environment: Record<string, string> = {}): Promise<World> {
    const folder = await mkdtemp(join(tmpdir(), "strongroom-payments-"));
    return new World(await testCore(environment), folder, await keyFile(join(folder, "vault-key")));
  }

  private constructor(core: TestCore, folder: string, key: Awaited<ReturnType<typeof keyFile>>) {
    this.core = core;
    this.#folder = folder;
    this.#vault = createVault(core, key);
    this.bank = new Bank();
    this.simulator = new Simulator({
      clock: core.clock,
      journal: memoryJournal(),
      conditions: { latency: { kind: "fixed", milliseconds: 0 }, faults: {} },
      random: () => 0.5,
      fee: { basisPoints: 30, fixed: 0 },
    });
  }

  /** An instance of the service; several share the database and the processors. */
  async instance(options: { fuse?: Fuse; card?: Processor; requireOpen?: RequireOpen } = {}) {
    const { fuse = new Fuse(), card = this.simulator, requireOpen = () => undefined } = options;
    const journal = new FusedJournal(this.core, fuse);
    const core = { ...this.core, journal };
    const once = new Once(journal, core.pool);
    const chart = new Chart(core.pool);
    const customers = createCustomers(core, once, this.#vault);
    const paymentMethods = createPaymentMethods(core, once, this.#vault, customers.service);
    const processors = fusedProcessors([card, this.bank], fuse);
    const { routes, janitor, listener, settlements } = createPaymentDomains(core, {
      once,
      chart,
      processors,
      customers: customers.service,
      paymentMethods,
      requireOpen,
    });
    const { bank } = this;
    let caller = ALL;
    const app = await buildApp(core, {
      server: {},
      idempotencyKey: Buffer.alloc(32, 7),
      hooks: [
        fastifyPlugin((each: FastifyInstance) => {
          each.addHook("onRequest", (request, _reply, next) => {
            request.operation = { caller, requestId: request.id };
            next();
          });
          return Promise.resolve();
        }),
      ],
      root: [],
      v1: [customers.routes, paymentMethods.routes, ...routes],
    });
    this.#apps.push(app);

    async function call(
      method: "GET" | "POST",
      url: string,
      body?: object,
      key?: string,
    ): Promise<TestAnswer> {
      const headers = key === undefined ? {} : { "idempotency-key": key };
      const answer = await app.inject({ method, url: `/v1${url}`, headers, ...(body && { payload: body }) });
      return {
        status: answer.statusCode,
        replayed: answer.headers["idempotent-replayed"] === "true",
        text: answer.body,
        body: answer.json<TestAnswer["body"]>(),
      };
    }

    return {
      core,
      journal,
      janitor,
      listener,
      settlements,
      get: (url: string) => call("GET", url),
      post: (url: string, body: object = {}, key?: string) => call("POST", url, body, key),
      /** Who calls from now on. */
      actAs: (other: Caller) => {
        caller = other;
      },
      /** Tells all that the processors have to tell, from the beginning. */
      async notices() {
        for (const processor of [card, bank]) {
          const { notices } = await processor.notices("");
          for (const notice of notices) await listener(processor.name, notice);
        }
      },
    };
  }

  /** What each of the service's accounts in US dollars holds: posted and pending, on its normal side. */
  async balances(): Promise<Balances> {
    const { rows } = await this.core.pool.query<{ code: string; posted: string; pending: string }>(
      `select code,
         case when type in ('asset', 'expense') then 1 else -1 end * (debits_posted - credits_posted) as posted,
         case when type in ('asset', 'expense') then 1 else -1 end * (debits_pending - credits_pending) as pending
       from ledger_accounts where code is not null and currency = 'usd' order by code`,
    );
    return Object.fromEntries(
      rows.map(({ code, posted, pending }) => [code, [Number(posted), Number(pending)]]),
    );
  }

  /** Accounts whose sums are not those of their entries, and transactions whose debits are not their credits. */
  async faults(): Promise<unknown[]> {
    const drift = await this.core.database.pool.query<object>("select * from ledger_drift()");
    const audit = await this.core.database.pool.query<object>("select * from audit_violations()");
    return [...drift.rows, ...audit.rows];
  }

  async events(object: string): Promise<string[]> {
    const { rows } = await this.core.pool.query<{ type: string }>(
      "select type from events where object = $1 order by version",
      [object],
    );
    return rows.map(({ type }) => type);
  }

  async close(): Promise<void> {
    for (const app of this.#apps) await app.close();
    await this.#vault.stop();
    await this.core.close();
    await rm(this.#folder, { recursive: true });
  }
}

export type Balances = Record<string, [posted: number, pending: number]>;

/** Accounts whose balances differ, and by how much. */
export function difference(before: Balances, after: Balances): Balances {
  return Object.fromEntries(
    Object.entries(after)
      .map(([code, [posted, pending]]): [string, [number, number]] => {
        const [postedBefore, pendingBefore] = before[code] ?? [0, 0];
        return [code, [posted - postedBefore, pending - pendingBefore]];
      })
      .filter(([, [posted, pending]]) => posted !== 0 || pending !== 0),
  );
}

/** The number of a test card that does this. */
export function cardFor(behaviour: BehaviourName): string {
  const number = Object.keys(CARDS).find((each) => CARDS[each] === behaviour);
  if (number === undefined) throw new Error(`There is no test card for ${behaviour}.`);
  return number;
}

/** A payment's body with a new card. */
export function paymentBy(behaviour: BehaviourName, more: object = {}) {
  return {
    amount: 10_000,
    currency: "usd",
    confirm: true,
    payment_method_data: {
      type: "card",
      card: { number: cardFor(behaviour), exp_month: 12, exp_year: 2030 },
    },
    ...more,
  };
}

export const BANK_ACCOUNT = {
  type: "us_bank_account",
  us_bank_account: {
    routing_number: "110000000",
    account_number: "000123456789",
    account_holder_type: "company",
    account_holder_name: "Example Ltd",
  },
};

/** Processors whose calls count as steps. */
function fusedProcessors(all: readonly Processor[], fuse: Fuse): Processors {
  const fused = all.map((processor): Processor => ({
    name: processor.name,
    capabilities: processor.capabilities,
    get circuit() {
      return processor.circuit;
    },
    authorize: (request) => fuse.around(() => processor.authorize(request)),
    confirmChallenge: (request) => fuse.around(() => processor.confirmChallenge(request)),
    capture: (request) => fuse.around(() => processor.capture(request)),
    refund: (request) => fuse.around(() => processor.refund(request)),
    void: (request) => fuse.around(() => processor.void(request)),
    payOut: (request) => fuse.around(() => processor.payOut(request)),
    contestDispute: (request) => fuse.around(() => processor.contestDispute(request)),
    inquire: (key) => fuse.around(() => processor.inquire(key)),
    notices: (cursor) => processor.notices(cursor),
    settlement: (date) => processor.settlement(date),
  }));
  const get = (name: string): Processor => {
    const found = fused.find((each) => each.name === name);
    if (found === undefined) throw notConfigured(name);
    return found;
  };
  return {
    names: all.map(({ name }) => name),
    get,
    choose: ({ method }) => get(method === "card" ? (all[0]?.name ?? "") : "bank"),
    onNotice: () => undefined,
    deliverNotices: () => Promise.resolve(0),
  };
}
