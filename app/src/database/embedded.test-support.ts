/** A folder of its own for each test of the embedded PostgreSQL, and what these tests ask for. */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import pg from "pg";
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded.ts";

export interface EmbeddedTest {
  /** The test's folder. */
  readonly folder: string;
  /** Starts PostgreSQL in the folder; it is stopped after the test. */
  start(options?: Partial<EmbeddedOptions>): Promise<EmbeddedPostgres>;
}

/** Call it in a `describe`. */
export function embeddedTest(): EmbeddedTest {
  let folder = "";
  let started: EmbeddedPostgres[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "strongroom-embedded-"));
    chmodSync(folder, 0o755);
  });

  afterEach(async () => {
    await Promise.all(started.map((each) => each.stop()));
    started = [];
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    get folder() {
      return folder;
    },
    async start(options = {}) {
      const embedded = await startEmbeddedPostgres({ folder, ...options });
      started.push(embedded);
      return embedded;
    },
  };
}

/** Rows of one statement, over a connection of its own. */
export async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

export async function expectRejection(promise: Promise<unknown>, message: string | RegExp): Promise<void> {
  const failure = await promise.then(
    () => "no error",
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (typeof message === "string") expect(failure).to.equal(message);
  else expect(failure).to.match(message);
}
