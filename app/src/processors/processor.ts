/**
 * What the service asks of whoever moves the money: a card processor, a bank.
 *
 * One rule stands above all: an adapter never guesses. When it cannot tell what became of a request (no answer in time, a
 * broken connection, an answer that it cannot read) it says `unknown`, and the truth comes later, by `inquire`, by a
 * notice or with the settlement report. Adapters do not throw.
 */

/** A value, or a promise of it: a processor inside this process answers at once. */
export type Awaitable<T> = T | Promise<T>;

/** A card, as the vault reveals it for one call; never logged, never kept. */
export interface Card {
  type: "card";
  /** 12 to 19 digits. */
  number: string;
  /** 1 to 12. */
  expMonth: number;
  /** Four digits. */
  expYear: number;
  /** Present only when the customer has just typed it. */
  cvc?: string;
}

/** A bank account in the United States, as the vault reveals it for one call. */
export interface BankAccount {
  type: "us_bank_account";
  /** Nine digits, the last a check digit. */
  routingNumber: string;
  /** 1 to 17 letters, digits, spaces or hyphens. */
  accountNumber: string;
  accountType: "checking" | "savings";
  holderName: string;
  holderType: "individual" | "company";
  /**
   * Customer id whose data this is. A bank's files are made later: until then the details are kept encrypted under the
   * customer's key, so that erasing the customer erases them. @default nobody's: under a key of their own
   */
  subject?: string;
}

export type Instrument = Card | BankAccount;
export type MethodType = Instrument["type"];

interface Keyed {
  /**
   * Our key of this one operation, 1 to 255 characters; a new operation has a new key. Sent again with the same key, a
   * request is done once and answered as the first time (where the processor declares `idempotent`).
   */
  key: string;
}

interface Money {
  /** Minor units, an integer above zero. */
  amount: number;
  /** ISO 4217 code in small letters. */
  currency: string;
}

export interface AuthorizeRequest extends Keyed, Money {
  /** Take the money now (`true`), or hold it for a later capture. */
  capture: boolean;
  instrument: Instrument;
  /** What the customer's statement shows, up to 22 characters. */
  statementDescriptor?: string;
  /** Where the customer's browser goes after a challenge. */
  returnUrl?: string;
}

export interface CaptureRequest extends Keyed, Money {
  /** `reference` of the approved authorisation. */
  reference: string;
  /** True: what is left of the authorisation is released. */
  final: boolean;
}

export interface RefundRequest extends Keyed, Money {
  /** `reference` of the approved authorisation (or charge) whose captured money goes back. */
  reference: string;
}

export interface VoidRequest extends Keyed {
  /** `reference` of the authorisation to release; refused when something was captured. */
  reference: string;
}

export interface ConfirmChallengeRequest extends Keyed {
  /** `reference` of the `requires_action` result; the customer has been through the challenge. */
  reference: string;
}

/** Money paid out to a bank account of ours or of a seller. */
export interface PayOutRequest extends Keyed, Money {
  instrument: BankAccount;
  statementDescriptor?: string;
}

export interface ContestDisputeRequest extends Keyed {
  /** The dispute's id, as its notice told it. */
  dispute: string;
  /** By kind, as `receipt`, `uncategorized_text`; none at all accepts the dispute. */
  evidence: Record<string, string>;
}

/** The processor did it. */
export interface Approved {
  outcome: "approved";
  /**
   * The processor's id: of the authorisation (for `authorize`, `confirmChallenge`), of the capture, the refund or the
   * void. Settlement lines name the id of the money's movement: an authorisation's with `capture: true`, a capture's, a refund's.
   */
  reference: string;
  /** Minor units that were done, which may be less than was asked; 0 for a void. */
  amount: number;
  /** The card network's id, which later charges of the same customer refer to. */
  networkTransactionId?: string;
  /** What the processor keeps of a charge, minor units; absent when only the settlement report tells it. */
  fee?: number;
}

/** The processor or the bank refused; no money moved and none is held. */
export interface Declined {
  outcome: "declined";
  /**
   * As `card_declined`, `expired_card`, `incorrect_cvc`, `processing_error`; of a capture `authorization_expired`, when no more
   * can be captured.
   */
  code: string;
  /** The bank's reason, as `insufficient_funds`. */
  declineCode?: string;
  /** For the client; no data of the card. */
  message: string;
  /** True when the same card may succeed later. */
  retryable: boolean;
}

/** The customer must prove who she is (3-D Secure) at `challenge.url`; then `confirmChallenge` tells the outcome. */
export interface RequiresAction {
  outcome: "requires_action";
  reference: string;
  challenge: { url: string; token: string };
}

/** Taken in; the outcome comes as a notice or by inquiry, perhaps days later (banks). */
export interface Pending {
  outcome: "pending";
  reference: string;
}

export const UNKNOWN_REASONS = [
  "timeout",
  "connection_lost",
  "unreadable_answer",
  "server_error",
  "in_progress",
] as const;

/** It may have been done or not: ask with `inquire`. */
export interface Unknown {
  outcome: "unknown";
  reason: (typeof UNKNOWN_REASONS)[number];
}

export const UNAVAILABLE_REASONS = ["circuit_open", "overloaded", "not_connected", "refused"] as const;

/** The request provably did nothing: never sent, or turned away at the door. Failing it or trying anew is safe. */
export interface Unavailable {
  outcome: "unavailable";
  reason: (typeof UNAVAILABLE_REASONS)[number];
  /** Seconds. */
  retryAfter: number;
}

/** What an operation can come to for good. */
export type FinalResult = Approved | Declined;
export type ProcessorResult = FinalResult | RequiresAction | Pending | Unknown | Unavailable;

/** Results without a challenge: of everything but `authorize`. */
export type SimpleResult = Exclude<ProcessorResult, RequiresAction>;

/**
 * The truth about an earlier call with a key.
 * - `found`: what it came to; `pending` or `requires_action` is its truth up to now;
 * - `not_found`: it never arrived, and from this answer on the processor will not do it should it still arrive, so that it is
 *   safe to fail it, or to try anew under a **new** key;
 * - `unknown`: ask again later.
 */
export type Inquiry =
  | { inquiry: "found"; result: FinalResult | RequiresAction | Pending }
  | { inquiry: "not_found" }
  | { inquiry: "unknown"; reason: Unknown["reason"] | Unavailable["reason"] };

/** Charges and reversals come in, the other types go out. */
export type SettlementType =
  | "charge"
  | "refund"
  | "refund_reversal"
  | "chargeback"
  | "chargeback_reversal"
  | "payout"
  | "payout_reversal"
  | "fee";

/** A line of a settlement report: money that moved between the processor and us. */
export interface SettlementLine {
  processorReference: string;
  /** Our key of the operation that moved the money, where the report has it. */
  key?: string;
  type: SettlementType;
  /** Gross, minor units, above zero. */
  amount: number;
  currency: string;
  /** What the processor kept, minor units, 0 or more. */
  fee: number;
  /** What reaches our bank account, signed: `amount - fee` of what comes in, `-amount - fee` of what goes out. */
  net: number;
  /** Day of settlement, `YYYY-MM-DD`. */
  date: string;
}

/** What a processor tells of itself. Told at least once, in order; telling it again must change nothing. */
export type Notice =
  /** The truth about an operation; may repeat an answer that was given before (duplicate answers happen). */
  | { type: "outcome"; key: string; result: FinalResult }
  /** A customer disputes a charge: the processor took the money back. `charge` is the authorisation's reference. */
  | ({
      type: "dispute_opened";
      dispute: string;
      charge: string;
      reason: string;
      fee: number;
      evidenceDueBy: number;
    } & Money)
  | { type: "dispute_closed"; dispute: string; won: boolean }
  /** A refund that was approved did not reach the customer: the money is with us again. `key` is the refund's. */
  | ({ type: "refund_failed"; key: string; reference: string; code: string; message: string } & Money)
  /** A bank took a debit back after it had succeeded. `key` is the operation's. */
  | ({ type: "returned"; key: string; reference: string; code: string; message: string } & Money);

export interface NoticePage {
  notices: Notice[];
  /** To ask for what comes after; the one given when there is nothing new. */
  cursor: string;
}

export interface Capabilities {
  methods: readonly MethodType[];
  /** ISO 4217 codes in small letters, or every currency. */
  currencies: readonly string[] | "all";
  /** An authorisation can be held and captured later. */
  delayedCapture: boolean;
  partialCapture: boolean;
  multipleCapture: boolean;
  /** The truth about an earlier call can be asked for. */
  inquiry: boolean;
  /** A request sent again with the same key is done once. */
  idempotent: boolean;
  /** Reached over a network: calls get a time-out, and failures open the circuit. */
  remote: boolean;
}

/** One processor. Every operation carries our key; none throws. `notices` and `settlement` reject when it cannot be asked. */
export interface Processor {
  /** As `simulator`, `gateway`, `ach`; kept with each payment. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** `open`: calls are turned away unasked, for a while. Absent where nothing is between us and it. */
  readonly circuit?: "closed" | "half_open" | "open";
  authorize(request: AuthorizeRequest): Awaitable<ProcessorResult>;
  confirmChallenge(request: ConfirmChallengeRequest): Awaitable<ProcessorResult>;
  capture(request: CaptureRequest): Awaitable<SimpleResult>;
  refund(request: RefundRequest): Awaitable<SimpleResult>;
  void(request: VoidRequest): Awaitable<SimpleResult>;
  payOut(request: PayOutRequest): Awaitable<SimpleResult>;
  /** `pending` when taken in: a notice tells who won. */
  contestDispute(request: ContestDisputeRequest): Awaitable<SimpleResult>;
  /** The truth about the operation with this key. */
  inquire(key: string): Awaitable<Inquiry>;
  /** Notices after a cursor, oldest first; `""` is the beginning. */
  notices(cursor: string): Awaitable<NoticePage>;
  /** Settlement lines of a day, `YYYY-MM-DD`; the same at every call once the day is over. */
  settlement(date: string): AsyncIterable<SettlementLine>;
}

/** A listener that has taken a notice in durably when its promise resolves; else it is told again. */
export type NoticeListener = (processor: string, notice: Notice) => Promise<void>;

/** Is told the lines of a settlement report, a portion at a time; has taken them in when its promise resolves. */
export type SettlementListener = (
  report: { processor: string; livemode: boolean },
  lines: readonly SettlementLine[],
) => Promise<void>;

/** The processors that are configured, each behind its circuit breaker, its time limits and its metrics. */
export interface Processors {
  /**
   * The processor for a new payment.
   * @throws ApiError 400 `payment_method_not_available` when none takes this method and currency in this mode
   */
  choose(payment: { method: MethodType; currency: string; livemode: boolean }): Processor;
  /** The processor that a payment was made with. @throws ApiError 503 `processor_unavailable` when it is no longer configured */
  get(name: string): Processor;
  /** Names of all that are configured. */
  readonly names: readonly string[];
  /** Adds somebody to be told of notices, before `start`; a notice is taken in when all have taken it in. */
  onNotice(listener: NoticeListener): void;
  /** Fetches and tells what is new now (a job does so every few seconds); how many notices were told. */
  deliverNotices(): Promise<number>;
}
