/** Reading payments: one, a page, a search, with other objects shown in them. */
import type { Core } from "../core.ts";
import type { ListOptions } from "../database/objects.ts";
import { invalid } from "../errors.ts";
import type { Caller } from "../http/operation.ts";
import { pageOptions } from "../http/pages.ts";
import { listAnswer } from "../http/schemas.ts";
import { customerFor } from "../identity/bound-customer.ts";
import { showPayment, type Payment, type StoredPayment } from "./payment.ts";
import type { Expandable, PaymentQuery, PaymentSearch } from "./schemas.ts";
import type { PaymentService } from "./service.ts";

/** How an object that payments name is shown; undefined where the caller may not see it, or when it is gone. */
export type Shows = Record<Expandable, (id: string, caller: Caller) => Promise<object | undefined>>;

export type PaymentReads = ReturnType<typeof paymentReads>;

export function paymentReads({ objects }: Core, { find }: Pick<PaymentService, "find">, shows: Shows) {
  async function expanded(payment: StoredPayment, fields: readonly Expandable[], caller: Caller) {
    const shown = showPayment(payment);
    const others = await Promise.all(
      fields.map(async (field) => {
        const id = shown[field];
        const object = id === undefined ? undefined : await shows[field](id, caller);
        return [field, object ?? id] as const;
      }),
    );
    return { ...shown, ...Object.fromEntries(others) };
  }

  async function page(options: ListOptions, fields: readonly Expandable[], caller: Caller, url: string) {
    const { data, hasMore } = await objects.list<Payment>("payments", options);
    return listAnswer(
      url,
      await Promise.all(data.map((payment) => expanded(payment, fields, caller))),
      hasMore,
    );
  }

  return {
    async retrieve(id: string, expand: readonly Expandable[], caller: Caller) {
      return expanded(await find(id, caller), expand, caller);
    },

    list(query: PaymentQuery, caller: Caller) {
      const { status, reference } = query;
      const customer = customerFor(caller, query.customer);
      const options = {
        ...pageOptions(query, "payment"),
        livemode: caller.livemode,
        customer,
        status,
        reference,
      };
      return page(options, query["expand[]"] ?? [], caller, "/v1/payments");
    },

    /** @throws ApiError 400 when there is nothing to search by */
    search(query: PaymentSearch, caller: Caller) {
      const { status, reference } = query;
      if (reference === undefined && query.metadata === undefined) {
        throw invalid(
          "parameter_missing",
          "Search needs reference or metadata: send one of them.",
          "reference",
        );
      }
      const metadata = query.metadata === undefined ? undefined : parseMetadata(query.metadata);
      const { livemode, customer } = caller;
      const options = { ...pageOptions(query, "payment"), livemode, customer, status, reference, metadata };
      return page(options, [], caller, "/v1/payments/search");
    },
  };
}

/**
 * `order:17,shop:berlin`
 * @throws ApiError 400 for a key that is asked for twice: metadata has one value of it
 */
function parseMetadata(text: string): Record<string, string> {
  const wanted = new Map<string, string>();
  for (const pair of text.split(",")) {
    const colon = pair.indexOf(":");
    const key = pair.slice(0, colon);
    if (wanted.has(key))
      throw invalid("parameter_invalid", `metadata names ${key} twice: name it once.`, "metadata");
    wanted.set(key, pair.slice(colon + 1));
  }
  return Object.fromEntries(wanted);
}
