/** A bank for tests: takes debits and payouts in, and tells days later what became of them, as banks do. */
import type {
  FinalResult,
  Inquiry,
  Notice,
  NoticePage,
  Pending,
  Processor,
  SettlementLine,
  SimpleResult,
} from "../processors/processor.ts";

const UNSUPPORTED: SimpleResult = {
  outcome: "declined",
  code: "not_supported",
  message: "The bank does not do this.",
  retryable: false,
};

interface Asked {
  key: string;
  amount: number;
}

export class Bank implements Processor {
  readonly name = "bank";
  readonly capabilities = {
    methods: ["us_bank_account"],
    currencies: ["usd"],
    delayedCapture: false,
    partialCapture: false,
    multipleCapture: false,
    inquiry: true,
    idempotent: true,
    remote: false,
  } as const;
  /** While it cannot be reached. */
  isAway = false;
  /** Keys of what it has taken in, and what became of each. */
  readonly taken = new Map<string, Pending | FinalResult>();
  readonly #amounts = new Map<string, number>();
  readonly #notices: Notice[] = [];

  authorize(request: Asked): SimpleResult {
    return this.#take(request);
  }

  payOut(request: Asked): SimpleResult {
    return this.#take(request);
  }

  refund(request: Asked): SimpleResult {
    return this.#take(request);
  }

  confirmChallenge(): SimpleResult {
    return UNSUPPORTED;
  }

  capture(): SimpleResult {
    return UNSUPPORTED;
  }

  void(): SimpleResult {
    return UNSUPPORTED;
  }

  contestDispute(): SimpleResult {
    return UNSUPPORTED;
  }

  inquire(key: string): Inquiry {
    const result = this.taken.get(key);
    return result === undefined ? { inquiry: "not_found" } : { inquiry: "found", result };
  }

  /** Days later: the outcome of everything that waits. */
  settle(result: (key: string, amount: number) => FinalResult = approve): void {
    for (const [key, known] of this.taken) {
      if (known.outcome !== "pending") continue;
      const final = result(key, this.#amounts.get(key) ?? 0);
      this.taken.set(key, final);
      this.#notices.push({ type: "outcome", key, result: final });
    }
  }

  /** Weeks later: sends back what it had done. */
  giveBack(amount: number, isMeant: (key: string) => boolean): void {
    for (const key of [...this.taken.keys()].filter(isMeant)) {
      const code = "insufficient_funds";
      const message = "The account has insufficient funds.";
      this.#notices.push({
        type: "returned",
        key,
        reference: `bank_${key}`,
        code,
        message,
        amount,
        currency: "usd",
      });
    }
  }

  notices(): NoticePage {
    return { notices: this.#notices, cursor: String(this.#notices.length) };
  }

  async *settlement(): AsyncGenerator<SettlementLine> {
    // Reports are not what these tests are about.
  }

  #take({ key, amount }: Asked): SimpleResult {
    if (this.isAway) return { outcome: "unavailable", reason: "not_connected", retryAfter: 5 };
    const result = this.taken.get(key) ?? { outcome: "pending", reference: `bank_${key}` };
    this.taken.set(key, result);
    this.#amounts.set(key, amount);
    return result;
  }
}

function approve(key: string, amount: number): FinalResult {
  return { outcome: "approved", reference: `bank_${key}`, amount };
}
