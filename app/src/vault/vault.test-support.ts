/** A vault for tests: empty, with keys of its own. */
import { metrics } from "@opentelemetry/api";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { TestDatabase } from "../../test/database.test-support.ts";
import { loadConfig, type Config } from "../config.ts";
import { makeIds } from "../ids.ts";
import { keyFile } from "./key-file.ts";
import type { KeyEncryption } from "./key-encryption.ts";
import { createVault } from "./vault.ts";

const START = Date.UTC(2026, 10, 22);

export interface TestVaultOptions {
  /** @default a key file in a temporary folder */
  root?: KeyEncryption;
  /** @default the time 2026-11-22 */
  clock?: () => number;
}

/** Empties the tables of the vault, its trail apart, which nobody can empty. */
const EMPTY = "truncate vault_entries, vault_data_keys, vault_branch_keys, vault_hash_keys";

/** @param database shared by a file's tests, since making one takes its time */
export async function testVault(database: TestDatabase, options: TestVaultOptions = {}) {
  await database.pool.query(EMPTY);
  const folder = await mkdtemp(join(tmpdir(), "strongroom-vault-"));
  const root = options.root ?? (await keyFile(join(folder, "vault-key")));
  const lines: string[] = [];
  const log = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const clock = options.clock ?? (() => START);
  const open = (keys: KeyEncryption = root, config: Config = loadConfig({})) =>
    createVault(
      {
        clock,
        config,
        log,
        makeId: makeIds(Date.now),
        meter: metrics.getMeter("test"),
        pool: database.servicePool,
      },
      keys,
    );
  return {
    database,
    folder,
    root,
    /** What was logged. */
    lines,
    vault: open(),
    /** Another process's vault on the same tables. */
    open,
    /** Removes the key file. */
    close: () => rm(folder, { recursive: true }),
  };
}
