/**
 * The call of the function `commit_writes`, as one message that is made in a buffer of our own. `pg` would write each argument
 * into a buffer, copy them into one that grows, and cut that: some hundred kilobytes for each group, outside the heap of
 * JavaScript, which make V8 collect the old generation many times a second. Messages: PostgreSQL's documentation,
 * "Message Formats".
 */
import pg from "pg";
import { Bytes } from "./bytes.ts";
import { type Argument, groupArguments, PARAMETERS } from "./group.ts";
import type { Refusal, Write } from "./write.ts";

const STATEMENT = "commit_writes";

const placeholders = Array.from({ length: PARAMETERS }, (_, n) => `$${String(n + 1)}`).join(", ");
const PREPARE = `prepare ${STATEMENT} as select item, reason, detail from commit_writes(${placeholders})`;

/** By connection: settled once its session has the statement. */
const preparations = new WeakMap<pg.ClientBase, Promise<unknown>>();

/** A write that the database refuses; item 0 with the reason `careful`: see the function. */
export interface RefusedRow {
  item: number;
  reason: Refusal["reason"] | "careful";
  detail: string | null;
}

/** What is refused, by the write's index from 0; the first of several reasons, which is that its key is taken. */
export function refusalsOf(rows: readonly RefusedRow[]): Map<number, Refusal> {
  const refusals = new Map<number, Refusal>();
  for (const { item, reason, detail } of rows)
    if (reason !== "careful" && !refusals.has(item - 1))
      refusals.set(item - 1, refusal(reason, detail ?? ""));
  return refusals;
}

function refusal(reason: Refusal["reason"], detail: string): Refusal {
  if (reason === "key_taken") return { reason };
  if (reason === "conflict") return { reason, object: detail };
  return { reason, account: detail };
}

/**
 * Commits the writes within the connection's transaction, or one of its own, and tells which ones stand in the way: with
 * any, nothing was done.
 * @param careful judges the writes one by one
 * @throws pg.DatabaseError when nothing was done; any other error leaves that open
 */
export async function commitWrites(
  client: pg.ClientBase,
  writes: readonly Write[],
  careful: boolean,
): Promise<RefusedRow[]> {
  await prepare(client);
  const bytes = spare.pop() ?? new Bytes();
  writeCall(bytes, groupArguments(writes), careful);
  return new Call(bytes).sendWith(client);
}

async function prepare(client: pg.ClientBase): Promise<void> {
  let preparation = preparations.get(client);
  if (preparation === undefined) {
    preparation = client.query(PREPARE);
    preparations.set(client, preparation);
  }
  try {
    await preparation;
  } catch (error) {
    preparations.delete(client);
    throw error;
  }
}

/** Buffers that no call uses at present. */
const spare: Bytes[] = [];
/** Those kept, and their bytes, at most. */
const SPARES = 16;
const LARGEST_SPARE = 1024 * 1024;

class Call extends pg.Query {
  readonly #bytes: Bytes;
  readonly #refused: RefusedRow[] = [];
  /** Called by `pg`, which may put another one around it. */
  declare callback: (error: Error | null) => void;

  constructor(bytes: Bytes) {
    super({ text: "" });
    this.#bytes = bytes;
    this.submit = (connection) => {
      connection.stream.write(this.#bytes.written);
    };
  }

  sendWith(client: pg.ClientBase): Promise<RefusedRow[]> {
    return new Promise((resolve, reject) => {
      this.callback = (error) => {
        if (error === null) {
          giveBack(this.#bytes);
          resolve(this.#refused);
        } else {
          // The end of the message may still be on its way: its buffer is not used again.
          reject(error);
        }
      };
      client.query(this);
    });
  }

  /** Rows come without a description, as texts. */
  handleDataRow({ fields: [item, reason, detail] }: { fields: [string, string, string | null] }): void {
    this.#refused.push({ item: Number(item), reason: reason as RefusedRow["reason"], detail });
  }
}

function giveBack(bytes: Bytes): void {
  if (spare.length < SPARES && bytes.capacity <= LARGEST_SPARE) spare.push(bytes);
}

/** The portal, which has no name, the statement, and the arguments' forms. */
const PREAMBLE = Buffer.concat([
  Buffer.from(`\0${STATEMENT}\0`),
  // All in binary form; that of the account openings, which are JSON, is their text.
  Buffer.from([0, 1, 0, 1]),
]);
const BIND = "B".charCodeAt(0);
/** Execute all of the portal without a name; Sync. */
const ENDING = Buffer.concat([message("E", [0, 0, 0, 0, 0]), message("S", [])]);

function writeCall(bytes: Bytes, values: readonly Argument[], careful: boolean): void {
  bytes.length = 0;
  const start = bytes.reserve(1);
  bytes.view.setUint8(start, BIND);
  const size = bytes.reserve(4);
  bytes.add(PREAMBLE);
  bytes.addInt16(PARAMETERS);
  bytes.addInt32(1);
  bytes.view.setUint8(bytes.reserve(1), careful ? 1 : 0);
  for (const value of values) {
    if (value === null) bytes.addInt32(-1);
    else if (typeof value === "string") bytes.addSizedText(value);
    else value.writeTo(bytes);
  }
  // All results as texts.
  bytes.addInt16(0);
  bytes.view.setInt32(size, bytes.length - size);
  bytes.add(ENDING);
}

function message(kind: string, body: number[]): Buffer {
  return Buffer.from([kind.charCodeAt(0), 0, 0, 0, 4 + body.length, ...body]);
}
