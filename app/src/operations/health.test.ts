import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { createHealth, type Finding, type HealthCheck } from "./health.ts";

function check(name: string, answer: () => Finding | Promise<Finding>, required = true): HealthCheck {
  return { name, required, check: answer };
}

describe("health", () => {
  it("E14: is UP when everything is, with a component for each dependency", async () => {
    const health = createHealth({ checks: [check("db", () => ({ status: "UP", details: { idle: 1 } }))] });
    expect(await health()).to.deep.equal({
      status: "UP",
      components: { db: { status: "UP", details: { idle: 1 } } },
    });
  });

  it("is as bad as the worst of what it needs", async () => {
    const up = check("a", () => ({ status: "UP" }));
    const out = check("b", () => ({ status: "OUT_OF_SERVICE" }));
    const down = check("c", () => ({ status: "DOWN" }));
    expect((await createHealth({ checks: [up, out] })()).status).to.equal("OUT_OF_SERVICE");
    expect((await createHealth({ checks: [out, down] })()).status).to.equal("DOWN");
  });

  it("shows the failure of what it can do without, and stays UP", async () => {
    const health = createHealth({ checks: [check("redis", () => Promise.reject(new Error("gone")), false)] });
    const { status, components } = await health();
    expect(status).to.equal("UP");
    expect(components.redis?.status).to.equal("DOWN");
  });

  it("tells an error's code, never its message", async () => {
    const error = Object.assign(new Error("password of jenny@db.internal"), { code: "ECONNREFUSED" });
    const health = createHealth({
      checks: [
        check("db", () => Promise.reject(error)),
        check("x", () => Promise.reject(new RangeError("secret"))),
      ],
    });
    expect((await health()).components).to.deep.equal({
      db: { status: "DOWN", details: { error: "ECONNREFUSED" } },
      x: { status: "DOWN", details: { error: "RangeError" } },
    });
  });

  it("does not wait for what hangs, and does not ask it again meanwhile", async () => {
    let asked = 0;
    const hanging = check("db", () => {
      asked += 1;
      return new Promise<Finding>(() => undefined);
    });
    const health = createHealth({ checks: [hanging], limit: 5, lifetime: 0 });
    expect(await health()).to.deep.equal({
      status: "DOWN",
      components: { db: { status: "DOWN", details: { error: "no answer within 5 ms" } } },
    });
    await sleep(10);
    expect((await health()).status).to.equal("DOWN");
    expect(asked).to.equal(1);
  });

  it("asks once for many probes, and anew after a moment", async () => {
    let asked = 0;
    const counting = check("db", () => {
      asked += 1;
      return { status: "UP" };
    });
    const health = createHealth({ checks: [counting], lifetime: 20 });
    await Promise.all(Array.from({ length: 100 }, () => health()));
    expect(asked).to.equal(1);
    await sleep(60);
    await health();
    expect(asked).to.equal(2);
  });
});
