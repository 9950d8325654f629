import { CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../src/database/embedded.ts";
import { migrate } from "../src/database/migrate.ts";
import { createPool } from "../src/database/pool.ts";
import { testApp, type TestApp } from "./app.test-support.ts";
import { testDatabase } from "./database.test-support.ts";
import { verifyBooks } from "./model-run.test-support.ts";
import { startProcess, type ProcessAnswer, type ServiceProcess } from "./process.test-support.ts";
import { eventually } from "./servers-crash.test-support.ts";
import { testMoto, testRedis, type TestServer } from "./servers.test-support.ts";

interface Body {
  id: string;
  status: string;
  error?: { code: string };
}

const PAYMENT = { amount: 1000, currency: "usd", payment_method: "pm_card_visa", confirm: true };
const CARD = { type: "card", card: { number: "4242424242424242", exp_month: 12, exp_year: 2035 } };

function expectAway({ status, headers, body }: ProcessAnswer<Body>): void {
  expect([status, body.error?.code]).to.deep.equal([503, "service_unavailable"]);
  expect(Number(headers.get("retry-after"))).to.be.at.least(1);
}

describe("outages", () => {
  describe("of PostgreSQL and Redis", () => {
    let folder: string;
    let postgres: EmbeddedPostgres;
    let redis: TestServer;
    let service: ServiceProcess;
    let source: string;
    let destination: string;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "strongroom-outage-"));
      postgres = await startPostgres();
      await migrate(postgres.url);
      redis = await testRedis();
      service = await startProcess({
        DATABASE_URL: postgres.url,
        REDIS_URL: redis.url,
        RATE_LIMIT_PER_IP: "1000000",
        DATABASE_CONNECT_TIMEOUT: "5",
      });
      [source = "", destination = ""] = await Promise.all(["one", "other"].map(openAccount));
    });
    after(async () => {
      await service.stop();
      await redis.stop();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    });

    function startPostgres(port?: number): Promise<EmbeddedPostgres> {
      return startEmbeddedPostgres({ folder, port, settings: { fsync: "off" } });
    }

    async function openAccount(name: string): Promise<string> {
      const body = { name, type: "liability", currency: "usd", overdraft: null };
      return (await service.post<Body>("/v1/ledger/accounts", body)).body.id;
    }

    const transfer = (key: string) =>
      service.post<Body>("/v1/transfers", { amount: 1, currency: "usd", source, destination }, key);
    const statusOf = async (path: string): Promise<number> => (await service.get(path)).status;

    it("without PostgreSQL all is answered 503 with Retry-After, /live 200, /ready 503; and it comes back within 3 s", async () => {
      const { port } = new URL(postgres.url);
      await postgres.stop();
      for (let round = 0; round < 3; round += 1) {
        expectAway(await transfer("away"));
        expectAway(await service.post<Body>("/v1/payments", PAYMENT, "away too"));
        expectAway(await service.get<Body>("/v1/payments"));
        expectAway(await service.post<Body>("/v1/customers", { name: "Jenny Rosen" }));
        expect(await statusOf("/live")).to.equal(200);
        await sleep(300);
      }
      expect(await statusOf("/ready")).to.equal(503);

      postgres = await startPostgres(Number(port));
      const back = performance.now();
      await eventually(async () => expect((await transfer("away")).status).to.equal(201));
      await eventually(async () => expect(await statusOf("/ready")).to.equal(200));
      expect(performance.now() - back, "milliseconds until it served").to.be.below(3000);
      const { status, body } = await service.post<Body>("/v1/payments", PAYMENT, "away too");
      expect([status, body.status]).to.deep.equal([200, "succeeded"]);
    }).timeout(60_000);

    it("while PostgreSQL stands still, requests wait, and none fails with 500", async () => {
      const pid = postgres.pid ?? 0;
      const { rows } = await backends();
      const all = [pid, ...rows.map((row) => row.pid)];
      for (const each of all) process.kill(each, "SIGSTOP");
      const answers = Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          n % 2 === 0 ? transfer(`still-${n}`) : service.get<Body>("/v1/payments"),
        ),
      );
      await sleep(3000);
      expect(await statusOf("/live")).to.equal(200);
      for (const each of all) process.kill(each, "SIGCONT");
      const statuses = new Set((await answers).map(({ status }) => status));
      expect(
        [...statuses].every((status) => [200, 201, 503].includes(status)),
        [...statuses].join(),
      ).to.equal(true);
      await eventually(async () => expect((await transfer("still-0")).status).to.equal(201));
    }).timeout(60_000);

    async function backends() {
      const admin = createPool({ connection: postgres.url, role: null, max: 1 });
      try {
        return await admin.query<{ pid: number }>(
          "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
        );
      } finally {
        await admin.end();
      }
    }

    it("without Redis money moves as before, and each instance limits on its own", async () => {
      process.kill(redis.pid, "SIGKILL");
      for (let n = 0; n < 20; n += 1) {
        const { status, headers } = await transfer(`redis-${n}`);
        expect(status).to.equal(201);
        expect(Number(headers.get("ratelimit-remaining"))).to.be.below(1_000_000);
      }
      expect((await service.post<Body>("/v1/payments", PAYMENT)).body.status).to.equal("succeeded");
      expect(await statusOf("/ready")).to.equal(200);
      const { port } = redis;
      redis = await testRedis(port);
      expect((await transfer("redis-back")).status).to.equal(201);
    }).timeout(60_000);

    it("the ledger is whole after all of this", () => verifyBooks(service));
  });

  describe("of the key service", () => {
    let moto: TestServer;
    let database: Awaited<ReturnType<typeof testDatabase>>;
    let patient: ServiceProcess;
    let forgetful: ServiceProcess;

    before(async () => {
      [moto, database] = await Promise.all([testMoto(), testDatabase()]);
      const client = new KMSClient({
        endpoint: moto.url,
        region: "eu-central-1",
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      });
      const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
      client.destroy();
      const environment = {
        DATABASE_URL: database.url,
        VAULT_KMS_KEY_ID: KeyMetadata?.Arn ?? "",
        AWS_ENDPOINT_URL: moto.url,
        AWS_REGION: "eu-central-1",
        AWS_ACCESS_KEY_ID: "test",
        AWS_SECRET_ACCESS_KEY: "test",
      };
      patient = await startProcess(environment);
      forgetful = await startProcess({ ...environment, VAULT_KEY_CACHE_SECONDS: "1" });
    });
    after(async () => {
      await Promise.all([patient.stop(), forgetful.stop()]);
      await moto.stop();
      await database.drop();
    });

    it("payments go on with keys that are kept; without, cards are answered 503, and what needs no key goes on", async () => {
      const cards: string[] = [];
      for (const service of [patient, forgetful]) {
        const { body } = await service.post<Body>("/v1/payment_methods", CARD);
        cards.push(body.id);
        const paid = await service.post<Body>("/v1/payments", { ...PAYMENT, payment_method: body.id });
        expect(paid.body.status, paid.text).to.equal("succeeded");
      }
      process.kill(moto.pid, "SIGKILL");
      await sleep(1500);
      const known = await patient.post<Body>("/v1/payments", { ...PAYMENT, payment_method: cards[0] });
      expect(known.body.status, known.text).to.equal("succeeded");
      for (const refused of [
        await forgetful.post<Body>("/v1/payments", { ...PAYMENT, payment_method: cards[1] }, "card"),
        await forgetful.post<Body>("/v1/payment_methods", CARD, "new card"),
      ]) {
        expectAway(refused);
      }
      for (const service of [patient, forgetful]) {
        expect((await service.post<Body>("/v1/payments", PAYMENT)).body.status).to.equal("succeeded");
        expect((await service.get("/ready")).status).to.equal(200);
      }
    }).timeout(60_000);
  });

  describe("within PostgreSQL", () => {
    let app: TestApp;
    let accounts: string[];

    before(async () => {
      app = await testApp();
      const open = async (name: string) =>
        (
          await app.post<Body>("/v1/ledger/accounts", {
            name,
            type: "liability",
            currency: "usd",
            overdraft: null,
          })
        ).body.id;
      accounts = [await open("one"), await open("other")].sort();
    });
    after(() => app.close());

    const transfer = (amount: number) => {
      const [source, destination] = accounts;
      return app.post<Body>("/v1/transfers", { amount, currency: "usd", source, destination });
    };

    it("a deadlock with a session that locks in another order is retried inside", async () => {
      const { pool } = app.database;
      const deadlocks = async () => {
        const { rows } = await pool.query<{ deadlocks: number }>(
          "select deadlocks from pg_stat_database where datname = current_database()",
        );
        return rows[0]?.deadlocks ?? 0;
      };
      const before = await deadlocks();
      const session = await pool.connect();
      const lock = "select from ledger_accounts where id = $1 for update";
      await session.query("begin");
      // So that not this session is the one that finds the deadlock out.
      await session.query("set local deadlock_timeout = '60s'");
      await session.query(lock, [accounts[1]]);
      const answers = Promise.all([transfer(1), transfer(2)]);
      await eventually(async () => {
        const { rows } = await pool.query(
          "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
        );
        expect(rows.length).to.be.greaterThan(0);
      });
      await session.query(lock, [accounts[0]]);
      await session.query("commit");
      session.release();
      expect((await answers).map(({ status }) => status)).to.deep.equal([201, 201]);
      await eventually(async () => expect(await deadlocks()).to.be.greaterThan(before));
    }).timeout(30_000);

    it("serialisation failures are retried inside", async () => {
      const { pool } = app.database;
      // A sequence goes on counting when its transaction is undone.
      await pool.query(`
        create sequence tries;
        create function fail_often() returns trigger language plpgsql security definer as $$
        begin
          if nextval('tries') % 3 <> 0 then
            raise exception 'could not serialize access' using errcode = '40001';
          end if;
          return null;
        end $$;
        create trigger fail_often before insert on ledger_transactions for each statement execute function fail_often();`);
      for (let n = 0; n < 10; n += 1) expect((await transfer(3)).status).to.equal(201);
      const { rows } = await pool.query<{ tries: number }>("select last_value as tries from tries");
      expect(rows[0]?.tries).to.equal(30);
      await pool.query("drop function fail_often cascade");
      await verifyBooks(app);
    });
  });
});
