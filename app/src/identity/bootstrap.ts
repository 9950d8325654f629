/** The first key: without one, nobody could make one. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import type { Clock } from "../clock.ts";
import { ApiError } from "../errors.ts";
import type { Operation } from "../http/operation.ts";
import type { MakeId } from "../ids.ts";
import type { ApiKeys } from "./api-keys.ts";
import type { CreateApiKey } from "./schemas.ts";
import { ALL } from "./scopes.ts";
import { verifySecret } from "./verify-secret.ts";

/** Who makes keys from the outside: whoever may run programs beside the database. */
export const OPERATOR = "operator";

export function asOperator(makeId: MakeId, livemode: boolean): Operation {
  return { caller: { actor: OPERATOR, livemode, scopes: new Set([ALL]) }, requestId: makeId("request") };
}

/** Makes a key as operator. @returns its id and its secret */
export async function makeKey(
  keys: ApiKeys,
  makeId: MakeId,
  body: CreateApiKey,
): Promise<{ id: string; secret: string }> {
  const answer = await keys.create(asOperator(makeId, body.livemode === true), body);
  return JSON.parse(answer.body) as { id: string; secret: string };
}

interface Bootstrap {
  keys: ApiKeys;
  pool: pg.Pool;
  clock: Clock;
  makeId: MakeId;
}

/**
 * A test key that may do everything, for the embedded default. Kept in the data folder's file `test-key`, readable for its
 * owner only; made anew when the file is missing or its key does not hold any more.
 */
export async function bootstrapKey(
  folder: string,
  { keys, pool, clock, makeId }: Bootstrap,
): Promise<string> {
  const file = join(folder, "test-key");
  if (await holds(pool, clock, file)) return file;
  const { secret } = await makeKey(keys, makeId, {
    name: "Test key of the first start",
    scopes: [ALL],
    livemode: false,
  });
  await mkdir(folder, { recursive: true });
  // Whole or not at all, also when this process is killed meanwhile.
  const draft = `${file}.new`;
  await writeFile(draft, `${secret}\n`, { mode: 0o600 });
  await rename(draft, file);
  return file;
}

async function holds(pool: pg.Pool, clock: Clock, file: string): Promise<boolean> {
  const secret = await readFile(file, "utf8").catch(() => "");
  if (secret === "") return false;
  try {
    await verifySecret(pool, clock, secret.trim());
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}
