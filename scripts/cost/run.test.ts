import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { EXIT } from "../exit.ts";
import { PlanBuilder } from "./plan-builder.test-support.ts";
import type { CostReport } from "./report.ts";
import { runCost } from "./run.ts";
import type { CostArgs } from "./run.ts";

const SHOP = fileURLToPath(new URL("fixtures/shop", import.meta.url));
const PACKAGES = fileURLToPath(new URL("../../node_modules", import.meta.url));

const cost = (args: Partial<CostArgs>, width = 160) =>
  runCost({ cwd: SHOP, format: "terminal", refresh: false, ...args }, width);
const asJson = async (args: Partial<CostArgs>) =>
  JSON.parse(await cost({ format: "json", ...args })) as CostReport;

/** The error that a command ends with. */
async function failure(args: Partial<CostArgs>): Promise<{ message: string; exitCode?: number }> {
  return cost(args).then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error as Error,
  );
}

describe("strongroom cost", function () {
  this.timeout(60_000);

  let folder: string;
  before(async () => (folder = await mkdtemp(path.join(tmpdir(), "cost-"))));
  after(() => rm(folder, { recursive: true }));

  const save = async (name: string, document: unknown) => {
    const file = path.join(folder, name);
    await writeFile(file, JSON.stringify(document));
    return file;
  };

  it("runs the program with the stack's assumptions, and compares it with another stack line by line", async () => {
    const { estimate, difference, project, stack } = await asJson({ stack: "large", against: "small" });
    expect([project, stack]).to.deep.equal(["shop", "large"]);
    // three addresses; a zone with five million queries
    expect(estimate.total.expected).to.be.closeTo(3 * 3.65 + 0.5 + 5 * 0.4, 1e-9);
    expect(estimate.assumptions.dnsQueries).to.equal(5);
    expect(difference?.lines.map(({ name, what }) => `${name}: ${what}`)).to.deep.equal([
      "address-1: public IPv4 address",
      "address-2: public IPv4 address",
      "zone: DNS queries",
    ]);
    expect(difference?.cautions).to.deep.equal(["The usage assumptions differ: dnsQueries."]);
    expect((difference?.after.expected ?? 0) - (difference?.before.expected ?? 0)).to.be.closeTo(
      7.3 + 4 * 0.4,
      1e-9,
    );
  });

  it("takes a name for the stack's where a folder is called the same", async () => {
    const project = path.join(folder, "named");
    await cp(SHOP, project, { recursive: true });
    await symlink(PACKAGES, path.join(project, "node_modules"));
    await mkdir(path.join(project, "small"));
    const former = process.cwd();
    process.chdir(project);
    try {
      const { difference } = await asJson({ cwd: ".", stack: "large", against: "small" });
      expect(difference?.lines).not.to.be.empty;
    } finally {
      process.chdir(former);
    }
  });

  it("compares with the program at a git revision", async () => {
    const repository = path.join(folder, "repository");
    await cp(SHOP, repository, { recursive: true });
    await symlink(PACKAGES, path.join(repository, "node_modules"));
    await writeFile(path.join(repository, ".gitignore"), "node_modules\n");
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", repository, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--message", "first");
    await writeFile(path.join(repository, "Pulumi.small.yaml"), "config:\n  shop:addresses: 2\n");
    const text = await cost({ cwd: repository, stack: "small", against: "HEAD" });
    expect(text).to.contain("Against HEAD: $4.55 → $8.20, +$3.65 a month");
    expect(text).to.match(/address-1: public IPv4 address +\$0\.00 → \$3\.65 +\+\$3\.65/);
    expect((await failure({ cwd: repository, stack: "small", against: "nowhere" })).message).to.contain(
      "nowhere",
    );
  });

  it("prices a saved Plan, bare or within a preview, in any region that there is a table for", async () => {
    const { plan } = new PlanBuilder("us-east-1", "saved").add("aws:ec2/natGateway:NatGateway", "nat");
    const bare = await save("plan.json", plan);
    const within = await save("preview.json", { schemaVersion: 1, plan });
    const expected = async (args: Partial<CostArgs>) => (await asJson(args)).estimate.total.expected;
    expect(await expected({ plan: bare })).to.be.closeTo(32.85 + 0.9, 1e-9);
    expect(await expected({ plan: within })).to.be.closeTo(32.85 + 0.9, 1e-9);
    expect(await expected({ plan: bare, regionTable: "eu-central-1" })).to.be.closeTo(0.052 * 750, 1e-9);
  });

  it("shows parts, formulas, the range, what is alike as one, and what has no price", async () => {
    const builder = new PlanBuilder("us-east-1", "shown").fargate(
      "api",
      { vcpu: 1, gb: 2 },
      { min: 1, max: 3 },
    );
    for (const name of ["a", "b", "c"])
      builder.add("aws:cloudwatch/metricAlarm:MetricAlarm", name, { period: 60 });
    builder.add("aws:redshift/cluster:Cluster", "warehouse");
    const plan = await save("shown.json", builder.plan);
    const text = await cost({ plan });
    expect(text).to.contain("strongroom/shown in us-east-1: $36.34 a month ($36.34–$108) at list price\n");
    expect(text).to.match(/^compute +\$36\.04 +\$36\.04 +\$108\.12$/m);
    expect(text).to.match(
      /^ a and 2 more: alarm +3 × \(1 metric × \$0\.1 per alarm metric-month\) +\$0\.30 +\$0\.30 +\$0\.30$/m,
    );
    expect(text).to.match(
      /^Not priced: 1 resource\n warehouse +no price known for aws:redshift\/cluster:Cluster$/m,
    );
    const rows = (await cost({ plan }, 100)).split("\n").filter((line) => /  \$[\d.]+$/.test(line));
    expect(rows).to.have.length(6);
    expect(Math.max(...rows.map((line) => line.length))).to.be.at.most(100);
    const markdown = await cost({ plan, format: "markdown" });
    expect(markdown).to.contain("| compute | $36.04 | $36.04 | $108.12 |");
    expect(markdown).to.contain(
      "| observability | a and 2 more | alarm | 3 × (1 metric × $0.1 per alarm metric-month) | $0.30 | $0.30 | $0.30 |",
    );
    expect(markdown).to.contain("- warehouse: no price known for aws:redshift/cluster:Cluster");
  });

  it("explains what its user has to put right, with the exit code for wrong usage", async () => {
    const { plan } = new PlanBuilder();
    expect(await failure({ plan: path.join(folder, "none.json") })).to.include({ exitCode: EXIT.usage });
    expect((await failure({ plan: await save("other.json", { a: 1 }) })).message).to.contain(
      "other.json is no saved plan",
    );
    expect(
      (await failure({ plan: await save("some.json", plan), regionTable: "eu-west-11" })).message,
    ).to.contain('There is no price table for the region "eu-west-11". Did you mean "eu-west-1"?');
    expect((await failure({ plan: await save("some.json", plan), stack: "live" })).message).to.match(
      /some\.json is of the stack test of strongroom, not of live\.$/,
    );
    expect(await failure({ cwd: folder })).to.include({ exitCode: EXIT.usage });
    const project = path.join(folder, "project");
    await cp(SHOP, project, { recursive: true });
    await writeFile(
      path.join(project, "Pulumi.large.yaml"),
      "config:\n  strongroom:usage: { dnsQuerys: 5 }\n",
    );
    const { message, exitCode } = await failure({ cwd: project, stack: "large" });
    expect(message).to.equal('strongroom:usage is wrong:\n  dnsQuerys: unknown. Did you mean "dnsQueries"?');
    expect(exitCode).to.equal(EXIT.usage);
  });

  it("says what a refresh needs, where there are no credentials", async () => {
    const saved = { ...process.env };
    for (const name of Object.keys(process.env))
      if (name.startsWith("AWS_")) Reflect.deleteProperty(process.env, name);
    const none = path.join(folder, "none");
    Object.assign(process.env, {
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: none,
      AWS_SHARED_CREDENTIALS_FILE: none,
    });
    try {
      const { message, exitCode } = await failure({ refresh: true });
      expect(message).to.contain("needs credentials (pricing:GetProducts)");
      expect(message).to.contain("Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
      expect(exitCode).to.equal(EXIT.usage);
    } finally {
      process.env = saved;
    }
  });
});
