/**
 * Does an erasure: steps that can be done again, so that a process that dies leaves the rest to the next one. Afterwards no
 * byte of the customer's data is in a dump of the database; what stays is what the books need (remains.ts), under ids alone.
 * Sums of the ledger and hashes of the audit chain cover nothing that is erased.
 *
 * A request that was under way may have found the customer just before, and record something of it after. Nothing is made to
 * wait for that: a completed erasure is looked at again for a while, and begun anew when something came after it.
 *
 * Old versions of rows are on PostgreSQL's pages until it vacuums, in its write-ahead log and in backups until these
 * expire. After a restore, erasures since the backup are asked for again: `GET /v1/privacy/erasures?since=`, kept elsewhere,
 * tells them.
 */
import { isDeepStrictEqual } from "node:util";
import { toSeconds } from "../clock.ts";
import type { Core } from "../core.ts";
import { customerWrite, type CustomerData, type CustomerService } from "../customers/index.ts";
import type { Subject, Vault } from "../vault/index.ts";
import { erasureChange, ERASED_ANSWER, type Erasure, type StoredErasure } from "./erasure.ts";
import { ERASABLE_KINDS, remainsOf, type ErasableKind } from "./remains.ts";
import type { PrivacyRepository } from "./repository.ts";

/** Times that a change is tried while others change the object. */
const ATTEMPTS = 10;

export interface EraserParts {
  customers: CustomerService;
  vault: Vault;
  repository: PrivacyRepository;
}

export function createEraser(core: Core, { customers, vault, repository }: EraserParts) {
  const { clock, journal, makeId, objects } = core;

  async function eraseObject(kind: ErasableKind, id: string, { livemode, subject }: Subject): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const before = await objects.get<object>(kind, id, livemode);
      if (before === undefined) return;
      const data = remainsOf(kind, before.data, subject);
      if (isDeepStrictEqual(data, before.data)) return;
      const change = { kind, id, version: before.version + 1, created: before.created, data };
      const { committed } = await journal.commit({ livemode, actor: "system", objects: [change] });
      if (committed) return;
    }
    throw new Error(`${id} was changed ${ATTEMPTS} times while it was erased.`);
  }

  async function eraseObjects(
    kind: ErasableKind,
    pages: AsyncIterable<string[]>,
    subject: Subject,
  ): Promise<void> {
    const { livemode } = subject;
    for await (const ids of pages) {
      // Keys of payment methods that were detached, or that had keys of their own; so have their entries at the bank.
      const subjects = kind === "payment_methods" ? ids : await repository.bankSubjects(ids);
      await Promise.all(subjects.map((id) => vault.eraseSubject({ livemode, subject: id })));
      await Promise.all(ids.map((id) => eraseObject(kind, id, subject)));
    }
  }

  /** Records that it is done, and tells of it. Refused when another instance has done so, or others change the customer. */
  async function complete(id: string, { livemode, subject }: Subject): Promise<boolean> {
    const erasure = await objects.get<Erasure>("erasures", id, livemode);
    const customer = await objects.get<CustomerData>("customers", subject, livemode);
    if (erasure?.data.status !== "processing" || customer === undefined) return true;
    const at = clock();
    const counts = await repository.counts(subject);
    const data: Erasure = { ...erasure.data, status: "completed", counts, completed: toSeconds(at) };
    const event = { id: makeId("event"), type: "customer.erased" as const, at };
    const told = customerWrite({ ...customer, version: customer.version + 1 }, event);
    const change = erasureChange({ ...erasure, version: erasure.version + 1, data });
    const { committed } = await journal.commit({
      livemode,
      actor: erasure.data.requested_by,
      objects: [...told.objects, change],
      events: told.events,
    });
    return committed;
  }

  /** Begins a completed erasure anew when something came after it. @returns whether it did so */
  async function reopen(erasure: StoredErasure): Promise<boolean> {
    const { livemode, version, data } = erasure;
    if (!(await repository.cameAfter(data.customer))) return false;
    const again: Erasure = { ...data, status: "processing", completed: undefined };
    const change = erasureChange({ ...erasure, version: version + 1, data: again });
    const { committed } = await journal.commit({ livemode, actor: "system", objects: [change] });
    return committed;
  }

  /** Does what is left to do of an erasure; also of one that is completed, or that another instance works at. */
  return async function erase(id: string): Promise<void> {
    const erasure =
      (await objects.get<Erasure>("erasures", id, true)) ??
      (await objects.get<Erasure>("erasures", id, false));
    if (erasure === undefined) return;
    if (erasure.data.status === "completed" && !(await reopen(erasure))) return;
    const subject = { livemode: erasure.livemode, subject: erasure.data.customer };
    // The keys first: from here on, what is encrypted under them is noise, whatever happens.
    await customers.destroy(subject);
    await eraseObjects("payment_methods", repository.unattachedMethods(subject.subject), subject);
    for (const kind of ERASABLE_KINDS)
      await eraseObjects(kind, repository.idPages(subject.subject, kind), subject);
    await repository.eraseRecords(subject.subject, ERASED_ANSWER);
    // The next look finds it answered, and takes it away.
    if (await repository.hasEvidence(subject.subject)) return;
    for (let attempt = 1; !(await complete(id, subject)); attempt += 1) {
      if (attempt === ATTEMPTS) throw new Error(`Erasure ${id} could not be completed.`);
    }
  };
}
