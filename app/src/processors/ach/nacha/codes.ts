/** Return reason codes and change codes of the ACH network (Nacha Operating Rules, Appendix Four and Five). */
import type { Declined } from "../../processor.ts";

interface ReturnReason {
  /** Code as the API shows it. */
  code: string;
  message: string;
  /** The same account may do later. */
  retryable?: true;
}

const RETURN_REASONS: Readonly<Record<string, ReturnReason>> = {
  R01: { code: "insufficient_funds", message: "The account has insufficient funds.", retryable: true },
  R02: { code: "account_closed", message: "The account is closed." },
  R03: { code: "no_account", message: "There is no such account, or it is not the holder's." },
  R04: { code: "invalid_account_number", message: "The account number is not valid." },
  R05: {
    code: "debit_not_authorized",
    message: "The company's account was debited without its authorization.",
  },
  R06: { code: "returned_per_request", message: "Our bank asked for the entry to be returned." },
  R07: { code: "authorization_revoked", message: "The customer revoked the authorization." },
  R08: { code: "payment_stopped", message: "The customer stopped the payment." },
  R09: { code: "uncollected_funds", message: "The account's funds are not collected yet.", retryable: true },
  R10: { code: "debit_not_authorized", message: "The customer says that the debit was not authorized." },
  R11: {
    code: "debit_not_as_authorized",
    message: "The customer says that the debit is not as it was authorized.",
  },
  R12: { code: "account_moved", message: "The account's branch was sold to another bank." },
  R13: {
    code: "invalid_routing_number",
    message: "The routing number is not that of a bank that takes part.",
  },
  R14: {
    code: "account_holder_deceased",
    message: "The representative of the account's holder is deceased.",
  },
  R15: { code: "account_holder_deceased", message: "The account's holder is deceased." },
  R16: { code: "account_frozen", message: "The account is frozen." },
  R17: { code: "invalid_entry", message: "The bank could not process the entry's data." },
  R20: { code: "non_transaction_account", message: "The account takes no such entries." },
  R23: { code: "credit_refused", message: "The receiver refused the credit." },
  R24: { code: "duplicate_entry", message: "The bank takes the entry for a duplicate." },
  R29: { code: "debit_not_authorized", message: "The company says that the debit was not authorized." },
  R31: { code: "permissible_return", message: "The banks agreed on the return." },
};

/** What a return means to whoever wanted the money; reasons that are not listed keep their code. */
export function returnDeclined(reason: string): Declined {
  const { code, message, retryable } = RETURN_REASONS[reason] ?? {
    code: "bank_return",
    message: `The bank returned the entry for reason ${reason}.`,
  };
  return { outcome: "declined", code, declineCode: reason, message, retryable: retryable ?? false };
}

/** Reasons from R61 on answer returns and contested returns: banks settle them among themselves and with us in person. */
export function isReturnOfEntry(reason: string): boolean {
  return /^R([0-4]\d|5[0-3])$/.test(reason);
}
