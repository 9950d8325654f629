import { expect } from "chai";
import { Counter, type SharedCounts } from "./limits-counter.ts";

const RULE = { name: "ip", points: 10, window: 60_000 };

/** What instances share, without a server. */
class Shared implements SharedCounts {
  isReady = true;
  calls = 0;
  fails = false;
  readonly counts = new Map<string, number>();

  add(_rule: unknown, subject: string, points: number) {
    this.calls += 1;
    if (this.fails) return Promise.reject(new Error("away"));
    const count = (this.counts.get(subject) ?? 0) + points;
    this.counts.set(subject, count);
    return Promise.resolve({ count, millisecondsLeft: 30_000 });
  }
}

describe("Counter", () => {
  let now: number;
  let shared: Shared;
  beforeEach(() => {
    now = 0;
    shared = new Shared();
  });
  const instance = (counts?: SharedCounts) => new Counter(RULE, () => now, counts);
  const take = (counter: Counter, times: number) =>
    Array.from({ length: times }, () => counter.take("a")).filter(({ within }) => within).length;

  it("lets as many through as the rule says, and begins anew with the next window", () => {
    const counter = instance();
    expect(take(counter, 15)).to.equal(10);
    now = 59_999;
    expect(take(counter, 1)).to.equal(0);
    now = 60_000;
    expect(take(counter, 15)).to.equal(10);
  });

  it("begins anew when the clock was set back", () => {
    now = 3_600_000;
    const counter = instance();
    expect(take(counter, 15)).to.equal(10);
    now = 0;
    expect(take(counter, 15)).to.equal(10);
  });

  it("learns at each exchange what other instances have counted", async () => {
    const [one, two] = [instance(shared), instance(shared)];
    expect(take(one, 6)).to.equal(6);
    expect(take(two, 3)).to.equal(3);
    await one.exchange();
    await two.exchange();
    expect(two.at("a")).to.include({ count: 9, ends: 30_000 });
    expect(take(two, 5)).to.equal(1);
    await two.exchange();
    // One learns it with its own next request.
    expect(take(one, 1)).to.equal(1);
    await one.exchange();
    expect(take(one, 1)).to.equal(0);
  });

  it("tells of many requests at once, and of none when there are none", async () => {
    const counter = instance(shared);
    take(counter, 8);
    await counter.exchange();
    await counter.exchange();
    expect(shared.calls).to.equal(1);
    expect(shared.counts.get("a")).to.equal(8);
  });

  it("counts what comes during an exchange", async () => {
    const counter = instance(shared);
    take(counter, 4);
    const exchange = counter.exchange();
    take(counter, 2);
    await exchange;
    expect(counter.at("a").count).to.equal(6);
    await counter.exchange();
    expect(shared.counts.get("a")).to.equal(6);
  });

  it("limits on its own while the others cannot be told", async () => {
    const counter = instance(shared);
    shared.fails = true;
    take(counter, 4);
    await counter.exchange();
    expect(take(counter, 20)).to.equal(6);
    shared.isReady = false;
    now = 60_000;
    expect(take(counter, 20)).to.equal(10);
    const { calls } = shared;
    await counter.exchange();
    expect(shared.calls).to.equal(calls + 1);
    await counter.exchange();
    expect(shared.calls).to.equal(calls + 1);
  });

  it("remembers a bounded number of subjects", () => {
    const counter = instance();
    for (let count = 0; count < 60_000; count += 1) counter.take(String(count));
    expect(counter.at("0").count).to.equal(0);
    expect(counter.at("59999").count).to.equal(1);
  });
});
