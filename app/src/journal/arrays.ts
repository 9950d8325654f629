/**
 * PostgreSQL's binary form of one-dimensional arrays (array_send in its source). Unlike text literals they need no escaping
 * here and no parsing there.
 */
import type { Bytes } from "./bytes.ts";

/** Object ids of the element types, from PostgreSQL's pg_type.dat; they never change. */
const OIDS = { boolean: 16, bigint: 20, smallint: 21, integer: 23, text: 25, timestamptz: 1184 } as const;

/** An array's header: number of dimensions, whether there are nulls, element type, length, lower bound. */
const HEADER = 20;
/** Before each element, its size. */
const SIZE = 4;
const NULL = -1;

/** Milliseconds from 1970 to 2000, where PostgreSQL's time begins. */
const EPOCH = 946_684_800_000;

const TWO_32 = 2 ** 32;

/** An array to which elements are added in order, and which is written when it has all of them. */
export interface PgArray {
  /** Writes the array, after its size in bytes. */
  writeTo: (bytes: Bytes) => void;
}

export class Booleans implements PgArray {
  readonly #values: boolean[] = [];

  add(value: boolean): void {
    this.#values.push(value);
  }

  writeTo(bytes: Bytes): void {
    let offset = writeHeader(bytes, OIDS.boolean, this.#values.length, 1);
    const { view } = bytes;
    for (const value of this.#values) {
      view.setInt32(offset, 1);
      view.setInt8(offset + SIZE, value ? 1 : 0);
      offset += SIZE + 1;
    }
  }
}

export class Smallints implements PgArray {
  readonly #values: number[] = [];

  add(value: number): void {
    this.#values.push(value);
  }

  writeTo(bytes: Bytes): void {
    let offset = writeHeader(bytes, OIDS.smallint, this.#values.length, 2);
    const { view } = bytes;
    for (const value of this.#values) {
      view.setInt32(offset, 2);
      view.setInt16(offset + SIZE, value);
      offset += SIZE + 2;
    }
  }
}

export class Integers implements PgArray {
  readonly #values: number[] = [];

  add(value: number): void {
    this.#values.push(value);
  }

  writeTo(bytes: Bytes): void {
    let offset = writeHeader(bytes, OIDS.integer, this.#values.length, 4);
    const { view } = bytes;
    for (const value of this.#values) {
      view.setInt32(offset, 4);
      view.setInt32(offset + SIZE, value);
      offset += SIZE + 4;
    }
  }
}

/** Of safe integers. */
export class Bigints implements PgArray {
  readonly #values: number[] = [];

  add(value: number): void {
    this.#values.push(value);
  }

  writeTo(bytes: Bytes): void {
    writeLongs(bytes, OIDS.bigint, this.#values);
  }
}

/** Of milliseconds since 1970 (UTC). */
export class Timestamps implements PgArray {
  readonly #values: number[] = [];

  add(milliseconds: number): void {
    this.#values.push((milliseconds - EPOCH) * 1000);
  }

  writeTo(bytes: Bytes): void {
    writeLongs(bytes, OIDS.timestamptz, this.#values);
  }
}

/** Of texts of any length, and nulls. */
export class Texts implements PgArray {
  readonly #values: (string | null)[] = [];

  add(value: string | null): void {
    this.#values.push(value);
  }

  writeTo(bytes: Bytes): void {
    const start = bytes.length;
    writeHeader(bytes, OIDS.text, this.#values.length, 0);
    bytes.length = start + SIZE + HEADER;
    for (const value of this.#values) {
      if (value === null) bytes.addInt32(NULL);
      else bytes.addSizedText(value);
    }
    bytes.setSize(start);
  }
}

function writeLongs(bytes: Bytes, oid: number, values: readonly number[]): void {
  let offset = writeHeader(bytes, oid, values.length, 8);
  const { view } = bytes;
  for (const value of values) {
    const high = Math.floor(value / TWO_32);
    view.setInt32(offset, 8);
    view.setInt32(offset + SIZE, high);
    view.setUint32(offset + SIZE + 4, value - high * TWO_32);
    offset += SIZE + 8;
  }
}

/** Makes room for the array and tells where its elements, all of one size, begin. */
function writeHeader(bytes: Bytes, oid: number, length: number, size: number): number {
  const total = HEADER + length * (SIZE + size);
  const offset = bytes.reserve(SIZE + total);
  const { view } = bytes;
  view.setInt32(offset, total);
  view.setInt32(offset + 4, 1);
  view.setInt32(offset + 8, 0);
  view.setInt32(offset + 12, oid);
  view.setInt32(offset + 16, length);
  view.setInt32(offset + 20, 1);
  return offset + SIZE + HEADER;
}
