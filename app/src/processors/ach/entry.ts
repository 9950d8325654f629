/** ACH entries: what is asked, how it goes into a file, and what its states mean. */
import type { Approved, BankAccount, Declined, Pending } from "../processor.ts";
import { returnDeclined } from "./nacha/codes.ts";
import type { AchFile, Batch, Entry } from "./nacha/file.ts";

export type EntryType = "debit" | "refund" | "payout";

/** `pending` ─► `filed` ─► `settled`; `returned` from the latter two, `canceled` and `failed` from the first. */
export type EntryState = "pending" | "filed" | "settled" | "returned" | "canceled" | "failed" | "closed";

/** An entry as the database keeps it. */
export interface EntryRow {
  sequence: number;
  key: string;
  livemode: boolean;
  reference: string;
  type: EntryType | "closed";
  state: EntryState;
  debit: string | null;
  amount: number;
  sec_code: string | null;
  transaction_code: string | null;
  subject: string | null;
  sealed: string | null;
  file: string | null;
  trace_number: string | null;
  /** Day, `YYYY-MM-DD`. */
  settled: string | null;
  return_code: string | null;
}

/** What is encrypted until it goes into a file. */
export type BankDetails = Pick<BankAccount, "routingNumber" | "accountNumber" | "holderName">;

/** Largest amount of an entry: ten digits. */
export const MAX_ENTRY = 9_999_999_999;

/** Checking 22 and 27, savings 32 and 37: credit and debit. */
export function transactionCode({ accountType }: BankAccount, type: EntryType): string {
  return `${accountType === "checking" ? 2 : 3}${type === "debit" ? 7 : 2}`;
}

/** The credit to the account that a debit was taken from. */
export function refundCode(debitCode: string): string {
  return `${debitCode.slice(0, 1)}2`;
}

/** Companies' accounts take CCD; a consumer's debit was authorised on the internet (WEB), a credit is PPD. */
export function secCode({ holderType }: Pick<BankAccount, "holderType">, type: EntryType): string {
  if (holderType === "company") return "CCD";
  return type === "debit" ? "WEB" : "PPD";
}

/** A refund goes back the way that the debit came. */
export function refundSecCode(debitSecCode: string): string {
  return debitSecCode === "WEB" ? "PPD" : debitSecCode;
}

/** What an entry has come to up to now. A return after success is told by a notice of its own. */
export function resultOf({
  state,
  reference,
  amount,
  settled,
  return_code: code,
}: EntryRow): Approved | Declined | Pending {
  if (settled !== null) return { outcome: "approved", reference, amount };
  switch (state) {
    case "pending":
    case "filed":
      return { outcome: "pending", reference };
    case "settled":
      return { outcome: "approved", reference, amount };
    case "returned":
      return returnDeclined(code ?? "");
    case "canceled":
      return declined("canceled", "The entry was canceled before it went into a file.");
    case "failed":
      return declined(
        "bank_account_erased",
        "The bank account was erased before the entry went into a file.",
      );
    case "closed":
      return declined(
        "key_closed",
        "An inquiry was told that this request never arrived: it is not done any more.",
      );
  }
}

export function declined(code: string, message: string): Declined {
  return { outcome: "declined", code, message, retryable: false };
}

/** Names and numbers of a file, as the settings have them when it is made. */
export interface FileHeader {
  /** Routing number of our bank. */
  routingNumber: string;
  bankName: string;
  companyId: string;
  companyName: string;
  /** Put into the folder, too: without one, the bank gets the file by the API, and must not get it again when there is one. */
  inFolder?: boolean;
}

/** A file as the database keeps it; days are `YYYY-MM-DD`. */
export interface FileRow {
  id: string;
  livemode: boolean;
  created: Date;
  file_date: string;
  file_time: string;
  id_modifier: string;
  effective_date: string;
  header: FileHeader;
  entry_count: number;
  debit_total: number;
  credit_total: number;
  digest: string;
  delivered: Date | null;
}

export type FiledEntry = Pick<
  EntryRow,
  "reference" | "type" | "amount" | "sec_code" | "transaction_code" | "trace_number"
> &
  BankDetails;

/** What the customer's statement says that it is. */
const DESCRIPTIONS: Readonly<Record<EntryRow["type"], string>> = {
  debit: "PAYMENT",
  refund: "REFUND",
  payout: "PAYOUT",
  closed: "",
};

/** Our bank's eight digits and the entry's number: unique for ten million entries. */
export function traceNumber(routingNumber: string, sequence: number): string {
  return routingNumber.slice(0, 8) + String(sequence % 10 ** 7).padStart(7, "0");
}

/** The file of entries that are in the order of their trace numbers; batches by SEC code and description. */
export function composeFile(
  file: Pick<FileRow, "file_date" | "file_time" | "id_modifier" | "effective_date" | "header">,
  entries: readonly FiledEntry[],
): AchFile {
  const { header } = file;
  const batches = new Map<string, Batch>();
  for (const entry of entries) {
    const [code, description] = [entry.sec_code ?? "", DESCRIPTIONS[entry.type]];
    const batch = batches.get(`${code} ${description}`) ?? {
      companyName: ascii(header.companyName, 16),
      companyData: "",
      companyId: header.companyId,
      secCode: code,
      description,
      descriptiveDate: compact(file.file_date),
      effectiveDate: compact(file.effective_date),
      settlementDate: "",
      originatorStatus: "1",
      originatingDfi: header.routingNumber.slice(0, 8),
      authenticationCode: "",
      entries: [],
    };
    batch.entries.push(detailOf(entry));
    batches.set(`${code} ${description}`, batch);
  }
  return {
    destination: ` ${header.routingNumber}`,
    origin: header.companyId,
    creationDate: compact(file.file_date),
    creationTime: file.file_time.replace(":", ""),
    idModifier: file.id_modifier,
    destinationName: ascii(header.bankName, 23),
    originName: ascii(header.companyName, 23),
    referenceCode: "",
    batches: [...batches.values()],
  };
}

function detailOf(entry: FiledEntry): Entry {
  return {
    transactionCode: entry.transaction_code ?? "",
    routingNumber: entry.routingNumber,
    accountNumber: entry.accountNumber,
    amount: entry.amount,
    individualId: entry.reference.slice(-15),
    name: ascii(entry.holderName, 22),
    // WEB entries say whether they are single (S) or recurring (R).
    discretionary: entry.sec_code === "WEB" ? "S" : "",
    traceNumber: entry.trace_number ?? "",
    addenda: [],
  };
}

/** Letters as the banks' computers know them: without accents, in capitals, what is left as a space. */
function ascii(text: string, length: number): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toUpperCase()
    .replace(/[^ -~]/g, " ")
    .slice(0, length)
    .trimEnd();
}

/** `2026-01-31` as `260131`. */
function compact(date: string): string {
  return date.slice(2).replaceAll("-", "");
}
