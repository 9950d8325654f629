import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { EXIT } from "../exit.ts";
import { Projects } from "../testing.ts";
import { Engine, needsPulumi, ROOT } from "./testing.ts";

/** A table that configuration protects, and a secret. */
const PROGRAM = `
const pulumi = require("@pulumi/pulumi");
const aws = require("@pulumi/aws");
const config = new pulumi.Config();
const shielded = config.getBoolean("shielded") ?? false;
new aws.dynamodb.Table(
  "orders",
  {
    hashKey: "id",
    attributes: [{ name: "id", type: "S" }],
    billingMode: "PAY_PER_REQUEST",
    deletionProtectionEnabled: shielded,
    tags: { note: config.get("note") ?? "none" },
  },
  { protect: shielded },
);
exports.token = pulumi.secret("planted-secret");
`;

/** A pack that has nothing against anything. */
const PACK = {
  "pack/PulumiPolicy.yaml": "runtime: nodejs\nversion: 1.0.0\n",
  "pack/package.json": '{ "name": "lenient", "version": "1.0.0", "main": "pack.js" }',
  "pack/pack.js":
    'const { PolicyPack } = require("@pulumi/policy");\nnew PolicyPack("lenient", { policies: [] });\n',
};

describe("strongroom with the real Pulumi engine and a simulated provider", function () {
  this.timeout(120_000);
  const projects = new Projects();
  const engine = new Engine();
  let shop: string;
  const lenient = ["--pack", "pack", "--stack", "test"];

  before(async function () {
    needsPulumi(this);
    shop = projects.make({ ...PACK, "index.js": PROGRAM, "Pulumi.test.yaml": "config: {}\n" });
    await engine.succeeds(shop, ["stack", "init", "test", "--no-select"]);
  });

  after(() => {
    projects.remove();
    engine.remove();
  });

  it("preview --engine prints the engine's preview and saves none of its configuration", async () => {
    const before = readFileSync(path.join(shop, "Pulumi.test.yaml"), "utf8");
    const run = await engine.strongroom(shop, "preview", "--engine", ...lenient, "--config", "note=once");
    expect(run.stdout, run.stderr).to.match(/aws:dynamodb:Table\s+orders\s+create/);
    expect(run.code).to.equal(EXIT.fine);
    expect(readFileSync(path.join(shop, "Pulumi.test.yaml"), "utf8")).to.equal(before);
  });

  it("up refuses what the default packs forbid, before the engine makes anything", async () => {
    const run = await engine.strongroom(shop, "up", "--stack", "test", "--yes");
    expect(run.stdout, run.stderr).to.include("Do not deploy").and.not.to.include("Updating");
    expect(run.code).to.equal(EXIT.broken);
  });

  it("preview --engine exits with 1 when a pack stops the engine", async () => {
    const run = await engine.strongroom(shop, "preview", "--engine", "--stack", "test");
    expect(run.stdout, run.stderr).to.include("[mandatory]");
    expect(run.code).to.equal(EXIT.broken);
  });

  it("up shows verdict and cost, deploys, prints no secret, and selects no stack", async () => {
    const run = await engine.strongroom(shop, "up", ...lenient, "--yes");
    expect(run.code, run.stdout + run.stderr).to.equal(EXIT.fine);
    expect(run.stdout).to.match(/Ready to deploy[^]*Cost[^]*Updating \(test\)[^]*\+ 2 created/);
    expect(run.stdout + run.stderr).not.to.include("planted-secret");
    const { stderr } = await engine.pulumi(shop, ["stack", "--show-name"]);
    expect(stderr).to.include("no stack selected");
  });

  it("up --expect-no-changes exits with 0 without and with 3 with a change", async () => {
    const same = await engine.strongroom(shop, "up", ...lenient, "--yes", "--expect-no-changes");
    expect(same.code, same.stdout + same.stderr).to.equal(EXIT.fine);
    await engine.succeeds(shop, ["config", "set", "note", "other", "--stack", "test"]);
    const changed = await engine.strongroom(shop, "up", ...lenient, "--yes", "--expect-no-changes");
    expect(changed.stdout + changed.stderr).to.include("no changes were expected");
    expect(changed.code).to.equal(EXIT.program);
  });

  it("refresh takes note of what is there", async () => {
    const run = await engine.strongroom(shop, "refresh", "--stack", "test", "--yes");
    expect(run.stdout, run.stderr).to.include("Refreshing (test)");
    expect(run.code).to.equal(EXIT.fine);
  });

  it("destroy deletes nothing of a stack that holds something protected, and says how to go on", async () => {
    await engine.succeeds(shop, ["config", "set", "shielded", "true", "--stack", "test"]);
    await engine.strongroom(shop, "up", ...lenient, "--yes");
    const run = await engine.strongroom(shop, "destroy", "--stack", "test", "--yes");
    expect(run.stderr)
      .to.match(/^strongroom: Nothing was deleted[^]*Pulumi refuses[^]*orders[^]*AWS refuses[^]*orders/)
      .and.to.include("pulumi config set strongroom:protection ephemeral --stack test");
    expect({ code: run.code, stdout: run.stdout }).to.deep.equal({ code: EXIT.usage, stdout: "" });
  });

  it("destroy names what it deletes and deletes it once the protection is lifted", async () => {
    await engine.succeeds(shop, ["config", "set", "shielded", "false", "--stack", "test"]);
    await engine.strongroom(shop, "up", ...lenient, "--yes");
    const run = await engine.strongroom(shop, "destroy", "--stack", "test", "--yes");
    expect(run.stdout, run.stderr)
      .to.include("Deletes 1 resource of test: aws:dynamodb 1.")
      .and.to.match(/with all they hold:\n {2}orders/);
    expect(run.code).to.equal(EXIT.fine);
    const again = await engine.strongroom(shop, "destroy", "--stack", "test", "--yes");
    expect(again.stdout).to.equal("test holds nothing to delete.\n");
  });

  it("names the command for a stack that is not initialised, and changes nothing", async () => {
    const root = projects.make({ ...PACK, "Pulumi.blue.yaml": "config: {}\n" });
    const run = await engine.strongroom(root, "up", "--stack", "blue", "--yes");
    expect(run.stderr).to.match(/^strongroom: The stack blue is not initialised[^]*`pulumi stack init blue`/);
    expect({ code: run.code, stdout: run.stdout }).to.deep.equal({ code: EXIT.usage, stdout: "" });
    expect(readFileSync(path.join(root, "Pulumi.blue.yaml"), "utf8")).to.equal("config: {}\n");
  });

  it("exits with 3 when the program fails on the engine alone", async () => {
    const root = projects.make({
      ...PACK,
      "Pulumi.failing.yaml": "config: {}\n",
      "index.js": 'if (!require("@pulumi/pulumi").runtime.isDryRun()) throw new Error("the shop burns");\n',
    });
    await engine.succeeds(root, ["stack", "init", "failing", "--no-select"]);
    const run = await engine.strongroom(root, "up", "--pack", "pack", "--stack", "failing", "--yes");
    expect(run.stdout + run.stderr).to.include("the shop burns");
    expect(run.code).to.equal(EXIT.program);
  });

  it("deploys to the end, and exits with its outcome, when nobody reads what it prints any more", async () => {
    const tables =
      'const aws = require("@pulumi/aws");\nlet dependsOn = [];\n' +
      'for (const name of ["a", "b", "c", "d", "e", "f"])\n' +
      '  dependsOn = [new aws.dynamodb.Table(name, { hashKey: "id", attributes: [{ name: "id", type: "S" }] }, { dependsOn })];\n';
    const root = projects.make({ ...PACK, "Pulumi.unread.yaml": "config: {}\n", "index.js": tables });
    await engine.succeeds(root, ["stack", "init", "unread", "--no-select"]);
    const launcher = path.join(ROOT, "scripts/strongroom.js");
    const child = spawn(process.execPath, [launcher, "up", "--pack", "pack", "--stack", "unread", "--yes"], {
      cwd: root,
      env: engine.env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    for await (const chunk of child.stdout) if (String(chunk).includes("Updating")) break;
    child.stdout.destroy();
    const [code] = (await once(child, "exit")) as [number];
    expect(code).to.equal(EXIT.fine);
    const state = await engine.succeeds(root, ["stack", "export", "--stack", "unread"]);
    expect(state.match(/"type": "aws:dynamodb\/table:Table"/g)).to.have.length(6);
  });

  it("hands an interruption to the engine, which leaves the stack usable", async () => {
    const root = projects.make({
      ...PACK,
      "Pulumi.endless.yaml": "config: {}\n",
      "index.js":
        'if (!require("@pulumi/pulumi").runtime.isDryRun()) {\n' +
        '  require("fs").writeFileSync("running", "");\n  setInterval(() => {}, 1000);\n}\n',
    });
    await engine.succeeds(root, ["stack", "init", "endless", "--no-select"]);
    const launcher = path.join(ROOT, "scripts/strongroom.js");
    const child = spawn(process.execPath, [launcher, "up", "--pack", "pack", "--stack", "endless", "--yes"], {
      cwd: root,
      env: engine.env,
      stdio: "ignore",
    });
    after(() => child.kill("SIGKILL"));
    while (!existsSync(path.join(root, "running")) && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number];
    expect(code).to.equal(EXIT.interrupted);
    const { stderr } = await engine.pulumi(root, ["cancel", "--yes", "--stack", "endless"]);
    expect(stderr).not.to.include("currently locked");
    const destroyed = await engine.strongroom(root, "destroy", "--stack", "endless", "--yes");
    expect(destroyed.code, destroyed.stderr).to.equal(EXIT.fine);
  });
});
