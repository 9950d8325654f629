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

/** An array whose elements are all of one size. */
abstract class FixedArray<T> implements PgArray {
  readonly #oid: number;
  readonly #size: number;
  readonly #values: T[] = [];

  constructor(oid: number, size: number) {
    this.#oid = oid;
    this.#size = size;
  }

  add(value: T): void {
    this.#values.push(value);
  }

  writeTo(bytes: Bytes): void {
    const size = this.#size;
    let offset = writeHeader(bytes, this.#oid, this.#values.length, size);
    const { view } = bytes;
    for (const value of this.#values) {
      view.setInt32(offset, size);
      this.put(view, offset + SIZE, value);
      offset += SIZE + size;
    }
  }

  protected abstract put(view: DataView, offset: number, value: T): void;
}

export class Booleans extends FixedArray<boolean> {
  constructor() {
    super(OIDS.boolean, 1);
  }

  protected put(view: DataView, offset: number, value: boolean): void {
    view.setInt8(offset, value ? 1 : 0);
  }
}

export class Smallints extends FixedArray<number> {
  constructor() {
    super(OIDS.smallint, 2);
  }

  protected put(view: DataView, offset: number, value: number): void {
    view.setInt16(offset, value);
  }
}

export class Integers extends FixedArray<number> {
  constructor() {
    super(OIDS.integer, 4);
  }

  protected put(view: DataView, offset: number, value: number): void {
    view.setInt32(offset, value);
  }
}

/** Of safe integers. */
export class Bigints extends FixedArray<number> {
  constructor() {
    super(OIDS.bigint, 8);
  }

  protected put(view: DataView, offset: number, value: number): void {
    putLong(view, offset, value);
  }
}

/** Of milliseconds since 1970 (UTC). */
export class Timestamps extends FixedArray<number> {
  constructor() {
    super(OIDS.timestamptz, 8);
  }

  protected put(view: DataView, offset: number, milliseconds: number): void {
    putLong(view, offset, (milliseconds - EPOCH) * 1000);
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

function putLong(view: DataView, offset: number, value: number): void {
  const high = Math.floor(value / TWO_32);
  view.setInt32(offset, high);
  view.setUint32(offset + 4, value - high * TWO_32);
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
