import { expect } from "chai";
import { until } from "../../test/wait.test-support.ts";
import { type Instance, startInstance, type TestDatabase, testDatabase } from "./flags.test-support.ts";

interface Results {
  subjects: number;
  metrics: {
    metric: string;
    subjects_needed: number;
    variants: { variant: string; subjects: number; conversions: number; rate: number }[];
    comparisons: { p_value: number | null; significant: boolean; warning: string | null; interval: object }[];
  }[];
}

describe("experiments (N6)", () => {
  let database: TestDatabase;
  let here: Instance;
  let there: Instance;

  before(async function () {
    this.timeout(60_000);
    database = await testDatabase();
    [here, there] = await Promise.all([startInstance(database), startInstance(database)]);
    await here.call("POST", "/flags", {
      key: "button",
      kind: "string",
      enabled: true,
      variants: { green: "#0f0", blue: "#00f" },
      rules: [
        { id: "staff", all: [{ attribute: "staff", operator: "equals", value: true }], variant: "blue" },
      ],
    });
  });

  after(async () => {
    await Promise.all([here.stop(), there.stop()]);
    await database.drop();
  });

  const color = (subject: string, instance = here, more = {}) =>
    instance.flags.client(false).getStringDetails("button", "?", { targetingKey: subject, ...more });
  const results = async () =>
    (await here.call("GET", "/experiments/button-color/results")).body as unknown as Results;
  const paid = async () =>
    (await results()).metrics[0]?.variants.reduce((sum, { conversions: count }) => sum + count, 0);

  it("are refused when flag, split, control or metrics make no sense", async () => {
    const { status, body } = await here.call("POST", "/experiments", {
      key: "wrong",
      flag: "button",
      split: { green: 40, red: 50 },
      control: "blue",
      metrics: ["paid"],
    });
    expect(status).to.equal(400);
    const { mistakes } = body.error as { mistakes: { message: string }[] };
    expect(mistakes.map(({ message }) => message)).to.deep.equal([
      "There is no variant red; the flag has blue, green.",
      "The shares add up to 90, not to 100.",
      "The control blue is not among the variants of the split.",
    ]);
  });

  it("give nobody a variant before they start; then the same subject the same one, on every instance", async () => {
    const made = await here.call("POST", "/experiments", {
      key: "button-color",
      flag: "button",
      split: { green: 50, blue: 50 },
      control: "green",
      metrics: ["paid"],
      minimum_effect: 0.2,
    });
    expect(made.body).to.deep.include({ id: "experiment_test_button-color", status: "draft", version: 1 });
    expect(await color("cus_1")).to.deep.include({ variant: "green", reason: "DEFAULT" });

    const started = await here.call("POST", "/experiments/button-color/start", { version: 1 });
    expect(started.body).to.deep.include({ status: "running", started: 1_800_000_000 });
    await until(async () => (await color("cus_1", there)).reason === "SPLIT", 1000);
    for (let subject = 0; subject < 200; subject++) {
      const details = await color(`cus_${subject}`);
      expect(details.flagMetadata).to.deep.equal({ experiment: "button-color" });
      expect((await color(`cus_${subject}`, there)).variant).to.equal(details.variant);
    }
  });

  it("leave those alone about whom a rule decides", async () => {
    const details = await color("cus_staff", here, { staff: true });
    expect(details).to.deep.include({ variant: "blue", reason: "TARGETING_MATCH" });
  });

  it("run one at a time for a flag, and cannot be changed in what makes them comparable", async () => {
    await here.call("POST", "/experiments", {
      key: "second",
      flag: "button",
      split: { green: 50, blue: 50 },
      control: "green",
      metrics: ["paid"],
    });
    expect((await here.call("POST", "/experiments/second/start", {})).body.error).to.deep.include({
      code: "resource_in_use",
      message: "Flag button is in the running experiment button-color: stop that first.",
    });
    expect(
      (await here.call("PATCH", "/experiments/button-color", { split: { green: 10, blue: 90 } })).body.error,
    ).to.deep.include({ code: "experiment_started", param: "split" });
    expect((await here.call("DELETE", "/flags/button")).status).to.equal(409);
    const variants = { variants: { green: "#0f0" }, rules: [] };
    expect((await here.call("PATCH", "/flags/button", variants)).body.error).to.deep.include({
      message: "There is no variant blue; the flag has green.",
    });
  });

  it("count a subject once, however often it comes and on whichever instance", async () => {
    // The 200 of above came to both instances; looking with reasons does not count.
    await here.call("POST", "/flags/button/evaluate", { targeting_key: "cus_never" });
    await until(async () => (await results()).subjects === 200, 3000);
  });

  it("count a conversion once, and only of subjects who took part before", async () => {
    const paying = Array.from({ length: 60 }, (_, index) => `cus_${index}`);
    here.now += 60_000;
    there.now += 60_000;
    const conversions = [...paying, ...paying, "cus_stranger"].map((targeting_key) => ({
      targeting_key,
      metric: "paid",
    }));
    expect((await here.call("POST", "/conversions", { conversions })).body).to.deep.equal({
      object: "conversions",
      received: 121,
    });
    there.flags.client(false).track("paid", { targetingKey: "cus_0" });
    there.flags.client(false).track("paid", { targetingKey: "cus_60" });
    there.flags.client(false).track("unknown", { targetingKey: "cus_61" });
    await until(async () => (await paid()) === 61, 3000);
  });

  it("count the conversion of a subject who had one before taking part as well", async () => {
    const pay = () => here.flags.client(false).track("paid", { targetingKey: "cus_late" });
    pay();
    here.now += 1000;
    await color("cus_late");
    await until(async () => (await results()).subjects === 201, 3000);
    expect(await paid()).to.equal(61);
    here.now += 1000;
    pay();
    await until(async () => (await paid()) === 62, 3000);
  });

  it("tell rates, the test against the control, and when it is too early to decide", async () => {
    const [metric] = (await results()).metrics;
    expect(metric?.variants.map(({ variant }) => variant)).to.deep.equal(["blue", "green"]);
    const [comparison] = metric?.comparisons ?? [];
    expect(comparison?.p_value).to.be.within(0, 1);
    expect(comparison?.significant).to.equal(false);
    // 30 against 50 per cent or so takes about 90 subjects; the warning goes with the smaller group.
    expect(metric?.subjects_needed).to.be.within(70, 110);
  });

  it("keep nobody's name", async () => {
    const { rows } = await database.pool.query<{ subject: string }>(
      "select subject from flag_exposures union select subject from flag_conversions",
    );
    expect(rows).to.not.be.empty;
    for (const { subject } of rows) expect(subject).to.match(/^[0-9a-f]{32}$/);
  });

  it("end: subjects get what the flag gives, the results stay", async () => {
    const before = await results();
    expect((await here.call("POST", "/experiments/button-color/stop", {})).body).to.deep.include({
      status: "stopped",
    });
    expect((await color("cus_1")).reason).to.equal("DEFAULT");
    expect(await results()).to.deep.equal(before);
    expect((await here.call("POST", "/experiments/button-color/stop", {})).body.error).to.deep.include({
      message: "Experiment button-color is stopped; it cannot be stopped.",
    });
  });
});
