/** Customers: their personal data is kept encrypted under a key of their own. */
import type { Core } from "../core.ts";
import type { ListOptions } from "../database/objects.ts";
import type { Page } from "../database/page.ts";
import { forbidden, notFound } from "../errors.ts";
import type { EventType } from "../events/types.ts";
import { mergeMetadata } from "../http/metadata.ts";
import type { Caller, Operation } from "../http/operation.ts";
import { pageOptions } from "../http/pages.ts";
import { listAnswer } from "../http/schemas.ts";
import type { Decision, GivenAnswer, Once } from "../journal/once.ts";
import type { Subject, Vault } from "../vault/index.ts";
import {
  addConsent,
  changePersonal,
  customerWrite,
  deletedData,
  normalEmail,
  refuseDeleted,
  refuseHeld,
  showConsent,
  showCustomer,
  showDeleted,
  type CustomerData,
  type PersonalData,
  type StoredCustomer,
} from "./customer.ts";
import type { ConsentInput, CustomerChange, CustomerInput, CustomerQuery } from "./schemas.ts";

/** Times that moving a customer to new keys is tried while others change it. */
const ATTEMPTS = 10;

/** Who may see what: all customers of a mode, or one. */
type Viewer = Pick<Caller, "livemode" | "customer">;

/** Destroys what belongs to a customer; it is well when that is gone. */
export type Remover = (customer: Subject) => Promise<void>;

export type CustomerService = ReturnType<typeof customerService>;

export function customerService(core: Core, once: Once, vault: Vault) {
  const { clock, journal, makeId, objects } = core;
  const removers: Remover[] = [];

  /** @throws ApiError 404, also for what the caller may not see */
  async function find(id: string, { livemode, customer }: Viewer): Promise<StoredCustomer> {
    const isVisible = customer === undefined || customer === id;
    const found = isVisible ? await objects.get<CustomerData>("customers", id, livemode) : undefined;
    if (!found) throw notFound("customer", id);
    return found;
  }

  /** @throws ApiError 404, and 400 when it is deleted */
  async function findActive(id: string, caller: Viewer): Promise<StoredCustomer> {
    const customer = await find(id, caller);
    refuseDeleted(customer);
    return customer;
  }

  async function personalOf({ id, livemode, version, data }: StoredCustomer): Promise<PersonalData> {
    if (data.sealed === undefined) return {};
    const personal = await vault.openPersonal<PersonalData>(
      { livemode, subject: id, record: id },
      data.sealed,
    );
    if (personal) return personal;
    // Moved to new keys since it was read; or erased.
    const now = await objects.get<CustomerData>("customers", id, livemode);
    return now && now.version > version ? personalOf(now) : {};
  }

  async function show(customer: StoredCustomer) {
    return showCustomer(customer, await personalOf(customer));
  }

  /** The fields of a customer's data that keep what is personal. */
  async function keep(id: string, livemode: boolean, personal: PersonalData) {
    const { email } = personal;
    const sealed = await vault.sealPersonal({ livemode, subject: id, record: id }, personal);
    const reference = email ? await vault.fingerprint("email", livemode, normalEmail(email)) : undefined;
    return { sealed, reference };
  }

  function decide(customer: StoredCustomer, type: EventType, body: object): Decision {
    const event = { id: makeId("event"), type, at: clock() };
    return { answer: { status: 200, body }, ...customerWrite(customer, event), subject: customer.id };
  }

  /** A page of customers with an e-mail address: by each hash that it may be kept under while the hash key is replaced. */
  async function listByEmail(email: string, options: ListOptions): Promise<Page<StoredCustomer>> {
    const { livemode, limit, endingBefore } = options;
    const hashes = await vault.fingerprints("email", livemode, normalEmail(email));
    const pages = await Promise.all(
      hashes.map((reference) => objects.list<CustomerData>("customers", { ...options, reference })),
    );
    const found = pages.flatMap(({ data }) => data).sort((a, b) => (a.id < b.id ? 1 : -1));
    const data = endingBefore === undefined ? found.slice(0, limit) : found.slice(-limit);
    return { data, hasMore: found.length > limit || pages.some(({ hasMore }) => hasMore) };
  }

  /** Destroys what only the customer's key opens, and what else belongs to it. */
  async function destroy(subject: Subject): Promise<void> {
    for (const remover of removers) await remover(subject);
    await vault.eraseSubject(subject);
  }

  return {
    find,
    findActive,
    personalOf,
    destroy,
    /** Adds who destroys what belongs to a customer that is deleted. */
    onRemove: (remover: Remover): void => void removers.push(remover),

    /** @throws ApiError 403 for who acts for one customer: it could not see the other one that it made */
    async create(operation: Operation, input: CustomerInput): Promise<GivenAnswer> {
      const { livemode, customer: own } = operation.caller;
      if (own !== undefined) {
        throw forbidden("customer_bound", "You act for one customer, and cannot create another.");
      }
      const id = makeId("customer");
      const created = clock();
      return once.answer(operation, async () => {
        const personal = changePersonal({}, input);
        const kept = await keep(id, livemode, personal);
        const data: CustomerData = { ...kept, metadata: mergeMetadata({}, input.metadata), status: "active" };
        const customer = { id, livemode, created, version: 1, data };
        return decide(customer, "customer.created", showCustomer(customer, personal));
      });
    },

    async retrieve(id: string, caller: Caller) {
      const customer = await find(id, caller);
      return customer.data.status === "deleted" ? showDeleted(customer) : show(customer);
    },

    async update(operation: Operation, id: string, change: CustomerChange): Promise<GivenAnswer> {
      return once.answer(operation, async () => {
        const before = await findActive(id, operation.caller);
        const personal = changePersonal(await personalOf(before), change);
        const kept = await keep(id, before.livemode, personal);
        const metadata = mergeMetadata(before.data.metadata, change.metadata);
        const customer = {
          ...before,
          version: before.version + 1,
          data: { ...before.data, ...kept, metadata },
        };
        return decide(customer, "customer.updated", showCustomer(customer, personal));
      });
    },

    async list(query: CustomerQuery, { livemode, customer }: Caller) {
      // Who acts for one customer has a list of that one.
      const options = { ...pageOptions(query, "customer"), livemode, id: customer, status: "active" };
      const { data, hasMore } =
        query.email === undefined
          ? await objects.list<CustomerData>("customers", options)
          : await listByEmail(query.email, options);
      return listAnswer("/v1/customers", await Promise.all(data.map(show)), hasMore);
    },

    /** Deletes a customer with its personal data and its card numbers; deleting it again does and answers the same. */
    async remove(operation: Operation, id: string): Promise<GivenAnswer> {
      const answer = await once.answer(operation, async () => {
        const before = await find(id, operation.caller);
        if (before.data.status === "deleted") return { answer: { status: 200, body: showDeleted(before) } };
        refuseHeld(before);
        const customer = { ...before, version: before.version + 1, data: deletedData(before.data) };
        return decide(customer, "customer.deleted", showDeleted(customer));
      });
      if (answer.status === 200) await destroy({ livemode: operation.caller.livemode, subject: id });
      return answer;
    },

    async consent(operation: Operation, id: string, input: ConsentInput): Promise<GivenAnswer> {
      return once.answer(operation, async () => {
        const before = await findActive(id, operation.caller);
        const record = { ...input, at: clock() };
        const customer = { ...before, version: before.version + 1, data: addConsent(before.data, record) };
        return decide(customer, `customer.consent_${input.status}`, showConsent(customer, record));
      });
    },

    /** All consents, the latest first. */
    async consents(id: string, caller: Caller) {
      const customer = await find(id, caller);
      const records = (customer.data.consents ?? []).toReversed();
      return listAnswer(
        `/v1/customers/${id}/consents`,
        records.map((record) => showConsent(customer, record)),
        false,
      );
    },

    /** Encrypts a customer's personal data anew, under its latest key; `subject` may be anything else, too. */
    async moveToLatestKey({ livemode, subject }: Subject): Promise<void> {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const before = await objects.get<CustomerData>("customers", subject, livemode);
        if (before?.data.sealed === undefined) return;
        const kept = await keep(subject, livemode, await personalOf(before));
        const { id, version, created, data } = before;
        const change = {
          kind: "customers" as const,
          id,
          version: version + 1,
          created,
          data: { ...data, ...kept },
        };
        const result = await journal.commit({ livemode, actor: "system", objects: [change] });
        if (result.committed) return;
      }
      throw new Error(`Customer ${subject} was changed ${ATTEMPTS} times while it was moved to new keys.`);
    },
  };
}
