import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../src/clock.ts";
import { createSimulator } from "../src/processors/simulator/create.ts";
import { startSimulatorServer, type SimulatorServer } from "../src/processors/simulator/server.ts";
import { startProcess, type ServiceProcess } from "./process.test-support.ts";
import { eventually } from "./servers-crash.test-support.ts";

/** Length of the run; STRONGROOM_MEMORY_SECONDS=600 for a long one. */
const SECONDS = Number(process.env.STRONGROOM_MEMORY_SECONDS ?? 30);
const CLIENTS = 16;
/** What the heap may grow by: far less than a few hundred bytes for each request would come to in a long run. */
const GROWTH = 6 * 2 ** 20;

interface Body {
  id: string;
}

describe("memory", () => {
  let simulator: SimulatorServer;
  let service: ServiceProcess;
  let accounts: string[];

  before(async () => {
    // Outside, as it remembers what it has done.
    simulator = await startSimulatorServer({
      simulator: createSimulator(
        {
          SIMULATOR_LATENCY: "0",
          SIMULATOR_FAULTS: "",
          SIMULATOR_SEED: 1,
          SIMULATOR_FEE: 30,
          SIMULATOR_SETTLEMENT_DELAY: 0,
        },
        { clock: systemClock },
      ),
      key: "simulator",
    });
    service = await startProcess(
      {
        PROCESSOR_TEST_URL: simulator.url,
        PROCESSOR_TEST_KEY: "simulator",
        LOG_LEVEL: "error",
      },
      {
        flags: ["--expose-gc", "--import", new URL("memory-process.test-support.ts", import.meta.url).href],
      },
    );
    const account = { name: "account", type: "liability", currency: "usd", overdraft: null };
    accounts = [];
    for (let n = 0; n < 20; n += 1)
      accounts.push((await service.post<Body>("/v1/ledger/accounts", account)).body.id);
  });
  after(async () => {
    await service.stop();
    await simulator.close();
  });

  /** Bytes in use after a full collection. */
  async function heap(): Promise<number> {
    const sizes = () => [...service.output().matchAll(/heap (\d+)/g)].map(([, size]) => Number(size));
    const { length } = sizes();
    service.child.kill("SIGUSR2");
    return eventually(() => {
      const size = sizes()[length];
      if (size === undefined) throw new Error("The process does not tell its heap.");
      return size;
    });
  }

  /** One round of a client: everything that there is, with keys, mistakes and declines. */
  async function round(client: number, n: number): Promise<number> {
    const key = `${client}-${n}`;
    const [source, destination] = [accounts[n % 20], accounts[(n + 1 + client) % 20]];
    const payment = { amount: 1000, currency: "usd", payment_method: "pm_card_visa", confirm: true };
    const number = "4242424242424242";
    const card = { type: "card", card: { number, exp_month: 12, exp_year: 2035, cvc: "123" } };
    const held = await service.post<Body>(
      "/v1/payments",
      { ...payment, capture_method: "manual" },
      `hold-${key}`,
    );
    const { id } = held.body;
    const answers = [
      held,
      await service.post("/v1/transfers", { amount: 1, currency: "usd", source, destination }, key),
      await service.post("/v1/transfers", { amount: 1, currency: "usd", source, destination }, key),
      await service.post(`/v1/payments/${id}/capture`, { amount: 600 }, `capture-${key}`),
      await service.post("/v1/refunds", { payment: id, amount: 100 }, `refund-${key}`),
      await service.post("/v1/payments", {
        ...payment,
        payment_method: undefined,
        payment_method_data: card,
      }),
      await service.post("/v1/payments", { ...payment, payment_method: "pm_card_chargeDeclined" }),
      await service.post("/v1/payments", { amount: -1, [key]: key }),
      await service.post("/v1/customers", { name: `Customer ${key}` }, `customer-${key}`),
      await service.get(`/v1/payments/${id}?expand[]=latest_refund`),
      await service.get(`/v1/payments/${key}`),
      await service.get("/v1/payments?limit=20"),
      await service.get("/v1/events?limit=20"),
    ];
    expect(answers.filter(({ status }) => status >= 500)).to.deep.equal([]);
    return answers.length;
  }

  it(`stays flat over ${SECONDS} s of mixed load`, async () => {
    let requests = 0;
    let isOver = false;
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      for (let n = 0; !isOver; n += 1) {
        const sent = await round(client, n);
        requests += sent;
      }
    });
    const rest = Promise.all(clients);
    await Promise.race([rest, sleep((SECONDS / 3) * 1000)]);
    const [early, requestsEarly] = [await heap(), requests];
    await Promise.race([rest, sleep((SECONDS * 2000) / 3)]);
    const late = await heap();
    const later = requests - requestsEarly;
    isOver = true;
    await rest;
    const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
    console.log(
      `      ${megabytes(early)} MB after ${requestsEarly} requests, ${megabytes(late)} MB after ${later} more`,
    );
    expect(later).to.be.greaterThan(100);
    expect(late - early, "bytes more").to.be.below(GROWTH);
  }).timeout((SECONDS + 60) * 1000);
});
