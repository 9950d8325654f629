/**
 * Changes of keys commit in one transaction with their event and the request's idempotency key: it calls the journal's SQL
 * function beside its own statements. Answers hold secrets, so they are kept sealed, unlike those of other domains.
 */
import type { KeyObject } from "node:crypto";
import type pg from "pg";
import { ApiError, errorBody, invalid } from "../errors.ts";
import type { Operation } from "../http/operation.ts";
import { commitWrites } from "../journal/commit-writes.ts";
import type { GivenAnswer } from "../journal/once.ts";
import type { Answer, DomainEvent, Write } from "../journal/write.ts";
import { open, seal } from "../vault/aes-gcm.ts";
import { transaction } from "../database/transaction.ts";

export interface Change {
  status: number;
  body: object;
  event?: DomainEvent & { livemode: boolean };
}

export interface Committer {
  pool: pg.Pool;
  /** Seals the answers that are kept. */
  sealingKey: KeyObject;
}

/** The purpose for which the sealing key is derived from JWT_SECRET. */
export const ANSWERS_PURPOSE = "answers of API keys";

/** Another request has the key. */
class KeyTaken extends Error {}

/**
 * Runs `decide` within a transaction and commits what it did there together with its event and the key.
 * @param decide May throw an ApiError: then nothing is changed, and a final one is kept as the key's answer.
 */
export async function commitOnce(
  committer: Committer,
  operation: Operation,
  decide: (db: pg.ClientBase) => Promise<Change>,
): Promise<GivenAnswer> {
  try {
    return await changeOnce(committer, operation, decide);
  } catch (error) {
    if (error instanceof KeyTaken) return replay(committer, operation);
    if (!(error instanceof ApiError) || error.isTransient || operation.idempotency === undefined) throw error;
    const answer = { status: error.status, body: errorBody(error, operation.requestId) };
    return keepError(committer, operation, answer);
  }
}

function changeOnce(
  committer: Committer,
  operation: Operation,
  decide: (db: pg.ClientBase) => Promise<Change>,
): Promise<GivenAnswer> {
  return transaction(committer.pool, async (db) => {
    const { status, body, event } = await decide(db);
    const answer = { status, body: JSON.stringify(body) };
    const { actor } = operation.caller;
    const writes: Write[] = [keyWrite(committer, operation, answer)];
    if (event !== undefined) {
      writes.push({ livemode: event.livemode, actor, request: operation.requestId, events: [event] });
    }
    await commitWithin(db, writes);
    return { ...answer, replayed: false };
  });
}

async function keepError(committer: Committer, operation: Operation, answer: Answer): Promise<GivenAnswer> {
  try {
    await transaction(committer.pool, (db) => commitWithin(db, [keyWrite(committer, operation, answer)]));
    return { ...answer, replayed: false };
  } catch (error) {
    if (error instanceof KeyTaken) return replay(committer, operation);
    throw error;
  }
}

/** The write that takes the request's idempotency key; without one, a write of nothing. */
function keyWrite(committer: Committer, operation: Operation, { status, body }: Answer): Write {
  const { caller, requestId, idempotency } = operation;
  const write: Write = { livemode: caller.livemode, actor: caller.actor, request: requestId };
  if (idempotency === undefined) return write;
  const sealed = seal(committer.sealingKey, Buffer.from(body), place(operation)).toString("base64");
  return { ...write, key: { ...idempotency, step: "answer", answer: { status, body: sealed } } };
}

/** Within the caller's transaction. */
export async function commitWithin(db: pg.ClientBase, writes: Write[]): Promise<void> {
  const refused = await commitWrites(db, writes, false);
  if (refused.length > 0) throw new KeyTaken();
}

async function replay({ pool, sealingKey }: Committer, operation: Operation): Promise<GivenAnswer> {
  const { key, fingerprint } = operation.idempotency ?? { key: "", fingerprint: "" };
  const { rows } = await pool.query<{ fingerprint: string; status: number | null; body: string | null }>(
    "select fingerprint, status, body from idempotency_keys where livemode = $1 and key = $2",
    [operation.caller.livemode, key],
  );
  const [record] = rows;
  if (record?.fingerprint !== fingerprint || record.status === null || record.body === null) {
    throw new ApiError(
      400,
      "idempotency_error",
      "idempotency_key_reused",
      `Idempotency-Key "${key}" was used for another request. Send the same method, path and body with it, or use a new key.`,
    );
  }
  return { status: record.status, body: unsealed(sealingKey, record.body, operation), replayed: true };
}

/** Only who asked first gets the answer again: it may hold a secret. */
function unsealed(key: KeyObject, body: string, operation: Operation): string {
  try {
    return open(key, Buffer.from(body, "base64"), place(operation)).toString();
  } catch {
    throw invalid(
      "answer_not_available",
      "This request was done, but its answer cannot be shown again: it was sent with another API key, or JWT_SECRET has " +
        "changed since. Roll the key to get a new secret.",
    );
  }
}

function place({ caller, idempotency }: Operation): string[] {
  return ["answer", caller.actor, idempotency?.key ?? ""];
}
