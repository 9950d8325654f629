import { expect } from "chai";
import fc from "fast-check";
import type pg from "pg";
import pino from "pino";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import {
  missingKeys,
  publishedKeys,
  signingKeysFor,
  type SigningKeysOptions,
  type SigningPeriod,
} from "./signing-keys.ts";

const DAY = 86_400_000;
const PERIOD = 30 * DAY;
const LIFE = 930_000;

const key = (activates: number, changes: Partial<SigningPeriod> = {}): SigningPeriod => ({
  activates,
  withdrawn: false,
  usable: true,
  ...changes,
});

describe("Rotation of signing keys", () => {
  it("begins with one key that signs and one that will", () => {
    expect(missingKeys([], 0, PERIOD)).to.deep.equal([0, PERIOD]);
  });

  it("needs nothing while both are there", () => {
    expect(missingKeys([key(0), key(PERIOD)], PERIOD - 1, PERIOD)).to.deep.equal([]);
  });

  it("makes the one after next when the next begins to sign", () => {
    expect(missingKeys([key(0), key(PERIOD)], PERIOD, PERIOD)).to.deep.equal([2 * PERIOD]);
  });

  it("publishes the next key half a period ahead even after a long pause", () => {
    const now = 10 * PERIOD;
    expect(missingKeys([key(0), key(PERIOD)], now, PERIOD)).to.deep.equal([now + PERIOD / 2]);
  });

  it("makes keys anew where those there cannot be opened or were withdrawn", () => {
    const lost = [key(0, { usable: false }), key(PERIOD, { withdrawn: true })];
    expect(missingKeys(lost, 5, PERIOD)).to.deep.equal([5, 5 + PERIOD]);
  });

  it("always leaves a key that signs and one to come", () => {
    const keys = fc.array(
      fc.record({ activates: fc.nat(100), withdrawn: fc.boolean(), usable: fc.boolean() }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(keys, fc.nat(100), fc.integer({ min: 2, max: 50 }), (some, now, period) => {
        const sorted = some.toSorted((a, b) => a.activates - b.activates);
        const made = missingKeys(sorted, now, period).map((activates) => key(activates));
        const usable = [...sorted, ...made].filter((each) => each.usable && !each.withdrawn);
        expect(usable.some(({ activates }) => activates <= now)).to.equal(true);
        expect(usable.some(({ activates }) => activates > now)).to.equal(true);
        expect(
          missingKeys(
            [...sorted, ...made].toSorted((a, b) => a.activates - b.activates),
            now,
            period,
          ),
        ).to.deep.equal([]);
      }),
    );
  });

  it("publishes a key until the last token that it signed has ended", () => {
    const keys = [key(0), key(PERIOD), key(2 * PERIOD)];
    expect(publishedKeys(keys, PERIOD + LIFE - 1, LIFE)).to.deep.equal(keys);
    expect(publishedKeys(keys, PERIOD + LIFE, LIFE)).to.deep.equal(keys.slice(1));
    expect(publishedKeys([key(0, { withdrawn: true }), key(1)], 2, LIFE)).to.deep.equal([key(1)]);
  });
});

describe("Signing keys", () => {
  let core: TestCore;

  beforeEach(async () => {
    core = await testCore();
  });
  afterEach(() => core.close());

  const signingKeys = (secret = "one secret", options: Partial<SigningKeysOptions> = {}) =>
    signingKeysFor(core.config, secret, { ...core, log: pino({ level: "silent" }), ...options });

  const kids = (keys: ReturnType<typeof signingKeys>) => keys.jwks().keys.map(({ kid }) => kid);

  it("are the same on all instances, also when those start at once", async () => {
    const instances = Array.from({ length: 4 }, () => signingKeys());
    await Promise.all(instances.map((each) => each.refresh()));
    const [first] = instances;
    for (const each of instances) expect(kids(each)).to.deep.equal(first && kids(first));
    expect(first?.jwks().keys).to.have.length(2);
    expect(new Set(instances.map((each) => each.signer().id)).size).to.equal(1);
  });

  it("rotate by themselves: the published next one signs, and the old one goes when its tokens have ended", async () => {
    const keys = signingKeys();
    await keys.refresh();
    const published = kids(keys);
    const first = keys.signer().id;
    core.advance(PERIOD);
    await keys.refresh();
    expect(keys.signer().id).not.to.equal(first);
    expect(published).to.include(keys.signer().id);
    expect(keys.jwks().keys).to.have.length(3);
    expect(await keys.find(first)).not.to.equal(undefined);
    core.advance(LIFE);
    expect(kids(keys)).not.to.include(first);
    expect(await keys.find(first)).to.equal(undefined);
  });

  it("are read again before a token is verified when they may have changed", async () => {
    const keys = signingKeys();
    await keys.refresh();
    const first = keys.signer().id;
    await signingKeys().rotate("operator", true);
    expect(await keys.find(first), "nobody has told").not.to.equal(undefined);
    keys.outdate();
    expect(await keys.find(first)).to.equal(undefined);
  });

  it("are read again when they are older than they are trusted", async () => {
    const keys = signingKeys("one secret", { trust: () => 1000 });
    await keys.refresh();
    const first = keys.signer().id;
    await signingKeys().rotate("operator", true);
    core.advance(1000);
    expect(await keys.find(first)).not.to.equal(undefined);
    core.advance(1);
    expect(await keys.find(first)).to.equal(undefined);
  });

  it("stay the latest when a look that began before them ends after them", async () => {
    let gate = Promise.resolve(undefined);
    const slow = Object.assign(Object.create(core.pool) as pg.Pool, {
      async query(text: string) {
        const [opened, result] = [gate, await core.pool.query(text)];
        await opened;
        return result;
      },
    });
    const keys = signingKeys("one secret", { pool: slow });
    await keys.refresh();
    const first = keys.signer().id;

    const late = Promise.withResolvers<undefined>();
    gate = late.promise;
    const before = keys.refresh();
    // It has read what holds now.
    await core.pool.query("select");
    await signingKeys().rotate("operator", true);
    gate = Promise.resolve(undefined);
    await keys.refresh();
    late.resolve(undefined);
    await before;
    expect(await keys.find(first)).to.equal(undefined);
  });

  it("lie in the database sealed: another secret does not open them", async () => {
    const keys = signingKeys();
    await keys.refresh();
    const { rows } = await core.database.pool.query<{ text: string }>(
      "select t::text as text from signing_keys t",
    );
    expect(rows.map(({ text }) => text).join()).not.to.match(/PRIVATE KEY|"d"/);
    const other = signingKeys("another secret");
    await other.refresh();
    expect(other.signer().id).not.to.equal(keys.signer().id);
    // What the first one signed is still verified.
    expect(await other.find(keys.signer().id)).not.to.equal(undefined);
  });

  it("of a JWT_SECRET that leaked are all refused once they are withdrawn after its change, the next one too", async () => {
    const leaked = signingKeys("leaked secret");
    await leaked.refresh();
    const forgeable = kids(leaked);
    const keys = signingKeys("new secret");
    await keys.refresh();

    await keys.rotate("operator", true);
    for (const id of forgeable) expect(await keys.find(id), id).to.equal(undefined);
    expect(kids(keys)).to.have.length(2).and.include(keys.signer().id);
  });

  it("are not rotated with a JWT_SECRET that opens none of them", async () => {
    const keys = signingKeys();
    await keys.refresh();
    const before = kids(keys);
    const refused = await signingKeys("another secret")
      .rotate("operator", true)
      .catch((error: unknown) => error);
    expect(refused)
      .to.be.an("error")
      .with.property("message")
      .that.matches(/^JWT_SECRET opens none of the signing keys\. /);
    await keys.refresh();
    expect(kids(keys)).to.deep.equal(before);
  });
});
