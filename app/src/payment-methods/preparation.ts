/** From what a client sends to a payment method: the number goes to the vault, and the rest becomes the object. */
import type { Core } from "../core.ts";
import type { CustomerService } from "../customers/index.ts";
import { invalid, namedBy } from "../errors.ts";
import { mergeMetadata } from "../http/metadata.ts";
import type { Caller } from "../http/operation.ts";
import type { Instrument } from "../processors/processor.ts";
import { checkBankAccount, checkCard, type Vault } from "../vault/index.ts";
import {
  changeBilling,
  detailsOf,
  instrumentOf,
  subjectOf,
  type MethodData,
  type StoredMethod,
} from "./method.ts";
import type { BillingDetails, MethodInput } from "./schemas.ts";
import type { SecurityCodes } from "./security-codes.ts";
import { TEST_FUNDING } from "./test-methods.ts";

/** A payment method whose number is in the vault, and which waits to be committed. */
export interface Prepared {
  method: StoredMethod;
  billing: BillingDetails;
  /** For a payment that is made with it at once. */
  instrument: Instrument;
  /** Takes the number out of the vault again, when nothing was committed. */
  discard(): Promise<void>;
}

/** What of the data comes from the number, and the number. */
type Checked = Pick<MethodData, "type" | "card" | "us_bank_account"> & {
  number: string;
  holderName?: string;
  cvc?: string;
};

export function createPreparation(
  core: Core,
  vault: Vault,
  customers: CustomerService,
  codes: SecurityCodes,
) {
  const { clock, makeId } = core;

  async function check(input: MethodInput, livemode: boolean): Promise<Checked> {
    const details = detailsOf(input);
    if (details.type === "card") {
      const { number, cvc, face } = checkCard(details, clock);
      const funding = (livemode ? undefined : TEST_FUNDING[number]) ?? "unknown";
      const fingerprint = await vault.fingerprint("card", livemode, number);
      return { type: "card", number, cvc, card: { ...face, funding, fingerprint } };
    }
    const { type, routing_number, account_number: number, account_type, account_holder_type } = details;
    checkBankAccount(routing_number, number);
    const holderName = details.account_holder_name ?? input.billing_details?.name;
    if (!holderName) {
      throw invalid(
        "parameter_missing",
        "A bank account needs its holder's name: send account_holder_name, or name in billing_details.",
        "us_bank_account.account_holder_name",
      );
    }
    const fingerprint = await vault.fingerprint("bank_account", livemode, routing_number, number);
    const shown = { routing_number, last4: number.slice(-4), account_type, account_holder_type, fingerprint };
    return { type, number, holderName, us_bank_account: shown };
  }

  /**
   * Checks what was sent and keeps the number.
   * @throws ApiError 402 for a card, 400 for a bank account that cannot be one, or when there is no such customer
   */
  async function prepare(
    caller: Pick<Caller, "livemode" | "customer">,
    input: MethodInput,
  ): Promise<Prepared> {
    const { livemode } = caller;
    const customer = input.customer ?? caller.customer;
    const checked = await check(input, livemode);
    const { number, cvc, holderName, ...shown } = checked;
    if (customer !== undefined) await namedBy("customer", customers.findActive(customer, caller));

    const id = makeId("paymentMethod");
    const created = clock();
    const billing = changeBilling({}, input.billing_details);
    const data: MethodData = {
      ...shown,
      status: "active",
      customer,
      metadata: mergeMetadata({}, input.metadata),
    };
    const subject = { livemode, subject: subjectOf({ id, data }) };
    const kind = shown.type === "card" ? ("card" as const) : ("bank_account" as const);
    data.vault = await vault.store({ ...subject, kind, holder: id, number });
    data.sealed = await vault.sealPersonal({ ...subject, record: id }, { billing, holderName });
    if (cvc !== undefined) codes.remember(id, cvc);

    const method = { id, livemode, version: 1, created, data };
    const token = data.vault;
    return {
      method,
      billing,
      instrument: instrumentOf(data, number, { holderName, cvc }),
      async discard() {
        codes.forget(id);
        await vault.delete(livemode, token);
      },
    };
  }

  /** What the payment method would look like, in test mode; nothing is kept. */
  async function preview(id: string, input: MethodInput): Promise<StoredMethod> {
    const { type, card, us_bank_account } = await check(input, false);
    const data: MethodData = { type, card, us_bank_account, status: "active", metadata: {} };
    return { id, livemode: false, version: 1, created: 0, data };
  }

  return { prepare, preview };
}
