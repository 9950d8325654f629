/**
 * PostgreSQL's binary form of one-dimensional arrays (array_send in its source), written element by element. Unlike text
 * literals they need no escaping here and no parsing there.
 */

/** Object ids of the element types, from PostgreSQL's pg_type.dat; they never change. */
const OIDS = { boolean: 16, bigint: 20, smallint: 21, integer: 23, text: 25, timestamptz: 1184 } as const;

/** Number of dimensions, whether there are nulls, element type, length, lower bound: four bytes each. */
const HEADER = 20;
/** Before each element, its size. */
const SIZE = 4;
const NULL = -1;

/** Milliseconds from 1970 to 2000, where PostgreSQL's time begins. */
const EPOCH = 946_684_800_000;

const TWO_32 = 2 ** 32;

/** An array of a number of elements, all of which are to be added, in order. */
class FixedArray {
  readonly buffer: Buffer;
  #offset = HEADER;

  constructor(oid: number, length: number, size: number) {
    this.buffer = withHeader(oid, length, size * length);
  }

  /** Where to write an element of this size. */
  protected next(size: number): number {
    const offset = this.buffer.writeInt32BE(size, this.#offset);
    this.#offset = offset + size;
    return offset;
  }
}

export class Booleans extends FixedArray {
  constructor(length: number) {
    super(OIDS.boolean, length, 1);
  }

  add(value: boolean): void {
    this.buffer[this.next(1)] = value ? 1 : 0;
  }
}

export class Smallints extends FixedArray {
  constructor(length: number) {
    super(OIDS.smallint, length, 2);
  }

  add(value: number): void {
    this.buffer.writeInt16BE(value, this.next(2));
  }
}

export class Integers extends FixedArray {
  constructor(length: number) {
    super(OIDS.integer, length, 4);
  }

  add(value: number): void {
    this.buffer.writeInt32BE(value, this.next(4));
  }
}

/** Of safe integers. */
export class Bigints extends FixedArray {
  constructor(length: number) {
    super(OIDS.bigint, length, 8);
  }

  add(value: number): void {
    writeLong(this.buffer, value, this.next(8));
  }
}

/** Of milliseconds since 1970 (UTC). */
export class Timestamps extends FixedArray {
  constructor(length: number) {
    super(OIDS.timestamptz, length, 8);
  }

  add(milliseconds: number): void {
    writeLong(this.buffer, (milliseconds - EPOCH) * 1000, this.next(8));
  }
}

/** Of texts of any length, and nulls. */
export class Texts {
  readonly #values: (string | null)[] = [];

  add(value: string | null): void {
    this.#values.push(value);
  }

  get buffer(): Buffer {
    let bytes = 0;
    for (const value of this.#values) if (value !== null) bytes += Buffer.byteLength(value);
    const buffer = withHeader(OIDS.text, this.#values.length, bytes);
    let offset = HEADER;
    for (const value of this.#values) {
      const size = value === null ? NULL : buffer.write(value, offset + SIZE);
      buffer.writeInt32BE(size, offset);
      offset += SIZE + Math.max(size, 0);
    }
    return buffer;
  }
}

function writeLong(buffer: Buffer, value: number, offset: number): void {
  const high = Math.floor(value / TWO_32);
  buffer.writeInt32BE(high, offset);
  buffer.writeUInt32BE(value - high * TWO_32, offset + 4);
}

/** @param bytes What the elements take without their sizes. */
function withHeader(oid: number, length: number, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER + length * SIZE + bytes);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(0, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}
