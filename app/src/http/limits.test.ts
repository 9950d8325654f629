import { expect } from "chai";
import type { LightMyRequestResponse } from "fastify";
import {
  errorOf,
  testCustomer,
  testIdentity,
  type TestIdentity,
  UNLIMITED,
} from "../identity/identity.test-support.ts";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { makeSecret } from "../identity/secret.ts";
import { subjectOf } from "./limits.ts";
import { limitsGuards, trustProxy } from "./limits-settings.ts";
import { loadConfig } from "../config.ts";

const SMALL = {
  RATE_LIMIT_PER_IP: "5",
  RATE_LIMIT_PER_KEY: "3",
  RATE_LIMIT_PER_CUSTOMER: "2",
  RATE_LIMIT_FAILED_AUTH: "2",
};

describe("Limits", () => {
  let core: TestCore;
  let service: TestIdentity | undefined;

  before(async () => {
    core = await testCore();
  });
  after(() => core.close());

  async function start(environment: Record<string, string>): Promise<TestIdentity> {
    service = await testIdentity({
      core: { ...core, config: loadConfig({ ...UNLIMITED, ...environment }) },
    });
    return service;
  }
  afterEach(async () => {
    await service?.close();
    service = undefined;
  });

  const announced = ({ headers }: LightMyRequestResponse) => ({
    limit: headers["ratelimit-limit"],
    remaining: headers["ratelimit-remaining"],
    reset: headers["ratelimit-reset"],
  });

  it("F5: 100 requests a minute from one address by default", async () => {
    const { app } = await start({ RATE_LIMIT_PER_IP: String(loadConfig({}).RATE_LIMIT_PER_IP) });
    const from = (remoteAddress: string) => app.inject({ url: "/v1/anybody", remoteAddress });
    for (let count = 1; count <= 100; count += 1) {
      const { statusCode, headers } = await from("192.0.2.1");
      expect(statusCode).to.equal(200);
      expect(headers["ratelimit-remaining"]).to.equal(String(100 - count));
    }
    core.advance(20_000);
    const refused = await from("192.0.2.1");
    expect(refused.statusCode).to.equal(429);
    expect(errorOf(refused)).to.deep.include({
      type: "rate_limit_error",
      code: "rate_limit_exceeded",
      message: "More than 100 requests from this address came within a minute. Ask again in 40 s.",
    });
    expect(refused.headers).to.include({ "retry-after": "40" });
    expect(announced(refused)).to.deep.equal({ limit: "100", remaining: "0", reset: "40" });
    expect((await from("192.0.2.2")).statusCode).to.equal(200);
    core.advance(40_000);
    expect((await from("192.0.2.1")).statusCode).to.equal(200);
  });

  it("count requests for nothing that there is as well", async () => {
    const { app } = await start({ RATE_LIMIT_PER_IP: "2" });
    const codes = [];
    for (let count = 0; count < 3; count += 1) codes.push((await app.inject("/wp-admin")).statusCode);
    expect(codes).to.deep.equal([404, 404, 429]);
  });

  it("B12: count for each key and for each customer, wherever they ask from", async () => {
    const { app, make } = await start({ ...SMALL, RATE_LIMIT_PER_IP: "0" });
    const one = await make({ scopes: ["payments:read"] });
    const other = await make({ scopes: ["payments:read"] });
    const customer = await testCustomer(core);
    const bound = await Promise.all([1, 2].map(() => make({ scopes: ["payments:read"], customer })));
    let address = 0;
    const ask = async ({ secret }: { secret: string }) => {
      const headers = { authorization: `Bearer ${secret}` };
      return app.inject({ url: "/v1/who", headers, remoteAddress: `192.0.2.${(address += 1)}` });
    };
    const codes = async (keys: { secret: string }[]) => {
      const answers = [];
      for (const key of keys) answers.push((await ask(key)).statusCode);
      return answers;
    };
    expect(await codes([one, one, one, one, other])).to.deep.equal([200, 200, 200, 429, 200]);
    expect(errorOf(await ask(one)).message).to.equal(
      "More than 3 requests with this API key came within a second. Ask again in 1 s.",
    );
    expect(await codes([...bound, ...bound])).to.deep.equal([200, 200, 429, 429]);
    expect(errorOf(await ask(bound[0] as { secret: string })).message).to.equal(
      "More than 2 requests for this customer came within a minute. Ask again in 60 s.",
    );
    core.advance(1000);
    expect(await codes([one])).to.deep.equal([200]);
  });

  it("announce the limit that is nearest", async () => {
    const { request } = await start({ ...SMALL, RATE_LIMIT_PER_IP: "1000" });
    const answer = await request({ url: "/v1/who" });
    expect(announced(answer)).to.deep.equal({ limit: "3", remaining: "2", reset: "1" });
  });

  it("refuse before the body is read, and leave nothing under the idempotency key", async () => {
    const { request } = await start({ RATE_LIMIT_PER_KEY: "1" });
    await request({ url: "/v1/who" });
    const refused = await request({
      method: "POST",
      url: "/v1/api_keys",
      headers: { "idempotency-key": "limited", "content-type": "application/json" },
      payload: "{ broken",
    });
    expect(refused.statusCode).to.equal(429);
    const { rowCount } = await core.pool.query("select from idempotency_keys where key = 'limited'");
    expect(rowCount).to.equal(0);
  });

  it("slow down who guesses keys, but not whose key has held before", async () => {
    const { request, app, admin } = await start({ RATE_LIMIT_FAILED_AUTH: "2" });
    expect((await request({ url: "/v1/who" })).statusCode).to.equal(200);
    const guess = () => request({ url: "/v1/who" }, makeSecret("sk", false).value);
    expect((await guess()).statusCode).to.equal(401);
    expect((await guess()).statusCode).to.equal(401);
    const refused = await guess();
    expect(refused.statusCode).to.equal(429);
    expect(errorOf(refused).message).to.equal(
      "More than 2 wrong credentials from this address came within a minute. Ask again in 60 s.",
    );
    expect((await request({ url: "/v1/who" })).statusCode).to.equal(200);
    // Long enough to be asked about anew.
    core.advance(31_000);
    expect((await request({ url: "/v1/who" })).statusCode).to.equal(200);
    expect((await guess()).statusCode).to.equal(429);
    const elsewhere = { remoteAddress: "192.0.2.9", headers: { authorization: "Bearer sk_test_x" } };
    expect((await app.inject({ url: "/v1/who", ...elsewhere })).statusCode).to.equal(401);
    core.advance(60_000);
    expect((await request({ url: "/v1/who" }, admin.secret)).statusCode).to.equal(200);
  });

  it("let probes through, and nothing that only looks like one", async () => {
    const probes = [
      "/health",
      "/live",
      "/ready",
      "/api/v1/actuator/health",
      "/api/v1/actuator/health/liveness",
    ];
    service = await testIdentity({
      core: { ...core, config: loadConfig({ RATE_LIMIT_PER_IP: "1" }) },
      hooks: [
        (app) => {
          for (const url of probes) app.get(url, () => "fine");
          return Promise.resolve();
        },
      ],
    });
    const { app } = service;
    for (const url of [...probes, ...probes]) expect((await app.inject(url)).statusCode, url).to.equal(200);
    expect((await app.inject("/v1/anybody")).statusCode).to.equal(200);
    expect((await app.inject("/healthy")).statusCode).to.equal(429);
  });

  describe("behind proxies", () => {
    const askThrough = async (
      environment: Record<string, string>,
      remoteAddress: string,
      forwarded: string[],
    ) => {
      const { app } = await start({ RATE_LIMIT_PER_IP: "1", ...environment });
      const codes = [];
      for (const header of forwarded) {
        const headers = { "x-forwarded-for": header };
        codes.push((await app.inject({ url: "/v1/anybody", remoteAddress, headers })).statusCode);
      }
      return codes;
    };

    it("do not believe X-Forwarded-For by default", async () => {
      expect(await askThrough({}, "10.0.0.1", ["1.1.1.1", "2.2.2.2"])).to.deep.equal([200, 429]);
    });

    it("count the address that the proxy saw, not those that the client made up", async () => {
      const behind = { TRUST_PROXY: "1" };
      expect(await askThrough(behind, "10.0.0.1", ["1.1.1.1", "2.2.2.2"])).to.deep.equal([200, 200]);
      await service?.close();
      expect(await askThrough(behind, "10.0.0.1", ["6.6.6.6, 1.1.1.1", "7.7.7.7, 1.1.1.1"])).to.deep.equal([
        200, 429,
      ]);
    });

    it("believe nobody who comes past the proxy", async () => {
      expect(await askThrough({ TRUST_PROXY: "1" }, "203.0.113.7", ["1.1.1.1", "2.2.2.2"])).to.deep.equal([
        200, 429,
      ]);
      await service?.close();
      expect(await askThrough({ TRUST_PROXY: "1" }, "::ffff:8.8.8.8", ["1.1.1.1", "2.2.2.2"])).to.deep.equal([
        200, 429,
      ]);
    });

    it("believe the networks given", async () => {
      const behind = { TRUST_PROXY: "10.0.0.0/8,130.176.0.0/16" };
      const through = ["1.1.1.1, 130.176.3.4", "2.2.2.2, 130.176.3.4", "6.6.6.6, 1.1.1.1, 130.176.3.4"];
      expect(await askThrough(behind, "10.0.0.1", through)).to.deep.equal([200, 200, 429]);
    });
  });

  it("take a network of IPv6 for one address, and both ways to write IPv4 for one", () => {
    expect(subjectOf("192.0.2.1")).to.equal("192.0.2.1");
    expect(subjectOf("::ffff:192.0.2.1")).to.equal("192.0.2.1");
    expect(subjectOf("2001:db8:1:2:3::4")).to.equal("2001:db8:1:2::/64");
    expect(subjectOf("2001:db8:1:2:ffff::5")).to.equal("2001:db8:1:2::/64");
    expect(subjectOf("2001:db8:1:3::4")).to.equal("2001:db8:1:3::/64");
  });

  it("count who was gone before being looked at, as one", () => {
    expect(subjectOf(undefined)).to.equal("gone");
  });
});

describe("Settings of limits", () => {
  const config = (environment: Record<string, string>) => loadConfig(environment);

  it("read TRUST_PROXY", () => {
    expect(trustProxy()).to.equal(false);
    expect(trustProxy("none")).to.equal(false);
    expect(trustProxy("10.0.0.0/8, ::1")).to.deep.equal(["10.0.0.0/8", "::1"]);
    for (const wrong of ["0", "11", "yes", "10.0.0.0/99", "1.2.3"])
      expect(trustProxy(wrong), wrong).to.equal(undefined);
  });

  it("say what is wrong, and what to do", () => {
    expect(() => config({ TRUST_PROXY: "yes" })).to.throw(
      "TRUST_PROXY is yes: give a number from 1 to 10, networks as 10.0.0.0/8,fd00::/8, or none.",
    );
    expect(() => config({ REDIS_URL: "redis://one:6379", REDIS_HOST: "two" })).to.throw(
      "REDIS_HOST is two although REDIS_URL is set: unset one of them.",
    );
    for (const url of [
      "redis://:se#cret@one:6379",
      "rediss://:se%cret@one",
      "redis://one:x",
      "redis://one/x",
    ])
      expect(() => config({ REDIS_URL: url }), url).to.throw(
        /REDIS_URL is not the URL of a Redis: write rediss:\/\/user:password@host:6379/,
      );
    expect(() => config({ REDIS_URL: "rediss://user:se%23cret@one:6379/2" })).to.not.throw();
    expect(limitsGuards({ ...config({}), NODE_ENV: "production" })).to.deep.equal([
      "TRUST_PROXY is missing: behind a load balancer all requests would share one limit. Give the number of proxies in front " +
        "of the service (1 behind a load balancer), or none.",
    ]);
    expect(limitsGuards({ ...config({ TRUST_PROXY: "1" }), NODE_ENV: "production" })).to.deep.equal([]);
  });
});
