import { expect } from "chai";
import { until } from "../../test/wait.test-support.ts";
import { type Instance, startInstance, type TestDatabase, testDatabase } from "./flags.test-support.ts";

describe("flags of the database (N6)", () => {
  let database: TestDatabase;
  let here: Instance;
  let there: Instance;

  before(async function () {
    this.timeout(60_000);
    database = await testDatabase();
    [here, there] = await Promise.all([startInstance(database), startInstance(database)]);
  });

  after(async () => {
    await Promise.all([here.stop(), there.stop()]);
    await database.drop();
  });

  const on = (key: string, instance = here) => instance.flags.client(false).getBooleanValue(key, false);

  it("are made, read, changed, listed and deleted; each change is an event and a version", async () => {
    const made = await here.call("POST", "/flags", {
      key: "new-checkout",
      kind: "boolean",
      description: "One page",
    });
    expect(made).to.deep.include({ status: 201 });
    expect(made.body).to.deep.include({
      object: "flag",
      id: "flag_test_new-checkout",
      livemode: false,
      version: 1,
      enabled: false,
      variants: { on: true, off: false },
      default_variant: "on",
      off_variant: "off",
      rules: [],
      status: "active",
    });
    expect(await on("new-checkout")).to.equal(false);

    const changed = await here.call("PATCH", "/flags/new-checkout", { enabled: true, version: 1 });
    expect(changed.body).to.deep.include({ version: 2, enabled: true, description: "One page" });
    expect(await on("new-checkout")).to.equal(true);
    expect((await here.call("GET", "/flags/new-checkout")).body).to.deep.equal(changed.body);

    const deleted = await here.call("DELETE", "/flags/new-checkout?version=2");
    expect(deleted.body).to.deep.include({ version: 3, status: "archived" });
    expect((await here.call("GET", "/flags/new-checkout")).status).to.equal(404);
    expect((await here.call("GET", "/flags")).body.data).to.deep.equal([]);
    expect(await on("new-checkout")).to.equal(false);

    const again = await here.call("POST", "/flags", { key: "new-checkout", kind: "boolean" });
    expect(again.body).to.deep.include({ version: 4, status: "active" });
    const { rows } = await database.pool.query<{ type: string; actor: string }>(
      "select type, actor from events where object = 'flag_test_new-checkout' order by version",
    );
    expect(rows).to.deep.equal(
      ["flag.created", "flag.updated", "flag.deleted", "flag.created"].map((type) => ({
        type,
        actor: "key_test",
      })),
    );
  });

  it("are changed by whoever saw the last version: the other is told", async () => {
    await here.call("POST", "/flags", { key: "raced", kind: "boolean" });
    const answers = await Promise.all(
      [here, there].map((instance) => instance.call("PATCH", "/flags/raced", { enabled: true, version: 1 })),
    );
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body.error).to.deep.include({
      code: "version_mismatch",
      message: "raced has version 2, not 1: read it again and repeat the change.",
    });
  });

  it("made twice at the same moment exist once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        (index % 2 ? here : there).call("POST", "/flags", { key: "twin", kind: "boolean" }),
      ),
    );
    expect(answers.filter(({ status }) => status === 201)).to.have.length(1);
    for (const { status, body } of answers.filter((answer) => answer.status !== 201)) {
      expect(status).to.equal(409);
      expect(body.error).to.deep.include({
        code: "resource_exists",
        message: "There is a flag twin already.",
      });
    }
  });

  it("that contradict themselves are refused with all mistakes at once", async () => {
    const { status, body } = await here.call("POST", "/flags", {
      key: "wrong",
      kind: "number",
      variants: { few: 1, many: "ten" },
      default_variant: "none",
      rules: [
        { segments: ["nowhere"], variant: "few" },
        { split: { few: 50, many: 49.5 } },
        { variant: "few", split: { few: 100 } },
        { all: [{ attribute: "app", operator: "version_at_least", value: "1.0" }], variant: "few" },
        { variant: "few", starts_at: 20, ends_at: 10 },
      ],
      paths: ["payments"],
    });
    expect(status).to.equal(400);
    const { mistakes } = body.error as { mistakes: { param: string; message: string }[] };
    expect(mistakes.map(({ param, message }) => `${param}: ${message}`)).to.deep.equal([
      'variants.many: "ten" is no value of a number flag; change the value or the kind.',
      "default_variant: There is no variant none; the flag has few, many.",
      "rules.0.segments.0: There is no segment nowhere; create it first.",
      "rules.1.split: The shares add up to 99.5, not to 100.",
      "rules.2: A rule serves either `variant` or `split`: give one of them.",
      'rules.3.all.0.value: "1.0" does not fit version_at_least: give a version as 1.2.3.',
      "rules.4.ends_at: 10 is not after starts_at 20.",
      "paths: Only a kill switch stops paths; kind is number.",
    ]);
  });

  it("that are kill switches stop only what can be stopped", async () => {
    const paths = ["payments.method.card", "payment", "transfers.usd", "refunds"];
    const { status, body } = await here.call("POST", "/flags", { key: "idle", kind: "kill_switch", paths });
    expect(status).to.equal(400);
    const { mistakes } = body.error as { mistakes: { param: string; message: string }[] };
    expect(mistakes.map(({ message }) => message.split(";")[0])).to.deep.equal([
      "There is nothing to stop at payment",
      "There is nothing to stop at transfers.usd",
    ]);
  });

  it("are evaluated with the reasons on request", async () => {
    await here.call("POST", "/segments", {
      key: "europe",
      any: [{ attribute: "country", operator: "in", value: ["de", "fr"] }],
    });
    await here.call("POST", "/flags", {
      key: "limit",
      kind: "number",
      enabled: true,
      variants: { low: 10, high: 100 },
      rules: [
        {
          id: "old-apps",
          all: [{ attribute: "app", operator: "version_below", value: "2.0.0" }],
          variant: "low",
        },
        { id: "eu", segments: ["europe"], percentage: 100, variant: "high" },
      ],
    });
    const { body } = await here.call("POST", "/flags/limit/evaluate", {
      targeting_key: "cus_1",
      context: { country: "de", app: "2.1.0" },
    });
    expect(body).to.deep.include({
      value: 100,
      variant: "high",
      reason: "SPLIT",
      rule: "eu",
      experiment: null,
    });
    expect(body.bucket).to.be.within(0, 99_999);
    expect(body.skipped).to.deep.equal([{ rule: "old-apps", because: "the subject is not in its audience" }]);
    expect(
      (await here.call("POST", "/flags/limit/evaluate", { context: { country: "de" } })).body.error,
    ).to.deep.include({
      code: "parameter_missing",
      message: "A percentage decides: send a targeting_key.",
    });
    for (const [method, path, what] of [
      ["POST", "/flags/nothing/evaluate", "flag"],
      ["GET", "/flags/nothing", "flag"],
      ["DELETE", "/segments/nothing", "segment"],
      ["POST", "/experiments/nothing/start", "experiment"],
    ] as const) {
      const missing = await here.call(method, path, method === "POST" ? {} : undefined);
      expect(missing.status, path).to.equal(404);
      const message = `There is no ${what} nothing.`;
      expect(missing.body.error, path).to.include({ code: "resource_missing", message, param: "key" });
    }
  });

  it("answer OpenFeature's clients with value, variant and reason, and with the code's default when asked wrongly", async () => {
    const client = here.flags.client(false);
    const details = await client.getNumberDetails("limit", 1, { targetingKey: "cus_1", country: "it" });
    expect(details).to.deep.include({ value: 10, variant: "low", reason: "DEFAULT" });
    expect(await client.getBooleanDetails("limit", true)).to.deep.include({
      value: true,
      errorCode: "TYPE_MISMATCH",
    });
    expect(await client.getStringDetails("nothing", "x")).to.deep.include({
      value: "x",
      errorCode: "FLAG_NOT_FOUND",
    });
  });

  it("of test data and of live data have nothing to do with each other", async () => {
    const live = await startInstance(database, { livemode: true });
    try {
      await live.call("POST", "/flags", { key: "mode", kind: "boolean", enabled: true });
      expect(await live.flags.client(true).getBooleanValue("mode", false)).to.equal(true);
      expect(await live.flags.client(false).getBooleanValue("mode", false)).to.equal(false);
      expect((await here.call("GET", "/flags/mode")).status).to.equal(404);
    } finally {
      await live.stop();
    }
  });

  it("keep segments that they use", async () => {
    const refused = await here.call("DELETE", "/segments/europe");
    expect(refused.body.error).to.deep.include({
      code: "resource_in_use",
      message: "Segment europe is used by limit: take it out there first.",
    });
    await here.call("PATCH", "/flags/limit", { rules: [] });
    expect((await here.call("DELETE", "/segments/europe")).status).to.equal(200);
  });

  it("tell OpenFeature's listeners that they have changed", async () => {
    let told = 0;
    const listener = () => told++;
    const client = there.flags.client(false);
    client.addHandler("PROVIDER_CONFIGURATION_CHANGED" as never, listener);
    await here.call("POST", "/flags", { key: "told", kind: "boolean" });
    await until(() => told > 0, 1000);
    client.removeHandler("PROVIDER_CONFIGURATION_CHANGED" as never, listener);
  });

  it("reach every instance within a second: a killed path stops, an enabled one opens (N6, N12)", async () => {
    const made = await here.call("POST", "/flags", {
      key: "stop-cards",
      kind: "kill_switch",
      paths: ["payments.method.card"],
    });
    expect(made.body).to.deep.include({ enabled: true });
    expect(there.flags.isKilled("payments.method.card", false)).to.equal(false);

    const killed = await here.call("POST", "/flags/stop-cards/kill", { reason: "INC-7: double charges" });
    expect(killed.body).to.deep.include({ enabled: false, reason: "INC-7: double charges" });
    expect(here.flags.isKilled("payments.method.card", false)).to.equal(true);
    await until(() => there.flags.isKilled("payments.method.card", false), 1000);
    expect(there.flags.isKilled("payments.method.us_bank_account", false)).to.equal(false);
    expect(there.flags.isKilled("payments.method.card", true), "live").to.equal(false);
    expect(() => there.flags.requireOpen(false, "payments.currency.usd", "payments.method.card")).to.throw(
      "payments.method.card is stopped for now (kill switch stop-cards). Nothing was done: try again later.",
    );
    expect((await here.call("DELETE", "/flags/stop-cards")).body.error).to.deep.include({
      code: "resource_in_use",
    });

    await here.call("POST", "/flags/stop-cards/enable", {});
    await until(() => !there.flags.isKilled("payments.method.card", false), 1000);
    there.flags.requireOpen(false, "payments.method.card");
  });

  it("arrive by notice, without waiting for the next look", async () => {
    const patient = await startInstance(database, { settings: { FLAGS_POLL_INTERVAL: "60000" } });
    try {
      await here.call("POST", "/flags", { key: "pushed", kind: "boolean", enabled: true });
      await until(() => on("pushed", patient), 1000);
    } finally {
      await patient.stop();
    }
  });

  it("are caught up with after the connections were killed", async () => {
    const patient = await startInstance(database, { settings: { FLAGS_POLL_INTERVAL: "60000" } });
    try {
      await database.pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
      await until(
        async () =>
          (await here.call("POST", "/flags", { key: "missed", kind: "boolean", enabled: true })).status < 500,
        5000,
      );
      await until(() => on("missed", patient), 5000);
      // And the new connection listens.
      await here.call("POST", "/flags", { key: "heard", kind: "boolean", enabled: true });
      await until(() => on("heard", patient), 1000);
    } finally {
      await patient.stop();
    }
  });

  it("reach an instance that no notice reaches, by looking", async () => {
    await database.pool.query("alter table flags disable trigger flags_notify");
    try {
      await here.call("POST", "/flags", { key: "quiet", kind: "boolean", enabled: true });
      await until(() => on("quiet", there), 1000);
    } finally {
      await database.pool.query("alter table flags enable trigger flags_notify");
    }
  });
});
