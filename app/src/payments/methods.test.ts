import { expect } from "chai";
import { ApiError } from "../errors.ts";
import type { Processor, ProcessorResult } from "../processors/processor.ts";
import { Fuse, paymentBy, World, type Instance } from "./world.test-support.ts";

const AWAY: ProcessorResult = { outcome: "unavailable", reason: "not_connected", retryAfter: 1 };

describe("card numbers that come with payments", () => {
  let world: World;
  let service: Instance;

  before(async () => {
    world = await World.create();
    service = await world.instance();
  });

  after(() => world.close());

  // Every number in the vault is one of a payment method that there is.
  afterEach(async () => {
    const { rows } = await world.core.database.pool.query(
      "select id from vault_entries e where not exists (select from payment_methods m where m.id = e.holder)",
    );
    expect(rows).to.deep.equal([]);
  });

  /** The simulator with an authorisation of its own. */
  function card(authorize: () => ReturnType<Processor["authorize"]>): Processor {
    return Object.assign(Object.create(world.simulator) as Processor, { authorize });
  }

  it("go out of the vault again when the request is under way elsewhere", async () => {
    const answers: number[] = [];
    const slow = await world.instance({
      card: card(async () => {
        answers.push((await service.post("/payments", paymentBy("approve"), "elsewhere")).status);
        return { outcome: "approved", reference: "ch_slow", amount: 10_000 };
      }),
    });
    answers.push((await slow.post("/payments", paymentBy("approve"), "elsewhere")).status);
    expect(answers).to.deep.equal([409, 200]);
  });

  it("go out of the vault again when an earlier try of the request had brought them", async () => {
    const fuse = new Fuse();
    const doomed = await world.instance({ fuse });
    // The attempt is recorded, and the processor not asked.
    fuse.arm(2);
    await doomed.post("/payments", paymentBy("approve"), "cut");
    world.core.advance(5_000);
    expect((await service.post("/payments", paymentBy("approve"), "cut")).body.status).to.equal("succeeded");

    const weak = await world.instance({ card: card(() => AWAY) });
    expect((await weak.post("/payments", paymentBy("approve"), "away")).status).to.equal(503);
    expect((await service.post("/payments", paymentBy("approve"), "away")).body.status).to.equal("succeeded");
  });

  it("go out of the vault again when the processor is not asked for now", async () => {
    const stopped = await world.instance({
      requireOpen: (_livemode, ...paths) => {
        if (paths.includes("payments.processor.simulator"))
          throw new ApiError(503, "api_error", "path_stopped", "Stopped.");
      },
    });
    expect((await stopped.post("/payments", paymentBy("approve"))).status).to.equal(503);

    const open = Object.assign(
      card(() => AWAY),
      { circuit: "open" },
    );
    const weak = await world.instance({ card: open });
    expect((await weak.post("/payments", paymentBy("approve"))).status).to.equal(503);
  });
});
