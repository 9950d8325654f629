import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const PROGRAM = `
const plan = await planOf(() => new Vpc("net", { nat: "none" }));
console.log(plan.resources.filter(({ type }) => type === "aws:ec2/subnet:Subnet").length);
`;

describe("published packages", function () {
  this.timeout(300_000);
  let project: string;

  /** Runs a command in the fresh project and returns what it prints. */
  function run(command: string, ...args: string[]): string {
    return execFileSync(command, args, {
      cwd: project,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
  }

  before(() => {
    project = mkdtempSync(join(tmpdir(), "strongroom-packages-"));
    const packed = ["components", "policies"].map((workspace) => {
      const printed = execFileSync("npm", ["pack", "--silent", "--pack-destination", project], {
        cwd: join(ROOT, workspace),
        encoding: "utf8",
      });
      return `./${printed.trim().split("\n").at(-1) ?? ""}`;
    });
    writeFileSync(join(project, "package.json"), '{ "name": "other-team", "private": true }');
    run(
      "npm",
      "install",
      "--silent",
      "--ignore-scripts",
      "--no-fund",
      "--no-audit",
      ...packed,
      "typescript@~6.0.3",
      "@types/node@24",
    );
  });

  after(() => {
    rmSync(project, { recursive: true, force: true });
  });

  it("components and test kit import as an ES module", () => {
    const code = `import { Vpc } from "@strongroom/components"; import { planOf } from "@strongroom/components/testing"; ${PROGRAM}`;
    expect(run(process.execPath, "--input-type=module", "-e", code).trim()).to.equal("6");
  });

  it("components and test kit load with require", () => {
    const code = `const { Vpc } = require("@strongroom/components"); const { planOf } = require("@strongroom/components/testing"); (async () => {${PROGRAM}})();`;
    expect(run(process.execPath, "-e", code).trim()).to.equal("6");
  });

  it("policies import both ways", () => {
    const esm = `import { RULES } from "@strongroom/policies"; console.log(RULES.length > 0);`;
    const cjs = `console.log(require("@strongroom/policies").RULES.length > 0);`;
    expect(run(process.execPath, "--input-type=module", "-e", esm).trim()).to.equal("true");
    expect(run(process.execPath, "-e", cjs).trim()).to.equal("true");
  });

  it("the packs are there for `--policy-pack`, as JavaScript", () => {
    for (const pack of ["pci-dss", "soc2"]) {
      const folder = join(project, "node_modules/@strongroom/policies/dist/esm/packs", pack);
      expect(readFileSync(join(folder, "PulumiPolicy.yaml"), "utf8")).to.include("nodejs");
      expect(existsSync(join(folder, "index.js"))).to.equal(true);
    }
  });

  for (const { file, module } of [
    { file: "esm.mts", module: "nodenext" },
    { file: "cjs.cts", module: "nodenext" },
  ]) {
    it(`types resolve from ${file}`, () => {
      writeFileSync(
        join(project, file),
        `import { Vpc, type VpcArgs } from "@strongroom/components";
import type { Plan } from "@strongroom/components/testing";
import { RULES } from "@strongroom/policies";
export const args: VpcArgs = { nat: "single" };
export const make = () => new Vpc("net", args).vpcId;
export const count = (plan: Plan): number => plan.resources.length + RULES.length;
// @ts-expect-error there is no such NAT
export const wrong: VpcArgs = { nat: "double" };
`,
      );
      run(
        process.execPath,
        "node_modules/typescript/bin/tsc",
        "--noEmit",
        "--strict",
        "--skipLibCheck",
        "--module",
        module,
        file,
      );
    });
  }
});
