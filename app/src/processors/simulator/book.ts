/** The simulated processor's memory: charges, keys, and what it is going to tell; built from facts alone. */
import { LRUCache } from "lru-cache";
import type { Notice } from "../processor.ts";
import { behaviourOf, type BehaviourName } from "./catalogue.ts";
import type { Fact, MovementFact, NoticeFact, Operation } from "./facts.ts";

export interface Charge {
  reference: string;
  amount: number;
  currency: string;
  behaviour: BehaviourName;
  /** Milliseconds since 1970 (UTC); of the authorisation. */
  at: number;
  /** `challenge`: waits for the customer. `open`: can be captured. `closed`: nothing more can be captured. */
  stage: "challenge" | "open" | "closed";
  /** Capture at once when the challenge is passed. */
  capture: boolean;
  captured: number;
  refunded: number;
  /** There is one dispute of a charge; its money is with the customer's bank unless it is won. */
  dispute: "none" | "open" | "won" | "lost";
}

/** What is known of a key. */
export type KnownKey =
  | { closed: true }
  | {
      closed: false;
      result: Operation["result"];
      lost: boolean;
      /** Inquiries that still learn nothing. */
      hidden: number;
    };

/** What the processor is going to tell of itself, from a time on. */
export type Scheduled = { at: number; amount: number; currency: string } & (
  | { type: "dispute"; charge: string; reason: string }
  | { type: "dispute_end"; dispute: string; charge: string; won: boolean }
  | { type: "refund_outcome" | "refund_failure"; key: string; charge: string; refund: string }
);

export interface Dispute {
  charge: string;
  amount: number;
  currency: string;
}

/** Notices that are kept for whoever asks for them anew. */
const NOTICES = 10_000;

/** Charges and keys that are remembered at once; older ones are found in the journal. */
const REMEMBERED = 100_000;

export class Book {
  readonly charges: LRUCache<string, Charge>;
  readonly keys: LRUCache<string, KnownKey>;
  /** True when a charge or a key may have been dropped for a newer one. */
  hasForgotten = false;
  /** Disputes that are not closed yet. */
  readonly disputes = new Map<string, Dispute>();
  readonly scheduled = new Map<string, Scheduled>();
  /** Notices with the number of their facts. */
  readonly notices: { n: number; notice: Notice }[] = [];
  lastNumber = 0;

  constructor(remembered = REMEMBERED) {
    this.charges = new LRUCache({ max: remembered });
    this.keys = new LRUCache({ max: remembered });
  }

  apply(fact: Fact): void {
    this.lastNumber = fact.n;
    this.hasForgotten ||= this.keys.size === this.keys.max || this.charges.size === this.charges.max;
    switch (fact.type) {
      case "notice":
        this.applyNotice(fact);
        break;
      case "key_closed":
        this.keys.set(fact.key, { closed: true });
        break;
      default:
        this.keys.set(fact.key, {
          closed: false,
          result: fact.result,
          lost: fact.lost ?? false,
          hidden: fact.hidden ?? 0,
        });
        this.applyOperation(fact);
    }
  }

  private applyOperation(fact: Operation): void {
    if (fact.type === "contest") {
      const dispute = this.disputes.get(fact.dispute);
      if (dispute) {
        this.scheduled.set(fact.dispute, {
          type: "dispute_end",
          ...dispute,
          dispute: fact.dispute,
          won: fact.won,
          at: fact.at,
        });
      }
      return;
    }
    const charge = fact.type === "authorize" ? chargeOf(fact) : this.charges.get(fact.charge);
    if (!charge) {
      return;
    }
    if (fact.type === "authorize") {
      this.charges.set(charge.reference, charge);
    } else {
      advance(charge, fact);
    }
    this.schedule(charge, fact);
  }

  private schedule(charge: Charge, fact: Exclude<Operation, { type: "contest" }>): void {
    const { dispute: reason, refund } = behaviourOf(charge.behaviour);
    const { reference, currency } = charge;
    if (reason && charge.dispute === "none") {
      const amount = charge.captured - charge.refunded;
      if (amount > 0) {
        this.scheduled.set(reference, {
          type: "dispute",
          charge: reference,
          reason,
          amount,
          currency,
          at: fact.at,
        });
      } else {
        this.scheduled.delete(reference);
      }
    }
    if (refund && fact.type === "refund" && fact.result.outcome !== "declined") {
      const { key, amount, at } = fact;
      const type = refund === "pending" ? "refund_outcome" : "refund_failure";
      this.scheduled.set(key, {
        type,
        key,
        charge: reference,
        refund: fact.result.reference,
        amount,
        currency,
        at,
      });
    }
  }

  private applyNotice(fact: NoticeFact): void {
    const { notice } = fact;
    this.notices.push({ n: fact.n, notice });
    if (this.notices.length > NOTICES) {
      this.notices.shift();
    }
    if (fact.scheduled !== undefined) {
      this.scheduled.delete(fact.scheduled);
    }
    const charge = fact.charge === undefined ? undefined : this.charges.get(fact.charge);
    if (charge) {
      advanceByNotice(charge, notice);
    }
    switch (notice.type) {
      case "outcome":
        this.keys.set(notice.key, { closed: false, result: notice.result, lost: false, hidden: 0 });
        break;
      case "dispute_opened": {
        const { dispute, charge: reference, amount, currency, evidenceDueBy } = notice;
        this.disputes.set(dispute, { charge: reference, amount, currency });
        this.scheduled.set(dispute, {
          type: "dispute_end",
          dispute,
          charge: reference,
          amount,
          currency,
          won: false,
          at: evidenceDueBy,
        });
        break;
      }
      case "dispute_closed":
        this.disputes.delete(notice.dispute);
        break;
      case "refund_failed":
      case "returned":
        break;
    }
  }
}

/** The charge that an authorisation makes; none when it was declined. */
export function chargeOf(fact: Extract<Operation, { type: "authorize" }>): Charge | undefined {
  if (fact.result.outcome === "declined") {
    return undefined;
  }
  const charge: Charge = {
    reference: fact.charge,
    amount: fact.amount,
    currency: fact.currency,
    behaviour: fact.behaviour,
    at: fact.at,
    stage: "challenge",
    capture: fact.capture,
    captured: 0,
    refunded: 0,
    dispute: "none",
  };
  if (fact.result.outcome === "approved") {
    open(charge);
  }
  return charge;
}

/** Moves a charge on by what was asked of it. */
export function advance(charge: Charge, fact: MovementFact): void {
  const declined = fact.result.outcome === "declined";
  if (fact.type === "confirm" && declined) {
    charge.stage = "closed";
  }
  if (declined) {
    return;
  }
  switch (fact.type) {
    case "confirm":
      open(charge);
      break;
    case "capture":
      charge.captured += fact.amount;
      charge.stage = fact.final || charge.captured === charge.amount ? "closed" : "open";
      break;
    case "refund":
      charge.refunded += fact.amount;
      break;
    case "void":
      charge.stage = "closed";
      break;
  }
}

/** Moves a charge on by what the processor told of itself. */
export function advanceByNotice(charge: Charge, notice: Notice): void {
  if (notice.type === "dispute_opened") {
    charge.dispute = "open";
  } else if (notice.type === "dispute_closed") {
    charge.dispute = notice.won ? "won" : "lost";
  } else if (notice.type === "refund_failed") {
    charge.refunded -= notice.amount;
  }
}

function open(charge: Charge): void {
  charge.stage = charge.capture ? "closed" : "open";
  charge.captured = charge.capture ? charge.amount : 0;
}
