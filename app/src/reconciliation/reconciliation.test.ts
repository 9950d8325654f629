import { expect } from "chai";
import { disputeOpened, payoutPaid, payoutRequested, refunded, returned } from "../payments/postings.ts";
import type { SettlementLine } from "../processors/processor.ts";
import type { FaultKind } from "./match.ts";
import {
  capture,
  csv,
  DAY,
  entriesOf,
  faultsOf,
  type Kit,
  line,
  PROCESSOR,
  startKit,
} from "./reconciliation.test-support.ts";
import { claimItem, resolveLines } from "./repository.ts";
import type { Item, Reconciliation } from "./schemas.ts";

describe("reconciliation", () => {
  let kit: Kit;

  beforeEach(async function () {
    this.timeout(60_000);
    kit = await startKit();
  });

  afterEach(() => kit.close());

  it("settles what agrees: cash comes, the processor's fees are booked, nothing is owed any more", async () => {
    await kit.post([
      capture("ch_1"),
      capture("ch_2", 500),
      refunded({ object: "re_1", currency: "usd", amount: 200, processor: PROCESSOR, reference: "rf_1" }),
      disputeOpened(
        { object: "dp_1", currency: "usd", amount: 500, processor: PROCESSOR, reference: "cb_1" },
        1500,
      ),
    ]);
    const file = csv(
      line("ch_1"),
      line("ch_2", { amount: 500, fee: 15 }),
      line("rf_1", { type: "refund", amount: 200, fee: 0 }),
      line("cb_1", { type: "chargeback", amount: 500, fee: 1500 }),
      line("monthly", { type: "fee", amount: 99, fee: 0 }),
    );
    const done = await kit.reconcile(file);
    expect(done).to.deep.include({
      status: "completed",
      lines: 5,
      matched: 5,
      items: 1,
      period: { from: DAY, to: DAY },
    });
    expect(faultsOf(done)).to.deep.equal({});
    expect(done.totals).to.deep.equal([{ currency: "usd", gross: 701, fees: 1545, net: -844 }]);
    const [settlement] = await kit.items(done.id);
    expect(settlement).to.deep.include({ kind: "settlement", status: "open", line: null, movement: null });

    if (!settlement) throw new Error("There is no settlement.");
    const applied = await kit.apply(settlement);
    expect(applied.body).to.deep.include({ status: "applied" });
    expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
    expect(await kit.balance("cash")).to.equal(-844);
    expect(await kit.balance("processor_fees")).to.equal(144);
    expect(await kit.balance("suspense")).to.equal(0);
  });

  it("applies an item once, however often and however many at once", async () => {
    await kit.post([capture("ch_1")]);
    const { id } = await kit.reconcile(csv(line("ch_1")));
    const [item] = (await kit.items(id)) as [Item];
    const answers = await Promise.all(Array.from({ length: 16 }, () => kit.apply(item)));
    for (const { status, body } of answers) {
      expect(status).to.equal(200);
      expect(body).to.deep.equal(answers[0]?.body);
    }
    expect(await kit.balance("cash")).to.equal(970);
    const { rows } = await kit.core.pool.query("select from ledger_transactions where object = $1", [id]);
    expect(rows).to.have.length(1);
    const { rows: events } = await kit.core.pool.query<{ type: string }>(
      "select type from events where object = $1 order by version",
      [id],
    );
    expect(events.map(({ type }) => type)).to.deep.equal([
      "reconciliation.created",
      "reconciliation.completed",
      "reconciliation.item_applied",
    ]);
  });

  const CASES: { kind: FaultKind; file: () => string; proposed: unknown; more?: object }[] = [
    {
      kind: "missing_here",
      file: () => csv(line("ch_1"), line("unknown")),
      proposed: [["usd", "debit cash 970", "debit processor_fees 30", "credit suspense 1000"]],
    },
    {
      kind: "missing_there",
      file: () => csv(line("fee", { type: "fee", amount: 5, fee: 0 })),
      proposed: [["usd", "credit processor_receivable 1000", "debit suspense 1000"]],
    },
    {
      kind: "amount_differs",
      file: () => csv(line("ch_1", { amount: 900 })),
      proposed: [
        [
          "usd",
          "debit cash 870",
          "debit processor_fees 30",
          "credit processor_receivable 1000",
          "debit suspense 100",
        ],
      ],
    },
    {
      kind: "currency_differs",
      file: () => csv(line("ch_1", { currency: "eur" })),
      proposed: [
        ["eur", "debit cash 970", "debit processor_fees 30", "credit suspense 1000"],
        ["usd", "credit processor_receivable 1000", "debit suspense 1000"],
      ],
    },
    {
      kind: "fee_differs",
      file: () => csv(line("ch_1", { fee: 45 })),
      more: { fees: "300" },
      proposed: [
        [
          "usd",
          "debit cash 955",
          "debit processor_fees 30",
          "credit processor_receivable 1000",
          "debit suspense 15",
        ],
      ],
    },
    {
      kind: "fee_differs",
      file: () => csv(line("ch_1", { net: 960 })),
      proposed: [
        [
          "usd",
          "debit cash 960",
          "debit processor_fees 30",
          "credit processor_receivable 1000",
          "debit suspense 10",
        ],
      ],
    },
    {
      kind: "duplicate",
      file: () => csv(line("ch_1"), line("ch_1")),
      proposed: [["usd", "debit cash 970", "debit processor_fees 30", "credit suspense 1000"]],
    },
  ];
  for (const { kind, file, proposed, more } of CASES) {
    it(`reports ${kind} with the entries that set it right, and posts them`, async () => {
      await kit.post([capture("ch_1")]);
      const done = await kit.reconcile(file(), more);
      expect(faultsOf(done)).to.deep.equal({ [kind]: 1 });
      const [item] = await kit.items(done.id, kind);
      expect(entriesOf(item)).to.deep.equal(proposed);
      for (const each of await kit.items(done.id)) expect((await kit.apply(each)).status).to.equal(200);
      expect(await kit.balance("processor_receivable.simulator"), "nothing is owed any more").to.equal(0);
    });
  }

  it("knows the processor's agreed fees by currency", async () => {
    await kit.post([capture("ch_1"), capture("ch_2", 1000, "eur"), capture("ch_3", 1000, "eur")]);
    const file = csv(
      line("ch_1"),
      line("ch_2", { currency: "eur", fee: 15 }),
      line("ch_3", { currency: "eur" }),
    );
    const done = await kit.reconcile(file, { fees: "300;eur=100+5" });
    expect(done.matched).to.equal(2);
    const wrong = await kit.items(done.id, "fee_differs");
    expect(wrong.map((item) => item.line?.reference)).to.deep.equal(["ch_3"]);
    const refused = await kit.call("POST", "/reconciliations", {
      processor: PROCESSOR,
      format: "csv",
      content: file,
      fees: "3 %",
    });
    expect(refused.body).to.have.nested.property("error.param", "fees");
  });

  it("reports status_differs when the payment has not come so far here", async () => {
    const data = {
      status: "authorized",
      amount: 1000,
      amount_captured: 0,
      amount_refunded: 0,
      processor: PROCESSOR,
      processor_reference: "ch_9",
      metadata: {},
    };
    const objects = [{ kind: "payments" as const, id: "pay_9", version: 1, created: kit.core.clock(), data }];
    await kit.core.journal.commit({ livemode: false, actor: "key_test", objects });
    const done = await kit.reconcile(csv(line("ch_9")));
    expect(faultsOf(done)).to.deep.equal({ status_differs: 1 });
    const [item] = await kit.items(done.id);
    expect(item).to.deep.include({ known: { object: "pay_9", status: "authorized" } });
  });

  it("answers the same file again with the same reconciliation", async () => {
    await kit.post([capture("ch_1")]);
    const file = csv(line("ch_1"));
    const first = await kit.reconcile(file);
    const again = await kit.call("POST", "/reconciliations", {
      processor: PROCESSOR,
      format: "csv",
      content: file,
    });
    expect(again).to.deep.equal({ status: 200, body: first });
    const twins = await Promise.all(
      Array.from({ length: 8 }, () =>
        kit.call("POST", "/reconciliations", { processor: PROCESSOR, format: "csv", content: `${file}\n` }),
      ),
    );
    expect(new Set(twins.map(({ body }) => (body as Reconciliation).id)).size).to.equal(1);
    expect(twins.filter(({ status }) => status === 201)).to.have.length(1);
  });

  it("leaves alone what an earlier file had: files that overlap settle nothing twice", async () => {
    await kit.post([capture("ch_1"), capture("ch_2")]);
    const first = await kit.reconcile(csv(line("ch_1")));
    expect(faultsOf(first)).to.deep.equal({ missing_there: 1 });
    const second = await kit.reconcile(csv(line("ch_1"), line("ch_2")));
    expect(second).to.deep.include({ matched: 1, known: 1 });
    expect(faultsOf(second)).to.deep.equal({});
    for (const id of [first.id, second.id])
      for (const item of await kit.items(id, "settlement")) await kit.apply(item);
    expect(await kit.balance("cash")).to.equal(2 * 970);
    expect(await kit.balance("processor_receivable.simulator")).to.equal(0);

    const [missing] = (await kit.items(first.id, "missing_there")) as [Item];
    expect(missing.status).to.equal("resolved");
    expect((await kit.apply(missing)).body).to.have.nested.property("error.code", "item_resolved");
  });

  it("leaves alone duplicates that an earlier file had, as often as it had them", async () => {
    await kit.post([capture("ch_1"), capture("ch_2")]);
    const otherwise = line("ch_2", { fee: 31 });
    const first = await kit.reconcile(csv(line("ch_1"), line("ch_1"), line("ch_2")));
    const second = await kit.reconcile(csv(otherwise));
    expect([first, second].map(faultsOf)).to.deep.equal([{ duplicate: 1 }, { duplicate: 1 }]);
    for (const again of [
      csv(line("ch_1"), line("ch_2"), otherwise, line("ch_1")),
      csv(otherwise, line("ch_1"), line("ch_1"), line("ch_2")),
    ])
      expect(await kit.reconcile(again)).to.deep.include({ known: 4, items: 0 });
    const more = await kit.reconcile(csv(line("ch_1"), line("ch_1"), line("ch_1"), line("ch_2"), otherwise));
    expect(more).to.deep.include({ known: 4, items: 1 });
    expect(faultsOf(more)).to.deep.equal({ duplicate: 1 });
  });

  it("settles a movement that was given up before out of suspense", async () => {
    await kit.post([capture("ch_1"), capture("ch_2")]);
    const first = await kit.reconcile(csv(line("ch_1")));
    for (const item of await kit.items(first.id)) await kit.apply(item);
    expect(await kit.balance("suspense")).to.equal(1000);
    const second = await kit.reconcile(csv(line("ch_2", { date: "2026-01-03" })), {
      period: { from: DAY, to: DAY },
    });
    for (const item of await kit.items(second.id)) await kit.apply(item);
    expect(await kit.balance("suspense")).to.equal(0);
    expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
    expect(await kit.balance("cash")).to.equal(2 * 970);
  });

  it("gives up once what two files lack: the later file's item takes the place of the earlier's", async () => {
    await kit.post([capture("ch_1")]);
    const first = await kit.reconcile(csv(line("fee_1", { type: "fee" })));
    const second = await kit.reconcile(csv(line("fee_2", { type: "fee" })));
    const [earlier] = (await kit.items(first.id, "missing_there")) as [Item];
    const [later] = (await kit.items(second.id, "missing_there")) as [Item];
    expect([earlier.status, later.status]).to.deep.equal(["resolved", "open"]);
    expect((await kit.apply(earlier)).status).to.equal(409);
    expect((await kit.apply(later)).status).to.equal(200);
    expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
    expect(await kit.balance("suspense")).to.equal(1000);
    const third = await kit.reconcile(csv(line("fee_3", { type: "fee" })));
    expect((await kit.items(third.id, "missing_there"))[0]?.proposed).to.deep.equal([]);
  });

  it("explains a charge and not the return of it, which has the same reference", async () => {
    const movement = {
      object: "pay_1",
      currency: "usd",
      amount: 1000,
      processor: PROCESSOR,
      reference: "ch_1",
    };
    await kit.post([capture("ch_1"), returned(movement, 3)]);
    const first = await kit.reconcile(csv(line("fee_1", { type: "fee" })));
    await kit.reconcile(csv(line("ch_1", { date: "2026-01-03" })));
    const items = await kit.items(first.id, "missing_there");
    expect(items.map((item) => [item.movement?.type, item.status])).to.have.deep.members([
      ["charge", "resolved"],
      ["chargeback", "open"],
    ]);
  });

  it("counts on an item that is being applied while a later file is worked through", async () => {
    await kit.post([capture("ch_1")]);
    const first = await kit.reconcile(csv(line("fee_1", { type: "fee" })));
    const [missing] = (await kit.items(first.id, "missing_there")) as [Item];
    // As an `apply` leaves it that has not posted its entries yet.
    expect(await claimItem(kit.core.pool, first.id, missing.number)).to.be.true;
    const second = await kit.reconcile(csv(line("ch_1")));
    expect((await kit.items(first.id, "missing_there"))[0]?.status).to.equal("open");
    for (const item of [missing, ...(await kit.items(second.id))])
      expect((await kit.apply(item)).status).to.equal(200);
    expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
    expect(await kit.balance("suspense")).to.equal(0);
  });

  for (const isApplied of [false, true]) {
    it(`settles a line that came before its movement${isApplied ? ", out of suspense where it was applied" : ""}`, async () => {
      const first = await kit.reconcile(csv(line("ch_1"), line("ch_2")));
      const strangers = await kit.items(first.id, "missing_here");
      if (isApplied) for (const item of strangers) await kit.apply(item);
      await kit.post([capture("ch_1"), capture("ch_2", 900)]);
      const second = await kit.reconcile(
        csv(line("ch_1"), line("ch_2"), line("fee", { type: "fee", fee: 0 })),
      );
      expect(second).to.deep.include({ known: 0, matched: 2 });
      expect(faultsOf(second)).to.deep.equal({ amount_differs: 1 });
      for (const item of await kit.items(second.id)) expect((await kit.apply(item)).status).to.equal(200);
      expect((await kit.items(first.id)).map(({ status }) => status)).to.deep.equal(
        strangers.map(() => (isApplied ? "applied" : "resolved")),
      );
      expect(await kit.balance("processor_receivable.simulator")).to.equal(0);
      expect(await kit.balance("cash")).to.equal(2 * 970 - 1000);
      expect(await kit.balance("processor_fees")).to.equal(2 * 30 + 1000);
      expect(await kit.balance("suspense")).to.equal(-100);
      // As a run that broke off before it was completed begins anew.
      const earlier = { type: "charge", reference: "ch_1", digest: "", reconciliation: first.id } as const;
      const again = await resolveLines(kit.core.pool, second.id, [earlier]);
      expect(again.map(({ posted }) => posted.length)).to.deep.equal([isApplied ? 1 : 0]);
      const third = await kit.reconcile(csv(line("ch_2"), line("ch_1")));
      expect(third).to.deep.include({ known: 2, matched: 0, items: 0 });
    });
  }

  it("leaves a line's item open when a later file has the line otherwise", async () => {
    const first = await kit.reconcile(csv(line("ch_1")));
    await kit.post([capture("ch_1")]);
    const second = await kit.reconcile(csv(line("ch_1", { date: "2026-01-02" })));
    expect(faultsOf(second)).to.deep.equal({ duplicate: 1 });
    expect((await kit.items(first.id))[0]?.status).to.equal("open");
  });

  it("misses only movements of the file's period", async () => {
    await kit.post([capture("early")]);
    kit.core.advance(24 * 3_600_000);
    await kit.post([capture("in_time")]);
    kit.core.advance(24 * 3_600_000);
    await kit.post([capture("late")]);
    const done = await kit.reconcile(csv(line("fee", { type: "fee", date: "2026-01-02" })));
    const missing = await kit.items(done.id, "missing_there");
    expect(missing.map(({ movement }) => movement?.reference)).to.deep.equal(["in_time"]);
    const wide = await kit.reconcile(csv(line("fee_2", { type: "fee", date: "2026-01-05" })), {
      period: { from: "2026-01-01", to: "2026-01-03" },
    });
    expect(wide.faults.missing_there).to.equal(3);
  });

  it("confirms payouts by the bank's statement", async () => {
    const payout = { object: "po_1", currency: "usd", amount: 5000 };
    await kit.post([
      payoutRequested(payout),
      payoutPaid({ ...payout, processor: "ach", reference: "trace_1" }),
    ]);
    const statement = `<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
      <GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>1</Id>
      <Ntry><Amt Ccy="USD">50.25</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${DAY}</Dt></BookgDt>
        <Chrgs><TtlChrgsAndTaxAmt Ccy="USD">0.25</TtlChrgsAndTaxAmt></Chrgs>
        <NtryDtls><TxDtls><Refs><EndToEndId>trace_1</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>
      </Stmt></BkToCstmrStmt></Document>`;
    const done = await kit.reconcile(statement, { processor: "ach", format: "camt053" });
    expect(done).to.deep.include({ matched: 1 });
    const [item] = (await kit.items(done.id)) as [Item];
    expect(entriesOf(item)).to.deep.equal([["usd", "credit cash 25", "debit processor_fees 25"]]);
  });

  it("settles what a file itself has ended, though it was open before", async () => {
    const told: SettlementLine[] = [];
    const lines = [line("ch_open", { key: "pay_open-capture-1" }), line("ch_stranger")];
    kit.settled = async (report, portion) => {
      expect(report).to.include({ processor: PROCESSOR, livemode: false });
      told.push(...portion);
      await kit.post([capture("ch_open")]);
    };
    const done = await kit.reconcile(csv(...lines));
    kit.settled = () => Promise.resolve();
    expect(told).to.deep.equal(lines);
    expect(done).to.deep.include({ matched: 1 });
    expect(done.faults).to.include({ missing_here: 1, missing_there: 0 });
  });

  it("refuses a processor that there is none of, but not one that has settled before", async () => {
    const file = (processor: string) => ({ processor, format: "csv", content: csv(line("ch_former")) });
    const { status, body } = await kit.call("POST", "/reconciliations", file("former"));
    expect(status).to.equal(400);
    expect((body as { error: object }).error).to.include({
      param: "processor",
      message: "There is no processor former; there are simulator, ach.",
    });
    await kit.chart.account("processor_receivable", "usd", false, "former");
    expect((await kit.call("POST", "/reconciliations", file("former"))).status).to.equal(201);
  });

  it("refuses files that it cannot read, with line, value and remedy, and keeps nothing of them", async () => {
    const header = "reference,type,amount,currency,fee,net,date";
    const content = `${header}\nch_1,charge,1000,usd,30,970,${DAY}\nch_2,sale,10.50,xyz,-1,10,2026-02-30\n`;
    const { status, body } = await kit.call("POST", "/reconciliations", {
      processor: PROCESSOR,
      format: "csv",
      content,
    });
    expect(status).to.equal(400);
    const { error } = body as { error: { code: string; mistakes: { message: string }[] } };
    expect(error.code).to.equal("file_invalid");
    expect(error.mistakes.map(({ message }) => message)).to.deep.equal([
      'line 3: type "sale" is not one of charge, refund, refund_reversal, chargeback, chargeback_reversal, payout, payout_reversal, fee.',
      'line 3: currency "xyz" is not a currency of ISO 4217.',
      'line 3: amount "10.50" is not an amount of minor units above zero.',
      'line 3: fee "-1" is not an amount of minor units, 0 or more.',
      'line 3: date "2026-02-30" is not a day as 2026-01-31.',
    ]);
    const { rows } = await kit.core.pool.query("select from reconciliation_files");
    expect(rows).to.be.empty;
  });

  it("refuses days before the year 1, which the database does not know", async () => {
    const input = { processor: PROCESSOR, format: "csv" };
    const content = csv(line("ch_1", { date: "0000-12-31" }));
    const file = await kit.call("POST", "/reconciliations", { ...input, content });
    expect(file.body).to.have.nested.property(
      "error.message",
      'line 2: date "0000-12-31" is not a day as 2026-01-31.',
    );
    const period = { from: "0000-12-31", to: DAY };
    const asked = await kit.call("POST", "/reconciliations", {
      ...input,
      content: csv(line("ch_1")),
      period,
    });
    expect(asked.body).to.have.nested.property("error.param", "period.from");
    const done = await kit.reconcile(csv(line("ch_1")), { period: { from: "0001-01-01", to: "9999-12-31" } });
    expect(done.lines).to.equal(1);
  });

  it("shows and posts lines and settlements above the largest amount of a payment", async () => {
    const large = { amount: 1_000_000_000_000, currency: "idr", fee: 0 };
    const { id } = await kit.reconcile(csv(line("ch_1", large), line("monthly", { ...large, type: "fee" })));
    const [stranger, settlement] = (await kit.items(id)) as [Item, Item];
    expect(stranger).to.have.nested.property("line.amount", large.amount);
    expect(entriesOf(settlement)).to.deep.equal([
      ["idr", "credit cash 1000000000000", "debit processor_fees 1000000000000"],
    ]);
    for (const item of [stranger, settlement]) expect((await kit.apply(item)).status).to.equal(200);
  });

  it("finishes after a restart what was begun, from the file that it kept", async () => {
    await kit.post([capture("ch_1")]);
    await kit.reconciliations.stop();
    const content = csv(line("ch_1"));
    const { body } = await kit.call("POST", "/reconciliations", {
      processor: PROCESSOR,
      format: "csv",
      content,
    });
    const { id, status } = body as Reconciliation;
    expect(status).to.equal("processing");
    const { createReconciliations } = await import("./index.ts");
    const next = createReconciliations(kit.core, kit.parts);
    next.start();
    const done = await kit.reconcile(content);
    expect(done).to.deep.include({ id, status: "completed", matched: 1 });
    await next.stop();
    const { rows } = await kit.core.pool.query<{ content: string | null }>(
      "select content from reconciliation_files",
    );
    expect(rows).to.deep.equal([{ content: null }]);
  });
});
