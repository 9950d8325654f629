import { expect } from "chai";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { testCore, type TestCore } from "../../../test/core.test-support.ts";
import { until } from "../../../test/wait.test-support.ts";
import { sealedRows } from "../../vault/index.ts";
import type { Notice, Processor } from "../processor.ts";
import { bankAccount, testProcessors, type TestProcessors } from "../processors.test-support.ts";
import { foundBy, linesOf, referenceOf } from "../simulator/simulator.test-support.ts";
import type { FileRow } from "./entry.ts";
import { AchFiles } from "./files.ts";
import { type Addenda, type AchFile, buildAchFile, parseAchFile } from "./nacha/file.ts";
import { AchRepository } from "./repository.ts";
import { importReturns } from "./returns.ts";

const DAY = 24 * 3_600_000;

const WAITING_FOR_LOCK = `select from pg_locks l join pg_database d on d.oid = l.database
  where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`;

/** How many statements a pool's connections are asked while work is done. */
async function statementsOf(pool: pg.Pool, work: () => Promise<void>): Promise<number> {
  let count = 0;
  const watched = new Map<pg.PoolClient, (...given: unknown[]) => unknown>();
  const watch = (client: pg.PoolClient) => {
    if (watched.has(client)) return;
    const query = client.query.bind(client) as (...given: unknown[]) => unknown;
    const counted = (...given: unknown[]) => {
      count += 1;
      return query(...given);
    };
    watched.set(client, query);
    Object.assign(client, { query: counted });
  };
  pool.on("acquire", watch);
  await work();
  pool.off("acquire", watch);
  for (const [client, query] of watched) Object.assign(client, { query });
  return count;
}

describe("ACH", () => {
  let core: TestCore;
  let test: TestProcessors;
  let ach: Processor;

  before(async () => {
    core = await testCore();
  });

  after(() => core.close());

  beforeEach(async () => {
    test = await testProcessors(core);
    ach = test.processors.choose({ method: "us_bank_account", currency: "usd", livemode: false });
    // Monday, 5 January 2026, 12:00 in New York.
    test.core.advance(Date.UTC(2026, 0, 5, 17) - test.core.clock());
  });

  afterEach(() => test.close());

  const debit = (key: string, amount = 2000, over = {}) =>
    ach.authorize({ key, amount, currency: "usd", capture: true, instrument: bankAccount(over) });

  /** Files what is pending; the file as its reader sees it. */
  async function file(key?: string): Promise<{ id: string; file: AchFile; text: string }> {
    const made = await test.call("POST", "/ach_files", undefined, key);
    expect(made.status, made.text).to.equal(201);
    const id = String(made.body.id);
    const { text } = await test.call("GET", `/ach_files/${id}/content`);
    return { id, file: parseAchFile(text), text };
  }

  /** The bank's file of returns for entries of ours. */
  function returns(from: AchFile, told: readonly { index: number; code: string; amount?: number }[]): string {
    const entries = from.batches.flatMap((batch) => batch.entries);
    const [batch] = from.batches;
    if (!batch) throw new Error("The file is empty.");
    return buildAchFile({
      ...from,
      batches: [
        {
          ...batch,
          entries: told.map(({ index, code, amount }, number) => {
            const entry = entries[index];
            if (!entry) throw new Error(`There is no entry ${index}.`);
            const traceNumber = String(91000010000000 + number).padStart(15, "0");
            const both = {
              code,
              originalTrace: entry.traceNumber,
              originalDfi: entry.routingNumber.slice(0, 8),
              traceNumber,
            };
            const addenda: Addenda = code.startsWith("C")
              ? { type: "change", ...both, correctedData: "000987654321" }
              : { type: "return", ...both, dateOfDeath: "", information: "" };
            return {
              ...entry,
              transactionCode: "26",
              amount: amount ?? entry.amount,
              traceNumber,
              addenda: [addenda],
            };
          }),
        },
      ],
    });
  }

  async function import_(text: string, key?: string): Promise<string[]> {
    const { status, body, text: answer } = await test.call("POST", "/ach_returns", { content: text }, key);
    expect(status, answer).to.equal(201);
    return (body.returns as { outcome: string }[]).map(({ outcome }) => outcome);
  }

  const notices = (): Notice[] => test.told.map(({ notice }) => notice);

  const settledOn = (date: string) => linesOf(ach.settlement(date));

  it("puts each debit and credit into one file, by kind of account and purpose", async () => {
    await debit("k1", 1000);
    await debit("k2", 2000, { accountType: "savings" });
    await debit("k3", 3000, { holderType: "company", holderName: "Widgets & Co." });
    await ach.payOut({ key: "k4", amount: 4000, currency: "usd", instrument: bankAccount() });
    const { file: made, text } = await file();
    expect(made).to.include({
      creationDate: "260105",
      creationTime: "1200",
      idModifier: "A",
      destination: " 110000000",
    });
    const seen = made.batches.map(({ secCode, description, effectiveDate, entries }) => ({
      batch: `${secCode} ${description} ${effectiveDate}`,
      entries: entries.map(({ transactionCode, amount, name }) => `${transactionCode} ${amount} ${name}`),
    }));
    expect(seen).to.deep.equal([
      { batch: "WEB PAYMENT 260106", entries: ["27 1000 JENNY ROSEN", "37 2000 JENNY ROSEN"] },
      { batch: "CCD PAYMENT 260106", entries: ["27 3000 WIDGETS & CO."] },
      { batch: "PPD PAYOUT 260106", entries: ["22 4000 JENNY ROSEN"] },
    ]);
    expect(text.split("\n").filter((line) => line.startsWith("6"))).to.have.length(4);
    const again = await test.call("POST", "/ach_files");
    expect(again.status).to.equal(400);
    expect(again.body.error).to.include({
      code: "nothing_pending",
      message: "No debit or credit waits for a file.",
    });
  });

  it("files for the next banking day after the cut-off, over weekends and holidays", async () => {
    test.core.advance(Date.UTC(2026, 0, 16, 22) - test.core.clock()); // Friday 17:00; Monday is a holiday
    await debit("k1");
    expect((await file()).file.batches[0]?.effectiveDate).to.equal("260121");
  });

  it("does each key once", async () => {
    const results = await Promise.all([debit("k1"), debit("k1"), debit("k1")]);
    expect(new Set(results.map(referenceOf)).size).to.equal(1);
    expect((await file()).file.batches.flatMap(({ entries }) => entries)).to.have.length(1);
    expect(await debit("k1")).to.deep.equal(results[0]);
    expect((await test.call("POST", "/ach_files")).status).to.equal(400);
  });

  it("files each entry exactly once when files are made and debits come at the same time", async () => {
    const made = await Promise.all(
      Array.from({ length: 30 }, async (_, number) => {
        await debit(`k${number}`, 100 + number);
        return number % 5 === 0 ? test.call("POST", "/ach_files") : undefined;
      }),
    );
    const last = await test.call("POST", "/ach_files");
    const ids = [...made, last].flatMap((answer) => (answer?.status === 201 ? [String(answer.body.id)] : []));
    const amounts: number[] = [];
    const traces = new Set<string>();
    for (const id of ids) {
      const { batches } = parseAchFile((await test.call("GET", `/ach_files/${id}/content`)).text);
      for (const entry of batches.flatMap(({ entries }) => entries)) {
        amounts.push(entry.amount);
        traces.add(entry.traceNumber);
      }
    }
    expect(amounts.sort((one, other) => one - other)).to.deep.equal(
      Array.from({ length: 30 }, (_, number) => 100 + number),
    );
    expect(traces.size).to.equal(30);
    const { body } = await test.call("GET", "/ach_files?limit=100");
    const modifiers = (body.data as { id_modifier: string }[]).map(({ id_modifier: letter }) => letter);
    expect(modifiers).to.deep.equal(Array.from("ABCDEFGHIJ").slice(0, ids.length).reverse());
  });

  it("leaves for the next file what the totals of a file have no digits for", async () => {
    // The hundred of them are 999,999,999,900 cents.
    for (let number = 1; number <= 100; number += 1) await debit(`k${number}`, 9_999_999_999);
    await debit("fits", 99);
    await ach.payOut({ key: "credit", amount: 5, currency: "usd", instrument: bankAccount() });
    await debit("next", 1);
    const made = [await test.call("POST", "/ach_files"), await test.call("POST", "/ach_files")];
    expect(made.map(({ status, body }) => [status, body.debit_total, body.credit_total])).to.deep.equal([
      [201, 999_999_999_999, 5],
      [201, 1, 0],
    ]);
  });

  it("answers a request that is sent again with the file that it made", async () => {
    await debit("k1");
    const first = await test.call("POST", "/ach_files", undefined, "make-1");
    await debit("k2");
    expect((await test.call("POST", "/ach_files", undefined, "make-1")).text).to.equal(first.text);
    expect((await test.call("GET", "/ach_files")).body.data).to.have.length(1);
  });

  it("makes a new file for a key that comes again after it was forgotten", async () => {
    const make = () => test.call("POST", "/ach_files", undefined, "make-1");
    await debit("k1");
    const first = await make();
    test.core.advance(test.core.config.IDEMPOTENCY_HOURS * 3_600_000 + 1);
    await test.core.database.pool.query("delete from idempotency_keys");
    await debit("k2", 500);
    const second = await make();
    expect(second.body).to.include({ entry_count: 1, debit_total: 500 });
    expect(second.body.id).not.to.equal(first.body.id);
    // Without its answer, as after a crash, it is the later one's key.
    await test.core.database.pool.query("delete from idempotency_keys");
    expect((await make()).body.id).to.equal(second.body.id);
  });

  it("makes one file for a request that several instances work at, and each has that file", async () => {
    await debit("k1");
    const repository = new AchRepository(core.pool);
    const files = new AchFiles({ core: test.core, repository, vault: test.vault });
    const made: Promise<FileRow>[] = [];
    await repository.exclusively(async () => {
      // All have looked for what is there before one of them can make the file.
      for (let instance = 1; instance <= 3; instance += 1) made.push(files.make(false, "make-1"));
      await until(async () => (await core.pool.query(WAITING_FOR_LOCK)).rowCount === 3);
    });
    const ids = (await Promise.all(made)).map(({ id }) => id);
    expect(new Set(ids).size).to.equal(1);
    expect((await test.call("GET", "/ach_files")).body.data).to.have.length(1);
  });

  it("delivers files whole to the folder, and after a stop those that were left over", async () => {
    await debit("k1");
    const { id, text } = await file();
    const path = join(test.folder, "ach", `${id}.ach`);
    expect(readFileSync(path, "utf8")).to.equal(text);
    // As a stop between the commit and the delivery leaves it, half a file included.
    rmSync(path);
    writeFileSync(`${path}.part`, text.slice(0, 100));
    await test.core.database.pool.query("update ach_files set delivered = null");
    await test.processors.deliverNotices();
    expect(readFileSync(path, "utf8")).to.equal(text);
    expect(readdirSync(join(test.folder, "ach"))).to.deep.equal([`${id}.ach`]);
    expect((await test.call("GET", `/ach_files/${id}`)).body.delivered).to.be.a("number");
  });

  it("puts no file into the folder that was made before there was one: the bank has it already", async () => {
    Object.assign(test.core, { config: { ...test.core.config, ACH_FOLDER: undefined } });
    await debit("k1");
    await file();
    const folder = join(test.folder, "new");
    Object.assign(test.core, { config: { ...test.core.config, ACH_FOLDER: folder } });
    await debit("k2");
    const { id } = await file();
    await test.processors.deliverNotices();
    expect(readdirSync(folder)).to.deep.equal([`${id}.ach`]);
  });

  it("makes the same text of a file when names in the settings have changed since", async () => {
    await debit("k1");
    const { id, text } = await file();
    const { digest } = (await test.call("GET", `/ach_files/${id}`)).body;
    Object.assign(test.core, { config: { ...test.core.config, ACH_COMPANY_NAME: "OTHER" } });
    const again = test.another();
    await again.stop();
    expect((await test.call("GET", `/ach_files/${id}/content`)).text).to.equal(text);
    expect(digest).to.match(/^[0-9a-f]{64}$/);
  });

  it("has succeeded when the time for a return is over, and is told once", async () => {
    const result = await debit("k1");
    const reference = referenceOf(result);
    expect(result.outcome).to.equal("pending");
    await file();
    // Effective on Tuesday; three banking days later is Friday.
    test.core.advance(3 * DAY);
    await test.processors.deliverNotices();
    expect(notices()).to.deep.equal([]);
    test.core.advance(DAY);
    await test.processors.deliverNotices();
    await test.processors.deliverNotices();
    const approved = { outcome: "approved", reference, amount: 2000 };
    expect(test.told).to.deep.equal([
      { processor: "ach_test", notice: { type: "outcome", key: "k1", result: approved } },
    ]);
    expect(foundBy(await ach.inquire("k1"))).to.deep.equal(approved);
    expect(await settledOn("2026-01-09")).to.deep.equal([
      {
        processorReference: reference,
        type: "charge",
        amount: 2000,
        currency: "usd",
        fee: 0,
        net: 2000,
        date: "2026-01-09",
      },
    ]);
  });

  it("fails what the bank returns, with its reason; the same file again changes nothing", async () => {
    await debit("k1", 1000);
    await debit("k2", 2000);
    await debit("k3", 3000);
    const { file: made } = await file();
    const text = returns(made, [
      { index: 0, code: "R01" },
      { index: 1, code: "R10" },
      { index: 2, code: "C01" },
    ]);
    expect(await import_(text, "import-1")).to.deep.equal(["returned", "returned", "corrected"]);
    expect(await import_(text, "import-2")).to.deep.equal(["known", "known", "known"]);
    expect(
      notices().map((notice) => notice.type === "outcome" && { key: notice.key, ...notice.result }),
    ).to.deep.equal([
      {
        key: "k1",
        outcome: "declined",
        code: "insufficient_funds",
        declineCode: "R01",
        message: "The account has insufficient funds.",
        retryable: true,
      },
      {
        key: "k2",
        outcome: "declined",
        code: "debit_not_authorized",
        declineCode: "R10",
        message: "The customer says that the debit was not authorized.",
        retryable: false,
      },
    ]);
    expect(foundBy(await ach.inquire("k1"))).to.include({ declineCode: "R01" });
    test.core.advance(7 * DAY);
    await test.processors.deliverNotices();
    expect(notices()).to.have.length(3);
    expect(notices()[2]).to.deep.include({ type: "outcome", key: "k3" });
  });

  it("asks for all of a file at once: no more often for fifty entries than for one", async () => {
    const { core, vault } = test;
    const statementsFor = async (count: number) => {
      const keys = Array.from({ length: count }, (_, number) => `${count}-${number}`);
      await Promise.all(keys.map(async (key) => debit(key)));
      return statementsOf(core.pool, async () => {
        const repository = new AchRepository(core.pool);
        const files = new AchFiles({ core, repository, vault });
        const made = await files.make(false, undefined);
        const told = keys.map((_, index) => ({ index, code: "R01" }));
        const text = returns(parseAchFile(await files.content(made)), told);
        const outcomes = await importReturns(core, repository, false, text);
        expect(outcomes.map(({ outcome }) => outcome)).to.deep.equal(keys.map(() => "returned"));
      });
    };
    const one = await statementsFor(1);
    expect(one).to.be.above(0);
    expect(await statementsFor(50)).to.equal(one);
  });

  it("takes a return that a file tells twice once, and what belongs to each return before it", async () => {
    const references = [referenceOf(await debit("k1")), referenceOf(await debit("k2"))];
    const { file: made } = await file();
    test.core.advance(7 * DAY);
    await test.processors.deliverNotices();
    for (const reference of references)
      await ach.refund({ key: `refund of ${reference}`, reference, amount: 500, currency: "usd" });
    const told = [1, 0, 1].map((index) => ({ index, code: "R10" }));
    const before = notices().length;
    expect(await import_(returns(made, told))).to.deep.equal(["returned_late", "returned_late", "known"]);
    const entries = made.batches.flatMap((batch) => batch.entries);
    const inOrder = told.slice(0, 2).flatMap(({ index }) => {
      const reference =
        references.find((each) => each.endsWith(entries[index]?.individualId ?? "none")) ?? "";
      return [`outcome of refund of ${reference}`, `returned of k${references.indexOf(reference) + 1}`];
    });
    const came = notices().slice(before);
    expect(came.map((notice) => "key" in notice && `${notice.type} of ${notice.key}`)).to.deep.equal(inOrder);
  });

  it("takes money back when a debit is returned after it had succeeded", async () => {
    const reference = referenceOf(await debit("k1"));
    const { file: made } = await file();
    test.core.advance(7 * DAY);
    await test.processors.deliverNotices();
    expect(await import_(returns(made, [{ index: 0, code: "R10" }]))).to.deep.equal(["returned_late"]);
    expect(notices()[1]).to.deep.equal({
      type: "returned",
      key: "k1",
      reference,
      code: "debit_not_authorized",
      message: "The customer says that the debit was not authorized.",
      amount: 2000,
      currency: "usd",
    });
    expect((await settledOn("2026-01-12")).map(({ type, net }) => [type, net])).to.deep.equal([
      ["charge", 2000],
      ["chargeback", -2000],
    ]);
    expect(await ach.refund({ key: "r", reference, amount: 1, currency: "usd" })).to.include({
      code: "charge_not_refundable",
    });
  });

  it("matches nothing to returns of others, of other amounts, and of returns", async () => {
    await debit("k1", 1000);
    await debit("k2", 2000);
    const { file: made } = await file();
    const text = returns(made, [
      { index: 0, code: "R01", amount: 999 },
      { index: 1, code: "R61" },
    ]);
    expect(await import_(text)).to.deep.equal(["unmatched", "ignored"]);
    expect(await import_(text.replace(/^799R01\d{15}/m, "799R01110000009999999"))).to.deep.equal([
      "unmatched",
      "ignored",
    ]);
    expect(notices()).to.deep.equal([]);
  });

  it("refuses a file that is not NACHA with line and column, and imports nothing of it", async () => {
    await debit("k1");
    const { file: made } = await file();
    const text = returns(made, [{ index: 0, code: "R01" }])
      .replace("R01", "R0é")
      .replace(/^9000001/m, "9000002");
    const { status, body } = await test.call("POST", "/ach_returns", { content: text });
    expect(status).to.equal(400);
    expect(body.error).to.deep.include({
      code: "ach_format",
      param: "content",
      message:
        'Line 4, column 4: code is "R0é" where printable ASCII characters are expected. (and 1 more: see mistakes)',
    });
    expect(foundBy(await ach.inquire("k1"))).to.include({ outcome: "pending" });
  });

  it("refunds up to what has succeeded, to the account that it came from", async () => {
    const reference = referenceOf(await debit("k1"));
    const refund = { reference, currency: "usd" };
    expect(await ach.refund({ ...refund, key: "early", amount: 100 })).to.include({
      code: "charge_not_refundable",
    });
    await file();
    test.core.advance(7 * DAY);
    await test.processors.deliverNotices();
    const results = await Promise.all(
      Array.from({ length: 16 }, async (_, number) =>
        ach.refund({ ...refund, key: `r${number}`, amount: 1500 }),
      ),
    );
    expect(results.filter(({ outcome }) => outcome === "pending")).to.have.length(1);
    expect(await ach.refund({ ...refund, key: "rest", amount: 500 })).to.include({ outcome: "pending" });
    const { batches } = (await file()).file;
    expect(batches.map(({ secCode, description }) => `${secCode} ${description}`)).to.deep.equal([
      "PPD REFUND",
    ]);
    expect(
      batches[0]?.entries.map(({ transactionCode, amount, accountNumber }) => [
        transactionCode,
        amount,
        accountNumber,
      ]),
    ).to.deep.equal([
      ["22", 1500, "000123456789"],
      ["22", 500, "000123456789"],
    ]);
  });

  it("tells that a refund failed when it is returned after it had succeeded", async () => {
    const reference = referenceOf(await debit("k1"));
    await file();
    test.core.advance(7 * DAY);
    await test.processors.deliverNotices();
    await ach.refund({ key: "r1", reference, amount: 2000, currency: "usd" });
    const { file: made } = await file();
    test.core.advance(7 * DAY);
    await test.processors.deliverNotices();
    await import_(returns(made, [{ index: 0, code: "R02" }]));
    expect(notices().at(-1)).to.include({
      type: "refund_failed",
      key: "r1",
      code: "account_closed",
      amount: 2000,
    });
    expect(await ach.refund({ key: "r2", reference, amount: 2000, currency: "usd" })).to.include({
      outcome: "pending",
    });
  });

  it("cancels refunds that wait when their debit comes back: the bank has given that money back already", async () => {
    const reference = referenceOf(await debit("k1"));
    const other = referenceOf(await debit("k2"));
    const { file: made } = await file();
    test.core.advance(7 * DAY);
    await test.processors.deliverNotices();
    await ach.refund({ key: "r1", reference, amount: 500, currency: "usd" });
    await ach.refund({ key: "r2", reference: other, amount: 700, currency: "usd" });
    expect(await import_(returns(made, [{ index: 0, code: "R10" }]))).to.deep.equal(["returned_late"]);
    const canceled = {
      outcome: "declined",
      code: "canceled",
      message: "The entry was canceled before it went into a file.",
      retryable: false,
    };
    // The refund is over before its payment is.
    expect(notices().at(-2)).to.deep.equal({ type: "outcome", key: "r1", result: canceled });
    expect(notices().at(-1)).to.include({ type: "returned", key: "k1" });
    expect(foundBy(await ach.inquire("r1"))).to.deep.equal(canceled);
    const filed = (await file()).file.batches.flatMap(({ entries }) => entries);
    expect(filed.map(({ amount }) => amount)).to.deep.equal([700]);
  });

  it("takes a debit back as long as it is in no file, once", async () => {
    const reference = referenceOf(await debit("k1"));
    const voided = await ach.void({ key: "v1", reference });
    expect(voided).to.include({ outcome: "approved", amount: 0 });
    expect(await ach.void({ key: "v1", reference })).to.deep.equal(voided);
    expect(await ach.void({ key: "v2", reference })).to.include({ code: "charge_not_voidable" });
    expect(foundBy(await ach.inquire("v1"))).to.deep.equal(voided);
    expect((await test.call("POST", "/ach_files")).status).to.equal(400);
    const filed = referenceOf(await debit("k2"));
    await file();
    expect(await ach.void({ key: "v3", reference: filed })).to.include({ code: "charge_not_voidable" });
  });

  it("does not do what an inquiry was told never arrived", async () => {
    expect(await ach.inquire("k1")).to.deep.equal({ inquiry: "not_found" });
    expect(await debit("k1")).to.include({ outcome: "declined", code: "key_closed" });
    expect(await ach.inquire("k1")).to.deep.equal({ inquiry: "not_found" });
    expect((await test.call("POST", "/ach_files")).status).to.equal(400);
  });

  it("keeps bank details encrypted, and none after the customer is erased", async () => {
    const subject = "cus_erased";
    await debit("k1", 1000, { subject });
    await debit("k2", 2000, { subject, accountNumber: "000987654321" });
    await debit("k3", 3000);
    const rows = await test.core.database.pool.query<{ row: string }>(
      "select e::text as row from ach_entries e",
    );
    const dump = rows.rows.map(({ row }) => row).join("\n");
    expect(dump).not.to.match(/000123456789|000987654321|Jenny|Rosén/);
    await test.vault.eraseSubject({ livemode: false, subject });
    const { file: made } = await file();
    expect(made.batches.flatMap(({ entries }) => entries.map(({ amount }) => amount))).to.deep.equal([3000]);
    await test.processors.deliverNotices();
    expect(notices().map((notice) => notice.type === "outcome" && [notice.key, notice.result])).to.deep.equal(
      ["k1", "k2"].map((key) => [
        key,
        {
          outcome: "declined",
          code: "bank_account_erased",
          message: "The bank account was erased before the entry went into a file.",
          retryable: false,
        },
      ]),
    );
  });

  /** Begins to replace the vault's keys. @returns what does the rest */
  async function beginRotation(): Promise<() => Promise<boolean>> {
    const { rotation } = test.vault;
    const table = { table: "ach_entries", key: "sequence", record: "coalesce(debit, reference)" };
    rotation.onMove(sealedRows(test.core.pool, test.vault, table));
    await rotation.begin();
    return () => rotation.run(0);
  }

  it("does not take bank details for erased that a rotation moves to new keys meanwhile", async () => {
    await debit("k1", 1000, { subject: "cus_1" });
    const { core, vault } = test;
    const rotate = await beginRotation();
    let rotated: Promise<boolean> | undefined;
    const openPersonal: typeof vault.openPersonal = async (place, sealed) => {
      // Between the look for what is pending and the opening of it.
      rotated ??= rotate();
      expect(await rotated).to.equal(true);
      return vault.openPersonal(place, sealed);
    };
    const repository = new AchRepository(core.pool);
    const made = await new AchFiles({ core, repository, vault: { openPersonal } }).make(false, undefined);
    expect(made.debit_total).to.equal(1000);
  });

  it("files a refund that took its bank details over from the debit while a rotation moved them", async () => {
    const reference = referenceOf(await debit("k1", 2000, { subject: "cus_1" }));
    await file();
    test.core.advance(7 * DAY);
    await test.processors.deliverNotices();
    const rotate = await beginRotation();
    const repository = new AchRepository(core.pool);
    let rotated: Promise<boolean> | undefined;
    await repository.transaction(async (client) => {
      const held = await repository.lockDebit(reference, false, client);
      if (!held) throw new Error("The debit is gone.");
      rotated = rotate();
      await until(async () => {
        const { rowCount } = await core.pool.query(
          "select from pg_locks where locktype = 'transactionid' and not granted",
        );
        return rowCount === 1;
      });
      const refund = {
        ...held,
        key: "r1",
        reference: "achd_refund",
        type: "refund",
        state: "pending",
      } as const;
      await repository.add({ ...refund, debit: reference, transaction_code: "22" }, new Date(), client);
    });
    expect(await rotated).to.equal(true);
    const entries = (await file()).file.batches.flatMap((batch) => batch.entries);
    expect(entries.map(({ amount, accountNumber }) => [amount, accountNumber])).to.deep.equal([
      [2000, "000123456789"],
    ]);
  });

  it("gives the content of a file no more when details in it were erased", async () => {
    await debit("k1", 1000, { subject: "cus_erased" });
    const { id } = await file();
    await test.vault.eraseSubject({ livemode: false, subject: "cus_erased" });
    const { status, body } = await test.call("GET", `/ach_files/${id}/content`);
    expect(status).to.equal(410);
    expect(body.error).to.include({ code: "ach_file_erased" });
    expect(existsSync(join(test.folder, "ach", `${id}.ach`))).to.be.true;
  });

  it("keeps test and live payments apart", async () => {
    const live = test.processors.choose({ method: "us_bank_account", currency: "usd", livemode: true });
    await live.authorize({
      key: "k1",
      amount: 1000,
      currency: "usd",
      capture: true,
      instrument: bankAccount(),
    });
    expect((await test.call("POST", "/ach_files")).status).to.equal(400);
    await debit("k2");
    const { id } = await file();
    await test.core.database.pool.query("update ach_files set livemode = true");
    expect((await test.call("GET", `/ach_files/${id}`)).status).to.equal(404);
  });
});
