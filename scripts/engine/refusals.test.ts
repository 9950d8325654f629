import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { EXIT } from "../exit.ts";
import { type Ended, Projects, strongroom } from "../testing.ts";
import { deletable, describeDeletion, protectedFrom, type StateResource } from "./protected.ts";

const LAUNCHER = fileURLToPath(new URL("../strongroom.js", import.meta.url));

/** Runs the command where there is nothing but Node on PATH. */
async function withoutPulumi(cwd: string, ...args: string[]): Promise<Ended> {
  const env = { ...process.env, PATH: path.dirname(process.execPath), STRONGROOM_DEBUG: "" };
  return await new Promise((resolve) => {
    execFile(process.execPath, [LAUNCHER, ...args], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });
}

function resourceOf(type: string, name: string, more: Partial<StateResource> = {}): StateResource {
  return { urn: `urn:pulumi:live::shop::${type}::${name}`, type, custom: true, ...more };
}

describe("the verbs that drive the engine refuse, with exit code 2 and a remedy,", () => {
  const projects = new Projects();
  after(() => projects.remove());

  for (const verb of ["up", "destroy", "refresh"]) {
    it(`${verb} without --yes where nobody can be asked`, async () => {
      const root = projects.make();
      const { code, stdout, stderr } = await strongroom(root, verb);
      expect(stderr).to.match(new RegExp(`^strongroom: strongroom ${verb} .*Nothing was changed\\..*--yes`));
      expect({ code, stdout }).to.deep.equal({ code: EXIT.usage, stdout: "" });
    });
  }

  for (const [verb, ...options] of [
    ["up", "--yes"],
    ["destroy", "--yes"],
    ["refresh", "--yes"],
    ["preview", "--engine"],
  ] as const) {
    it(`${verb} ${options.join(" ")} without the Pulumi CLI`, async () => {
      const root = projects.make();
      const before = readdirSync(root);
      const { code, stdout, stderr } = await withoutPulumi(root, verb, ...options);
      expect(stderr).to.match(/^strongroom: The Pulumi CLI is not on PATH\. Install it .*`pulumi login`\./);
      expect({ code, stdout, after: readdirSync(root) }).to.deep.equal({
        code: EXIT.usage,
        stdout: "",
        after: before,
      });
    });
  }

  const mistakes: [string[], RegExp][] = [
    [["up", "--yes", "--parallel", "0"], /^strongroom: --parallel 0 is not a whole number above zero\./],
    [["up", "--yes", "--pack", "nowhere"], /^strongroom: --pack nowhere is not a folder\./],
    [["destroy", "--yes", "--cwd", "nowhere"], /^strongroom: --cwd nowhere is not a folder\./],
    [
      ["preview", "--engine", "--format", "html", "--no-cost"],
      /^strongroom: --engine prints .* without --format, --no-cost\./,
    ],
    [
      ["preview", "--engine", "--config", "note"],
      /^strongroom: --config note is not of the form key=value\./,
    ],
  ];
  for (const [args, says] of mistakes) {
    it(args.join(" "), async () => {
      const { code, stdout, stderr } = await strongroom(projects.make(), ...args);
      expect(stderr).to.match(says);
      expect({ code, stdout }).to.deep.equal({ code: EXIT.usage, stdout: "" });
    });
  }
});

describe("what destroy says before it deletes", () => {
  const table = resourceOf("aws:dynamodb/table:Table", "orders");
  const role = resourceOf("aws:iam/role:Role", "reader");

  it("counts what providers made, and neither components, nor providers, nor what is only read", () => {
    const resources = [
      table,
      role,
      resourceOf("strongroom:network:Vpc", "net", { custom: false }),
      resourceOf("pulumi:providers:aws", "default"),
      resourceOf("aws:ec2/vpc:Vpc", "theirs", { external: true }),
    ];
    expect(deletable({ resources })).to.deep.equal([table, role]);
    expect(deletable(undefined)).to.deep.equal([]);
  });

  it("names services, and data by name", () => {
    expect(describeDeletion("live", [table, role])).to.equal(
      "Deletes 2 resources of live: aws:dynamodb 1, aws:iam 1.\n\n" +
        "Among them, with all they hold:\n  orders  aws:dynamodb/table:Table",
    );
    expect(describeDeletion("live", [role])).to.equal("Deletes 1 resource of live: aws:iam 1.");
  });

  it("tells Pulumi's protection from AWS's, and says nothing where there is neither", () => {
    const database = resourceOf("aws:rds/instance:Instance", "db", { inputs: { deletionProtection: true } });
    const refusal = protectedFrom("live", [{ ...table, protect: true }, role, database]) ?? "";
    expect(refusal).to.match(/Pulumi refuses.*\n {2}orders .*\nAWS refuses.*\n {2}db /);
    expect(refusal).not.to.include("reader");
    expect(protectedFrom("live", [table, role])).to.equal(undefined);
  });
});
