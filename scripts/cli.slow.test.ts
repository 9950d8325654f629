import { expect } from "chai";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT } from "./exit.ts";
import type { Preview } from "./preview/document.ts";
import { Projects, strongroom } from "./testing.ts";

const LAUNCHER = fileURLToPath(new URL("strongroom.js", import.meta.url));
const BUCKET = 'const aws = require("@pulumi/aws");\nnew aws.s3.Bucket("goods");\n';

describe("strongroom preview", function () {
  this.timeout(120_000);
  const projects = new Projects();
  after(() => projects.remove());

  it("tells what a program throws, without Strongroom's own stack, and exits with 3", async () => {
    const root = projects.make({ "index.js": 'throw new Error("the shop is shut");\n' });
    const { code, stderr } = await strongroom(root, "preview");
    expect(stderr).to.include("the shop is shut").and.not.include("scripts/");
    expect(code).to.equal(EXIT.program);
  });

  it("ends a program that never ends, and exits with 3", async () => {
    const root = projects.make({ "index.js": "setInterval(() => {}, 1000);\n" });
    const { code, stderr } = await strongroom(root, "preview", "--timeout", "3");
    expect(stderr).to.match(/^strongroom: The program did not end within [\d.]+ seconds/);
    expect(code).to.equal(EXIT.program);
  });

  it("refuses a folder that is no policy pack", async () => {
    const { code, stderr } = await strongroom(projects.make(), "preview", "--pack", ".");
    expect(stderr).to.match(/^strongroom: .* is no policy pack/);
    expect(code).to.equal(EXIT.usage);
  });

  it("exits with 0 and says nothing with --quiet when all is fine", async () => {
    const root = projects.make({
      "PulumiPolicy.yaml": "runtime: nodejs\nversion: 1.0.0\n",
      "package.json": '{ "name": "nothing", "version": "1.0.0", "main": "pack.js" }',
      "pack.js":
        'const { PolicyPack } = require("@pulumi/policy");\nnew PolicyPack("nothing", { policies: [] });\n',
    });
    const run = await strongroom(root, "preview", "--quiet", "--pack", ".");
    expect(run).to.deep.equal({ code: EXIT.fine, stdout: "", stderr: "" });
  });

  it("exits with 1 when a mandatory rule is broken, writes what --out asks for, and saves the plan", async () => {
    const root = projects.make({ "index.js": BUCKET });
    const first = await strongroom(
      root,
      "preview",
      "--out",
      "out/report.sarif",
      "--save-plan",
      "out/plan.json",
    );
    expect(first.stderr).to.equal("");
    expect(first.code).to.equal(EXIT.broken);
    expect(first.stdout).to.include("Do not deploy").and.to.include("Report: out/report.sarif");
    expect(JSON.parse(readFileSync(path.join(root, "out/report.sarif"), "utf8"))).to.include({
      version: "2.1.0",
    });

    const again = await strongroom(
      root,
      "preview",
      "--against",
      "out/plan.json",
      "--format",
      "json",
      "--no-cost",
    );
    const document = JSON.parse(again.stdout) as Preview;
    expect(document).to.include({ schemaVersion: 1, outcome: "broken" }).and.not.to.have.property("cost");
    expect(document.diff).to.deep.include({ unchanged: 1, added: [], changed: [], removed: [] });
  });

  it("compares with a git ref, and leaves the working tree and the repository as they are", async () => {
    const root = projects.make({ ".gitignore": "node_modules\n", "index.js": "" });
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], {
        cwd: root,
        encoding: "utf8",
      });
    git("init", "--quiet", "--initial-branch", "main");
    git("add", "--all");
    git("commit", "--quiet", "--message", "first");
    writeFileSync(path.join(root, "index.js"), BUCKET);
    const { stdout } = await strongroom(root, "preview", "--against", "main", "--format", "json");
    const { diff, notes } = JSON.parse(stdout) as Preview;
    expect(notes).to.deep.equal([]);
    expect(diff?.added.map(({ name }) => name)).to.deep.equal(["goods"]);
    expect(diff?.cost?.before.expected).to.equal(0);
    expect(diff?.appeared).not.to.be.empty;
    expect(git("status", "--porcelain").trim()).to.equal("M index.js");
  });

  it("compares with a plan of a stack that this project does not have", async () => {
    const root = projects.make({ "index.js": BUCKET, "Pulumi.blue.yaml": "config: {}\n" });
    await strongroom(root, "preview", "--save-plan", "blue.json");
    renameSync(path.join(root, "Pulumi.blue.yaml"), path.join(root, "Pulumi.green.yaml"));
    const { stdout, stderr } = await strongroom(
      root,
      "preview",
      "--against",
      "blue.json",
      "--format",
      "json",
    );
    const { plan, diff } = JSON.parse(stdout || "{}") as Preview;
    expect(stderr).to.equal("");
    expect([plan.stack, diff?.unchanged]).to.deep.equal(["green", 1]);
    expect(diff?.cost?.before).to.deep.equal(diff?.cost?.after);
  });

  it("says that what it prints is lost where the disk is full", async () => {
    const root = projects.make();
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [LAUNCHER, "cost"], {
      cwd: root,
      stdio: ["ignore", full, "pipe"],
      encoding: "utf8",
    });
    closeSync(full);
    expect(stderr).to.match(/^strongroom: what it says cannot be written: ENOSPC.*\n$/);
    expect(status).to.equal(EXIT.internal);
    const file = await strongroom(root, "preview", "--out", "/dev/full");
    expect(file.stderr).to.match(/^strongroom: \/dev\/full cannot be written: ENOSPC/);
    expect(file.code).to.equal(EXIT.usage);
  });

  for (const [signal, ...args] of [
    ["SIGINT", "preview"],
    ["SIGHUP", "preview"],
    ["SIGTERM", "cost", "--against", "HEAD"],
  ] as const) {
    it(`ends what it started, and leaves nothing behind, when ${args.join(" ")} gets ${signal}`, async () => {
      const root = projects.make({
        ".gitignore": "node_modules\ntemporary\n",
        "index.js":
          'require("fs").writeFileSync(process.env.PID_FILE, String(process.pid));\nsetInterval(() => {}, 1000);\n',
        "temporary/note": "",
      });
      const git = (...words: string[]) => execFileSync("git", words, { cwd: root });
      git("init", "--quiet");
      git("add", "--all");
      git("-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "--message", "first");
      // Compared with a commit, the program that runs on is the commit's.
      if (args.length > 1) writeFileSync(path.join(root, "index.js"), "");
      const [temporary, pid] = [path.join(root, "temporary"), path.join(root, "pid")];
      const child = spawn(process.execPath, [LAUNCHER, ...args], {
        cwd: root,
        stdio: "ignore",
        env: { ...process.env, TMPDIR: temporary, PID_FILE: pid },
      });
      while (!existsSync(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
      child.kill(signal);
      const [code] = (await once(child, "exit")) as [number];
      expect(code).to.equal(EXIT.interrupted);
      expect(() => process.kill(Number(readFileSync(pid, "utf8")), 0)).to.throw(/ESRCH/);
      expect(readdirSync(temporary).filter((name) => name.startsWith("strongroom-"))).to.deep.equal([]);
    });
  }
});
