import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { expect } from "chai";
import pino from "pino";
import { createClient } from "redis";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { requirePackage, testRedis, type TestServer } from "../../test/servers.test-support.ts";
import { until } from "../../test/wait.test-support.ts";
import { loadConfig } from "../config.ts";
import { freePort } from "../database/embedded-server.ts";
import { errorOf, testIdentity, type TestIdentity, UNLIMITED } from "../identity/identity.test-support.ts";
import { type RedisCounts, redisCounts } from "./limits-redis.ts";

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

describe("Counts in Redis", () => {
  const RULE = { name: "test", points: 5, window: 60_000 };
  const servers: TestServer[] = [];
  const all: RedisCounts[] = [];

  afterEach(async () => {
    for (const counts of all.splice(0)) counts.stop();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  async function server(...settings: Parameters<typeof testRedis>): Promise<TestServer> {
    const started = await testRedis(...settings);
    servers.push(started);
    return started;
  }

  function countsBy(environment: Record<string, string>): RedisCounts {
    const counts = redisCounts(loadConfig(environment), pino({ level: "silent" }));
    if (counts === undefined) throw new Error("No Redis is configured.");
    all.push(counts);
    counts.start();
    return counts;
  }

  async function tell(url: string, command: string[]): Promise<void> {
    const client = await createClient({ url }).connect();
    await client.sendCommand(command);
    client.destroy();
  }

  const counted = async (counts: RedisCounts, subject: string) =>
    (await counts.add(RULE, subject, 1).catch(() => undefined))?.count;

  describe("of a cluster", () => {
    let folder: string;
    let bus: number;
    const trusted = getCACertificates("default");

    before(async () => {
      requirePackage("openssl");
      folder = mkdtempSync(join(tmpdir(), "strongroom-redis-"));
      chmodSync(folder, 0o755);
      const shell = `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=redis \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout key -out certificate`;
      execFileSync("sh", ["-ec", shell], { cwd: folder, stdio: "ignore" });
      setDefaultCACertificates([...trusted, readFileSync(join(folder, "certificate"), "utf8")]);
      bus = await freePort();
    });
    after(() => {
      setDefaultCACertificates(trusted);
      rmSync(folder, { recursive: true });
    });

    /** A cluster of one shard, as a cache with shards in ElastiCache: TLS alone, and a token. */
    async function cluster(port?: number): Promise<number> {
      const started = await server(port, (chosen) => [
        ...["--port", "0", "--tls-port", String(chosen), "--tls-auth-clients", "no"],
        ...["--tls-cert-file", join(folder, "certificate"), "--tls-key-file", join(folder, "key")],
        ...["--tls-ca-cert-file", join(folder, "certificate"), "--requirepass", "sesame"],
        ...["--cluster-enabled", "yes", "--cluster-port", String(bus), "--tls-cluster", "yes"],
        ...["--cluster-announce-ip", "127.0.0.1"],
      ]);
      const url = `rediss://:sesame@localhost:${started.port}`;
      await tell(url, ["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
      return started.port;
    }

    it("are encrypted and signed in for at every shard, told by variables or by the URL", async () => {
      const port = await cluster();
      const byVariables = countsBy({
        REDIS_HOST: "localhost",
        REDIS_PORT: String(port),
        REDIS_TLS: "true",
        REDIS_CLUSTER: "true",
        REDIS_AUTH_TOKEN: "sesame",
      });
      const byUrl = countsBy({ REDIS_URL: `rediss://:sesame@localhost:${port}`, REDIS_CLUSTER: "true" });
      await until(async () => (await counted(byVariables, "a")) !== undefined, 10_000);
      await until(async () => (await counted(byUrl, "b")) !== undefined, 10_000);
      await byUrl.ping();
    });

    it("begin when the cluster comes later than the service", async () => {
      const port = await freePort();
      const url = `rediss://:sesame@localhost:${port}`;
      const counts = countsBy({ REDIS_URL: url, REDIS_CLUSTER: "true" });
      await until(
        () =>
          counts
            .ping()
            .then(() => false)
            .catch(() => true),
        5000,
      );
      await cluster(port);
      await until(async () => (await counted(counts, "c")) !== undefined, 15_000);
    });
  });

  it("go on at the new primary when a failover has made a replica of the old one", async () => {
    const [old, next] = [await server(), await server()];
    // A name that leads to another server from some moment on, for new connections.
    let target = old.port;
    const name = createServer((socket) => {
      const onward = createConnection(target, "127.0.0.1");
      socket.on("error", () => onward.destroy()).pipe(onward);
      onward.on("error", () => socket.destroy()).pipe(socket);
    });
    await new Promise<void>((resolve) => name.listen(0, "127.0.0.1", resolve));
    const { port } = name.address() as AddressInfo;
    const counts = countsBy({ REDIS_URL: `redis://127.0.0.1:${port}` });
    await until(async () => (await counted(counts, "d")) !== undefined, 5000);

    target = next.port;
    await tell(old.url, ["REPLICAOF", "127.0.0.1", String(next.port)]);
    await until(async () => (await counted(counts, "d")) !== undefined, 5000);
    await counts.ping();
    name.close();
  });
});
