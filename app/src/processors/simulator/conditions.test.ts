import { expect } from "chai";
import { drawLatency, parseFaults, parseLatency, seededRandom } from "./conditions.ts";

describe("simulator: latency and faults", () => {
  it("reads latencies", () => {
    expect(parseLatency("50")).to.deep.equal({ kind: "fixed", milliseconds: 50 });
    expect(parseLatency("10-80")).to.deep.equal({ kind: "uniform", from: 10, to: 80 });
    expect(parseLatency("lognormal:50:0.4")).to.deep.equal({ kind: "lognormal", median: 50, sigma: 0.4 });
    for (const text of ["", "-5", "80-10", "normal:5", "lognormal:50"]) {
      expect(() => parseLatency(text)).to.throw(
        `"${text}" is not a latency: write milliseconds as 50, 10-80 or lognormal:50:0.4.`,
      );
    }
  });

  it("reads faults", () => {
    expect(parseFaults("lost_answer=0.01, timeout=0.5")).to.deep.equal({ lost_answer: 0.01, timeout: 0.5 });
    expect(parseFaults("")).to.deep.equal({});
    expect(() => parseFaults("timeout")).to.throw('The share "" of timeout is not a number from 0 to 1.');
  });

  it("draws latencies from their distributions, the same for the same seed", () => {
    const draw = (text: string, seed = 1): number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 2000 }, () => drawLatency(parseLatency(text), random));
    };
    const sorted = (numbers: number[]): number[] => numbers.toSorted((one, other) => one - other);
    expect(new Set(draw("7"))).to.deep.equal(new Set([7]));
    const uniform = sorted(draw("10-20"));
    expect([uniform[0], uniform.at(-1)]).to.deep.equal([10, 20]);
    const lognormal = sorted(draw("lognormal:100:0.5"));
    expect(lognormal[1000]).to.be.within(92, 108);
    // The upper tail is longer: e^(1.28 · 0.5) = 1.9 times the median at the ninth decile.
    expect(lognormal[1800]).to.be.within(170, 212);
    expect(draw("10-20", 2)).to.deep.equal(draw("10-20", 2));
    expect(draw("10-20", 2)).not.to.deep.equal(draw("10-20", 3));
  });
});
