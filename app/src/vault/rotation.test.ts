import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { testDatabase, type TestDatabase } from "../../test/database.test-support.ts";
import { loadConfig } from "../config.ts";
import { testApi, type TestApi } from "../payment-methods/app.test-support.ts";
import { sealedRows } from "./sealed-rows.ts";
import { testVault } from "./vault.test-support.ts";

const ACCESS = { purpose: "test", actor: "key_1" };
const NUMBERS = ["4242424242424242", "5555555555554444", "378282246310005"] as const;
const CHILD = fileURLToPath(new URL("rotation-process.test-support.ts", import.meta.url));

describe("rotation of the vault's keys", () => {
  let database: TestDatabase;
  let test: Awaited<ReturnType<typeof testVault>>;
  before(async () => (database = await testDatabase()));
  beforeEach(async () => (test = await testVault(database)));
  afterEach(() => test.close());
  after(() => database.drop());

  const numberOf = (index: number) => NUMBERS[index % NUMBERS.length] ?? "";
  const store = (index: number, vault = test.vault) =>
    vault.store({
      livemode: index % 2 === 0,
      subject: `cus_${index}`,
      kind: "card",
      holder: `pm_${index}`,
      number: numberOf(index),
    });
  const storeMany = (count: number) => Promise.all(Array.from({ length: count }, (_, index) => store(index)));
  const query = async <T extends object>(text: string, ...values: unknown[]) =>
    (await test.database.pool.query<T>(text, values)).rows;
  const generations = () =>
    query("select generation, count(*) from vault_data_keys group by generation order by generation");
  async function expectAllReadable(tokens: string[]): Promise<void> {
    const read = await Promise.all(
      tokens.map((token, index) => test.vault.reveal(index % 2 === 0, token, ACCESS)),
    );
    expect(read).to.deep.equal(tokens.map((_, index) => numberOf(index)));
  }

  it("encrypts everything anew and destroys the earlier keys", async () => {
    const tokens = await storeMany(250);
    const before = await query("select id, sealed from vault_entries order by id");
    await test.vault.rotation.begin();
    expect(await test.vault.rotation.run(0)).to.equal(true);
    await expectAllReadable(tokens);
    expect(await generations()).to.deep.equal([{ generation: 2, count: 250 }]);
    expect(await query("select generation, moved from vault_branch_keys")).to.deep.equal([
      { generation: 2, moved: 250 },
    ]);
    expect(await query("select distinct version, generation from vault_entries")).to.deep.equal([
      { version: 2, generation: 2 },
    ]);
    const after = await query("select id, sealed from vault_entries order by id");
    expect(after.filter((row, index) => JSON.stringify(row) === JSON.stringify(before[index]))).to.deep.equal(
      [],
    );
    expect(await test.vault.rotation.progress()).to.deep.include({
      generation: 2,
      moved: 250,
      finished: true,
    });
  });

  it("waits until every process must have noticed the new keys", async () => {
    await store(1);
    await test.vault.rotation.begin();
    expect(await test.vault.rotation.run()).to.equal(false);
    expect(await generations()).to.deep.equal([{ generation: 1, count: 1 }]);
  });

  it("begins by itself when the keys are old enough, and is over a while later", async () => {
    const tokens = await storeMany(3);
    const age = async (interval: string) => {
      await query("update vault_branch_keys set created = now() - $1::interval", interval);
      await query("update vault_data_keys set created = now() - $1::interval", interval);
    };
    await test.vault.rotation.run(0);
    await age("364 days");
    await test.vault.rotation.look();
    expect(await test.vault.rotation.progress()).to.deep.include({ generation: 1 });
    await age("366 days");
    await test.vault.rotation.look();
    expect(await test.vault.rotation.progress()).to.deep.include({ generation: 2, finished: false });
    await age("2 minutes");
    await test.vault.rotation.look();
    // Everything has moved; the earlier keys wait for what may still be on its way under them.
    expect(await generations()).to.deep.equal([
      { generation: 1, count: 3 },
      { generation: 2, count: 3 },
    ]);
    expect(await query("select distinct generation from vault_entries")).to.deep.equal([{ generation: 2 }]);
    await age("2 minutes");
    await test.vault.rotation.look();
    expect(await test.vault.rotation.progress()).to.deep.include({ generation: 2, moved: 3, finished: true });
    await expectAllReadable(tokens);
  });

  it("destroys no key while what it encrypted may still wait for its commit", async () => {
    const { rotation, ...vault } = test.open(test.root, loadConfig({ DATABASE_STATEMENT_TIMEOUT: "100" }));
    const place = { livemode: true, subject: "cus_1", record: "cus_1" };
    const sealed = await vault.sealPersonal(place, { name: "Ada" });
    await rotation.begin();
    await query("update vault_branch_keys set created = now() - interval '1 hour'");
    expect(await rotation.run()).to.equal(false);
    const age = (interval: string) =>
      query("update vault_data_keys set created = now() - $1::interval", interval);
    await age("220 seconds");
    expect(await rotation.run()).to.equal(false);
    expect(await vault.openPersonal(place, sealed)).to.deep.equal({ name: "Ada" });
    await age("240 seconds");
    expect(await rotation.run()).to.equal(true);
  });

  it("killed on the way, is finished by another process", async () => {
    const tokens = await storeMany(600);
    const child = spawn(process.execPath, [CHILD, test.database.url, join(test.folder, "vault-key")], {
      stdio: "inherit",
    });
    const ended = once(child, "exit");
    while (((await test.vault.rotation.progress())?.moved ?? 0) === 0 && child.exitCode === null)
      await sleep(5);
    child.kill("SIGKILL");
    expect(await ended).to.deep.equal([null, "SIGKILL"]);
    const left = await generations();
    expect(left).to.have.length(2);
    await expectAllReadable(tokens);
    // The lock goes when PostgreSQL notices that the process is gone.
    for (let tries = 0; tries < 500 && !(await test.vault.rotation.run(0)); tries += 1) await sleep(10);
    expect(await generations()).to.deep.equal([{ generation: 2, count: 600 }]);
    expect(await test.vault.rotation.progress()).to.deep.include({ moved: 600, finished: true });
    await expectAllReadable(tokens);
  });

  it("runs beside live traffic, which finds every number at every moment", async () => {
    const tokens = await storeMany(300);
    await test.vault.rotation.begin();
    const rotation = { isUnderWay: true };
    const running = test.vault.rotation.run(0).finally(() => (rotation.isUnderWay = false));
    const other = test.open();
    let rounds = 0;
    while (rotation.isUnderWay && rounds < 1000) {
      rounds += 1;
      const index = tokens.length;
      const [token, read] = await Promise.all([
        store(index, rounds % 2 === 0 ? other : test.vault),
        test.vault.reveal(false, tokens[1] ?? "", ACCESS),
        other.sealPersonal({ livemode: false, subject: "cus_1", record: "cus_1" }, { name: "x" }),
      ]);
      expect(read).to.equal(numberOf(1));
      tokens.push(token);
    }
    expect(await running).to.equal(true);
    expect(rounds).to.be.greaterThan(1);
    await expectAllReadable(tokens);
  });

  it("is done by one of two processes at a time, and what both do is done once", async () => {
    const tokens = await storeMany(300);
    const other = test.open();
    await Promise.all([test.vault.rotation.begin(), other.rotation.begin()]);
    const results = await Promise.all([test.vault.rotation.run(0), other.rotation.run(0)]);
    expect(results).to.have.members([true, false]);
    expect(await generations()).to.deep.equal([{ generation: 2, count: 300 }]);
    expect(await test.vault.rotation.progress()).to.deep.include({ moved: 300 });
    await expectAllReadable(tokens);
  });

  it("goes on past a number that was tampered with, says so, and does not destroy its key", async () => {
    const tokens = await storeMany(3);
    await query("update vault_entries set sealed = sealed || 'x'::bytea where id = $1", tokens[1]);
    await test.vault.rotation.begin();
    expect(await test.vault.rotation.run(0)).to.equal(false);
    expect(await generations()).to.deep.equal([
      { generation: 1, count: 1 },
      { generation: 2, count: 3 },
    ]);
    expect(test.lines.filter((line) => line.includes("were not moved to the new keys"))).to.have.length(1);
    await query(
      "update vault_entries set sealed = substr(sealed, 1, length(sealed) - 1) where id = $1",
      tokens[1],
    );
    expect(await test.vault.rotation.run(0)).to.equal(true);
    await expectAllReadable(tokens);
  });

  it("moves what other domains keep encrypted in tables of their own", async () => {
    const { vault } = test;
    await query("create table sealed_notes (id integer, livemode boolean, subject text, sealed text)");
    await query("grant select, update on sealed_notes to strongroom_service");
    const place = { livemode: true, subject: "cus_1" };
    const notes = [{ note: "one" }, { note: "two" }];
    for (const [id, note] of notes.entries()) {
      const sealed = await vault.sealPersonal({ ...place, record: `note_${id}` }, note);
      await query("insert into sealed_notes values ($1, true, 'cus_1', $2)", id, sealed);
    }
    const table = { table: "sealed_notes", key: "id", record: "'note_' || id" };
    vault.rotation.onMove(sealedRows(database.servicePool, vault, table));
    await vault.rotation.begin();
    expect(await vault.rotation.run(0)).to.equal(true);
    const rows = await query<{ id: number; sealed: string }>(
      "select id, sealed from sealed_notes order by id",
    );
    expect(rows.map(({ sealed }) => sealed.split(".")[0])).to.deep.equal(["2", "2"]);
    const opened = await Promise.all(
      rows.map(({ id, sealed }) => vault.openPersonal({ ...place, record: `note_${id}` }, sealed)),
    );
    expect(opened).to.deep.equal(notes);
  });

  it("tries a subject again whose other data could not be moved", async () => {
    await storeMany(3);
    let fails = true;
    test.vault.rotation.onMove(({ subject }) => {
      return fails && subject === "cus_1" ? Promise.reject(new Error("away")) : Promise.resolve();
    });
    await test.vault.rotation.begin();
    expect(await test.vault.rotation.run(0)).to.equal(false);
    expect(await test.vault.rotation.progress()).to.deep.include({ moved: 2, finished: false });
    fails = false;
    expect(await test.vault.rotation.run(0)).to.equal(true);
  });
});

describe("rotation of customers and payment methods", () => {
  let core: TestCore;
  let api: TestApi;
  before(async () => (core = await testCore()));
  beforeEach(async () => (api = await testApi(core)));
  afterEach(() => api.close());
  after(() => core.close());

  const ADA = { name: "Ada Lovelace", email: "ada@example.com" };
  const CARD = {
    type: "card",
    card: { number: "4242424242424242", exp_month: 1, exp_year: 2030 },
    billing_details: ADA,
  };

  async function fill() {
    const customer = await api.call("POST", "/customers", ADA);
    const owned = await api.call("POST", "/payment_methods", { ...CARD, customer: customer.body.id });
    const alone = await api.call("POST", "/payment_methods", CARD);
    return { customer: customer.body, owned: owned.body, alone: alone.body };
  }

  async function rotate(options: { replaceHashKey?: boolean } = {}): Promise<void> {
    await api.vault.rotation.begin(options);
    expect(await api.vault.rotation.run(0)).to.equal(true);
  }

  const get = async (path: string) => (await api.call("GET", path)).body;

  it("leaves them as they were for whoever asks, encrypted under the new keys alone", async () => {
    const { customer, owned, alone } = await fill();
    await rotate();
    const { rows } = await core.pool.query("select distinct generation from vault_data_keys");
    expect(rows).to.deep.equal([{ generation: 2 }]);
    expect(await get(`/customers/${customer.id}`)).to.deep.equal(customer);
    expect(await get(`/payment_methods/${owned.id}`)).to.deep.equal(owned);
    expect(await get(`/payment_methods/${alone.id}`)).to.deep.equal(alone);
    expect((await get("/customers?email=ada@example.com")).data).to.deep.equal([customer]);
    for (const instrument of [await api.instrument(owned.id, customer.id), await api.instrument(alone.id)]) {
      expect(instrument).to.include({ number: "4242424242424242" });
    }
    expect((await core.pool.query("select from events where type like '%updated'")).rowCount).to.equal(0);
  });

  it("leaves a number revealed that was read before it and is decrypted after it", async () => {
    const { alone } = await fill();
    const reading = { livemode: false, holder: alone.id, customer: undefined, access: ACCESS };
    const held = await api.vault.readMethod(reading);
    await rotate();
    // The keys of before are no longer in memory either.
    api.advance(core.config.VAULT_KEY_CACHE_SECONDS * 1000 + 1);
    expect(await held?.reveal()).to.equal("4242424242424242");
  });

  it("is begun and watched by operators over the API", async () => {
    await fill();
    const begun = await api.call("POST", "/vault/rotations", {});
    expect(begun.body).to.include({ object: "vault.rotation", generation: 2, moved: 0, status: "running" });
    const again = await api.call("POST", "/vault/rotations", {});
    expect(again.body).to.include({ generation: 2, status: "running" });
    expect(await api.vault.rotation.run(0)).to.equal(true);
    expect(await get("/vault/rotations/latest")).to.include({ generation: 2, moved: 2, status: "finished" });
    const { rows } = await core.pool.query("select distinct generation from vault_hash_keys");
    expect(rows).to.deep.equal([{ generation: 1 }]);
  });

  it("shows customers and payment methods whole at every moment", async () => {
    const filled = await Promise.all(Array.from({ length: 10 }, fill));
    const rotation = { isUnderWay: true };
    await api.vault.rotation.begin();
    const running = api.vault.rotation.run(0).finally(() => (rotation.isUnderWay = false));
    let rounds = 0;
    while (rotation.isUnderWay) {
      rounds += 1;
      const { customer, owned, alone } = filled[rounds % filled.length] ?? (await fill());
      const paths = [
        `/customers/${customer.id}`,
        `/payment_methods/${owned.id}`,
        `/payment_methods/${alone.id}`,
      ];
      expect(await Promise.all(paths.map(get))).to.deep.equal([customer, owned, alone]);
      expect((await get(`/payment_methods?customer=${customer.id}`)).data).to.deep.equal([owned]);
    }
    expect(await running).to.equal(true);
    expect(rounds).to.be.greaterThan(1);
  });

  it("loses no change of a customer that happens meanwhile", async () => {
    const { customer } = await fill();
    const changes = Array.from({ length: 5 }, (_, index) => ({
      metadata: { [`k${index}`]: "v" },
      phone: `${index}`,
    }));
    await api.vault.rotation.begin();
    const [finished] = await Promise.all([
      api.vault.rotation.run(0),
      ...changes.map((change) => api.call("POST", `/customers/${customer.id}`, change)),
    ]);
    if (!finished) expect(await api.vault.rotation.run(0)).to.equal(true);
    const now = await get(`/customers/${customer.id}`);
    expect(now.name).to.equal("Ada Lovelace");
    expect(Object.keys(now.metadata as object)).to.have.length(5);
    const { rows } = await core.pool.query("select distinct generation from vault_data_keys");
    expect(rows).to.deep.equal([{ generation: 2 }]);
  });

  it("with a new hash key renews fingerprints, and finds customers by e-mail all the while", async () => {
    const { customer, owned, alone } = await fill();
    const fingerprintOf = (body: Record<string, unknown>) =>
      (body.card as { fingerprint: string }).fingerprint;
    await api.vault.rotation.begin({ replaceHashKey: true });
    expect((await get("/customers?email=ada@example.com")).data).to.deep.equal([customer]);
    expect(await api.vault.rotation.run(0)).to.equal(true);
    expect((await get("/customers?email=ada@example.com")).data).to.deep.equal([customer]);
    const renewed = await Promise.all([owned, alone].map(({ id }) => get(`/payment_methods/${id}`)));
    const fingerprints = renewed.map(fingerprintOf);
    expect(fingerprints[0]).to.equal(fingerprints[1]).and.not.equal(fingerprintOf(owned));
    const fresh = (await api.call("POST", "/payment_methods", CARD)).body;
    expect(fingerprintOf(fresh)).to.equal(fingerprints[0]);
    const { rows } = await core.pool.query("select generation from vault_hash_keys");
    expect(rows).to.deep.equal([{ generation: 2 }]);
  });
});
