import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { Ajv } from "ajv";
import { expect } from "chai";

import {
  type Plan,
  PlanError,
  type PlanProjectOptions,
  SECRET,
  planProject,
  resource,
  resources,
} from "./index.ts";

const schema = createRequire(import.meta.url)("./plan.schema.json") as object;
const conforms = new Ajv().compile(schema);

const PACKAGES = fileURLToPath(new URL("../../node_modules", import.meta.url));

function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

async function failure(options: PlanProjectOptions): Promise<PlanError> {
  try {
    await planProject(options);
  } catch (error) {
    if (error instanceof PlanError) return error;
    throw error;
  }
  throw new Error("Expected no Plan.");
}

describe("planProject", function () {
  this.timeout(60_000);

  describe("an ES module with a serialised callback, a stack reference and secrets", () => {
    const planted = "correct-horse-battery-staple";
    let plan: Plan;

    before(async () => {
      plan = await planProject({ cwd: fixture("esm"), config: { token: planted } });
    });

    it("conforms to the published schema", () => {
      expect(conforms(plan), JSON.stringify(conforms.errors)).to.equal(true);
    });

    it("shows what a callback becomes: function, role and policies", () => {
      const lambda = resource(plan, "aws:lambda/function:Function", "hello");
      const role = resource(plan, "aws:iam/role:Role");
      expect(lambda.inputs.role).to.equal(role.outputs.arn);
      expect(lambda.outputs.invokeArn).to.match(
        /^arn:aws:apigateway:eu-central-1:lambda:path\/.*\/invocations$/,
      );
      expect(plan.outputs.arn).to.equal(lambda.outputs.arn);
    });

    it("holds no secret in clear, not even one that the program handled carelessly", () => {
      const lambda = resource(plan, "aws:lambda/function:Function", "hello");
      expect(JSON.stringify(plan)).not.to.include(planted);
      expect(plan.outputs.header).to.equal(SECRET);
      expect(lambda.inputs.environment).to.deep.equal({
        variables: { TOKEN: SECRET, LEAK: `token is ${SECRET}` },
      });
      expect(lambda.secretPaths).to.deep.equal(["environment.variables.TOKEN"]);
    });

    it("hands over structured configuration, and leaves another stack's outputs unknown", () => {
      expect(plan.outputs.limits).to.deep.equal({ cpu: 2, names: ["a", "b"] });
      expect(resource(plan, "pulumi:pulumi:StackReference").read).to.equal(true);
      expect(plan.outputs.vpc).to.equal("04da6b54-80e4-46f7-96ec-b56ff0331ba9");
    });
  });

  it("runs TypeScript that Node alone could not, in the folder that main names, and counts the resources", async () => {
    const seen: number[] = [];
    const plan = await planProject({
      cwd: fixture("typescript"),
      stack: "dev",
      onProgress: (_, count) => seen.push(count),
    });
    const objects = resources(plan, "aws:s3/bucketObject:BucketObject");
    expect(objects.map((each) => [each.name, each.inputs.storageClass])).to.have.deep.members([
      ["ts-0", "GLACIER"],
      ["ts-1", "GLACIER"],
      ["ts-2", "GLACIER"],
    ]);
    expect(objects[0]?.source?.file).to.equal("program/index.ts");
    expect(seen).to.deep.equal(plan.resources.map((_, index) => index + 1));
    expect(plan.outputs.password, "an encrypted value is a secret placeholder").to.equal(SECRET);
    expect(plan.diagnostics.map((each) => each.message)).to.include(
      "typescript:password is encrypted: a placeholder stands for it.",
    );
  });

  it("names all missing configuration at once, with its type where the program tells it", async () => {
    const error = await failure({ cwd: fixture("commonjs") });
    expect(error.kind).to.equal("usage");
    expect(error.message).to.match(/^Configuration is missing for stack dev of commonjs:\n/);
    expect(error.message.split("\n").slice(1, 5)).to.deep.equal([
      "  commonjs:days (number)",
      "  commonjs:owner",
      "  commonjs:team",
      '  commonjs:tier (one of ["gold","silver"])',
    ]);
  });

  it("takes configuration from the caller and placeholders of the right type for the rest", async () => {
    const plan = await planProject({
      cwd: fixture("commonjs"),
      config: { owner: "platform", "commonjs:team": "core", days: 30 },
      placeholders: true,
    });
    const bucket = resource(plan, "aws:s3/bucket:Bucket");
    expect(bucket.inputs.tags).to.deep.equal({ owner: "platform", days: "30", tier: "gold" });
    expect(bucket.source).to.deep.equal({ file: "index.js", line: 6 });
    expect(plan.diagnostics).to.deep.equal([
      { severity: "info", message: "commonjs:tier is not configured: a placeholder stands for it." },
    ]);
  });

  it("tells a program's own error and its line, without a stack", async () => {
    const error = await failure({ cwd: fixture("throws") });
    expect(error.kind).to.equal("program");
    expect(error.message).to.match(
      /^no depth for arn:aws:sqs:us-east-1:123456789012:jobs-[0-9a-f]{7}\n  at index\.js:6$/,
    );
  });

  it("names a stack by its own name, also where its organization and project are given with it", async () => {
    const plan = await planProject({ cwd: fixture("typescript"), stack: "acme/typescript/dev" });
    expect([plan.organization, plan.stack]).to.deep.equal(["acme", "dev"]);
    expect(plan.resources[0]?.urn).to.match(/^urn:pulumi:dev::/);
  });

  it("stops a program that does not end", async () => {
    const started = performance.now();
    const error = await failure({ cwd: fixture("loops"), timeout: 4 });
    expect(error.kind).to.equal("timeout");
    expect(error.message).to.match(/^The program did not end within 4 seconds;/);
    expect(performance.now() - started).to.be.lessThan(8000);
  });

  it("runs nothing that is cancelled already", async () => {
    const seen: string[] = [];
    const error = await failure({
      cwd: fixture("esm"),
      config: { token: "t" },
      signal: AbortSignal.abort(),
      onProgress: ({ name }) => seen.push(name),
    });
    expect(error.message).to.equal("The preview was cancelled.");
    expect(seen).to.deep.equal([]);
  });

  it("names a package that is not installed", async () => {
    const error = await failure({ cwd: fixture("missing-package") });
    expect(error.kind).to.equal("program");
    expect(error.message)
      .to.include('The package "@nowhere/to-be-found" is not installed')
      .and.include("npm install");
  });

  describe("what is wrong with the request itself", () => {
    let folder: string;

    beforeEach(() => {
      folder = mkdtempSync(path.join(tmpdir(), "plan-project-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("names file, line and column of broken YAML", async () => {
      writeFileSync(path.join(folder, "Pulumi.yaml"), "name: broken\nruntime: nodejs\nconfig:\n  a: [1, 2\n");
      const error = await failure({ cwd: folder });
      expect(error.kind).to.equal("usage");
      expect(error.message).to.match(/^Pulumi\.yaml:5:1: .*flow sequence/i);
    });

    const mistakes: [title: string, stackFile: string, says: RegExp][] = [
      ["an alias of nothing", "config:\n  a: *b\n", /^Pulumi\.dev\.yaml: .*alias.*b/],
      ["a list", "- config\n", /^Pulumi\.dev\.yaml must be a mapping of names to values\.$/],
      ["configuration that is none", "config: 3\n", /^"config" of Pulumi\.dev\.yaml must be a mapping/],
    ];
    for (const [title, stackFile, says] of mistakes) {
      it(`refuses a stack's file that holds ${title}`, async () => {
        writeFileSync(path.join(folder, "Pulumi.yaml"), "name: broken\nruntime: nodejs\n");
        writeFileSync(path.join(folder, "Pulumi.dev.yaml"), stackFile);
        const error = await failure({ cwd: folder });
        expect(error.kind).to.equal("usage");
        expect(error.message).to.match(says);
      });
    }

    it("refuses a folder that stands in a file's place", async () => {
      mkdirSync(path.join(folder, "Pulumi.yaml"));
      const error = await failure({ cwd: folder });
      expect(error.kind).to.equal("usage");
      expect(error.message).to.match(/Pulumi\.yaml cannot be read: EISDIR/);
    });

    it("lists the stacks that there are", async () => {
      const error = await failure({ cwd: fixture("typescript"), stack: "staging" });
      expect(error.kind).to.equal("usage");
      expect(error.message).to.equal(
        'There is no stack "staging" (Pulumi.staging.yaml). There are: dev, prod.',
      );
      expect((await failure({ cwd: fixture("typescript") })).message).to.equal("Name a stack: dev, prod.");
    });

    it("refuses other languages, and folders without a project", async () => {
      expect((await failure({ cwd: fixture("python") })).message).to.include('the runtime "python"');
      expect((await failure({ cwd: folder })).message).to.equal(
        `There is no Pulumi.yaml in ${folder} or above it.`,
      );
    });

    it("does not take for finished what ended its process half way", async () => {
      writeFileSync(
        path.join(folder, "Pulumi.yaml"),
        "name: hasty\nruntime: { name: nodejs, options: { typescript: false } }\n",
      );
      symlinkSync(PACKAGES, path.join(folder, "node_modules"));
      writeFileSync(path.join(folder, "index.js"), "process.exit(0);\n");
      const error = await failure({ cwd: folder });
      expect(error.kind).to.equal("program");
      expect(error.message).to.include("process.exit()");
    });

    it("does not wait for what a program leaves running", async () => {
      writeFileSync(
        path.join(folder, "Pulumi.yaml"),
        "name: parent\nruntime: { name: nodejs, options: { typescript: false } }\n",
      );
      symlinkSync(PACKAGES, path.join(folder, "node_modules"));
      const child = 'spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" })';
      writeFileSync(
        path.join(folder, "index.js"),
        `const { spawn } = require("child_process");\n${child}.unref();\nexports.done = true;\n`,
      );
      expect((await planProject({ cwd: folder, timeout: 20 })).outputs.done).to.equal(true);
    });

    it("tells that the SDK is missing", async () => {
      writeFileSync(path.join(folder, "Pulumi.yaml"), "name: bare\nruntime: nodejs\n");
      const error = await failure({ cwd: folder });
      expect(error.kind).to.equal("program");
      expect(error.message).to.match(/@pulumi\/pulumi is not installed .* Run `npm install` there\.$/);
    });
  });
});
