import { expect } from "chai";
import { until } from "../../test/wait.test-support.ts";
import pino from "pino";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { testRedis, type TestServer } from "../../test/servers.test-support.ts";
import { loadConfig } from "../config.ts";
import { errorOf, testIdentity, type TestIdentity, UNLIMITED } from "../identity/identity.test-support.ts";
import { redisCounts } from "./limits-redis.ts";

/** Milliseconds within which instances hear of each other. */
const EXCHANGE = 1000;

describe("Limits shared through Redis", () => {
  let redis: TestServer;
  let core: TestCore;
  const services: TestIdentity[] = [];

  before(async function () {
    this.timeout(120_000);
    redis = await testRedis();
    core = await testCore();
  });
  after(async () => {
    await core.close();
    await redis.stop();
  });
  afterEach(async () => {
    for (const service of services.splice(0)) await service.close();
  });

  async function start(environment: Record<string, string>): Promise<TestIdentity> {
    const config = loadConfig({ ...UNLIMITED, REDIS_URL: redis.url, ...environment });
    const service = await testIdentity({ core: { ...core, config } });
    services.push(service);
    return service;
  }

  const connected = async ({ limits }: TestIdentity) =>
    (await limits.ping?.().then(
      () => true,
      () => false,
    )) === true;
  const ask = ({ app }: TestIdentity, remoteAddress: string) =>
    app.inject({ url: "/v1/anybody", remoteAddress });

  it("holds for all instances together, but for what comes between two exchanges", async () => {
    const [one, two] = [await start({ RATE_LIMIT_PER_IP: "10" }), await start({ RATE_LIMIT_PER_IP: "10" })];
    await until(() => connected(one), 5000);
    await until(() => connected(two), 5000);
    for (let count = 0; count < 9; count += 1) expect((await ask(one, "192.0.2.1")).statusCode).to.equal(200);
    // The other one hears of it, and lets one more through.
    await new Promise((resolve) => setTimeout(resolve, EXCHANGE));
    expect((await ask(two, "192.0.2.1")).statusCode).to.equal(200);
    await until(async () => (await ask(two, "192.0.2.1")).statusCode === 429, 5000);
    const { headers } = await ask(two, "192.0.2.1");
    expect(headers["ratelimit-remaining"]).to.equal("0");
    expect((await ask(two, "192.0.2.2")).statusCode).to.equal(200);
  });

  it("degrades to a limit for each instance while Redis is away, and to a shared one when it is back", async function () {
    this.timeout(60_000);
    const [one, two] = [await start({ RATE_LIMIT_PER_IP: "5" }), await start({ RATE_LIMIT_PER_IP: "5" })];
    await until(() => connected(one), 5000);
    process.kill(redis.pid, "SIGKILL");
    await until(async () => !(await connected(one)), 5000);
    for (const service of [one, two]) {
      const codes = [];
      for (let count = 0; count < 6; count += 1) codes.push((await ask(service, "192.0.2.3")).statusCode);
      expect(codes).to.deep.equal([200, 200, 200, 200, 200, 429]);
    }
    expect(errorOf(await ask(one, "192.0.2.3")).code).to.equal("rate_limit_exceeded");

    redis = await testRedis(redis.port);
    await until(() => connected(one), 20_000);
    await until(() => connected(two), 20_000);
    for (let count = 0; count < 4; count += 1) await ask(one, "192.0.2.4");
    await new Promise((resolve) => setTimeout(resolve, EXCHANGE));
    expect((await ask(two, "192.0.2.4")).statusCode).to.equal(200);
    await until(async () => (await ask(two, "192.0.2.4")).statusCode === 429, 5000);
  });

  it("never wait for a Redis that hangs", async () => {
    const service = await start({ RATE_LIMIT_PER_IP: "1000" });
    await until(() => connected(service), 5000);
    process.kill(redis.pid, "SIGSTOP");
    try {
      for (let count = 0; count < 200; count += 1)
        expect((await ask(service, "192.0.2.5")).statusCode).to.equal(200);
      // It is given up, and known to be away.
      await until(async () => !(await connected(service)), 10_000);
    } finally {
      process.kill(redis.pid, "SIGCONT");
    }
    await until(() => connected(service), 10_000);
  });

  it("start without a Redis that is configured", async () => {
    const service = await start({ REDIS_URL: "redis://127.0.0.1:1", RATE_LIMIT_PER_IP: "1" });
    expect((await ask(service, "192.0.2.6")).statusCode).to.equal(200);
    expect((await ask(service, "192.0.2.6")).statusCode).to.equal(429);
    expect(await connected(service)).to.equal(false);
  });

  it("take host, port and password as the stack gives them", async () => {
    const { port } = redis;
    const config = loadConfig({ REDIS_HOST: "127.0.0.1", REDIS_PORT: String(port) });
    const counts = redisCounts(config, pino({ level: "silent" }));
    counts?.start();
    await until(() => Promise.resolve(counts?.isReady === true), 5000);
    const rule = { name: "test", points: 5, window: 60_000 };
    expect(await counts?.add(rule, "x", 3)).to.deep.include({ count: 3 });
    const { count, millisecondsLeft } = (await counts?.add(rule, "x", 2)) ?? {
      count: 0,
      millisecondsLeft: 0,
    };
    expect(count).to.equal(5);
    expect(millisecondsLeft).to.be.within(1, 60_000);
    counts?.stop();
    expect(redisCounts(loadConfig({}), pino({ level: "silent" }))).to.equal(undefined);
  });
});
