import { expect } from "chai";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { Bigints, Booleans, Integers, type PgArray, Smallints, Texts, Timestamps } from "./arrays.ts";
import { Bytes } from "./bytes.ts";

describe("Arrays in PostgreSQL's binary form", () => {
  let core: TestCore;

  before(async () => {
    core = await testCore();
  });

  after(async () => {
    await core.close();
  });

  it("are read by PostgreSQL as they were written", async () => {
    const large = Number.MAX_SAFE_INTEGER;
    const moments = ["1969-12-31T23:59:59.999Z", "2000-01-01T00:00:00.000Z", "2026-11-22T10:55:04.123Z"];
    expect(await read("boolean", filled(new Booleans(), [true, false]))).to.equal("{t,f}");
    expect(await read("smallint", filled(new Smallints(), [-32768, 0, 32767]))).to.equal("{-32768,0,32767}");
    expect(await read("integer", filled(new Integers(), [-(2 ** 31), -1, 2 ** 31 - 1]))).to.equal(
      "{-2147483648,-1,2147483647}",
    );
    expect(await read("bigint", filled(new Bigints(), [-large, -(2 ** 32), -1, 0, 2 ** 32, large]))).to.equal(
      `{${-large},-4294967296,-1,0,4294967296,${large}}`,
    );
    expect(
      await read(
        "timestamptz",
        filled(
          new Timestamps(),
          moments.map((moment) => Date.parse(moment)),
        ),
      ),
    ).to.equal('{"1969-12-31 23:59:59.999+00","2000-01-01 00:00:00+00","2026-11-22 10:55:04.123+00"}');
    expect(await read("integer", new Integers())).to.equal("{}");
  });

  it("keep texts as they are, whatever they hold", async () => {
    const texts = [
      "",
      "plain",
      null,
      'quote " comma , brace { back \\ slash',
      "null",
      "žluťoučký €😀",
      "a\nb",
      "€".repeat(100_000),
    ];
    const { rows } = await core.pool.query<{ texts: (string | null)[] }>("select $1::text[] as texts", [
      writtenOf(filled(new Texts(), texts)),
    ]);
    expect(rows[0]?.texts).to.deep.equal(texts);
  });

  /** The array as PostgreSQL shows it. */
  async function read(type: string, array: PgArray): Promise<string | undefined> {
    const client = await core.pool.connect();
    try {
      await client.query("set timezone = 'UTC'");
      const { rows } = await client.query<{ shown: string }>(`select $1::${type}[]::text as shown`, [
        writtenOf(array),
      ]);
      return rows[0]?.shown;
    } finally {
      client.release();
    }
  }
});

function filled<T, A extends { add: (value: T) => void }>(array: A, values: T[]): A {
  for (const value of values) array.add(value);
  return array;
}

/** The array alone, without its size. */
function writtenOf(array: PgArray): Buffer {
  const bytes = new Bytes();
  array.writeTo(bytes);
  expect(bytes.written.readInt32BE()).to.equal(bytes.length - 4);
  return bytes.written.subarray(4);
}
