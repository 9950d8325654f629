/**
 * The records of a NACHA file, as data: each is 94 characters, cut into fields. Positions and contents follow the Nacha
 * Operating Rules, Appendix Three (ACH record format specifications).
 */

/** `numeric`: digits, filled with zeros from the left. `text`: printable ASCII, filled with spaces from the right. */
export type FieldKind = "numeric" | "text";

export interface Field {
  readonly name: string;
  readonly length: number;
  readonly kind: FieldKind;
  /** The only content that is allowed. */
  readonly fixed?: string;
}

const numeric = <N extends string>(name: N, length: number) => ({ name, length, kind: "numeric" }) as const;
const text = <N extends string>(name: N, length: number) => ({ name, length, kind: "text" }) as const;
const fixed = (name: string, content: string) =>
  ({ name: `(${name})`, length: content.length, kind: "text", fixed: content }) as const;
const blank = (length: number) => fixed("reserved", " ".repeat(length));

export const FILE_HEADER = [
  fixed("record type", "1"),
  fixed("priority code", "01"),
  // A space and nine digits; some banks take ten digits.
  text("destination", 10),
  text("origin", 10),
  numeric("creationDate", 6),
  text("creationTime", 4),
  text("idModifier", 1),
  fixed("record size", "094"),
  fixed("blocking factor", "10"),
  fixed("format code", "1"),
  text("destinationName", 23),
  text("originName", 23),
  text("referenceCode", 8),
] as const;

export const BATCH_HEADER = [
  fixed("record type", "5"),
  numeric("serviceClass", 3),
  text("companyName", 16),
  text("companyData", 20),
  text("companyId", 10),
  text("secCode", 3),
  text("description", 10),
  text("descriptiveDate", 6),
  numeric("effectiveDate", 6),
  // Julian day, put in by the operator.
  text("settlementDate", 3),
  text("originatorStatus", 1),
  numeric("originatingDfi", 8),
  numeric("batchNumber", 7),
] as const;

export const ENTRY = [
  fixed("record type", "6"),
  numeric("transactionCode", 2),
  numeric("routingNumber", 9),
  text("accountNumber", 17),
  numeric("amount", 10),
  text("individualId", 15),
  text("name", 22),
  text("discretionary", 2),
  numeric("addendaIndicator", 1),
  numeric("traceNumber", 15),
] as const;

/** Addenda 99: an entry that comes back. */
export const RETURN_ADDENDA = [
  fixed("record type", "7"),
  fixed("addenda type", "99"),
  text("code", 3),
  numeric("originalTrace", 15),
  text("dateOfDeath", 6),
  numeric("originalDfi", 8),
  text("information", 44),
  numeric("traceNumber", 15),
] as const;

/** Addenda 98: an entry went through, and its data is to be corrected (notification of change). */
export const CHANGE_ADDENDA = [
  fixed("record type", "7"),
  fixed("addenda type", "98"),
  text("code", 3),
  numeric("originalTrace", 15),
  blank(6),
  numeric("originalDfi", 8),
  text("correctedData", 29),
  blank(15),
  numeric("traceNumber", 15),
] as const;

/** Addenda 05: words about a payment. */
export const PAYMENT_ADDENDA = [
  fixed("record type", "7"),
  fixed("addenda type", "05"),
  text("information", 80),
  numeric("sequence", 4),
  numeric("entrySequence", 7),
] as const;

export const BATCH_CONTROL = [
  fixed("record type", "8"),
  numeric("serviceClass", 3),
  numeric("entryCount", 6),
  numeric("entryHash", 10),
  numeric("debitTotal", 12),
  numeric("creditTotal", 12),
  text("companyId", 10),
  text("authenticationCode", 19),
  blank(6),
  numeric("originatingDfi", 8),
  numeric("batchNumber", 7),
] as const;

export const FILE_CONTROL = [
  fixed("record type", "9"),
  numeric("batchCount", 6),
  numeric("blockCount", 6),
  numeric("entryCount", 8),
  numeric("entryHash", 10),
  numeric("debitTotal", 12),
  numeric("creditTotal", 12),
  blank(39),
] as const;

type Named<L extends readonly Field[]> = Exclude<L[number], { fixed: string }>["name"];

/** A record's contents by field: digits with their zeros, texts without the spaces at their end. */
export type RecordOf<L extends readonly Field[]> = Record<Named<L>, string>;
