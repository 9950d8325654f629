/** Requests of customers about their data: erasures and the legal holds that forbid them. */
import { toSeconds } from "../clock.ts";
import type { Core } from "../core.ts";
import {
  customerWrite,
  deletedData,
  refuseDeleted,
  refuseHeld,
  type CustomerData,
  type CustomerService,
  type StoredCustomer,
} from "../customers/index.ts";
import { forbidden, notFound } from "../errors.ts";
import type { EventType } from "../events/types.ts";
import type { Caller, Operation } from "../http/operation.ts";
import { pageOptions } from "../http/pages.ts";
import { listAnswer } from "../http/schemas.ts";
import type { Decision, GivenAnswer, Once } from "../journal/once.ts";
import { erasureChange, refuseOpenBusiness, showErasure, type Erasure } from "./erasure.ts";
import type { PrivacyRepository } from "./repository.ts";
import type { ErasureQuery, LegalHoldInput } from "./schemas.ts";

export interface PrivacyParts {
  once: Once;
  customers: CustomerService;
  repository: PrivacyRepository;
  /** Leaves the work of an erasure to the background. */
  enqueue: (erasure: string) => void;
}

export type PrivacyService = ReturnType<typeof privacyService>;

export function privacyService(core: Core, { once, customers, repository, enqueue }: PrivacyParts) {
  const { clock, makeId, objects } = core;

  /** The customer's next version, with an event that tells of it. */
  function changed(customer: StoredCustomer, data: CustomerData, type: EventType) {
    const event = { id: makeId("event"), type, at: clock() };
    return customerWrite({ ...customer, version: customer.version + 1, data }, event);
  }

  function showHold({ id, livemode, data }: StoredCustomer) {
    const { legal_hold: hold } = data;
    return {
      object: "legal_hold" as const,
      customer: id,
      active: hold !== undefined,
      reason: hold?.reason ?? null,
      since: hold === undefined ? null : toSeconds(hold.since),
      livemode,
    };
  }

  return {
    /**
     * Begins an erasure: the customer itself is erased at once, the rest in the background. Asked again, it answers with
     * the erasure that there is.
     * @throws ApiError 404, and 409 while something of the customer is under way or a legal hold is on it
     */
    async erase(operation: Operation, customerId: string): Promise<GivenAnswer> {
      const id = makeId("erasure");
      const answer = await once.answer(operation, async (): Promise<Decision> => {
        const { livemode, actor } = operation.caller;
        const customer = await customers.find(customerId, operation.caller);
        const {
          data: [known],
        } = await objects.list<Erasure>("erasures", { livemode, customer: customerId, limit: 1 });
        if (known !== undefined) return { answer: { status: 200, body: showErasure(known) } };
        refuseHeld(customer);
        refuseOpenBusiness(customerId, await repository.openBusiness(customerId));
        const data: Erasure = {
          status: "processing",
          customer: customerId,
          requested_by: actor,
          counts: {},
        };
        const erasure = { id, livemode, version: 1, created: clock(), data };
        const told = changed(customer, deletedData(customer.data), "customer.erasure_requested");
        return {
          answer: { status: 202, body: showErasure(erasure) },
          objects: [...told.objects, erasureChange(erasure)],
          events: told.events,
        };
      });
      if (answer.status === 202 && !answer.replayed) enqueue(id);
      return answer;
    },

    /** @throws ApiError 404, 403 for who acts for one customer */
    async retrieve(id: string, caller: Caller) {
      refuseBound(caller);
      const erasure = await objects.get<Erasure>("erasures", id, caller.livemode);
      if (erasure === undefined) throw notFound("erasure", id);
      return showErasure(erasure);
    },

    /** Newest first. @throws ApiError 403 for who acts for one customer */
    async list({ since, status, customer, ...page }: ErasureQuery, caller: Caller) {
      refuseBound(caller);
      const { data, hasMore } = await objects.list<Erasure>("erasures", {
        ...pageOptions({ ...page, created_gte: since }, "erasure"),
        livemode: caller.livemode,
        status,
        customer,
      });
      return listAnswer("/v1/privacy/erasures", data.map(showErasure), hasMore);
    },

    async retrieveHold(customerId: string, caller: Caller) {
      return showHold(await customers.find(customerId, caller));
    },

    /** @throws ApiError 404, and 400 when the customer is deleted */
    async hold(operation: Operation, customerId: string, { reason }: LegalHoldInput): Promise<GivenAnswer> {
      return once.answer(operation, async () => {
        const before = await customers.find(customerId, operation.caller);
        refuseDeleted(before);
        const data = { ...before.data, legal_hold: { reason, since: clock() } };
        return {
          answer: { status: 200, body: showHold({ ...before, data }) },
          ...changed(before, data, "customer.legal_hold_placed"),
          subject: customerId,
        };
      });
    },

    /** It is well when there is none. */
    async release(operation: Operation, customerId: string): Promise<GivenAnswer> {
      return once.answer(operation, async () => {
        const before = await customers.find(customerId, operation.caller);
        const { legal_hold: hold, ...data } = before.data;
        const answer = { status: 200, body: showHold({ ...before, data }) };
        return hold === undefined
          ? { answer }
          : { answer, ...changed(before, data, "customer.legal_hold_released") };
      });
    },
  };
}

/** Who was erased, and which rules there are, is the merchant's business. */
export function refuseBound({ customer }: Caller): void {
  if (customer === undefined) return;
  throw forbidden("customer_bound", "You act for one customer, and this is not about one customer.");
}
