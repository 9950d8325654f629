import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { loadConfig } from "../config.ts";
import { environmentOf, readDockerfile, REPOSITORY } from "./dockerfile.test-support.ts";

interface Container {
  name: string;
  environment: { name: string; value: string }[];
  secrets: { name: string }[];
  portMappings: { containerPort: number }[];
  user: string;
  command?: string[];
  stopTimeout: number;
}

/** The containers that the stack's program plans, asked from outside as anybody would. */
function plannedContainers(stack: string): Container[] {
  const folder = mkdtempSync(join(tmpdir(), "strongroom-plan-"));
  try {
    const file = join(folder, "plan.json");
    const args = [
      "scripts/strongroom.js",
      "preview",
      "--stack",
      stack,
      "--save-plan",
      file,
      "--no-cost",
      "--quiet",
    ];
    const { stderr } = spawnSync(process.execPath, args, { cwd: REPOSITORY, encoding: "utf8" });
    expect(stderr).to.equal("");
    const { resources } = JSON.parse(readFileSync(file, "utf8")) as {
      resources: { type: string; inputs: { containerDefinitions?: string } }[];
    };
    return resources.flatMap(({ inputs }) => JSON.parse(inputs.containerDefinitions ?? "[]") as Container[]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the image sets, without the file of authorities that is in the image alone. */
function imageEnvironment(): Record<string, string> {
  const stage = readDockerfile().stages.at(-1);
  return { ...(stage && environmentOf(stage)), DATABASE_SSL_CA_FILE: "" };
}

/** What ECS would put into the container: plain values as planned, secrets as long as generated ones. */
function environmentIn({ environment, secrets }: Container): Record<string, string> {
  return Object.fromEntries([
    ...environment.map(({ name, value }) => [name, value]),
    ...secrets.map(({ name }) => [name, "s".repeat(32)]),
  ]) as Record<string, string>;
}

for (const stack of ["production", "staging"]) {
  describe(`the service in the stack ${stack}`, () => {
    let backend: Container;
    let migration: Container;
    before(() => {
      const containers = plannedContainers(stack);
      const named = (name: string) => containers.filter((container) => container.name === name);
      [backend] = named("backend") as [Container];
      [migration] = named("backend-migration") as [Container];
    });

    it("E4, F5: is configured by exactly what the task gives it", () => {
      const config = loadConfig({ ...imageEnvironment(), ...environmentIn(backend) });
      expect(config).to.include({
        NODE_ENV: "production",
        ENVIRONMENT: stack,
        HOST: "0.0.0.0",
        DATABASE_PORT: 5432,
      });
    });

    it("listens where the task expects it, as its user, and stops in time", () => {
      const config = loadConfig({ ...imageEnvironment(), NODE_ENV: "test" });
      expect(backend.portMappings.map(({ containerPort }) => containerPort)).to.deep.equal([config.PORT]);
      expect(backend.user).to.equal("1000:1000");
      expect(config.SHUTDOWN_TIMEOUT).to.be.below(backend.stopTimeout);
    });

    it("E10: has the script that the migration's task runs", () => {
      expect(migration.command).to.deep.equal(["npm", "run", "migrate"]);
      const { scripts } = JSON.parse(readFileSync(join(REPOSITORY, "app/package.json"), "utf8")) as {
        scripts: Record<string, string>;
      };
      expect(scripts.migrate).to.equal("node src/migrate.ts");
    });
  });
}
