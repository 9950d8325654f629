import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { EXIT } from "../exit.ts";
import type { Preview } from "../preview/document.ts";
import { Projects, strongroom } from "../testing.ts";
import { FIXTURES } from "./testing.ts";

const STATE = path.join(FIXTURES, "state.json");
const PLAN = path.join(FIXTURES, "preview.json");

/** A bucket that everyone may read; with `more`, a second one. */
const PROGRAM = `
const aws = require("@pulumi/aws");
const pulumi = require("@pulumi/pulumi");
new aws.s3.Bucket("first", { acl: "public-read" });
if (new pulumi.Config().getBoolean("more")) new aws.s3.Bucket("second", { acl: "public-read" });
`;

describe("strongroom policy check", function () {
  this.timeout(120_000);
  const projects = new Projects();
  after(() => projects.remove());

  const check = (folder: string, ...args: string[]) => strongroom(folder, "policy", "check", ...args);
  const shop = (files: Record<string, string> = {}) =>
    projects.make({ "index.js": PROGRAM, "Pulumi.dev.yaml": "config: {}\n", ...files });
  const documentOf = (stdout: string) => JSON.parse(stdout) as Preview;
  const rulesOf = (stdout: string) => documentOf(stdout).judgement.verdicts.map(({ rule }) => rule);

  it("judges a state, and says so rather than whether to deploy", async () => {
    const { code, stdout } = await check(FIXTURES, "--state", STATE);
    expect(code).to.equal(EXIT.broken);
    expect(stdout).to.match(/^shop\/dev\neu-west-1 · account 123456789012 · state in /);
    expect(stdout).to.include("are broken in what is deployed").and.not.include("Components");
    expect(stdout.trimEnd().split("\n").at(-4)).to.equal("Fix first:");
  });

  it("writes every form of report, of a preview as well", async () => {
    const folder = projects.make();
    const files = ["a.json", "a.md", "a.sarif", "a.html"];
    const { code, stdout } = await check(folder, "--plan", PLAN, ...files.flatMap((file) => ["-o", file]));
    expect(code).to.equal(EXIT.broken);
    expect(stdout)
      .to.include("Do not deploy")
      .and.to.include(`Report: ${files.join(", ")}`);
    const [json = "", markdown, sarif = "", html] = files.map((file) =>
      readFileSync(path.join(folder, file), "utf8"),
    );
    expect(documentOf(json).origin).to.deep.equal({ kind: "preview", file: PLAN });
    expect(markdown).to.include("## ❌ Do not deploy");
    expect(sarif).to.include('"uri": "index.js"');
    expect(html).to.include('<h2 id="policies-title">').and.to.include("from the preview in ");
  });

  it("judges by the framework that is named", async () => {
    const { stdout } = await check(FIXTURES, "--state", STATE, "--framework", "soc2", "--format", "json");
    expect(documentOf(stdout).judgement.packs.map(({ name }) => name)).to.deep.equal(["strongroom-soc2"]);
  });

  it("takes levels and parameters from the stack's file, and from a file that counts more", async () => {
    const folder = shop({
      "Pulumi.dev.yaml":
        "config:\n  strongroom:policies:\n    all: advisory\n    s3-no-public-read: mandatory\n    s3-tls-only: disabled\n",
      "policies.json": '{ "s3-no-public-read": "disabled" }',
    });
    const stack = await check(folder, "--format", "json");
    expect(stack.code, stack.stderr).to.equal(EXIT.broken);
    expect(rulesOf(stack.stdout)).to.include("s3-no-public-read").and.not.include("s3-tls-only");
    const file = await check(folder, "--format", "json", "--policy-config", "policies.json");
    expect(file.code, file.stderr).to.equal(EXIT.fine);
    expect(rulesOf(file.stdout)).not.to.include("s3-no-public-read");
  });

  it("lets what a baseline holds pass from then on, and blocks what comes", async () => {
    const folder = shop();
    const first = await check(folder, "--write-baseline");
    expect(first.code, first.stderr).to.equal(EXIT.fine);
    expect(first.stdout)
      .to.match(/\nKnown\ncritical +s3-/)
      .and.to.match(/Baseline: policies\/baseline\.yaml, \d+ added/);
    const text = readFileSync(path.join(folder, "policies/baseline.yaml"), "utf8");
    expect(text).to.match(/rule: s3-no-public-read\n {2}resource: aws:s3\/bucket:Bucket::first\n/);
    for (const verb of [
      ["policy", "check"],
      ["preview", "--no-cost"],
    ]) {
      const again = await strongroom(folder, ...verb);
      expect(again.code, again.stdout).to.equal(EXIT.fine);
      const more = await strongroom(folder, ...verb, "--config", "more=true");
      expect(more.stdout).to.match(/critical {2}.*s3-no-public-read\n {4}second/);
      expect(more.code).to.equal(EXIT.broken);
      const without = await strongroom(folder, ...verb, "--baseline", "none");
      expect(without.code).to.equal(EXIT.broken);
    }
    const grown = await check(folder, "--write-baseline", "--config", "more=true");
    expect(grown.stderr).to.match(/more would be added[^]*Bucket::second[^]*--yes\. Nothing was written/);
    expect(grown.code).to.equal(EXIT.usage);
    expect(readFileSync(path.join(folder, "policies/baseline.yaml"), "utf8")).to.equal(text);
  });

  it("prints nothing but the report where a program reads it", async () => {
    const { stdout, stderr } = await check(shop(), "--write-baseline", "--format", "json");
    expect(documentOf(stdout).baseline?.known).to.be.above(0);
    expect(stderr).to.match(/^\nBaseline: policies\/baseline\.yaml, \d+ added/);
  });

  it("keeps and reads the project's policies in one place, whichever of its folders is meant", async () => {
    const folder = shop({ "lib/note.txt": "" });
    await check(folder, "--write-baseline", "--cwd", "lib");
    expect(existsSync(path.join(folder, "policies/baseline.yaml"))).to.equal(true);
    const { code, stdout } = await check(path.join(folder, "lib"), "--format", "json");
    expect(code).to.equal(EXIT.fine);
    expect(documentOf(stdout).plan.resources.map(({ source }) => source?.file)).to.include("../index.js");
  });

  it("does not count the files of a folder that is another project's", async () => {
    const folder = shop();
    await check(folder, "--write-baseline", "--baseline", "baseline.yaml");
    writeFileSync(path.join(folder, "Pulumi.yaml"), "name: other\nruntime: nodejs\n");
    const { code, stdout } = await check(folder, "--state", STATE);
    expect(code).to.equal(EXIT.broken);
    expect(stdout).to.include("This folder is the project other, and shop is judged");
    expect(existsSync(path.join(folder, "policies"))).to.equal(false);
  });
});
