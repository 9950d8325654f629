/** A buffer that is written from its beginning, grows as needed, and can be used again. */

/** Bytes at the beginning; most groups fit. */
const ROOM = 64 * 1024;

export class Bytes {
  /** Where the next byte goes. */
  length = 0;
  #buffer = Buffer.allocUnsafeSlow(ROOM);
  #view = viewOf(this.#buffer);

  /** For writing in what was reserved, until the next is reserved. */
  get view(): DataView {
    return this.#view;
  }

  /** Bytes that it holds without growing. */
  get capacity(): number {
    return this.#buffer.length;
  }

  /** What has been written; valid until the next is. */
  get written(): Buffer {
    return this.#buffer.subarray(0, this.length);
  }

  /** Makes room and tells where it begins. */
  reserve(size: number): number {
    const offset = this.length;
    this.length = offset + size;
    if (this.length > this.#buffer.length) this.#grow(this.length);
    return offset;
  }

  addInt16(value: number): void {
    const offset = this.reserve(2);
    this.#view.setInt16(offset, value);
  }

  addInt32(value: number): void {
    const offset = this.reserve(4);
    this.#view.setInt32(offset, value);
  }

  add(buffer: Buffer): void {
    const offset = this.reserve(buffer.length);
    this.#buffer.set(buffer, offset);
  }

  /** Writes the text in UTF-8, after its size in bytes. */
  addSizedText(text: string): void {
    // No UTF-16 code unit takes more than three bytes.
    const offset = this.reserve(4 + 3 * text.length);
    const size = this.#buffer.write(text, offset + 4);
    this.#view.setInt32(offset, size);
    this.length = offset + 4 + size;
  }

  /** Writes, at `offset`, how many bytes have been written since then, without these four. */
  setSize(offset: number): void {
    this.#view.setInt32(offset, this.length - offset - 4);
  }

  #grow(size: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.#buffer.length));
    larger.set(this.#buffer);
    this.#buffer = larger;
    this.#view = viewOf(larger);
  }
}

function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}
