/**
 * A bank that works by files, in the manner of the ACH network in the United States.
 *
 * What is asked becomes an entry at once; entries go into a file when one is made, and have succeeded when the time for
 * their return is over. Truth lives in the database; it comes to the payments as notices.
 */
import type { Core } from "../../core.ts";
import type { Vault } from "../../vault/index.ts";
import type {
  AuthorizeRequest,
  BankAccount,
  Declined,
  Inquiry,
  NoticePage,
  PayOutRequest,
  Processor,
  RefundRequest,
  SettlementLine,
  SettlementType,
  SimpleResult,
  VoidRequest,
} from "../processor.ts";
import { settlementLine } from "../settlement-line.ts";
import { newYorkTime } from "./calendar.ts";
import {
  declined,
  type EntryRow,
  type EntryType,
  MAX_ENTRY,
  refundCode,
  refundSecCode,
  resultOf,
  secCode,
  transactionCode,
} from "./entry.ts";
import type { AchRepository } from "./repository.ts";

export interface AchOptions {
  core: Pick<Core, "clock" | "makeId">;
  repository: AchRepository;
  vault: Pick<Vault, "sealPersonal">;
  livemode: boolean;
  /** What is due: done before notices are read. */
  tick: () => Promise<void>;
}

/** Notices of one page. */
const PAGE = 500;

export class AchProcessor implements Processor {
  readonly name: string;
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
  private readonly options: AchOptions;

  constructor(options: AchOptions) {
    this.options = options;
    this.name = options.livemode ? "ach" : "ach_test";
  }

  async authorize({ key, amount, capture, instrument }: AuthorizeRequest): Promise<SimpleResult> {
    if (instrument.type !== "us_bank_account") {
      return declined("payment_method_not_supported", "ACH takes bank accounts in the United States.");
    }
    if (!capture) {
      return declined(
        "capture_method_not_supported",
        "Bank accounts are debited at once: capture cannot be manual.",
      );
    }
    return this.submit(key, "debit", amount, instrument);
  }

  payOut({ key, amount, instrument }: PayOutRequest): Promise<SimpleResult> {
    return this.submit(key, "payout", amount, instrument);
  }

  async refund({ key, reference, amount }: RefundRequest): Promise<SimpleResult> {
    const { repository, livemode, core } = this.options;
    return repository.transaction(async (client) => {
      const debit = await repository.lockDebit(reference, livemode, client);
      const known = await repository.known(key, client);
      if (known) return resultOf(known);
      const left = (debit?.amount ?? 0) - (await repository.refunded(reference, client));
      if (debit?.state !== "settled") {
        return declined(
          "charge_not_refundable",
          "The debit has not succeeded: there is nothing to give back.",
        );
      }
      if (amount > left)
        return declined("amount_too_large", "The amount is above what is left of the debit.");
      const entry = {
        key,
        livemode,
        reference: core.makeId("achEntry"),
        type: "refund",
        state: "pending",
        debit: reference,
        amount,
        sec_code: refundSecCode(debit.sec_code ?? ""),
        transaction_code: refundCode(debit.transaction_code ?? ""),
        subject: debit.subject,
        sealed: debit.sealed,
      } as const;
      await repository.add(entry, new Date(core.clock()), client);
      return { outcome: "pending", reference: entry.reference };
    });
  }

  async void({ key, reference }: VoidRequest): Promise<SimpleResult> {
    const { repository, livemode } = this.options;
    return repository.transaction(async (client) => {
      const debit = await repository.lockDebit(reference, livemode, client);
      const known = await repository.known(key, client);
      if (known) return known.isVoid ? voided(known) : resultOf(known);
      if (debit?.state !== "pending") {
        return declined("charge_not_voidable", "The debit is in a file already, or over.");
      }
      await repository.cancel(reference, key, client);
      return voided(debit);
    });
  }

  confirmChallenge(): Declined {
    return declined("challenge_not_open", "Bank accounts know no challenge.");
  }

  capture(): Declined {
    return declined(
      "charge_not_capturable",
      "Bank accounts are debited at once: there is nothing to capture.",
    );
  }

  contestDispute(): Declined {
    return declined("dispute_not_contestable", "The returns of banks are final.");
  }

  async inquire(key: string): Promise<Inquiry> {
    const { repository, livemode, core } = this.options;
    const known = await repository.known(key);
    if (known) return inquiryOf(known);
    const reference = core.makeId("achEntry");
    await repository.add(
      {
        key,
        livemode,
        reference,
        type: "closed",
        state: "closed",
        debit: null,
        amount: 0,
        sec_code: null,
        transaction_code: null,
        subject: null,
        sealed: null,
      },
      new Date(core.clock()),
    );
    // The request may have arrived a moment before.
    const now = await repository.known(key);
    return now ? inquiryOf(now) : { inquiry: "unknown", reason: "in_progress" };
  }

  async notices(cursor: string): Promise<NoticePage> {
    const { repository, livemode, tick } = this.options;
    await tick();
    const rows = await repository.notices(livemode, Number(cursor), PAGE);
    return { notices: rows.map(({ notice }) => notice), cursor: String(rows.at(-1)?.id ?? cursor) };
  }

  async *settlement(date: string): AsyncIterable<SettlementLine> {
    const { repository, livemode } = this.options;
    for (const { reference, type, amount, back } of await repository.moved(livemode, date)) {
      if (type !== "closed")
        yield { ...settlementLine(reference, MOVEMENTS[type][back ? 1 : 0], amount, "usd", 0), date };
    }
  }

  /** Today in New York. */
  today(): string {
    return newYorkTime(this.options.core.clock()).date;
  }

  private async submit(
    key: string,
    type: EntryType,
    amount: number,
    account: BankAccount,
  ): Promise<SimpleResult> {
    const { repository, livemode, core, vault } = this.options;
    if (amount > MAX_ENTRY) {
      return declined("amount_too_large", `An ACH entry is at most ${MAX_ENTRY} minor units.`);
    }
    const known = await repository.known(key);
    if (known) return resultOf(known);
    const reference = core.makeId("achEntry");
    const subject = account.subject ?? reference;
    const { routingNumber, accountNumber, holderName } = account;
    const details = { routingNumber, accountNumber, holderName };
    const entry = {
      key,
      livemode,
      reference,
      type,
      state: "pending",
      debit: null,
      amount,
      sec_code: secCode(account, type),
      transaction_code: transactionCode(account, type),
      subject,
      sealed: await vault.sealPersonal({ livemode, subject, record: reference }, details),
    } as const;
    await repository.add(entry, new Date(core.clock()));
    const added = await repository.known(key);
    return added ? resultOf(added) : { outcome: "unknown", reason: "in_progress" };
  }
}

/** What an entry is in a settlement report, and what it is when it comes back. */
const MOVEMENTS: Readonly<Record<EntryType, readonly [SettlementType, SettlementType]>> = {
  debit: ["charge", "chargeback"],
  refund: ["refund", "refund_reversal"],
  payout: ["payout", "payout_reversal"],
};

function voided({ reference }: Pick<EntryRow, "reference">): SimpleResult {
  return { outcome: "approved", reference: `${reference}_void`, amount: 0 };
}

function inquiryOf(entry: EntryRow & { isVoid: boolean }): Inquiry {
  if (entry.state === "closed") return { inquiry: "not_found" };
  if (entry.isVoid)
    return {
      inquiry: "found",
      result: { outcome: "approved", reference: `${entry.reference}_void`, amount: 0 },
    };
  return { inquiry: "found", result: resultOf(entry) };
}
