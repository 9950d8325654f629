import { expect } from "chai";
import { testDatabase } from "../../test/database.test-support.ts";
import { findCardNumbers } from "./card-numbers.test-support.ts";
import { testVault } from "./vault.test-support.ts";

const ACCESS = { purpose: "payment pay_1: authorize", actor: "key_1", request: "req_1" };
const NUMBER = "4242424242424242";

describe("vault", () => {
  let test: Awaited<ReturnType<typeof testVault>>;
  before(async () => (test = await testVault(await testDatabase())));
  after(async () => {
    await test.close();
    await test.database.drop();
  });

  const store = (subject: string, number = NUMBER, livemode = false) =>
    test.vault.store({ livemode, subject, kind: "card", holder: `pm_of_${subject}`, number });
  const query = async <T extends object>(text: string, ...values: unknown[]) =>
    (await test.database.pool.query<T>(text, values)).rows;

  it("gives a number back for its token, to the mode that stored it alone", async () => {
    const token = await store("cus_1");
    expect(token).to.match(/^vault_/);
    expect(await test.vault.reveal(false, token, ACCESS)).to.equal(NUMBER);
    expect(await test.vault.reveal(true, token, ACCESS)).to.equal(undefined);
    expect(await test.vault.reveal(false, "vault_none", ACCESS)).to.equal(undefined);
  });

  it("writes down who had which number revealed, when and what for, and nobody can change that", async () => {
    const token = await store("cus_2");
    await test.vault.reveal(false, token, ACCESS);
    const [row] = await query(
      "select livemode, entry, purpose, actor, request from vault_access where entry = $1",
      token,
    );
    expect(row).to.deep.equal({ livemode: false, entry: token, ...ACCESS });
    await refused(test.database.servicePool.query("delete from vault_access"), /permission denied/);
    await refused(test.database.pool.query("delete from vault_access"), /append-only: DELETE is refused/);
  });

  it("answers many requests of one moment with one query", async () => {
    const tokens = await Promise.all(["a", "b", "c", "d"].map((name) => store(`cus_many_${name}`, NUMBER)));
    const { servicePool } = test.database;
    let queries = 0;
    servicePool.on("acquire", () => (queries += 1));
    const numbers = await Promise.all(tokens.map((token) => test.vault.reveal(false, token, ACCESS)));
    expect(numbers).to.deep.equal([NUMBER, NUMBER, NUMBER, NUMBER]);
    expect(queries).to.equal(1);
    servicePool.removeAllListeners("acquire");
  });

  it("keeps the cards of a customer under the customer's one key", async () => {
    await Promise.all([store("cus_3"), store("cus_3", "378282246310005")]);
    await store("cus_3", "5555555555554444");
    const [{ keys, entries }] = (await query(
      `select (select count(*) from vault_data_keys where subject = 'cus_3') as keys,
              (select count(*) from vault_entries where subject = 'cus_3') as entries`,
    )) as [{ keys: number; entries: number }];
    expect({ keys, entries }).to.deep.equal({ keys: 1, entries: 3 });
  });

  it("erases a customer by destroying its key: numbers and personal data are gone, others stay", async () => {
    const [mine, other] = await Promise.all([store("cus_4"), store("cus_5")]);
    const place = { livemode: false, subject: "cus_4", record: "cus_4" };
    const sealed = await test.vault.sealPersonal(place, { name: "Ada Lovelace" });
    expect(await test.vault.openPersonal(place, sealed)).to.deep.equal({ name: "Ada Lovelace" });
    await test.vault.eraseSubject({ livemode: false, subject: "cus_4" });
    expect(await test.vault.openPersonal(place, sealed)).to.equal(undefined);
    expect(await test.vault.reveal(false, mine, ACCESS)).to.equal(undefined);
    expect(await test.vault.reveal(false, other, ACCESS)).to.equal(NUMBER);
    expect(await query("select from vault_data_keys where subject = 'cus_4'")).to.have.length(0);
  });

  it("moves a card of nobody under its customer's key", async () => {
    const token = await test.vault.store({
      livemode: false,
      subject: "pm_alone",
      kind: "card",
      holder: "pm_alone",
      number: NUMBER,
    });
    expect(await test.vault.assign(false, token, "cus_6")).to.equal(true);
    expect(await test.vault.assign(false, token, "cus_6")).to.equal(true);
    expect(await test.vault.assign(false, "vault_none", "cus_6")).to.equal(false);
    expect(await test.vault.reveal(false, token, ACCESS)).to.equal(NUMBER);
    await test.vault.eraseSubject({ livemode: false, subject: "cus_6" });
    expect(await test.vault.reveal(false, token, ACCESS)).to.equal(undefined);
  });

  it("deletes a number, and the key that was made for it alone", async () => {
    const token = await test.vault.store({
      livemode: false,
      subject: "pm_gone",
      kind: "card",
      holder: "pm_gone",
      number: NUMBER,
    });
    await test.vault.delete(false, token);
    await test.vault.delete(false, token);
    expect(await test.vault.reveal(false, token, ACCESS)).to.equal(undefined);
    expect(await query("select from vault_data_keys where subject = 'pm_gone'")).to.have.length(0);
  });

  it("deletes numbers whose payment method was never made, an hour later", async () => {
    const [old, young] = await Promise.all([store("cus_old"), store("cus_young")]);
    await query("update vault_entries set created = now() - interval '2 hours' where id = $1", old);
    expect(await test.vault.sweep()).to.equal(1);
    expect(await test.vault.reveal(false, old, ACCESS)).to.equal(undefined);
    expect(await test.vault.reveal(false, young, ACCESS)).to.equal(NUMBER);
  });

  it("gives the same fingerprint for the same card within a mode, and another in the other mode", async () => {
    const first = await test.vault.fingerprint("card", false, NUMBER);
    expect(first).to.match(/^[0-9a-f]{32}$/);
    expect(await test.open().fingerprint("card", false, NUMBER)).to.equal(first);
    expect(await test.vault.fingerprint("card", true, NUMBER)).not.to.equal(first);
    expect(await test.vault.fingerprint("bank_account", false, NUMBER)).not.to.equal(first);
    expect(await test.vault.fingerprint("card", false, "5555555555554444")).not.to.equal(first);
    const token = await store("cus_7");
    expect(await test.vault.fingerprintOf(false, token)).to.equal(first);
  });

  describe("refuses what was tampered with", () => {
    const tampered = /fails its integrity check: it was changed, moved, or encrypted under another key/;

    it("a changed ciphertext", async () => {
      const token = await store("cus_t1");
      await query(
        "update vault_entries set sealed = set_byte(sealed, 14, get_byte(sealed, 14) # 1) where id = $1",
        token,
      );
      await refused(test.vault.reveal(false, token, ACCESS), tampered);
    });

    it("a ciphertext cut short", async () => {
      const token = await store("cus_t2");
      await query("update vault_entries set sealed = substr(sealed, 1, 20) where id = $1", token);
      await refused(test.vault.reveal(false, token, ACCESS), tampered);
    });

    it("ciphertexts of one customer that were swapped", async () => {
      const [one, other] = await Promise.all([store("cus_t3"), store("cus_t3", "5555555555554444")]);
      await query(
        `update vault_entries e set sealed = o.sealed from vault_entries o
         where e.id = any($1) and o.id = any($1) and o.id <> e.id`,
        [one, other],
      );
      await refused(test.vault.reveal(false, one, ACCESS), tampered);
      await refused(test.vault.reveal(false, other, ACCESS), tampered);
    });

    it("an earlier ciphertext under a later version, and test data made live", async () => {
      const [one, other] = await Promise.all([store("cus_t4"), store("cus_t5")]);
      await query("update vault_entries set version = 2 where id = $1", one);
      await refused(test.vault.reveal(false, one, ACCESS), tampered);
      await query(
        "insert into vault_data_keys select true, subject, generation, wrapped from vault_data_keys where subject = 'cus_t5'",
      );
      await query("update vault_entries set livemode = true where id = $1", other);
      await refused(test.vault.reveal(true, other, ACCESS), tampered);
    });

    it("another subject's data key", async () => {
      const [token] = await Promise.all([store("cus_t6"), store("cus_t7")]);
      await query(
        `update vault_data_keys k set wrapped = o.wrapped from vault_data_keys o
         where k.subject = 'cus_t6' and o.subject = 'cus_t7'`,
      );
      await refused(test.vault.reveal(false, token, ACCESS), tampered);
    });

    it("personal data of another object or another subject", async () => {
      const place = { livemode: false, subject: "cus_t8", record: "cus_t8" };
      const sealed = await test.vault.sealPersonal(place, { name: "Ada" });
      await refused(test.vault.openPersonal({ ...place, record: "pm_1" }, sealed), tampered);
      await store("cus_t9");
      await refused(test.vault.openPersonal({ ...place, subject: "cus_t9" }, sealed), tampered);
    });
  });

  it("has no number in any column of any table, nor in its log", async () => {
    await Promise.all(
      ["4242424242424242", "378282246310005", "6205500000000000004"].map((number) => store("cus_8", number)),
    );
    const tables = await query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    );
    for (const { name } of tables) {
      const content = JSON.stringify(await query(`select t::text as row from ${name} t`));
      expect(findCardNumbers(content), name).to.deep.equal([]);
    }
    expect(findCardNumbers(test.lines.join(""))).to.deep.equal([]);
  });
});

async function refused(promise: Promise<unknown>, message: RegExp): Promise<void> {
  let error: unknown;
  await promise.catch((reason: unknown) => (error = reason));
  expect(error).to.be.an("error").with.property("message").that.matches(message);
}
