import { expect } from "chai";
import fc from "fast-check";
import { CARDS } from "./catalogue.ts";
import { memoryJournal } from "./journal.ts";
import { rebuildCharge } from "./recall.ts";
import { charge, foundBy, linesOf, referenceOf, START, testSimulator } from "./simulator.test-support.ts";

const APPROVED = "4242424242424242";
const BY_AMOUNT = "4000000000900060";
const DAY = 24 * 3_600_000;

describe("simulator: cards", () => {
  it("approves at once, without a promise, where nothing is to be waited for", () => {
    const result = testSimulator().authorize(charge(APPROVED));
    expect(result).to.include({ outcome: "approved", amount: 2000, fee: 6 });
  });

  it("takes no fee for money that is only held", async () => {
    const result = await testSimulator().authorize(charge(APPROVED, { capture: false }));
    expect(result).to.include({ outcome: "approved" }).and.not.to.have.property("fee");
  });

  for (const [number, code, declineCode, retryable] of [
    ["4000000000000002", "card_declined", "generic_decline", true],
    ["4000000000009995", "card_declined", "insufficient_funds", true],
    ["4000000000009987", "card_declined", "lost_card", false],
    ["4000000000009979", "card_declined", "stolen_card", false],
    ["4000000000000069", "expired_card", undefined, false],
    ["4000000000000127", "incorrect_cvc", undefined, false],
    ["4000000000000119", "processing_error", undefined, true],
  ] as const) {
    it(`declines ${number} with ${declineCode ?? code}`, async () => {
      const result = await testSimulator().authorize(charge(number));
      expect(result).to.include({ outcome: "declined", code, declineCode, retryable });
    });
  }

  it("declines a card whose month is over", async () => {
    const simulator = testSimulator();
    const instrument = { type: "card", number: APPROVED, expMonth: 12, expYear: 2025 } as const;
    expect(await simulator.authorize(charge(APPROVED, { instrument }))).to.include({ code: "expired_card" });
    const thisMonth = { ...instrument, expMonth: 1, expYear: 2026 };
    expect(await simulator.authorize(charge(APPROVED, { key: "other", instrument: thisMonth }))).to.include({
      outcome: "approved",
    });
  });

  it("has valid numbers only, by their check digit", () => {
    const sum = (number: string): number =>
      Array.from(number)
        .reverse()
        .reduce((total, digit, index) => {
          const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
          return total + (value > 9 ? value - 9 : value);
        }, 0);
    expect(Object.keys(CARDS).filter((number) => sum(number) % 10 !== 0)).to.deep.equal([]);
  });
});

describe("simulator: 3-D Secure", () => {
  for (const [number, expected] of [
    ["4000002500003155", { outcome: "approved", amount: 2000 }],
    ["4000000000003220", { outcome: "declined", code: "authentication_failed" }],
    ["4000008400001629", { outcome: "declined", declineCode: "generic_decline" }],
    ["4000008260003178", { outcome: "declined", declineCode: "insufficient_funds" }],
  ] as const) {
    it(`asks for a challenge with ${number}, then answers ${expected.outcome}`, async () => {
      const simulator = testSimulator();
      const asked = await simulator.authorize(charge(number));
      expect(asked.outcome).to.equal("requires_action");
      const reference = referenceOf(asked);
      expect(await simulator.confirmChallenge({ key: "confirm", reference })).to.include(expected);
      expect(await simulator.confirmChallenge({ key: "again", reference })).to.include({
        code: "challenge_not_open",
      });
    });
  }

  it("holds or takes the money only once the challenge is passed", async () => {
    const simulator = testSimulator();
    const reference = referenceOf(await simulator.authorize(charge("4000002500003155")));
    expect(await simulator.refund({ key: "r", reference, amount: 1, currency: "usd" })).to.include({
      code: "amount_too_large",
    });
    expect(await simulator.confirmChallenge({ key: "c", reference })).to.include({ reference });
    expect(await simulator.refund({ key: "r2", reference, amount: 2000, currency: "usd" })).to.include({
      outcome: "approved",
    });
  });
});

describe("simulator: answers that go astray", () => {
  it("does each key once and answers as the first time", async () => {
    const simulator = testSimulator();
    const first = await simulator.authorize(charge(APPROVED));
    expect(await simulator.authorize(charge(APPROVED))).to.deep.equal(first);
    expect(await linesOf(simulator.settlement("2026-01-05"))).to.have.length(1);
  });

  it("loses an answer: the charge is done, also when it is sent again, and an inquiry tells it", async () => {
    const simulator = testSimulator();
    const request = charge("4000000000900037");
    for (let time = 1; time <= 2; time += 1) {
      expect(await simulator.authorize(request)).to.deep.equal({
        outcome: "unknown",
        reason: "connection_lost",
      });
    }
    const truth = foundBy(await simulator.inquire(request.key));
    expect(truth).to.include({ outcome: "approved", amount: 2000 });
    expect(await simulator.authorize(request)).to.deep.equal(truth);
    expect(await linesOf(simulator.settlement("2026-01-05"))).to.have.length(1);
  });

  for (const [name, number, truth] of [
    ["late success", "4000000000900029", { outcome: "approved", amount: 2000 }],
    ["time-out", "4000000000900011", { outcome: "declined", code: "processing_error" }],
  ] as const) {
    it(`knows nothing at the first inquiry after a ${name}, the truth at the second`, async () => {
      const simulator = testSimulator();
      const request = charge(number);
      expect(await simulator.authorize(request)).to.deep.equal({ outcome: "unknown", reason: "timeout" });
      expect(await simulator.authorize(request)).to.deep.equal({ outcome: "unknown", reason: "in_progress" });
      expect(await simulator.inquire(request.key)).to.deep.equal({
        inquiry: "unknown",
        reason: "in_progress",
      });
      expect(foundBy(await simulator.inquire(request.key))).to.include(truth);
    });
  }

  it("does not do what never arrived, not even when it arrives after the inquiry", async () => {
    const simulator = testSimulator();
    const request = charge("4000000000900045");
    expect(await simulator.authorize(request)).to.deep.equal({
      outcome: "unknown",
      reason: "connection_lost",
    });
    expect(await simulator.inquire(request.key)).to.deep.equal({ inquiry: "not_found" });
    expect(await simulator.authorize(charge(APPROVED))).to.include({
      outcome: "declined",
      code: "key_closed",
    });
    expect(await simulator.inquire(request.key)).to.deep.equal({ inquiry: "not_found" });
    expect(await linesOf(simulator.settlement("2026-01-05"))).to.deep.equal([]);
  });

  it("gives an answer twice: at once and as a notice", async () => {
    const simulator = testSimulator();
    const result = await simulator.authorize(charge("4000000000900052"));
    const { notices, cursor } = await simulator.notices("");
    expect(notices).to.deep.equal([{ type: "outcome", key: "key_1", result }]);
    expect(await simulator.notices(cursor)).to.deep.equal({ notices: [], cursor });
  });

  it("tells all notices to who has the cursor of another journal", async () => {
    const first = testSimulator();
    await first.authorize(charge("4000000000900052"));
    const { cursor } = await first.notices("");
    const second = testSimulator();
    await second.authorize(charge("4000000000900052"));
    expect((await second.notices(cursor)).notices).to.have.length(1);
  });

  it("lets the amounts decide with their card: of captures and refunds, too", async () => {
    const simulator = testSimulator();
    const held = await simulator.authorize(charge(BY_AMOUNT, { amount: 5000, capture: false }));
    const reference = referenceOf(held);
    const capture = { reference, currency: "usd", final: false };
    expect(await simulator.capture({ ...capture, key: "c1", amount: 1002 })).to.include({
      declineCode: "insufficient_funds",
    });
    expect(await simulator.capture({ ...capture, key: "c2", amount: 1013 })).to.include({
      outcome: "unknown",
    });
    expect(foundBy(await simulator.inquire("c2"))).to.include({ outcome: "approved", amount: 1013 });
    expect(await simulator.refund({ reference, key: "r1", amount: 1003, currency: "usd" })).to.include({
      code: "processing_error",
    });
    expect(await simulator.refund({ reference, key: "r2", amount: 1014, currency: "usd" })).to.include({
      outcome: "unknown",
    });
    expect(await simulator.inquire("r2")).to.deep.equal({ inquiry: "not_found" });
    expect(await simulator.authorize(charge(BY_AMOUNT, { key: "a1", amount: 2001 }))).to.include({
      declineCode: "generic_decline",
    });
  });

  it("makes the same faults with the same seed, at the rates that are set", async () => {
    const run = async (seed: number): Promise<string[]> => {
      const simulator = testSimulator({
        seed,
        conditions: { faults: { never_arrived: 0.2, lost_answer: 0.1 } },
      });
      const requests = Array.from({ length: 1000 }, (_, index) => charge(APPROVED, { key: `key_${index}` }));
      return Promise.all(requests.map(async (request) => (await simulator.authorize(request)).outcome));
    };
    const first = await run(7);
    expect(await run(7)).to.deep.equal(first);
    expect(await run(8)).not.to.deep.equal(first);
    expect(first.filter((outcome) => outcome === "unknown").length).to.be.within(250, 350);
  });
});

describe("simulator: captures, refunds, voids", () => {
  it("expires an authorisation after seven days", async () => {
    let now = START;
    const simulator = testSimulator({ clock: () => now });
    const reference = referenceOf(await simulator.authorize(charge(APPROVED, { capture: false })));
    now += 7 * DAY + 1;
    expect(
      await simulator.capture({ key: "c", reference, amount: 2000, currency: "usd", final: true }),
    ).to.include({ code: "authorization_expired" });
  });

  it("knows no charge that it did not make", async () => {
    expect(await testSimulator().void({ key: "v", reference: "ch_none" })).to.include({
      code: "charge_missing",
    });
  });

  it("never captures more than it authorised, nor refunds more than it captured, in any order", async () => {
    const step = fc.record({
      operation: fc.constantFrom("capture", "refund", "void"),
      amount: fc.integer({ min: 1, max: 1500 }),
      final: fc.boolean(),
      /** Some keys come twice. */
      key: fc.integer({ min: 0, max: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const simulator = testSimulator();
        const reference = referenceOf(
          await simulator.authorize(charge(APPROVED, { amount: 1500, capture: false })),
        );
        const done = new Map<string, { operation: string; amount: number }>();
        for (const { operation, amount, final, key: number } of steps) {
          const key = `${operation}_${number}`;
          const known = done.has(key);
          const result =
            operation === "capture"
              ? await simulator.capture({ key, reference, amount, currency: "usd", final })
              : operation === "refund"
                ? await simulator.refund({ key, reference, amount, currency: "usd" })
                : await simulator.void({ key, reference });
          if (result.outcome === "approved" && !known) done.set(key, { operation, amount: result.amount });
        }
        const sum = (operation: string): number =>
          [...done.values()].reduce(
            (total, each) => total + (each.operation === operation ? each.amount : 0),
            0,
          );
        const captured = sum("capture");
        expect(captured).to.be.at.most(1500);
        expect(sum("refund")).to.be.at.most(captured);
        const voids = [...done.values()].filter(({ operation }) => operation === "void").length;
        expect(voids).to.be.at.most(captured > 0 ? 0 : 1);
        const lines = await linesOf(simulator.settlement("2026-01-05"));
        expect(
          lines.reduce((total, { type, amount }) => total + (type === "charge" ? amount : 0), 0),
        ).to.equal(captured);
        expect(lines.reduce((total, { net }) => total + net, 0)).to.equal(
          captured - sum("refund") - lines.reduce((total, { fee }) => total + fee, 0),
        );
      }),
    );
  });
});

describe("simulator: a memory that is full", () => {
  it("finds old keys and charges in the journal, and forgets no refund of them", async () => {
    const simulator = testSimulator({ remembered: 2 });
    const first = await simulator.authorize(charge(APPROVED));
    const reference = referenceOf(first);
    const others = async (from: number): Promise<void> => {
      for (let number = from; number < from + 3; number += 1) {
        await simulator.authorize(charge(APPROVED, { key: `other_${number}` }));
      }
    };
    await others(0);
    expect(foundBy(await simulator.inquire("key_1"))).to.deep.equal(first);
    const refund = { reference, amount: 1500, currency: "usd" };
    expect(await simulator.refund({ ...refund, key: "r1" })).to.include({ outcome: "approved" });
    await others(10);
    expect(await simulator.refund({ ...refund, key: "r2" })).to.include({ code: "amount_too_large" });
  });
});

describe("simulator: disputes and refunds that turn out later", () => {
  it("opens a dispute once the charge is settled, and ends it by the evidence", async () => {
    let now = START;
    const simulator = testSimulator({ clock: () => now, settlesAfter: DAY });
    const reference = referenceOf(await simulator.authorize(charge("4000000000000259")));
    expect((await simulator.notices("")).notices).to.deep.equal([]);
    now += DAY;
    const opened = await simulator.notices("");
    expect(opened.notices).to.have.length(1);
    const [notice] = opened.notices;
    if (notice?.type !== "dispute_opened") throw new Error("No dispute was opened.");
    expect(notice).to.include({
      charge: reference,
      reason: "fraudulent",
      amount: 2000,
      currency: "usd",
      fee: 1500,
    });
    expect(await simulator.refund({ key: "r", reference, amount: 1, currency: "usd" })).to.include({
      code: "charge_disputed",
    });
    const { dispute } = notice;
    const evidence = { uncategorized_text: "here is my winning_evidence" };
    expect(await simulator.contestDispute({ key: "d", dispute, evidence })).to.include({
      outcome: "pending",
    });
    expect((await simulator.notices(opened.cursor)).notices).to.deep.equal([
      { type: "dispute_closed", dispute, won: true },
    ]);
    const lines = await linesOf(simulator.settlement("2026-01-06"));
    expect(lines.map(({ type, net }) => [type, net])).to.deep.equal([
      ["chargeback", -3500],
      ["chargeback_reversal", 2000],
    ]);
  });

  it("refunds a charge whose dispute was won, and opens no other dispute of it; one that was lost it does not", async () => {
    let now = START;
    const journal = memoryJournal();
    const simulator = testSimulator({ clock: () => now, journal });
    const charges = ["won", "lost"] as const;
    const references: Record<string, string> = {};
    for (const key of charges)
      references[key] = referenceOf(await simulator.authorize(charge("4000000000000259", { key })));
    const opened = await simulator.notices("");
    for (const notice of opened.notices) {
      if (notice.type !== "dispute_opened" || notice.charge !== references.won) continue;
      const evidence = { uncategorized_text: "winning_evidence" };
      await simulator.contestDispute({ key: "d", dispute: notice.dispute, evidence });
    }
    now += 7 * DAY;
    const closed = await simulator.notices(opened.cursor);
    expect(closed.notices.map(({ type }) => type)).to.deep.equal(["dispute_closed", "dispute_closed"]);

    const refund = { amount: 500, currency: "usd" };
    const { won = "", lost = "" } = references;
    expect(await simulator.refund({ ...refund, key: "r", reference: won })).to.include({
      outcome: "approved",
    });
    expect(await simulator.refund({ ...refund, key: "r2", reference: lost })).to.include({
      code: "charge_disputed",
    });
    expect((await simulator.notices(closed.cursor)).notices).to.deep.equal([]);
    // As whoever forgot the charge finds it in the journal.
    expect(await rebuildCharge(journal.history(), won)).to.include({ dispute: "won", refunded: 500 });
  });

  it("loses a dispute that nobody contests in time", async () => {
    let now = START;
    const simulator = testSimulator({ clock: () => now });
    await simulator.authorize(charge("4000000000002685"));
    const { notices, cursor } = await simulator.notices("");
    now += 7 * DAY;
    const closed = await simulator.notices(cursor);
    expect(notices.map(({ type }) => type)).to.deep.equal(["dispute_opened"]);
    expect(closed.notices).to.have.length(1);
    expect(closed.notices[0]).to.include({ type: "dispute_closed", won: false });
  });

  it("tells the outcome of a pending refund as a notice", async () => {
    const simulator = testSimulator();
    const reference = referenceOf(await simulator.authorize(charge("4000000000007726")));
    const result = await simulator.refund({ key: "r", reference, amount: 500, currency: "usd" });
    expect(result.outcome).to.equal("pending");
    const { notices } = await simulator.notices("");
    expect(notices).to.have.length(1);
    expect(notices[0]).to.deep.include({ type: "outcome", key: "r" });
    expect(foundBy(await simulator.inquire("r"))).to.include({
      outcome: "approved",
      reference: referenceOf(result),
    });
  });

  it("fails a refund after it was approved: the money can be refunded again", async () => {
    const simulator = testSimulator();
    const reference = referenceOf(await simulator.authorize(charge("4000000000005126")));
    const refund = { reference, amount: 2000, currency: "usd" };
    expect(await simulator.refund({ ...refund, key: "r" })).to.include({ outcome: "approved" });
    expect(await simulator.refund({ ...refund, key: "r2" })).to.include({ code: "amount_too_large" });
    expect((await simulator.notices("")).notices[0]).to.include({
      type: "refund_failed",
      key: "r",
      amount: 2000,
    });
    expect(await simulator.refund({ ...refund, key: "r3" })).to.include({ outcome: "approved" });
  });
});
