import { expect } from "chai";
import { testApp } from "../../test/app.test-support.ts";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { until } from "../../test/wait.test-support.ts";
import { loadConfig } from "../config.ts";
import type { CustomerData } from "../customers/index.ts";
import type { EventType } from "../events/types.ts";
import { consentsToKeep } from "./old-consents.ts";
import { privacyRepository } from "./repository.ts";
import { createRetention } from "./retention.ts";
import { DAY, retentionRules, RULE_NAMES } from "./retention-rules.ts";

const EVENT_DATA = '{"id":"cus_1","object":"customer"}';

describe("retention", () => {
  let core: TestCore;
  before(async () => (core = await testCore()));
  after(() => core.close());

  async function apply(): Promise<void> {
    await createRetention(core, privacyRepository(core.pool)).apply();
  }

  const rowsOf = async (text: string) => (await core.database.pool.query<Record<string, unknown>>(text)).rows;

  /** An event of so many days before the core's time. */
  async function addEvent(type: EventType, age: number): Promise<string> {
    const id = core.makeId("event");
    const created = core.clock() - age * DAY;
    const event = { id, type, object: id, version: 1, created, data: EVENT_DATA };
    await core.journal.commit({ livemode: false, actor: "key_test", events: [event] });
    return id;
  }

  it("has a rule for everything that is kept: how long, why, and what an erasure does", () => {
    const rules = retentionRules(loadConfig({ DATABASE_URL: "postgres://none/none" }));
    expect(rules.map(({ name }) => name)).to.deep.equal([...RULE_NAMES]);
    for (const { name, reason } of rules) expect(reason, name).to.match(/GDPR art\.|PCI DSS/);
    expect(rules.find(({ name }) => name === "ledger")).to.include({ days: null, erasure: "pseudonymised" });
  });

  it("shows the rules, and when those that are ours were applied", async function () {
    this.timeout(60_000);
    const app = await testApp({ PRIVACY_EVENT_DATA_DAYS: "100" });
    const { body } = await app.get<{ data: Record<string, unknown>[] }>("/v1/privacy/retention");
    expect(body.data.find(({ name }) => name === "events")).to.deep.include({
      object: "retention_rule",
      days: 100,
      erasure: "erased",
      applied_by: "privacy",
      applied: null,
    });
    await app.close();
  });

  it("takes the data of old events away, and the audit chain stays valid", async () => {
    const old = await addEvent("payment.succeeded", 731);
    const method = await addEvent("payment_method.attached", 731);
    await apply();
    const young = await addEvent("payment.succeeded", 729);
    // Goes on where it was, and comes again to what has become old.
    await apply();
    expect(await rowsOf("select id, data is null as forgotten from events order by id")).to.deep.equal([
      { id: old, forgotten: true },
      { id: method, forgotten: false },
      { id: young, forgotten: false },
    ]);
    core.advance(2 * DAY);
    await apply();
    expect(await rowsOf(`select data from events where id = '${young}'`)).to.deep.equal([{ data: null }]);
    expect(await rowsOf("select * from audit_violations()")).to.deep.equal([]);
  });

  it("is tried again at the next look where a rule could not be applied", async () => {
    const repository = privacyRepository(core.pool);
    const failing = { ...repository, forgetVaultAccess: () => Promise.reject(new Error("away")) };
    const applied = async () => {
      const progress = await repository.progress();
      return ["events", "consents", "vault_access"].map((rule) => progress.get(rule)?.applied.getTime());
    };
    const start = core.clock();
    await apply();
    core.advance(DAY + 1);
    const failed = createRetention(core, failing, 5);
    failed.start();
    await until(async () => (await applied())[1] === core.clock());
    await failed.stop();
    expect(await applied()).to.deep.equal([core.clock(), core.clock(), start]);
    core.advance(600_000);
    const next = createRetention(core, repository, 5);
    next.start();
    await until(async () => (await applied())[2] === core.clock());
    await next.stop();
    expect(await applied()).to.deep.equal([core.clock() - 600_000, core.clock() - 600_000, core.clock()]);
  });

  it("never takes the data of events of the last 30 days away, whatever it is told", async () => {
    const id = core.makeId("event");
    const event = {
      id,
      type: "payment.created" as const,
      object: id,
      version: 1,
      created: Date.now(),
      data: EVENT_DATA,
    };
    await core.journal.commit({ livemode: false, actor: "key_test", events: [event] });
    await core.pool.query("select forget_event_data(now() + interval '1 year', '', 100)");
    expect(await rowsOf(`select data::text from events where id = '${id}'`)).to.deep.equal([
      { data: EVENT_DATA },
    ]);
  });

  it("forgets who had numbers revealed after its time, and never within a year", async () => {
    const add = (entry: string, age: string) =>
      core.database.pool.query(
        `insert into vault_access (at, livemode, entry, purpose, actor)
         values (now() - $2::interval, false, $1, 'payment', 'system')`,
        [entry, age],
      );
    await add("vault_old", "4 years");
    await add("vault_young", "300 days");
    await apply();
    await core.pool.query("select forget_vault_access(now())");
    expect(await rowsOf("select entry from vault_access")).to.deep.equal([{ entry: "vault_young" }]);
    const refused = await core.database.pool
      .query("delete from vault_access")
      .catch((error: unknown) => error);
    expect((refused as Error).message).to.contain("append-only");
  });

  it("forgets consents when they have long been withdrawn, unless a legal hold keeps them", async () => {
    const consent = { source: "web", text_version: "1" };
    const consents = [
      { ...consent, purpose: "email", status: "granted", at: core.clock() - 2000 * DAY },
      { ...consent, purpose: "email", status: "withdrawn", at: core.clock() - 1100 * DAY },
      { ...consent, purpose: "sms", status: "granted", at: core.clock() - 2000 * DAY },
    ];
    const add = async (id: string, more: object) => {
      const data = { metadata: {}, status: "active", consents, ...more };
      const change = { kind: "customers" as const, id, version: 1, created: core.clock(), data };
      await core.journal.commit({ livemode: false, actor: "key_test", objects: [change] });
    };
    await add("cus_plain", {});
    await add("cus_held", { legal_hold: { reason: "case", since: 0 } });
    await apply();
    const kept = await rowsOf(
      "select id, version, jsonb_array_length(data -> 'consents') as consents from customers order by id",
    );
    expect(kept).to.deep.equal([
      { id: "cus_held", version: 1, consents: 3 },
      { id: "cus_plain", version: 2, consents: 1 },
    ]);
  });

  it("keeps a purpose's consents while they count, and a deleted customer's for their time", () => {
    const consent = { source: "web", text_version: "1" };
    const granted = { ...consent, purpose: "email", status: "granted" as const, at: 10 };
    const withdrawn = { ...consent, purpose: "email", status: "withdrawn" as const, at: 20 };
    const again = { ...granted, at: 30 };
    const keep = (consents: CustomerData["consents"], status: CustomerData["status"], before: number) =>
      consentsToKeep({ metadata: {}, consents, status }, before);
    expect(keep([granted, withdrawn], "active", 20)).to.deep.equal([granted, withdrawn]);
    expect(keep([granted, withdrawn], "active", 21)).to.deep.equal([]);
    expect(keep([granted, withdrawn, again], "active", 100)).to.deep.equal([granted, withdrawn, again]);
    expect(keep([granted, withdrawn, again], "deleted", 100)).to.deep.equal([]);
    expect(keep([again], "deleted", 30)).to.deep.equal([again]);
    expect(keep(undefined, "deleted", 30)).to.deep.equal([]);
  });
});
