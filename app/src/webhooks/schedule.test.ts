import { expect } from "chai";
import { judge, type Attempt } from "./outcome.ts";
import { FAILING_LIMIT, JITTER, KEEP_TRYING, RETRY_DELAYS, retryAfter, retryDelay } from "./schedule.ts";

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 1);

function answered(status: number, after?: string): Attempt {
  return { at: NOW, duration: 5, status, retryAfter: after, answer: "", error: null };
}

describe("the schedule of webhook attempts", () => {
  it("grows from seconds to a day, over three days in all", () => {
    expect([...RETRY_DELAYS].sort((a, b) => a - b)).to.deep.equal(RETRY_DELAYS);
    const total = RETRY_DELAYS.reduce((sum, delay) => sum + delay, 0);
    expect(total).to.be.within(72 * HOUR, 80 * HOUR);
  });

  it("lets every attempt come before a delivery is too old and before its endpoint is disabled", () => {
    const longest = RETRY_DELAYS.reduce((sum, delay) => sum + delay * (1 + JITTER), 0);
    expect(longest).to.be.below(KEEP_TRYING);
    expect(longest).to.be.below(FAILING_LIMIT);
  });

  it("waits up to a tenth longer, at random", () => {
    expect(retryDelay(1, 0)).to.equal(5000);
    expect(retryDelay(1, 0.5)).to.equal(5250);
    expect(retryDelay(10, 0.999)).to.be.within(26 * HOUR, 26.4 * HOUR);
  });

  it("gives deliveries that failed together waits of their own, all within the tenth", () => {
    RETRY_DELAYS.forEach((delay, index) => {
      const waits = Array.from({ length: 100 }, (_, n) => retryDelay(index + 1, n / 100));
      expect(new Set(waits).size).to.equal(100);
      for (const wait of waits) expect(wait).to.be.within(delay, delay * (1 + JITTER));
    });
  });

  it("ends after the last wait", () => {
    expect(retryDelay(11, 0)).to.equal(undefined);
  });

  it("reads Retry-After in seconds and as a date", () => {
    expect(retryAfter("120", NOW)).to.equal(120_000);
    expect(retryAfter("Thu, 01 Jan 2026 00:01:00 GMT", NOW)).to.equal(60_000);
    expect(retryAfter("Wed, 31 Dec 2025 00:00:00 GMT", NOW)).to.equal(0);
    expect(retryAfter("soon", NOW)).to.equal(undefined);
    expect(retryAfter(undefined, NOW)).to.equal(undefined);
  });
});

describe("the judgement of a webhook attempt", () => {
  for (const status of [200, 201, 202, 204, 299]) {
    it(`takes ${status} for delivered`, () => {
      expect(judge(answered(status), 0, NOW, 0)).to.deep.equal({
        state: "delivered",
        next: null,
        pause: null,
        gone: false,
      });
    });
  }

  for (const status of [100, 199, 300, 301, 302, 307, 308, 400, 401, 404, 422, 429, 500, 503]) {
    it(`takes ${status} for failed`, () => {
      expect(judge(answered(status), 0, NOW, 0)).to.deep.equal({
        state: "pending",
        next: NOW + 5000,
        pause: null,
        gone: false,
      });
    });
  }

  it("takes a missing answer for failed", () => {
    const attempt = { at: NOW, duration: 5, status: null, answer: null, error: "timeout: no answer" };
    expect(judge(attempt, 1, NOW, 0)).to.deep.equal({
      state: "pending",
      next: NOW + 60_000,
      pause: null,
      gone: false,
    });
  });

  it("makes a dead letter after the eleventh failure", () => {
    expect(judge(answered(500), 9, NOW, 0).state).to.equal("pending");
    expect(judge(answered(500), 10, NOW, 0).state).to.equal("dead");
  });

  it("notices that the receiver is gone", () => {
    expect(judge(answered(410), 0, NOW, 0)).to.include({ state: "pending", gone: true });
  });

  for (const status of [429, 503]) {
    it(`waits as long as ${status} asks, and leaves the endpoint alone meanwhile`, () => {
      expect(judge(answered(status, "600"), 0, NOW, 0)).to.include({
        next: NOW + 600_000,
        pause: NOW + 600_000,
      });
    });
  }

  it("does not wait less than the schedule says", () => {
    expect(judge(answered(429, "1"), 3, NOW, 0)).to.include({ next: NOW + 0.5 * HOUR, pause: NOW + 1000 });
  });

  it("waits a day at most, and leaves the endpoint alone for an hour at most", () => {
    expect(judge(answered(503, "9999999999"), 0, NOW, 0)).to.include({
      next: NOW + 24 * HOUR,
      pause: NOW + HOUR,
    });
  });

  it("does not look at Retry-After of other answers", () => {
    expect(judge(answered(500, "600"), 0, NOW, 0)).to.include({ next: NOW + 5000, pause: null });
  });
});
