import { expect } from "chai";
import {
  BANK_ACCOUNT,
  difference,
  Fuse,
  paymentBy,
  World,
  type Balances,
  type Instance,
  type TestAnswer,
} from "./world.test-support.ts";

const DAY = 86_400_000;

/** When the tests' clock begins. */
const START = Date.UTC(2026, 0, 1);

/** One request whose path is cut at every step. */
interface Scenario {
  name: string;
  /** What must be there before; the id that the request is about. */
  prepare: (service: Instance) => Promise<string>;
  request: (service: Instance, id: string, key: string) => Promise<TestAnswer>;
  /** Where the result is to be seen. */
  path: (id: string, answer: TestAnswer) => string;
}

const authorized = async (service: Instance) =>
  (await service.post("/payments", paymentBy("approve", { capture_method: "manual" }))).body.id;
const captured = async (service: Instance) => (await service.post("/payments", paymentBy("approve"))).body.id;
const challenged = async (service: Instance) =>
  (await service.post("/payments", paymentBy("challenge_passes"))).body.id;
const nothing = () => Promise.resolve("");

const creations = (
  [
    "approve",
    "generic_decline",
    "challenge_passes",
    "timeout",
    "late_success",
    "lost_answer",
    "never_arrived",
    "duplicate_answer",
  ] as const
).map((behaviour): Scenario => ({
  name: `a payment by the card "${behaviour}"`,
  prepare: nothing,
  request: (service, _id, key) => service.post("/payments", paymentBy(behaviour), key),
  path: (_id, { body }) => `/payments/${body.error?.payment ?? body.id}`,
}));

const SCENARIOS: readonly Scenario[] = [
  ...creations,
  {
    name: "a confirmation after a challenge",
    prepare: challenged,
    request: (service, id, key) => service.post(`/payments/${id}/confirm`, {}, key),
    path: (id) => `/payments/${id}`,
  },
  {
    name: "a partial capture",
    prepare: authorized,
    request: (service, id, key) =>
      service.post(`/payments/${id}/capture`, { amount: 4_000, final_capture: false }, key),
    path: (id) => `/payments/${id}`,
  },
  {
    name: "a cancellation",
    prepare: authorized,
    request: (service, id, key) => service.post(`/payments/${id}/cancel`, {}, key),
    path: (id) => `/payments/${id}`,
  },
  {
    name: "a refund",
    prepare: captured,
    request: (service, id, key) => service.post("/refunds", { payment: id, amount: 2_500 }, key),
    path: (_id, { body }) => `/refunds/${body.id}`,
  },
  {
    name: "a payout",
    prepare: async (service) => (await service.post("/payment_methods", BANK_ACCOUNT)).body.id,
    request: (service, payment_method, key) =>
      service.post("/payouts", { amount: 100, currency: "usd", payment_method }, key),
    path: (_id, { body }) => `/payouts/${body.id}`,
  },
];

/** How a client and the service come back after a crash. */
const RECOVERIES: Record<
  string,
  (
    world: World,
    ask: () => Promise<TestAnswer>,
    service: Instance,
    second: { service: Instance; fuse: Fuse },
  ) => Promise<TestAnswer>
> = {
  "the client asks again": async (world, ask) => {
    world.core.advance(5_000);
    return ask();
  },
  "whoever goes on with it crashes, too": async (world, ask, service, second) => {
    for (let step = 1; step <= 3; step += 1) {
      world.core.advance(5_000);
      second.fuse.arm(step);
      await second.service.janitor.sweep();
    }
    world.core.advance(5_000);
    await service.janitor.sweep();
    return ask();
  },
  "the janitor comes first": async (world, ask, service) => {
    world.core.advance(5_000);
    await service.janitor.sweep();
    return ask();
  },
};

describe("a crash between any two steps", () => {
  let world: World;
  let service: Instance;
  let doomed: Instance;
  let second: { service: Instance; fuse: Fuse };
  const fuse = new Fuse();
  let keys = 0;

  before(async () => {
    world = await World.create();
    service = await world.instance();
    doomed = await world.instance({ fuse });
    const other = new Fuse();
    second = { service: await world.instance({ fuse: other }), fuse: other };
    // Opens the ledger's accounts, so that their balances can be compared from the beginning.
    await captured(service);
  });

  after(() => world.close());

  /** Time passes until nothing is open any more. */
  async function settle(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      world.core.advance(60_000);
      await service.janitor.sweep();
    }
  }

  /** What the request came to in the end, and what money moved. */
  async function outcome(
    { prepare, request, path }: Scenario,
    recover: (
      ask: (id: string, key: string) => Promise<TestAnswer>,
      id: string,
      key: string,
    ) => Promise<TestAnswer>,
  ): Promise<{ status: string; shown: object; moved: Balances; answer: TestAnswer }> {
    const id = await prepare(service);
    keys += 1;
    const before = await world.balances();
    const answer = await recover((about, key) => request(service, about, key), id, `crash-${String(keys)}`);
    await settle();
    const { body } = await service.get(path(id, answer));
    const shown = {
      status: body.status,
      captured: body.amount_captured,
      capturable: body.amount_capturable,
      fee: body.fee,
      error: (body.last_error as { code: string } | undefined)?.code,
      outcome: (body.latest_attempt as { outcome: string }).outcome,
    };
    return { status: body.status, shown, moved: difference(before, await world.balances()), answer };
  }

  for (const scenario of SCENARIOS) {
    for (const [name, recovery] of Object.entries(RECOVERIES)) {
      it(`${scenario.name}: done once, as if nothing had happened, when ${name}`, async () => {
        const undisturbed = await outcome(scenario, (ask, id, key) => ask(id, key));
        for (let step = 1; ; step += 1) {
          fuse.arm(step);
          const after = await outcome(scenario, async (ask, id, key) => {
            const cut = await scenario.request(doomed, id, key);
            if (!fuse.isBurnt) return cut;
            expect(cut.status).to.be.oneOf([500, 503]);
            return recovery(world, () => ask(id, key), service, second);
          });
          expect(after.shown, `after a crash at step ${String(step)}`).to.deep.equal(undisturbed.shown);
          expect(after.moved, `after a crash at step ${String(step)}`).to.deep.equal(undisturbed.moved);
          if (!fuse.isBurnt) {
            // At least: the claim, the call and the record, before and after each.
            expect(step).to.be.greaterThan(6);
            break;
          }
        }
      });
    }
  }

  it("the processor took each payment's money once, and the ledger is without fault", async () => {
    const ids = await world.core.pool.query<{ id: string; captured: string }>(
      "select id, data ->> 'amount_captured' as captured from payments where data ->> 'amount_captured' <> '0'",
    );
    let settled = 0;
    for (let time = START; time <= world.core.clock(); time += DAY) {
      const day = new Date(time).toISOString().slice(0, 10);
      for await (const line of world.simulator.settlement(day))
        if (line.type === "charge") settled += line.amount;
    }
    const recorded = ids.rows.reduce((sum, row) => sum + Number(row.captured), 0);
    expect(settled).to.equal(recorded);
    expect(settled).to.be.greaterThan(0);
    expect(await world.faults()).to.deep.equal([]);
  });
});
