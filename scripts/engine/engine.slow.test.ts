import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import {
  type Json,
  planProject,
  type PlanResource,
  SECRET,
  UNKNOWN,
} from "../../components/testing/index.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PACKS = ["pci-dss", "soc2"].map((pack) => join(ROOT, "policies/packs", pack));

interface EngineResource {
  urn: string;
  type: string;
  inputs?: Record<string, Json>;
}

/** Whether the engine's value says the same as ours, as far as the engine knows it before deployment. */
function agrees(engine: Json | undefined, ours: Json | undefined): boolean {
  if (typeof engine === "string" && (engine.includes(UNKNOWN) || engine === "[secret]")) return true;
  if (ours === SECRET) return true;
  if (Array.isArray(engine) && Array.isArray(ours)) {
    return engine.length === ours.length && engine.every((value, index) => agrees(value, ours[index]));
  }
  if (engine !== null && typeof engine === "object" && ours !== null && typeof ours === "object") {
    const theirs = engine as Record<string, Json>;
    const keys = new Set([...Object.keys(theirs), ...Object.keys(ours)]);
    return [...keys].every((key) => agrees(theirs[key], (ours as Record<string, Json>)[key]));
  }
  return isDeepStrictEqual(engine, ours);
}

describe("the real Pulumi engine, with a simulated provider", function () {
  this.timeout(300_000);
  let folder: string;

  function pulumi(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    return spawnSync("pulumi", ["--non-interactive", ...args], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
      env: {
        ...process.env,
        PATH: [join(ROOT, "scripts/engine"), join(ROOT, "node_modules/.bin"), process.env.PATH].join(
          delimiter,
        ),
        PULUMI_HOME: join(folder, ".home"),
        PULUMI_BACKEND_URL: `file://${folder}`,
        PULUMI_CONFIG_PASSPHRASE: "for tests only",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_IGNORE_AMBIENT_PLUGINS: "false",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      },
    });
  }

  /** As `pulumi`, failing with what it printed when it fails. */
  function succeeds(...args: string[]): string {
    const { status, stdout, stderr } = pulumi(...args);
    expect(status, `pulumi ${args.join(" ")}\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`).to.equal(0);
    return stdout;
  }

  before(function () {
    if (spawnSync("pulumi", ["version"]).status !== 0) {
      console.log("      skipped: the Pulumi CLI is not on PATH");
      this.skip();
    }
    // The program itself, in a folder of its own: `pulumi stack init` writes into the stack's file.
    folder = mkdtempSync(join(tmpdir(), "strongroom-engine-"));
    for (const name of ["stacks", "components", "node_modules"])
      symlinkSync(join(ROOT, name), join(folder, name));
    for (const name of ["package.json", "Pulumi.yaml", "Pulumi.production.yaml", "Pulumi.staging.yaml"]) {
      cpSync(join(ROOT, name), join(folder, name));
    }
  });

  after(() => {
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  for (const stack of ["production", "staging"]) {
    it(`previews ${stack} as the offline preview does: same URNs, same inputs`, async () => {
      succeeds("stack", "init", stack);
      const { steps } = JSON.parse(succeeds("preview", "--json", "--stack", stack)) as {
        steps: { newState: EngineResource }[];
      };
      const engine = steps
        .map(({ newState }) => newState)
        .filter(({ type }) => !type.startsWith("pulumi:providers:") && type !== "pulumi:pulumi:Stack");
      const plan = await planProject({ cwd: ROOT, stack });
      const ours = new Map<string, PlanResource>(
        plan.resources
          .filter(({ type }) => type !== "pulumi:pulumi:Stack")
          .map((found) => [found.urn, found]),
      );
      expect([...ours.keys()].sort()).to.deep.equal(engine.map(({ urn }) => urn).sort());
      const differences = engine.flatMap(({ urn, inputs = {} }) =>
        Object.keys(inputs)
          .filter((key) => !agrees(inputs[key], ours.get(urn)?.inputs[key]))
          .map((key) => ({ urn, key, engine: inputs[key], ours: ours.get(urn)?.inputs[key] })),
      );
      expect(differences, JSON.stringify(differences, undefined, 1)).to.deep.equal([]);
    });
  }

  it("loads both packs, and production passes them", () => {
    const output = succeeds(
      "preview",
      "--stack",
      "production",
      ...PACKS.flatMap((pack) => ["--policy-pack", pack]),
    );
    expect(output).to.include("strongroom-pci-dss").and.to.include("strongroom-soc2");
    expect(output).not.to.include("[mandatory]");
  });

  it("a pack stops what breaks a mandatory rule", () => {
    writeFileSync(
      join(folder, "Pulumi.staging.yaml"),
      readFileSync(join(ROOT, "Pulumi.staging.yaml"), "utf8") + "  strongroom:auditTrail: false\n",
    );
    const { status, stdout } = pulumi("preview", "--stack", "staging", "--policy-pack", PACKS[0] ?? "");
    expect(status).not.to.equal(0);
    expect(stdout).to.include("[mandatory]").and.to.include("cloudtrail-exists-multi-region");
  });

  it("creates, finds nothing to change, updates and destroys staging", () => {
    const up = ["up", "--yes", "--skip-preview", "--stack", "staging"];
    succeeds(...up);
    succeeds(...up, "--expect-no-changes");
    succeeds("config", "set", "strongroom:budget", "500", "--stack", "staging");
    expect(succeeds(...up)).to.match(/~ 1 updated/);
    const state = succeeds("stack", "export", "--stack", "staging");
    expect(state).not.to.match(/"plaintext"/);
    succeeds("destroy", "--yes", "--skip-preview", "--stack", "staging");
  });
});
