/** Payment methods: their numbers are in the vault, and what is shown of them is in the object. */
import type { Core } from "../core.ts";
import type { CustomerService } from "../customers/index.ts";
import { ApiError, invalid, namedBy, notFound } from "../errors.ts";
import type { EventType } from "../events/types.ts";
import { mergeMetadata } from "../http/metadata.ts";
import type { Caller, Operation } from "../http/operation.ts";
import { pageOptions } from "../http/pages.ts";
import { listAnswer } from "../http/schemas.ts";
import { customerFor } from "../identity/bound-customer.ts";
import type { Decision, GivenAnswer, Once } from "../journal/once.ts";
import { checkExpiry, type Vault } from "../vault/index.ts";
import {
  changeBilling,
  detachedData,
  methodWrite,
  refuseDetached,
  refuseOtherCustomer,
  showMethod,
  subjectOf,
  type MethodData,
  type MethodPersonal,
  type StoredMethod,
} from "./method.ts";
import { createPreparation, type Prepared } from "./preparation.ts";
import type { MethodChange, MethodInput, MethodQuery } from "./schemas.ts";
import type { SecurityCodes } from "./security-codes.ts";
import { testInput, testMethod } from "./test-methods.ts";

/** Who may see what: everybody's of a mode, or one customer's. */
type Viewer = Pick<Caller, "livemode" | "customer">;

export type MethodService = ReturnType<typeof methodService>;

export function methodService(
  core: Core,
  once: Once,
  vault: Vault,
  customers: CustomerService,
  codes: SecurityCodes,
) {
  const { clock, makeId, objects } = core;
  const { prepare, preview } = createPreparation(core, vault, customers, codes);
  const thisYear = () => new Date(clock()).getUTCFullYear();

  /** @throws ApiError 404, also for what the caller may not see */
  async function find(id: string, { livemode, customer }: Viewer): Promise<StoredMethod> {
    const found = await objects.get<MethodData>("payment_methods", id, livemode);
    if (!found || (customer !== undefined && found.data.customer !== customer))
      throw notFound("payment method", id);
    return found;
  }

  async function findActive(id: string, caller: Viewer): Promise<StoredMethod> {
    const method = await find(id, caller);
    refuseDetached(method);
    return method;
  }

  /**
   * Whoever acts for one customer may attach what is the customer's or nobody's, and learns nothing of what is not.
   * @throws ApiError 404, 400 when it was detached
   */
  async function findAttachable(id: string, { livemode, customer }: Viewer): Promise<StoredMethod> {
    const method = await find(id, { livemode });
    const { customer: owner, status } = method.data;
    const isFree = owner === undefined && status === "active";
    if (customer !== undefined && owner !== customer && !isFree) throw notFound("payment method", id);
    refuseDetached(method);
    return method;
  }

  async function personalOf(method: StoredMethod): Promise<MethodPersonal> {
    const { id, livemode, version, data } = method;
    if (data.sealed === undefined) return {};
    const place = { livemode, subject: subjectOf(method), record: id };
    const personal = await vault.openPersonal<MethodPersonal>(place, data.sealed);
    if (personal) return personal;
    // Moved to new keys since it was read; or erased.
    const now = await objects.get<MethodData>("payment_methods", id, livemode);
    return now && now.version > version ? personalOf(now) : {};
  }

  async function show(method: StoredMethod) {
    return showMethod(method, (await personalOf(method)).billing);
  }

  function decide(method: StoredMethod, type: EventType, body: object): Decision {
    const event = { id: makeId("event"), type, at: clock() };
    return { answer: { status: 200, body }, ...methodWrite(method, event), subject: subjectOf(method) };
  }

  /** Answers with a new payment method; what was put into the vault for nothing goes out of it again. */
  async function answerNew(operation: Operation, input: () => MethodInput): Promise<GivenAnswer> {
    let prepared: Prepared | undefined;
    try {
      const answer = await once.answer(operation, async () => {
        prepared ??= await prepare(operation.caller, input());
        return decide(
          prepared.method,
          "payment_method.created",
          showMethod(prepared.method, prepared.billing),
        );
      });
      if (answer.replayed || answer.status !== 200) await prepared?.discard();
      return answer;
    } catch (error) {
      // Of a passing error it may not be known whether it was recorded.
      if (error instanceof ApiError && !error.isTransient) await prepared?.discard();
      throw error;
    }
  }

  /** Puts the number under the customer's key, once the method is the customer's. */
  async function follow(id: string, livemode: boolean): Promise<void> {
    const method = await objects.get<MethodData>("payment_methods", id, livemode);
    const { vault: token, customer } = method?.data ?? {};
    if (token !== undefined && customer !== undefined) await vault.assign(livemode, token, customer);
  }

  /** All payment methods of a customer, detached ones apart. */
  async function* ofCustomer(livemode: boolean, customer: string): AsyncGenerator<StoredMethod> {
    let startingAfter: string | undefined;
    for (;;) {
      const page = await objects.list<MethodData>("payment_methods", {
        livemode,
        customer,
        limit: 100,
        startingAfter,
      });
      yield* page.data;
      startingAfter = page.data.at(-1)?.id;
      if (!page.hasMore) return;
    }
  }

  return {
    prepare,
    findActive,
    personalOf,

    create: (operation: Operation, input: MethodInput): Promise<GivenAnswer> =>
      answerNew(operation, () => input),

    async retrieve(id: string, caller: Caller) {
      const test = testMethod(id, caller.livemode);
      return test ? showMethod(await preview(id, testInput(test, thisYear()))) : show(await find(id, caller));
    },

    async list(query: MethodQuery, caller: Caller) {
      const { livemode } = caller;
      const customer = customerFor(caller, query.customer);
      const page = await objects.list<MethodData>("payment_methods", {
        ...pageOptions(query, "paymentMethod"),
        livemode,
        customer,
        status: "active",
      });
      return listAnswer("/v1/payment_methods", await Promise.all(page.data.map(show)), page.hasMore);
    },

    async update(operation: Operation, id: string, change: MethodChange): Promise<GivenAnswer> {
      return once.answer(operation, async () => {
        const before = await findActive(id, operation.caller);
        if (change.card && !before.data.card) {
          throw invalid("parameter_unknown", `Payment method ${id} is no card: it has no expiry.`, "card");
        }
        const expiry = change.card && checkExpiry(change.card.exp_month, change.card.exp_year, clock);
        const personal = await personalOf(before);
        const billing = changeBilling(personal.billing, change.billing_details);
        const place = { livemode: before.livemode, subject: subjectOf(before), record: id };
        const data: MethodData = {
          ...before.data,
          card: before.data.card && { ...before.data.card, ...expiry },
          sealed: await vault.sealPersonal(place, { ...personal, billing }),
          metadata: mergeMetadata(before.data.metadata, change.metadata),
        };
        const method = { ...before, version: before.version + 1, data };
        return decide(method, "payment_method.updated", showMethod(method, billing));
      });
    },

    /** Attaches to a customer; one of the test methods becomes a payment method of its own by that. */
    async attach(operation: Operation, id: string, customer: string): Promise<GivenAnswer> {
      const { livemode } = operation.caller;
      const test = testMethod(id, livemode);
      if (test) {
        return answerNew(operation, () => ({ ...testInput(test, thisYear()), customer }));
      }
      const answer = await once.answer(operation, async () => {
        const before = await findAttachable(id, operation.caller);
        refuseOtherCustomer(before, customer);
        await namedBy("customer", customers.findActive(customer, operation.caller));
        if (before.data.customer === customer)
          return { answer: { status: 200, body: await show(before) }, subject: customer };
        const personal = await personalOf(before);
        const sealed = await vault.sealPersonal({ livemode, subject: customer, record: id }, personal);
        const method = { ...before, version: before.version + 1, data: { ...before.data, customer, sealed } };
        return decide(method, "payment_method.attached", showMethod(method, personal.billing));
      });
      if (answer.status === 200) await follow(id, livemode);
      return answer;
    },

    /** Detaches from the customer, and deletes the number: it cannot be used or attached again. */
    async detach(operation: Operation, id: string): Promise<GivenAnswer> {
      return once.act(operation, async () => {
        const before = await findActive(id, operation.caller);
        // First of all: should the commit fail, the number is gone all the same, as was asked for.
        codes.forget(id);
        if (before.data.vault !== undefined) await vault.delete(before.livemode, before.data.vault);
        const method = { ...before, version: before.version + 1, data: detachedData(before.data) };
        return decide(method, "payment_method.detached", showMethod(method));
      });
    },

    /** Deletes the numbers of a customer's payment methods, also those under keys of their own. */
    async destroyNumbers(livemode: boolean, customer: string): Promise<void> {
      for await (const { id, data } of ofCustomer(livemode, customer)) {
        codes.forget(id);
        if (data.vault !== undefined) await vault.delete(livemode, data.vault);
        await vault.eraseSubject({ livemode, subject: id });
      }
    },

    follow,
    ofCustomer,
  };
}
