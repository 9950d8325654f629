/** A transfer between two ledger accounts: the smallest durable movement of money. */
import { toSeconds } from "../clock.ts";
import type { Core } from "../core.ts";
import { invalid } from "../errors.ts";
import { mergeMetadata } from "../http/metadata.ts";
import { ID_PREFIXES } from "../ids.ts";
import type { Caller } from "../http/operation.ts";
import type { Decision } from "../journal/once.ts";
import type { TransactionRow } from "../ledger/repository.ts";
import type { NewTransfer, Transfer } from "./schemas.ts";

/** The other way round: `transactionIdOf`. */
function transferIdOf(transaction: string): string {
  return ID_PREFIXES.transfer + transaction.slice(ID_PREFIXES.transaction.length);
}

export function makeTransfer(core: Core, { livemode }: Caller, body: NewTransfer): Decision {
  const { amount, currency, source, destination, description } = body;
  const metadata = body.metadata && mergeMetadata({}, body.metadata);
  if (source === destination) {
    throw invalid(
      "same_account",
      `destination is the source, ${source}: name another account.`,
      "destination",
    );
  }
  const created = core.clock();
  const transaction = core.makeId("transaction");
  const id = transferIdOf(transaction);
  const shown: Transfer = {
    id,
    object: "transfer",
    amount,
    currency,
    source,
    destination,
    description: description ?? null,
    metadata: metadata ?? {},
    transaction,
    livemode,
    created: toSeconds(created),
  };
  const json = JSON.stringify(shown);
  return {
    answer: { status: 201, body: json },
    fieldOf: (account) => (account === source ? "source" : "destination"),
    transactions: [
      {
        id: transaction,
        type: "transfer",
        currency,
        object: id,
        description,
        metadata,
        created,
        entries: [
          { account: source, direction: "debit", layer: "posted", amount },
          { account: destination, direction: "credit", layer: "posted", amount },
        ],
      },
    ],
    events: [
      { id: core.makeId("event"), type: "transfer.created", object: id, version: 1, created, data: json },
    ],
  };
}

/** @param row A ledger transaction of the type `transfer`. */
export function presentTransfer(row: TransactionRow): Transfer {
  const side = (wanted: "debit" | "credit") => row.entries.find(({ direction }) => direction === wanted);
  return {
    id: row.object,
    object: "transfer",
    amount: side("debit")?.amount ?? 0,
    currency: row.currency,
    source: side("debit")?.account ?? "",
    destination: side("credit")?.account ?? "",
    description: row.description,
    metadata: row.metadata ?? {},
    transaction: row.id,
    livemode: row.livemode,
    created: toSeconds(row.created.getTime()),
  };
}
