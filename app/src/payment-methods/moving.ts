/** Encrypts payment methods' billing details anew, and renews their fingerprints, when the vault's keys are replaced. */
import type { Core } from "../core.ts";
import type { Subject, Vault } from "../vault/index.ts";
import { subjectOf, type MethodData, type StoredMethod } from "./method.ts";
import type { MethodService } from "./service.ts";

/** Times that moving a payment method is tried while others change it. */
const ATTEMPTS = 10;

export function createMover({ journal, objects }: Core, vault: Vault, methods: MethodService) {
  async function renewed(method: StoredMethod): Promise<MethodData> {
    const { id, livemode, data } = method;
    const { vault: token, card, us_bank_account: account } = data;
    const place = { livemode, subject: subjectOf(method), record: id };
    const sealed =
      data.sealed === undefined
        ? undefined
        : await vault.sealPersonal(place, await methods.personalOf(method));
    const prefix = account ? [account.routing_number] : [];
    const fingerprint =
      token === undefined ? undefined : await vault.fingerprintOf(livemode, token, ...prefix);
    if (fingerprint === undefined) return { ...data, sealed };
    return {
      ...data,
      sealed,
      card: card && { ...card, fingerprint },
      us_bank_account: account && { ...account, fingerprint },
    };
  }

  async function move(id: string, livemode: boolean): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const method = await objects.get<MethodData>("payment_methods", id, livemode);
      if (!method) return;
      const { version, created } = method;
      const change = {
        kind: "payment_methods" as const,
        id,
        version: version + 1,
        created,
        data: await renewed(method),
      };
      const result = await journal.commit({ livemode, actor: "system", objects: [change] });
      if (result.committed) return methods.follow(id, livemode);
    }
    throw new Error(`Payment method ${id} was changed ${ATTEMPTS} times while it was moved to new keys.`);
  }

  /** Moves what belongs to a customer, or the one payment method that is a subject of its own. */
  return async ({ livemode, subject }: Subject): Promise<void> => {
    if (subject.startsWith("pm_")) return move(subject, livemode);
    for await (const { id } of methods.ofCustomer(livemode, subject)) await move(id, livemode);
  };
}
