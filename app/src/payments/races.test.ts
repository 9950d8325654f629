import { expect } from "chai";
import type { Processor, ProcessorResult } from "../processors/processor.ts";
import { difference, Fuse, paymentBy, World, type Instance, type TestAnswer } from "./world.test-support.ts";

const TIMES = Array.from({ length: 16 }, (_, n) => n);

/** Who goes on with a request whose lease is over. */
const TAKEOVERS: Record<string, (service: Instance, body: object, key: string) => Promise<unknown>> = {
  "a janitor": (service) => service.janitor.sweep(),
  "its own repetition": (service, body, key) => service.post("/payments", body, key),
};

describe("payments under pressure", () => {
  let world: World;
  let service: Instance;
  let other: Instance;

  before(async () => {
    world = await World.create();
    service = await world.instance();
    other = await world.instance();
    await service.post("/payments", paymentBy("approve"));
  });

  after(() => world.close());

  const authorized = async () =>
    (await service.post("/payments", paymentBy("approve", { capture_method: "manual" }))).body.id;
  const done = (answers: TestAnswer[]) => answers.filter(({ status }) => status === 200);
  /** Each odd one goes to another instance. */
  const race = (request: (instance: Instance, n: number) => Promise<TestAnswer>) =>
    Promise.all(TIMES.map((n) => request(n % 2 === 0 ? service : other, n)));

  it("16 equal requests with one key have one effect and one answer", async () => {
    const before = await world.balances();
    const answers = await race((instance) => instance.post("/payments", paymentBy("approve"), "sixteen"));
    const texts = new Set(done(answers).map(({ text }) => text));
    expect(texts.size).to.equal(1);
    for (const { status, body } of answers) {
      if (status !== 200) expect([status, body.error?.code]).to.deep.equal([409, "idempotency_key_in_use"]);
    }
    expect(difference(before, await world.balances())["processor_receivable.simulator"]).to.deep.equal([
      10_000, 0,
    ]);
  });

  it("16 full captures at once capture once", async () => {
    const id = await authorized();
    const answers = await race((instance) => instance.post(`/payments/${id}/capture`));
    expect(done(answers)).to.have.length(1);
    expect(done(answers)[0]?.body).to.include({ status: "succeeded", amount_captured: 10_000 });
    const codes = new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.error?.code));
    for (const code of codes) expect(code).to.be.oneOf(["payment_processing", "payment_unexpected_state"]);
    expect((await service.get(`/payments/${id}`)).body).to.include({
      amount_captured: 10_000,
      amount_capturable: 0,
    });
  });

  it("16 partial captures at once never capture more than was authorised, and each answer tells the truth", async () => {
    const id = await authorized();
    const captured: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      const answers = await race((instance) =>
        instance.post(`/payments/${id}/capture`, { amount: 3_000, final_capture: false }),
      );
      captured.push(...done(answers).map(({ body }) => Number(body.amount_captured)));
    }
    expect(captured.sort((a, b) => a - b)).to.deep.equal([3_000, 6_000, 9_000]);
    const { body } = await service.get(`/payments/${id}`);
    expect(body).to.include({
      status: "partially_captured",
      amount_captured: 9_000,
      amount_capturable: 1_000,
    });
  });

  it("16 refunds at once give back at most what was captured", async () => {
    const before = await world.balances();
    const { id } = (await service.post("/payments", paymentBy("approve"))).body;
    const answers = await race((instance) => instance.post("/refunds", { payment: id, amount: 3_000 }));
    expect(done(answers)).to.have.length(3);
    for (const { body, status } of answers) {
      if (status === 200) expect(body).to.include({ status: "succeeded", amount: 3_000 });
      else
        expect(body.error?.message).to.equal("amount 3000 is more than the 1000 that can still be refunded.");
    }
    expect((await service.get(`/payments/${id}`)).body.amount_refunded).to.equal(9_000);
    expect(difference(before, await world.balances())["processor_receivable.simulator"]).to.deep.equal([
      1_000, 0,
    ]);
  });

  it("capture and cancel at once: one of them wins, and both tell so", async () => {
    for (let round = 0; round < 4; round += 1) {
      const id = await authorized();
      const answers = await race((instance, n) =>
        instance.post(`/payments/${id}/${n < 8 ? "capture" : "cancel"}`),
      );
      expect(done(answers)).to.have.length(1);
      const { body } = await service.get(`/payments/${id}`);
      expect(done(answers)[0]?.body.status).to.equal(body.status);
      expect(body.amount_captured).to.equal(body.status === "succeeded" ? 10_000 : 0);
    }
  });

  it("a processor that cannot be reached: 503, the payment as before, and the same key goes on later", async () => {
    let isAway = true;
    const flaky = withAuthorize(world.simulator, (ask) =>
      isAway ? { outcome: "unavailable", reason: "circuit_open", retryAfter: 7 } : ask(),
    );
    const weak = await world.instance({ card: flaky });
    const body = paymentBy("approve", { reference: "away" });
    const first = await weak.post("/payments", body, "away");
    expect([first.status, first.body.error?.code]).to.deep.equal([503, "processor_unavailable"]);
    const [kept] = (await weak.get("/payments?reference=away")).body.data ?? [];
    expect(kept).to.include({ status: "requires_confirmation", amount_captured: 0 });

    isAway = false;
    const second = await weak.post("/payments", body, "away");
    expect(second.body).to.include({ id: kept?.id, status: "succeeded", amount_captured: 10_000 });
    expect((await weak.post("/payments", body, "away")).text).to.equal(second.text);
    expect((await weak.get("/payments?reference=away")).body.data).to.have.length(1);
  });

  it("a processor that cannot be reached, while the payment is changed: it is taken back all the same", async () => {
    let isAway = true;
    let id = "";
    const changed = withAuthorize(world.simulator, async (ask) => {
      if (!isAway) return ask();
      id = (await service.get("/payments?reference=changed")).body.data?.[0]?.id as string;
      expect((await service.post(`/payments/${id}`, { metadata: { a: "b" } })).status).to.equal(200);
      return { outcome: "unavailable", reason: "not_connected", retryAfter: 7 };
    });
    const weak = await world.instance({ card: changed });
    const body = paymentBy("approve", { reference: "changed" });
    const first = await weak.post("/payments", body, "changed");
    expect([first.status, first.body.error?.code]).to.deep.equal([503, "processor_unavailable"]);
    const kept = (await weak.get(`/payments/${id}`)).body;
    expect(kept).to.deep.include({ status: "requires_confirmation", metadata: { a: "b" } });

    isAway = false;
    const second = await weak.post("/payments", body, "changed");
    expect(second.body).to.include({ id, status: "succeeded" });
    // Begun anew by the caller; what was taken back, the service took back.
    const { rows } = await world.core.pool.query(
      "select type, actor, request is not null as asked from events where object = $1 order by version",
      [id],
    );
    expect(rows).to.deep.equal([
      { type: "payment.created", actor: "key_test", asked: true },
      { type: "payment.updated", actor: "key_test", asked: true },
      { type: "payment.unsent", actor: "system", asked: false },
      { type: "payment.processing", actor: "key_test", asked: true },
      { type: "payment.succeeded", actor: "key_test", asked: true },
    ]);
  });

  it("a processor that cannot be reached, while somebody else has gone on with the payment: nothing is taken back", async () => {
    const slow = withAuthorize(world.simulator, async () => {
      // Longer than the lease: the janitor elsewhere takes over, and the payment arrives by its attempt.
      world.core.advance(60_000);
      await service.janitor.sweep();
      return { outcome: "unavailable", reason: "not_connected", retryAfter: 7 };
    });
    const weak = await world.instance({ card: slow });
    const before = await world.balances();
    const body = paymentBy("approve", { reference: "overtaken" });
    const answer = await weak.post("/payments", body, "overtaken");
    expect([answer.status, answer.body.status]).to.deep.equal([200, "succeeded"]);
    expect((await weak.post("/payments", body, "overtaken")).text).to.equal(answer.text);
    expect((await weak.get(`/payments/${answer.body.id}`)).body.status).to.equal("succeeded");
    expect(difference(before, await world.balances())["processor_receivable.simulator"]).to.deep.equal([
      10_000, 0,
    ]);
  });

  for (const [moment, arrives] of [
    ["before it arrives", false],
    ["after it arrived", true],
  ] as const) {
    for (const [who, takeOver] of Object.entries(TAKEOVERS)) {
      it(`a request that is slower than its lease ${moment}, and is taken over by ${who}: what it is told is what was done`, async () => {
        const fuse = new Fuse();
        const quick = await world.instance({ fuse });
        for (let step = 1; ; step += 1) {
          const key = `slow ${moment}, ${who}, ${String(step)}`;
          const body = paymentBy("approve", { reference: key });
          const slow = withAuthorize(world.simulator, async (ask) => {
            const early = arrives ? await ask() : undefined;
            world.core.advance(60_000);
            // Whoever takes over goes as far as this step.
            fuse.arm(step);
            await takeOver(quick, body, key);
            return early ?? ask();
          });
          const weak = await world.instance({ card: slow });
          const before = await world.balances();
          const answer = await weak.post("/payments", body, key);
          for (let round = 0; round < 4; round += 1) {
            world.core.advance(60_000);
            await service.janitor.sweep();
          }
          const after = `taken over as far as step ${String(step)}: ${answer.text}`;
          const [payment] =
            (await service.get(`/payments?reference=${encodeURIComponent(key)}`)).body.data ?? [];
          const isPaid = payment?.status === "succeeded";
          expect(payment?.status, after).to.equal(
            answer.status === 402 ? "requires_payment_method" : "succeeded",
          );
          expect(
            difference(before, await world.balances())["processor_receivable.simulator"],
            after,
          ).to.deep.equal(isPaid ? [10_000, 0] : undefined);
          expect((await other.post("/payments", body, key)).text, after).to.equal(answer.text);
          if (!fuse.isBurnt) break;
        }
      });
    }
  }

  it("an open circuit is told before anything is claimed", async () => {
    const weak = await world.instance({
      card: Object.assign(
        withAuthorize(world.simulator, (ask) => ask()),
        { circuit: "open" },
      ),
    });
    const answer = await weak.post("/payments", paymentBy("approve", { reference: "open" }), "open");
    expect([answer.status, answer.body.error?.code]).to.deep.equal([503, "processor_unavailable"]);
    expect((await weak.get("/payments?reference=open")).body.data).to.deep.equal([]);
  });

  it("an outcome that nobody knows stays processing until the processor tells", async () => {
    for (const [behaviour, status, error] of [
      ["late_success", "succeeded", undefined],
      ["lost_answer", "succeeded", undefined],
      ["timeout", "requires_payment_method", "processing_error"],
      ["never_arrived", "requires_payment_method", "processing_error"],
    ] as const) {
      const first = await service.post("/payments", paymentBy(behaviour));
      expect([first.status, first.body.status]).to.deep.equal([200, "processing"]);
      const path = `/payments/${first.body.id}`;
      const refused = await service.post(`${path}/cancel`);
      expect([refused.status, refused.body.error?.code]).to.deep.equal([409, "payment_processing"]);
      for (let round = 0; round < 4; round += 1) {
        world.core.advance(60_000);
        await Promise.all([service.janitor.sweep(), other.janitor.sweep()]);
      }
      const { body } = await service.get(path);
      expect(body.status, behaviour).to.equal(status);
      expect((body.last_error as { code: string } | undefined)?.code).to.equal(error);
    }
  });

  it("a duplicate answer changes nothing", async () => {
    const { body } = await service.post("/payments", paymentBy("duplicate_answer"));
    const before = await world.balances();
    await service.notices();
    await service.notices();
    expect((await service.get(`/payments/${body.id}`)).body).to.include({
      status: "succeeded",
      amount_captured: 10_000,
    });
    expect(difference(before, await world.balances())).to.deep.equal({});
  });

  it("the processor took what the payments say", async () => {
    let taken = 0;
    const day = new Date(world.core.clock()).toISOString().slice(0, 10);
    for await (const line of world.simulator.settlement(day))
      if (line.type === "charge") taken += line.amount;
    const { rows } = await world.core.pool.query<{ captured: string }>(
      "select sum((data ->> 'amount_captured')::bigint) as captured from payments",
    );
    expect(taken).to.equal(Number(rows[0]?.captured));
  });

  it("the ledger and the audit chain are without fault after all of this", async () => {
    expect(await world.faults()).to.deep.equal([]);
  });
});

/** The processor with authorisations that go another way. */
function withAuthorize(
  processor: Processor,
  answer: (
    ask: () => ReturnType<Processor["authorize"]>,
  ) => ProcessorResult | ReturnType<Processor["authorize"]>,
): Processor {
  return {
    name: processor.name,
    capabilities: processor.capabilities,
    authorize: (request) => answer(() => processor.authorize(request)),
    confirmChallenge: (request) => processor.confirmChallenge(request),
    capture: (request) => processor.capture(request),
    refund: (request) => processor.refund(request),
    void: (request) => processor.void(request),
    payOut: (request) => processor.payOut(request),
    contestDispute: (request) => processor.contestDispute(request),
    inquire: (key) => processor.inquire(key),
    notices: (cursor) => processor.notices(cursor),
    settlement: (date) => processor.settlement(date),
  };
}
