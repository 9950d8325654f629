/**
 * A card processor in this process, for development, tests and benchmarks.
 *
 * Its truth is a journal of facts; test cards, test amounts, latency and faults say how the answers reach us. It does each
 * key once, and never captures or refunds beyond what it authorised or captured. A key is known at once among the latest
 * 100,000; sent again after more than that it counts as new, though inquiries find it, as they find charges, as far back as
 * the journal goes.
 */
import { setTimeout } from "node:timers/promises";
import type { Clock } from "../../clock.ts";
import { feeOn, type FeeRate } from "../../payments/fees.ts";
import type {
  Approved,
  AuthorizeRequest,
  Awaitable,
  CaptureRequest,
  ConfirmChallengeRequest,
  ContestDisputeRequest,
  Declined,
  FinalResult,
  Inquiry,
  NoticePage,
  Pending,
  Processor,
  ProcessorResult,
  RefundRequest,
  RequiresAction,
  SettlementLine,
  SimpleResult,
  Unknown,
  VoidRequest,
} from "../processor.ts";
import {
  approved,
  behaviourAt,
  declined,
  declineOf,
  DUE_TO_TIMEOUT,
  firstAnswer,
  isExpired,
  mark,
  replay,
  reveal,
  type Truth,
} from "./answers.ts";
import { Book, type Charge } from "./book.ts";
import { behaviourOf, behaviourOfAmount, behaviourOfCard, type Behaviour } from "./catalogue.ts";
import { drawFault, drawLatency, type Conditions } from "./conditions.ts";
import type { NewFact, Operation } from "./facts.ts";
import type { FactJournal } from "./journal.ts";
import { dueNotice } from "./notices.ts";
import { findKey, rebuildCharge } from "./recall.ts";
import { settlementLines } from "./settlement.ts";

export interface SimulatorOptions {
  clock: Clock;
  journal: FactJournal;
  conditions: Conditions;
  /** Numbers from 0 up to 1, for latency and faults. */
  random: () => number;
  /** What it keeps of what it captures. */
  fee: FeeRate;
  /** Milliseconds after which a charge counts as settled: disputes open and refunds turn out then. @default 0 */
  settlesAfter?: number;
  /** Charges and keys that are kept in memory; older ones are looked up in the journal. @default 100000 */
  remembered?: number;
  /** @default "simulator" */
  name?: string;
}

/** An authorisation can be captured for so long, as card networks allow. */
const AUTHORIZATION_LIFE = 7 * 24 * 3_600_000;

const LOST: Unknown = { outcome: "unknown", reason: "connection_lost" };

/** Evidence that holds these words wins a dispute. */
const WINNING_EVIDENCE = "winning_evidence";

/** Where a challenge would be shown; `confirmChallenge` says that the customer has been there. */
const CHALLENGE_URL = "https://challenge.invalid/";

type Decision<R extends Truth> = Extract<NewFact, { type: Operation["type"] }> & { result: R };

export class Simulator implements Processor {
  readonly name: string;
  readonly capabilities = {
    methods: ["card"],
    currencies: "all",
    delayedCapture: true,
    partialCapture: true,
    multipleCapture: true,
    inquiry: true,
    idempotent: true,
    remote: false,
  } as const;
  private readonly options: SimulatorOptions;
  private readonly book: Book;
  private readonly hasFaults: boolean;

  constructor(options: SimulatorOptions) {
    this.options = options;
    this.book = new Book(options.remembered);
    this.name = options.name ?? "simulator";
    this.hasFaults = Object.keys(options.conditions.faults).length > 0;
    for (const fact of options.journal.recent()) {
      this.book.apply(fact);
    }
  }

  authorize(request: AuthorizeRequest): Awaitable<ProcessorResult> {
    const { key, amount, currency, capture, instrument } = request;
    if (instrument.type !== "card") {
      return this.send(declined("payment_method_not_supported", "The simulator takes cards."));
    }
    const behaviour = behaviourOfCard(instrument.number);
    return this.once(key, behaviourAt(behaviourOf(behaviour), amount), (does) => {
      const result: Truth = isExpired(instrument, this.options.clock())
        ? declined("expired_card", "The card has expired.")
        : does.challenge
          ? this.challenge()
          : (declineOf(does) ?? this.approve("ch", amount, capture));
      const charge = result.outcome === "declined" ? "" : result.reference;
      return { type: "authorize", key, charge, amount, currency, capture, behaviour, result };
    });
  }

  confirmChallenge({ key, reference }: ConfirmChallengeRequest): Awaitable<ProcessorResult> {
    return this.onCharge(key, reference, undefined, (charge, does) => {
      const card = behaviourOf(charge.behaviour);
      const result =
        charge.stage !== "challenge"
          ? declined("challenge_not_open", "The charge does not wait for a challenge.")
          : card.challenge === "fails"
            ? declined("authentication_failed", "The customer did not pass the 3-D Secure challenge.", true)
            : (declineOf(does) ??
              declineOf(card) ?? { ...this.approve("ch", charge.amount, charge.capture), reference });
      return { type: "confirm", key, charge: reference, currency: charge.currency, result };
    });
  }

  capture({ key, reference, amount, final }: CaptureRequest): Awaitable<SimpleResult> {
    return this.onCharge(key, reference, amount, (charge, does) => {
      const result =
        charge.stage !== "open"
          ? declined("charge_not_capturable", "The charge is not open for capture.")
          : this.options.clock() - charge.at > AUTHORIZATION_LIFE
            ? declined("authorization_expired", "The authorization has expired.")
            : amount > charge.amount - charge.captured
              ? declined("amount_too_large", "The amount is above what is left of the authorization.")
              : (declineOf(does) ?? this.approve("cap", amount, true));
      return { type: "capture", key, charge: reference, amount, currency: charge.currency, final, result };
    });
  }

  refund({ key, reference, amount }: RefundRequest): Awaitable<SimpleResult> {
    return this.onCharge(key, reference, amount, (charge, does): Decision<FinalResult | Pending> => {
      const result =
        charge.dispute === "open" || charge.dispute === "lost"
          ? declined("charge_disputed", "The charge is disputed: its money is with the customer's bank.")
          : amount > charge.captured - charge.refunded
            ? declined("amount_too_large", "The amount is above what is left of the captured money.")
            : (declineOf(does) ?? this.takeRefund(charge, amount));
      return { type: "refund", key, charge: reference, amount, currency: charge.currency, result };
    });
  }

  void({ key, reference }: VoidRequest): Awaitable<SimpleResult> {
    return this.onCharge(key, reference, undefined, (charge, does) => {
      const result =
        charge.captured > 0 || charge.stage === "closed"
          ? declined("charge_not_voidable", "The charge is captured or released already.")
          : (declineOf(does) ?? this.approve("void", 0, false));
      return { type: "void", key, charge: reference, currency: charge.currency, result };
    });
  }

  payOut(): Awaitable<SimpleResult> {
    return this.send(declined("payout_not_supported", "The simulator pays out to no bank account."));
  }

  contestDispute({ key, dispute, evidence }: ContestDisputeRequest): Awaitable<SimpleResult> {
    return this.once(key, {}, (): Decision<Declined | Pending> => {
      const won = Object.values(evidence).some((text) => text.includes(WINNING_EVIDENCE));
      const result = this.book.disputes.has(dispute)
        ? ({ outcome: "pending", reference: dispute } as const)
        : declined("dispute_not_open", "The dispute is unknown or closed.");
      return { type: "contest", key, dispute, won, result };
    });
  }

  inquire(key: string): Awaitable<Inquiry> {
    const known = this.book.keys.get(key);
    if (known) {
      return this.send(reveal(known));
    }
    return this.remembersAll ? this.closeKey(key) : this.inquireHistory(key);
  }

  notices(cursor: string): Awaitable<NoticePage> {
    const now = this.options.clock();
    for (const [id, scheduled] of this.book.scheduled) {
      const delay = scheduled.type === "dispute_end" ? 0 : (this.options.settlesAfter ?? 0);
      if (scheduled.at + delay <= now) {
        this.record(dueNotice(id, scheduled, this.reference("dp"), now));
      }
    }
    const { id } = this.options.journal;
    const after = cursor.startsWith(`${id}:`) ? Number(cursor.slice(id.length + 1)) : 0;
    const news = this.book.notices.filter(({ n }) => n > after);
    const last = news.at(-1);
    return this.send({
      notices: news.map(({ notice }) => notice),
      cursor: last ? `${id}:${last.n}` : cursor,
    });
  }

  settlement(date: string): AsyncIterable<SettlementLine> {
    return settlementLines(this.options.journal.history(), date);
  }

  /** Writes what is left and closes the journal. */
  close(): void {
    this.options.journal.close();
  }

  /** Does what a key asks once, under the weather of the moment. */
  private once<R extends Truth>(
    key: string,
    does: Behaviour,
    decide: (does: Behaviour) => Decision<R>,
  ): Awaitable<R | Unknown> {
    const known = this.book.keys.get(key);
    if (known) {
      return this.send(replay(known) as R | Unknown);
    }
    const { faults } = this.options.conditions;
    const fault = (this.hasFaults ? drawFault(faults, this.options.random) : undefined) ?? does.fault;
    if (fault === undefined) {
      const fact = decide(does);
      this.record(fact);
      return this.send(fact.result);
    }
    if (fault === "never_arrived") {
      return this.send(LOST);
    }
    const fact = decide(fault === "timeout" ? DUE_TO_TIMEOUT : does);
    this.record({ ...fact, ...mark(fault) });
    const { result }: { result: Truth } = fact;
    if (fault === "duplicate_answer" && (result.outcome === "approved" || result.outcome === "declined")) {
      this.record({ type: "notice", notice: { type: "outcome", key, result } });
    }
    return this.send(firstAnswer(fault) ?? fact.result);
  }

  private onCharge<R extends Truth>(
    key: string,
    reference: string,
    amount: number | undefined,
    decide: (charge: Charge, does: Behaviour) => Decision<R>,
  ): Awaitable<R | Declined | Unknown> {
    const charge = this.book.charges.get(reference);
    if (charge) {
      const { byAmount } = behaviourOf(charge.behaviour);
      const does = byAmount && amount !== undefined ? behaviourOf(behaviourOfAmount(amount)) : {};
      return this.once(key, does, (now) => decide(charge, now));
    }
    if (this.remembersAll) {
      return this.send(declined("charge_missing", "There is no such charge."));
    }
    return this.recallCharge(reference).then((found) =>
      found
        ? this.onCharge(key, reference, amount, decide)
        : this.send(declined("charge_missing", "There is no such charge.")),
    );
  }

  /** Nothing was forgotten yet, so that what is not in the book never was. */
  private get remembersAll(): boolean {
    return !this.options.journal.hasOlder && !this.book.hasForgotten;
  }

  /** Brings a charge back from the journal; false when it never was. */
  private async recallCharge(reference: string): Promise<boolean> {
    const charge = await rebuildCharge(this.options.journal.history(), reference);
    // Somebody else may have brought it back meanwhile, and changed it since.
    if (charge && !this.book.charges.has(reference)) {
      this.book.charges.set(reference, charge);
    }
    return charge !== undefined;
  }

  private async inquireHistory(key: string): Promise<Inquiry> {
    const found = await findKey(this.options.journal.history(), key);
    const known = this.book.keys.get(key) ?? found;
    return known ? this.send(reveal(known)) : this.closeKey(key);
  }

  private closeKey(key: string): Awaitable<Inquiry> {
    this.record({ type: "key_closed", key });
    return this.send({ inquiry: "not_found" });
  }

  private challenge(): RequiresAction {
    const reference = this.reference("ch");
    return {
      outcome: "requires_action",
      reference,
      challenge: { url: `${CHALLENGE_URL}${reference}`, token: reference },
    };
  }

  private approve(prefix: string, amount: number, takesMoney: boolean): Approved {
    return approved(this.reference(prefix), amount, takesMoney ? feeOn(amount, this.options.fee) : undefined);
  }

  private takeRefund(charge: Charge, amount: number): Approved | Pending {
    return behaviourOf(charge.behaviour).refund === "pending"
      ? { outcome: "pending", reference: this.reference("rf") }
      : this.approve("rf", amount, false);
  }

  /** An id for what the next fact makes: unique among all of this journal. */
  private reference(prefix: string): string {
    return `${prefix}_${this.options.clock().toString(36)}${(this.book.lastNumber + 1).toString(36)}`;
  }

  private record(fact: NewFact): void {
    const numbered = { n: this.book.lastNumber + 1, at: this.options.clock(), ...fact };
    this.book.apply(numbered);
    this.options.journal.append(numbered);
  }

  /** Gives an answer once all that it rests on is written, and after its time on the way. */
  private send<T>(answer: T): Awaitable<T> {
    const written = this.options.journal.written();
    const delay = drawLatency(this.options.conditions.latency, this.options.random);
    if (delay > 0) {
      return Promise.all([written, setTimeout(delay)]).then(() => answer);
    }
    return written ? written.then(() => answer) : answer;
  }
}
