import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Plan } from "../../components/testing/index.ts";
import { Engine, needsPulumi, ROOT } from "../engine/testing.ts";
import { judge } from "../preview/judge.ts";

const PACKS = ["pci-dss", "soc2"].map((pack) => `node_modules/@strongroom/policies/dist/esm/packs/${pack}`);

/** What another team has: packages from the registry, a program, and nothing of this repository. */
const FILES = {
  "package.json": '{ "name": "other-team", "private": true }',
  "Pulumi.yaml": "name: shop\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.cjs\n",
  "index.cjs": `
const aws = require("@pulumi/aws");
const { Vpc } = require("@strongroom/components/network");
new Vpc("net", { nat: "none", flowLogs: false });
new aws.s3.BucketPublicAccessBlock("open", { bucket: "goods", blockPublicAcls: false });
`,
  "exemptions.yaml": `
- { rule: s3-block-public-access, resource: open, reason: A test, owner: a@example.com, expires: 2999-12-31 }
`,
  "types.ts": `
import { Vpc, type VpcArgs } from "@strongroom/components";
import type { PostgresArgs } from "@strongroom/components/data";
import type { Plan } from "@strongroom/components/testing";
import { RULES } from "@strongroom/policies";
export const args: VpcArgs = { nat: "single" };
export const classOf = (database: PostgresArgs) => database.class;
export const lengthOfId = (network: Vpc) => network.vpcId.apply((id) => id.length);
export const count = (plan: Plan): number => plan.resources.length + RULES.length;
// @ts-expect-error there is no such NAT
export const wrong: VpcArgs = { nat: "double" };
`,
};

describe("published packages", function () {
  this.timeout(180_000);
  let project: string;

  /** Runs a command in the other team's project and returns what it prints. */
  function run(command: string, ...args: string[]): string {
    const options = { cwd: project, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] } as const;
    return execFileSync(command, args, options).trim();
  }

  function runModule(kind: "module" | "commonjs", code: string): unknown {
    return JSON.parse(run(process.execPath, `--input-type=${kind}`, "--eval", code));
  }

  before(() => {
    project = mkdtempSync(join(tmpdir(), "strongroom-packages-"));
    for (const [name, content] of Object.entries(FILES)) writeFileSync(join(project, name), content);
    for (const kind of ["mts", "cts"]) writeFileSync(join(project, `types.${kind}`), FILES["types.ts"]);
    const packed = ["components", "policies"].map((workspace) => {
      const args = ["pack", "--silent", "--pack-destination", project];
      const printed = execFileSync("npm", args, { cwd: join(ROOT, workspace), encoding: "utf8" });
      return `./${printed.trim().split("\n").at(-1) ?? ""}`;
    });
    const quiet = ["--silent", "--ignore-scripts", "--no-fund", "--no-audit", "--prefer-offline"];
    run("npm", "install", ...quiet, ...packed, "typescript@~6.0.3", "@types/node@24");
  });

  after(() => {
    rmSync(project, { recursive: true, force: true });
  });

  it("hold no tests, nor what tests stand on", () => {
    const files = ["components", "policies"].flatMap((name) =>
      readdirSync(join(project, "node_modules/@strongroom", name), { recursive: true, encoding: "utf8" }),
    );
    expect(files).to.include("README.md").and.to.include("dist/LICENSE");
    expect(files.filter((file) => /test\.|test-su|golden|fixtures|corpus|exemptions\.yaml/.test(file))).to.be
      .empty;
    expect(files.filter((file) => /(?<!\.d)\.ts$/.test(file))).to.be.empty;
  });

  const test = `
    const inProcess = await planOf(() => new Vpc("net", { nat: "none" }));
    const project = await planProject();
    const count = ({ resources }) => resources.filter(({ type }) => type === "aws:ec2/subnet:Subnet").length;
    console.log(JSON.stringify([count(inProcess), count(project), RULES.length > 0, schema.title]));
  `;

  it("load as ES modules, and the test kit runs programs in its own and in another process", () => {
    const code = `
      import { Vpc } from "@strongroom/components";
      import { planOf, planProject } from "@strongroom/components/testing";
      import schema from "@strongroom/components/testing/plan.schema.json" with { type: "json" };
      import { RULES } from "@strongroom/policies";
      ${test}`;
    expect(runModule("module", code)).to.deep.equal([6, 6, true, "Plan"]);
  });

  it("load with require, and the test kit runs programs in its own and in another process", () => {
    const code = `
      const { Vpc } = require("@strongroom/components");
      const { planOf, planProject } = require("@strongroom/components/testing");
      const schema = require("@strongroom/components/testing/plan.schema.json");
      const { RULES } = require("@strongroom/policies");
      (async () => { ${test} })();`;
    expect(runModule("commonjs", code)).to.deep.equal([6, 6, true, "Plan"]);
  });

  it("have types, for ES modules, for CommonJS and for bundlers", () => {
    const compiler = [join("node_modules", "typescript", "bin", "tsc"), "--noEmit", "--strict"];
    const lenient = ["--skipLibCheck"];
    run(process.execPath, ...compiler, ...lenient, "--module", "nodenext", "types.mts", "types.cts");
    const bundler = ["--module", "esnext", "--moduleResolution", "bundler"];
    run(process.execPath, ...compiler, ...lenient, ...bundler, "types.ts");
  });

  it("hold policy packs that judge a Plan, with exemptions of the user's own", async () => {
    const plan = runModule(
      "module",
      `import { planProject } from "@strongroom/components/testing"; console.log(JSON.stringify(await planProject()));`,
    ) as Plan;
    const options = { exemptions: join(project, "exemptions.yaml") };
    const packs = PACKS.map((pack) => join(project, pack));
    const { verdicts } = await judge(plan, packs, options);
    const found = verdicts.filter(({ rule }) => rule === "s3-block-public-access");
    expect(found.map(({ outcome }) => outcome)).to.include("excepted").and.not.include("fail");
  });

  describe("in the real Pulumi engine", () => {
    const engine = new Engine();
    after(() => engine.remove());

    before(async function () {
      needsPulumi(this);
      await engine.succeeds(project, ["stack", "init", "dev"]);
    });

    const preview = ["preview", "--stack", "dev", ...PACKS.flatMap((pack) => ["--policy-pack", pack])];

    it("the packs load, and stop what breaks a mandatory rule", async () => {
      const { code, stdout } = await engine.pulumi(project, preview);
      expect(stdout).to.include("strongroom-pci-dss@v").and.to.include("strongroom-soc2@v");
      expect(stdout).to.match(/\[mandatory\].* s3-block-public-access .*: open\)/);
      expect(code).not.to.equal(0);
    });

    it("STRONGROOM_EXEMPTIONS names the exemptions, by an absolute path", async () => {
      const file = join(project, "exemptions.yaml");
      const { stdout } = await engine.pulumi(project, preview, { STRONGROOM_EXEMPTIONS: file });
      expect(stdout).to.match(/\[advisory\].* s3-block-public-access .*: open\)/);
      expect(stdout).to.include("Excepted until 2999-12-31, for which a@example.com answers");
      const relative = await engine.pulumi(project, preview, { STRONGROOM_EXEMPTIONS: "exemptions.yaml" });
      expect(relative.stdout).to.include('must be an absolute path or "none", not exemptions.yaml');
    });
  });
});
