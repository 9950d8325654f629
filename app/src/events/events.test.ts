import { expect } from "chai";
import { call, happen, webhookBench, type Bench, type Json } from "../webhooks/webhooks.test-support.ts";

const HOUR = 3_600_000;

describe("events", () => {
  let bench: Bench;
  /** Ids, oldest first, an hour apart. */
  const ids: string[] = [];
  const times: number[] = [];
  before(async () => {
    bench = await webhookBench();
    for (const { object, type } of [
      { object: "pay_1", type: "payment.created" },
      { object: "pay_1", type: "payment.succeeded" },
      { object: "pay_2", type: "payment.created" },
      { object: "pm_1", type: "payment_method.attached" },
      { object: "re_1", type: "refund.created" },
    ] as const) {
      times.push(Math.floor(bench.core.clock() / 1000));
      ids.push(...(await happen(bench, [{ object, type, version: ids.length + 1 }])));
      bench.advance(HOUR);
    }
    await happen(bench, [{ object: "pay_live" }], true);
  });
  after(() => bench.close());

  /** Positions, in the order of their making, of the events that a query gives. */
  async function found(query: string): Promise<number[]> {
    const { status, body, text } = await call(bench, "GET", `/events?${query}`);
    expect(status, text).to.equal(200);
    return (body.data as Json[]).map(({ id }) => ids.indexOf(id as string));
  }

  it("are listed newest first, page by page, in the caller's mode", async () => {
    expect(await found("")).to.deep.equal([4, 3, 2, 1, 0]);
    const { body } = await call(bench, "GET", "/events?limit=2");
    expect(body).to.include({ object: "list", url: "/v1/events", has_more: true });
    expect(await found(`limit=2&starting_after=${String(ids[3])}`)).to.deep.equal([2, 1]);
    expect(await found(`limit=2&ending_before=${String(ids[1])}`)).to.deep.equal([3, 2]);
  });

  it("are found by type, also by the beginning of it", async () => {
    expect(await found("type=payment.created")).to.deep.equal([2, 0]);
    expect(await found("type=payment.*")).to.deep.equal([2, 1, 0]);
    expect(await found("type=*")).to.have.length(5);
    expect(await found("type=refund.updated")).to.deep.equal([]);
  });

  it("are found by object", async () => {
    expect(await found("object=pay_1")).to.deep.equal([1, 0]);
    expect(await found("object=pay_1&type=payment.created")).to.deep.equal([0]);
  });

  it("are found by time", async () => {
    const [, second, , fourth] = times;
    expect(await found(`created_gte=${String(second)}&created_lt=${String(fourth)}`)).to.deep.equal([2, 1]);
    expect(await found(`created_gt=${String(second)}&created_lte=${String(fourth)}`)).to.deep.equal([3, 2]);
    expect(await found(`created_gte=0&created_gt=${String(second)}`)).to.deep.equal([4, 3, 2]);
    expect(await found(`created_lt=${String(fourth)}&created_lte=${String(second)}`)).to.deep.equal([1, 0]);
    expect(await found("created_gte=0")).to.have.length(5);
    expect(await found("created_lt=0")).to.have.length(0);
    expect(await found("created_gt=99999999999")).to.have.length(0);
  });

  it("are refused with a type that is none", async () => {
    for (const type of ["Payment", "payment.nope", "invoice.*"]) {
      const { status, body } = await call(bench, "GET", `/events?type=${type}`);
      expect(status, type).to.equal(400);
      expect(body.error).to.include({ param: "type" });
    }
  });

  it("are read one by one, as their schema says", async () => {
    const { body } = await call(bench, "GET", `/events/${String(ids[1])}`);
    expect(body).to.deep.include({
      id: ids[1],
      object: "event",
      type: "payment.succeeded",
      livemode: false,
      created: times[1],
      data: { object: { id: "pay_1", object: "payment", amount: 1099, version: 2 } },
      request: { id: "req_test" },
    });
  });

  it("are unknown in the other mode", async () => {
    const id = String(ids[1]);
    const { status, body } = await call(bench, "GET", `/events/${id}`, undefined, { "test-live": "true" });
    expect(status).to.equal(404);
    expect(body.error).to.include({ message: `There is no event ${id}.` });
  });
});
