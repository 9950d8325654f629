import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Plan } from "../../components/testing/index.ts";
import { Engine, needsPulumi, ROOT } from "../engine/testing.ts";
import { judge } from "../preview/judge.ts";

const PACKS = "node_modules/@strongroom/policies/dist/esm/packs";
const PCI_DSS = `${PACKS}/pci-dss`;
const SOC2 = `${PACKS}/soc2`;

/** What another team has: packages from the registry, a program, and nothing of this repository. */
const FILES = {
  "package.json": '{ "name": "other-team", "private": true }',
  "Pulumi.yaml": "name: shop\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.cjs\n",
  "index.cjs": `
const aws = require("@pulumi/aws");
const { Vpc } = require("@strongroom/components/network");
new Vpc("net", { nat: "none", flowLogs: false });
new aws.s3.Bucket("open");
`,
  "exemptions.yaml": `
- { rule: s3-block-public-access, resource: open, reason: A test, owner: a@example.com, expires: 2999-12-31 }
`,
  "types.mts": `
import { Vpc, type VpcArgs } from "@strongroom/components";
import type { Cache } from "@strongroom/components/data";
import type { Plan } from "@strongroom/components/testing";
import { RULES } from "@strongroom/policies";
export const args: VpcArgs = { nat: "single" };
export const linkOf = (cache: Cache) => cache.link;
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
    return execFileSync(command, args, {
      cwd: project,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    }).trim();
  }

  function runModule(kind: "module" | "commonjs", code: string): unknown {
    return JSON.parse(run(process.execPath, `--input-type=${kind}`, "--eval", code));
  }

  before(() => {
    project = mkdtempSync(join(tmpdir(), "strongroom-packages-"));
    for (const [name, content] of Object.entries(FILES)) writeFileSync(join(project, name), content);
    writeFileSync(join(project, "types.cts"), FILES["types.mts"]);
    const packed = ["components", "policies"].map((workspace) => {
      const args = ["pack", "--silent", "--pack-destination", project];
      const printed = execFileSync("npm", args, { cwd: join(ROOT, workspace), encoding: "utf8" });
      return `./${printed.trim().split("\n").at(-1) ?? ""}`;
    });
    const quiet = ["--silent", "--ignore-scripts", "--no-fund", "--no-audit", "--prefer-offline"];
    run("npm", "install", ...quiet, ...packed, "@types/node@24");
  });

  after(() => {
    rmSync(project, { recursive: true, force: true });
  });

  it("hold no tests, nor what tests stand on", () => {
    const files = ["components", "policies"].flatMap((name) =>
      readdirSync(join(project, "node_modules/@strongroom", name), { recursive: true, encoding: "utf8" }),
    );
    expect(files).to.include("README.md").and.to.include("dist/LICENSE");
    expect(files.filter((file) => /\.test\.|test-support|golden|fixtures|corpus|exemptions\.yaml/.test(file)))
      .to.be.empty;
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

  it("have types for ES modules and CommonJS, and examples in their README that the compiler takes", () => {
    const examples = ["components", "policies"].flatMap((name) => {
      const readme = readFileSync(join(ROOT, name, "README.md"), "utf8");
      return [...readme.matchAll(/```[jt]s\n(.*?)```/gs)].map(([, code = ""], index) => {
        const file = `${name}-readme-${index}.mts`;
        writeFileSync(join(project, file), code);
        return file;
      });
    });
    expect(examples).to.have.lengthOf(3);
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext"];
    const compiler = join(ROOT, "node_modules/typescript/bin/tsc");
    run(process.execPath, compiler, ...options, "types.mts", "types.cts", ...examples);
  });

  it("hold policy packs that judge a Plan, with exemptions of the user's own", async () => {
    const plan = runModule(
      "module",
      `import { planProject } from "@strongroom/components/testing"; console.log(JSON.stringify(await planProject()));`,
    ) as Plan;
    const packs = [PCI_DSS, SOC2].map((pack) => join(project, pack));
    const { verdicts } = await judge(plan, { packs, exemptions: join(project, "exemptions.yaml") });
    const found = verdicts.filter(({ rule }) => rule === "s3-block-public-access");
    expect(found.map(({ status }) => status)).to.deep.equal(["excepted"]);
  });

  describe("in the real Pulumi engine", () => {
    const engine = new Engine();
    after(() => engine.remove());

    before(async function () {
      needsPulumi(this);
      await engine.succeeds(project, ["stack", "init", "dev"]);
    });

    const preview = (...packs: string[]) => [
      "preview",
      "--stack",
      "dev",
      ...packs.flatMap((pack) => ["--policy-pack", pack]),
    ];

    it("the packs load, and stop what breaks a mandatory rule", async () => {
      const { code, stdout } = await engine.pulumi(project, preview(PCI_DSS, SOC2));
      expect(stdout).to.include("strongroom-pci-dss@v").and.to.include("strongroom-soc2@v");
      expect(stdout).to.match(/\[mandatory\].* s3-block-public-access .*: open\)/);
      expect(code).not.to.equal(0);
    });

    it("STRONGROOM_EXEMPTIONS names the exemptions, by an absolute path", async () => {
      const file = join(project, "exemptions.yaml");
      const { stdout } = await engine.pulumi(project, preview(PCI_DSS), { STRONGROOM_EXEMPTIONS: file });
      expect(stdout).to.match(/\[advisory\].* s3-block-public-access .*: open\)/);
      expect(stdout).to.include("Excepted until 2999-12-31, for which a@example.com answers");
      const relative = await engine.pulumi(project, preview(PCI_DSS), {
        STRONGROOM_EXEMPTIONS: "exemptions.yaml",
      });
      expect(relative.stdout).to.include('must be an absolute path or "none", not exemptions.yaml');
    });
  });
});
