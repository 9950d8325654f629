import { expect } from "chai";
import type { Processor } from "../processors/processor.ts";
import { Fuse, paymentBy, World, type Instance } from "./world.test-support.ts";

const HOUR = 3_600_000;

describe("payments of a processor that is configured no more", () => {
  let world: World;
  let gone: Processor;
  /** While it is still configured. */
  let former: Instance;
  let service: Instance;

  before(async () => {
    world = await World.create({ JANITOR_BATCH: "2" });
    gone = Object.create(world.simulator, { name: { value: "gone" } }) as Processor;
    former = await world.instance({ card: gone });
    service = await world.instance();
  });

  after(() => world.close());

  const statusOf = async (id: string) => (await service.get(`/payments/${id}`)).body.status;

  it("wait until it is configured again, and do not keep the janitor from the others", async () => {
    const waiting: string[] = [];
    for (let n = 0; n < 2; n += 1) {
      waiting.push((await former.post("/payments", paymentBy("late_success"))).body.id);
    }
    const { id } = (await service.post("/payments", paymentBy("late_success"))).body;
    for (let round = 0; round < 4; round += 1) {
      world.core.advance(60_000);
      await service.janitor.sweep();
    }
    expect(await Promise.all([id, ...waiting].map(statusOf))).to.deep.equal([
      "succeeded",
      "processing",
      "processing",
    ]);

    for (let round = 0; round < 2; round += 1) {
      world.core.advance(HOUR);
      await former.janitor.sweep();
    }
    expect(await Promise.all(waiting.map(statusOf))).to.deep.equal(["succeeded", "succeeded"]);
  });

  it("take no refunds and no captures for now, which is no error of ours", async () => {
    const paid = (await former.post("/payments", paymentBy("approve"))).body.id;
    const held = (await former.post("/payments", paymentBy("approve", { capture_method: "manual" }))).body.id;
    for (const [path, body] of [
      ["/refunds", { payment: paid }],
      [`/payments/${held}/capture`, {}],
    ] as const) {
      const refused = await service.post(path, body, `gone-${path}`);
      expect([refused.status, refused.body.error?.code]).to.deep.equal([503, "processor_unavailable"]);
      const done = await former.post(path, body, `gone-${path}`);
      expect([done.status, done.body.status]).to.deep.equal([200, "succeeded"]);
    }
  });

  it("are given up where nothing is held, which no processor need be asked for", async () => {
    const declined = (await former.post("/payments", paymentBy("generic_decline"))).body.error?.payment;
    const challenged = (await former.post("/payments", paymentBy("challenge_passes"))).body.id;
    for (const id of [declined, challenged]) {
      const { status, body } = await service.post(`/payments/${String(id)}/cancel`);
      expect([status, body.status]).to.deep.equal([200, "canceled"]);
    }
  });

  it("answer a request that is sent again by saying that it is under way", async () => {
    const fuse = new Fuse();
    const doomed = await world.instance({ card: gone, fuse });
    const ask = (instance: Instance) => instance.post("/payments", paymentBy("approve"), "cut");
    // The processor is asked, and its answer not recorded.
    fuse.arm(4);
    await ask(doomed);
    world.core.advance(60_000);
    const again = await ask(service);
    expect([again.status, again.body.error?.code]).to.deep.equal([409, "idempotency_key_in_use"]);
    world.core.advance(HOUR);
    expect((await ask(former)).body.status).to.equal("succeeded");
  });
});
