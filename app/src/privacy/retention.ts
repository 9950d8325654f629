/** Applies the rules of retention that nobody else applies, once a day. Several instances may do so at once. */
import type { Core } from "../core.ts";
import type { CustomerData } from "../customers/index.ts";
import { toSeconds } from "../clock.ts";
import { consentsToKeep } from "./old-consents.ts";
import type { PrivacyRepository } from "./repository.ts";
import { DAY, retentionRules, type RuleName } from "./retention-rules.ts";

const LOOK_INTERVAL = 600_000;
/** Customers that are looked at in one query. */
const PAGE = 500;

export type Retention = ReturnType<typeof createRetention>;

/** @param lookInterval milliseconds between two looks whether a day has passed */
export function createRetention(core: Core, repository: PrivacyRepository, lookInterval = LOOK_INTERVAL) {
  const { clock, config, journal, objects } = core;
  const log = core.log.child({ module: "privacy" });
  let timer: NodeJS.Timeout | undefined;
  let underWay = Promise.resolve();
  let stopped = false;

  async function forgetEventData(before: Date, position: string): Promise<string> {
    let last = position;
    for (;;) {
      const next = stopped ? undefined : await repository.forgetEventData(before, last);
      if (next === undefined) return last;
      last = next;
    }
  }

  async function forgetConsents(before: Date): Promise<void> {
    const moment = before.getTime();
    let page = await repository.customersWithOldConsents(moment, "", PAGE);
    while (page.length > 0 && !stopped) {
      await Promise.all(page.map(({ id, livemode }) => forgetConsentsOf(id, livemode, moment)));
      page = await repository.customersWithOldConsents(moment, page.at(-1)?.id ?? "", PAGE);
    }
  }

  /** Left to the next day when the customer is changed meanwhile. */
  async function forgetConsentsOf(id: string, livemode: boolean, before: number): Promise<void> {
    const customer = await objects.get<CustomerData>("customers", id, livemode);
    if (customer === undefined || customer.data.legal_hold !== undefined) return;
    const consents = consentsToKeep(customer.data, before);
    if (consents.length === customer.data.consents?.length) return;
    const { version, created, data } = customer;
    const change = {
      kind: "customers" as const,
      id,
      version: version + 1,
      created,
      data: { ...data, consents },
    };
    await journal.commit({ livemode, actor: "system", objects: [change] });
  }

  /** How each rule that is ours is applied. @returns where to go on the next time */
  const appliers: Partial<Record<RuleName, (before: Date, position: string) => Promise<string | undefined>>> =
    {
      events: forgetEventData,
      async consents(before) {
        await forgetConsents(before);
        return undefined;
      },
      async vault_access(before) {
        await repository.forgetVaultAccess(before);
        return undefined;
      },
    };

  /** Applies the rules that are ours; those alone that were not applied since a moment, where one is given. */
  async function apply(since = Infinity): Promise<void> {
    const progress = await repository.progress();
    for (const { name, days } of retentionRules(config)) {
      const applier = appliers[name];
      const last = progress.get(name);
      if (applier === undefined || days === null || (last && last.applied.getTime() > since)) continue;
      const now = clock();
      const position = await applier(new Date(now - days * DAY), last?.position ?? "");
      // The next process goes on.
      if (stopped) return;
      await repository.recordProgress(name, new Date(now), position);
    }
  }

  function applySoon(): void {
    underWay = underWay
      .then(() => apply(clock() - DAY))
      .catch((error: unknown) => {
        log.warn({ err: error }, "rules of retention were not applied: the next look tries again");
      });
  }

  return {
    apply: () => apply(),

    /** The rules, and when those that are ours were applied last. */
    async show() {
      const progress = await repository.progress();
      const data = retentionRules(config).map(({ name, ...rule }) => {
        const applied = progress.get(name)?.applied;
        return {
          object: "retention_rule" as const,
          name,
          ...rule,
          applied: applied ? toSeconds(applied.getTime()) : null,
        };
      });
      return { object: "list" as const, url: "/v1/privacy/retention", has_more: false, data };
    },

    start(): void {
      timer = setInterval(applySoon, lookInterval);
      timer.unref();
    },

    /** Ends after the step under way. */
    async stop(): Promise<void> {
      stopped = true;
      clearInterval(timer);
      await underWay;
    },
  };
}
