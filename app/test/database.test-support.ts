/** Databases for tests: real ones, fresh and migrated, on a PostgreSQL that ends with the process. */
import { statfsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startEmbeddedPostgres } from "../src/database/embedded.ts";
import { migrate } from "../src/database/migrate.ts";
import { createPool } from "../src/database/pool.ts";
import { requirePackage } from "./servers.test-support.ts";

/** Major version of PostgreSQL: the embedded one, or Debian's. */
export type PostgresVersion = "15" | "18";

export interface TestCluster {
  /** Connects as superuser to the database that the cluster began with. */
  url: string;
  /** Makes an empty database and returns its URL. */
  createDatabase(): Promise<string>;
  /** Makes a migrated database and returns its URL. */
  cloneDatabase(): Promise<string>;
  dropDatabase(url: string): Promise<void>;
}

export interface TestDatabase {
  url: string;
  /** Connects as the database's owner. */
  pool: pg.Pool;
  /** Connects as the service does. */
  servicePool: pg.Pool;
  /** Ends the pools and removes the database. */
  drop(): Promise<void>;
}

const MEMORY = "/dev/shm";
/** Bytes that the clusters of a run will never need together; a container's 64 MB are less. */
const ROOM = 4 * 2 ** 30;

const DEBIAN_BIN = "/usr/lib/postgresql/15/bin";

const clusters = new Map<PostgresVersion, Promise<TestCluster>>();

/** A cluster of this process: started at first use, gone with the process, however that ends. */
export function testCluster(version: PostgresVersion = chosenVersion()): Promise<TestCluster> {
  const cluster = clusters.get(version) ?? startCluster(version);
  clusters.set(version, cluster);
  return cluster;
}

/** A fresh, migrated database. */
export async function testDatabase(version?: PostgresVersion): Promise<TestDatabase> {
  const cluster = await testCluster(version);
  const url = await cluster.cloneDatabase();
  const pool = createPool({ connection: url, role: null });
  const servicePool = createPool({ connection: url });
  return {
    url,
    pool,
    servicePool,
    async drop() {
      // A test may have ended one of them.
      await Promise.all([pool, servicePool].filter((each) => !each.ending).map((each) => each.end()));
      await cluster.dropDatabase(url);
    },
  };
}

/** STRONGROOM_TEST_POSTGRES, or the embedded one. */
function chosenVersion(): PostgresVersion {
  const value = process.env.STRONGROOM_TEST_POSTGRES ?? "18";
  if (value === "15" || value === "18") return value;
  throw new Error(`STRONGROOM_TEST_POSTGRES is ${value}; it may be 15 or 18.`);
}

/** In memory, where Linux has room for it there: databases come and go by the hundred, and each is a thousand files. */
function quickFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ROOM ? MEMORY : tmpdir();
  } catch {
    return tmpdir();
  }
}

async function startCluster(version: PostgresVersion): Promise<TestCluster> {
  if (version === "15") requirePackage("postgresql-15");
  const folder = await mkdtemp(join(quickFolder(), "strongroom-postgres-"));
  const { url } = await startEmbeddedPostgres({
    folder,
    bin: version === "15" ? DEBIAN_BIN : undefined,
    throwaway: true,
    settings: { max_wal_size: "256MB" },
  });
  const admin = createPool({ connection: url, role: null, max: 4 });
  const urlOf = (name: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  let made = 0;
  let template: Promise<string> | undefined;

  async function create(suffix: string): Promise<string> {
    made += 1;
    const name = `test_${made}`;
    await admin.query(`create database ${name} ${suffix}`);
    return urlOf(name);
  }

  async function makeTemplate(): Promise<string> {
    await admin.query("create database migrated");
    await migrate(urlOf("migrated"));
    return "migrated";
  }

  return {
    url,
    createDatabase: () => create(""),
    async cloneDatabase() {
      template ??= makeTemplate();
      return create(`template ${await template} strategy file_copy`);
    },
    async dropDatabase(database) {
      await admin.query(`drop database ${new URL(database).pathname.slice(1)} with (force)`);
    },
  };
}
