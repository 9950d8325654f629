/** PostgreSQL's failover, as RDS does it: the name stays, and leads to another server after a while. */
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../src/database/embedded.ts";
import { migrate } from "../src/database/migrate.ts";
import { verifyBooks } from "./model-run.test-support.ts";
import { startProcess, type ServiceProcess } from "./process.test-support.ts";
import { childrenOf, eventually, isAlive, killWithChildren } from "./servers-crash.test-support.ts";

interface Body {
  id: string;
  balance: { posted: number };
}

/** Seconds that a statement may take; the service gives a server up five seconds later. */
const STATEMENT_TIMEOUT = "1";

const REPLICATION = { wal_level: "replica", max_wal_senders: "5", fsync: "off", shared_buffers: "64MB" };

/** A primary and a standby that has each commit before it is acknowledged. */
class Cluster {
  readonly folder: string;
  primary!: EmbeddedPostgres;
  standby!: EmbeddedPostgres;

  static async start(): Promise<Cluster> {
    const cluster = new Cluster(await mkdtemp(join(tmpdir(), "strongroom-failover-")));
    await chmod(cluster.folder, 0o755);
    await cluster.#start();
    return cluster;
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  async #start(): Promise<void> {
    const [first, second] = ["first", "second"].map((name) => join(this.folder, name)) as [string, string];
    const original = await startEmbeddedPostgres({ folder: first, settings: REPLICATION });
    await migrate(original.url);
    await original.stop();
    const copy = spawnSync("cp", ["-a", first, second], { encoding: "utf8" });
    if (copy.status !== 0) throw new Error(copy.stderr);
    writeFileSync(join(second, "data", "standby.signal"), "");

    this.primary = await startEmbeddedPostgres({ folder: first, settings: REPLICATION });
    const { hostname, port, username, password } = new URL(this.primary.url);
    const source = `host=${hostname} port=${port} user=${username} password=${password} application_name=second`;
    this.standby = await startEmbeddedPostgres({
      folder: second,
      settings: { ...REPLICATION, primary_conninfo: source },
    });
    await this.on(
      this.primary,
      "alter system set synchronous_standby_names = 'second'",
      "select pg_reload_conf()",
    );
    await eventually(async () => {
      const [row] = await this.on(this.primary, "select sync_state from pg_stat_replication");
      expect(row).to.deep.equal({ sync_state: "sync" });
    });
  }

  /** @returns the rows of the last statement */
  async on({ url }: EmbeddedPostgres, ...statements: string[]): Promise<unknown[]> {
    const client = new pg.Client(url);
    await client.connect();
    try {
      let rows: unknown[] = [];
      for (const statement of statements) ({ rows } = await client.query<Record<string, unknown>>(statement));
      return rows;
    } finally {
      await client.end();
    }
  }

  async promote(): Promise<void> {
    await this.on(this.standby, "select pg_promote()");
  }

  /** The primary's processes. */
  get pids(): number[] {
    const { pid = 0 } = this.primary;
    return [pid, ...childrenOf(pid)];
  }

  async stop(): Promise<void> {
    await Promise.all([this.primary.stop(), this.standby.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Stands for the name: connections go to where it leads when they are made, and stay there. */
class Name {
  readonly #server: Server;
  #port: number;

  static async leadingTo(url: string): Promise<Name> {
    const name = new Name(Number(new URL(url).port));
    await once(name.#server.listen(0, "127.0.0.1"), "listening");
    return name;
  }

  private constructor(port: number) {
    this.#port = port;
    this.#server = createServer((socket) => {
      const onwards = connect(this.#port, "127.0.0.1");
      for (const end of [socket, onwards]) end.on("error", () => undefined);
      socket.on("close", () => onwards.destroy());
      onwards.on("close", () => socket.destroy());
      socket.pipe(onwards).pipe(socket);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  turn(url: string): void {
    this.#port = Number(new URL(url).port);
  }

  close(): void {
    this.#server.close();
  }
}

/** What becomes of the primary. */
const FATES: Record<string, (cluster: Cluster) => Promise<void> | void> = {
  "is killed": ({ primary }) => killWithChildren(primary.pid ?? 0),
  "stands still, and says nothing to those who are connected": ({ pids }) => {
    for (const pid of pids) process.kill(pid, "SIGSTOP");
  },
  "lives on, and takes no writes": async (cluster) => {
    await cluster.on(
      cluster.primary,
      "alter system set default_transaction_read_only = on",
      "select pg_reload_conf()",
    );
  },
};

describe("a failover of PostgreSQL", function () {
  this.timeout(120_000);

  for (const [fate, befall] of Object.entries(FATES)) {
    describe(`whose primary ${fate}`, () => {
      let cluster: Cluster;
      let name: Name;
      let service: ServiceProcess;
      /** The primary's processes, which may stand still. */
      let stopped: number[] = [];

      before(async () => {
        cluster = await Cluster.start();
        name = await Name.leadingTo(cluster.primary.url);
        const url = Object.assign(new URL(cluster.primary.url), { port: String(name.port) });
        service = await startProcess({
          DATABASE_URL: url.href,
          DATABASE_STATEMENT_TIMEOUT: STATEMENT_TIMEOUT,
          DATABASE_CONNECT_TIMEOUT: "2",
        });
      });
      after(async () => {
        for (const pid of stopped.filter(isAlive)) process.kill(pid, "SIGCONT");
        await service.stop();
        name.close();
        await cluster.stop();
      });

      it("loses nothing that was acknowledged, doubles nothing, answers 503 meanwhile, and serves again by itself", async () => {
        const open = async (account: string) => {
          const body = { name: account, type: "liability", currency: "usd", overdraft: null };
          return (await service.post<Body>("/v1/ledger/accounts", body)).body.id;
        };
        const source = await open("one");
        const destination = await open("other");
        const transfer = (key: string) =>
          service.post("/v1/transfers", { amount: 1, currency: "usd", source, destination }, key);
        const statusOf = async (path: string) => (await service.get(path)).status;

        /** By all connections that there may be. */
        const readTogether = () =>
          Promise.all(
            Array.from({ length: 40 }, () => service.get<Body>(`/v1/ledger/accounts/${destination}`)),
          );

        const keys: string[] = [];
        const acknowledged = new Set<string>();
        const statuses = new Set<number>();
        let isOver = false;
        async function ask(): Promise<void> {
          while (!isOver) {
            const key = `transfer-${String(keys.length)}`;
            keys.push(key);
            const { status, headers } = await transfer(key);
            statuses.add(status);
            if (status === 201) acknowledged.add(key);
            else expect(Number(headers.get("retry-after"))).to.be.at.least(1);
          }
        }
        async function read(): Promise<void> {
          while (!isOver) {
            statuses.add(await statusOf(`/v1/ledger/accounts/${source}`));
            await sleep(5);
          }
        }
        const load = Promise.all([...Array.from({ length: 8 }, ask), read(), read()]);
        await eventually(() => expect(acknowledged.size).to.be.greaterThan(200));

        await readTogether();
        stopped = cluster.pids;
        await befall(cluster);
        name.turn(cluster.standby.url);
        await eventually(async () => expect(await statusOf("/ready")).to.equal(503));
        await sleep(500);
        const before = acknowledged.size;
        expect([await statusOf("/live"), await statusOf("/ready")]).to.deep.equal([200, 503]);
        await sleep(500);
        expect(acknowledged.size, "acknowledged while nobody takes writes").to.equal(before);

        await cluster.promote();
        await eventually(() => expect(acknowledged.size).to.be.greaterThan(before + 200));
        await eventually(async () => expect(await statusOf("/ready")).to.equal(200));
        isOver = true;
        await load;
        // Reads of accounts are 200.
        expect([...statuses].sort()).to.deep.equal([200, 201, 503]);

        for (const key of keys) expect((await transfer(key)).status, key).to.equal(201);
        for (const { body } of await readTogether()) expect(body.balance.posted).to.equal(keys.length);
        await verifyBooks(service);
      });
    });
  }
});
