import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { build } from "esbuild";
import { parse } from "yaml";

const FOLDER = new URL("../../.github/workflows/", import.meta.url);

interface Workflow {
  permissions?: unknown;
  jobs: Record<string, { permissions?: Record<string, string>; steps?: { run?: string; uses?: string }[] }>;
}

type Parser = typeof import("@actions/workflow-parser");

/** GitHub's own parser, bundled: it imports JSON without the attribute that Node wants. */
async function loadParser(): Promise<Parser> {
  const outfile = fileURLToPath(new URL("../../node_modules/.cache/workflow-parser.cjs", import.meta.url));
  await build({
    entryPoints: ["@actions/workflow-parser"],
    bundle: true,
    format: "cjs",
    platform: "node",
    outfile,
  });
  return (await import(outfile)) as Parser;
}

let parser: Parser;

/** What GitHub's own parser finds wrong: unknown keys, types, and expressions that read what is not there. */
async function mistakes(name: string, content: string): Promise<string[]> {
  const { context, value } = parser.parseWorkflow({ name, content }, new parser.NoOperationTraceWriter());
  if (value !== undefined) await parser.convertWorkflowTemplate(context, value);
  return context.errors.getErrors().map(({ message }) => message);
}

describe("GitHub workflows", () => {
  before(async () => {
    parser = await loadParser();
  });

  for (const name of readdirSync(FOLDER)) {
    const text = readFileSync(new URL(name, FOLDER), "utf8");

    describe(name, () => {
      it("is valid for GitHub's own parser", async () => {
        expect(await mistakes(name, text)).to.deep.equal([]);
      });

      it("starts from no more than read access", () => {
        const { permissions } = parse(text) as Workflow;
        expect(permissions).to.satisfy(
          (granted: unknown) =>
            JSON.stringify(granted) === "{}" || JSON.stringify(granted) === '{"contents":"read"}',
        );
      });

      it("puts no event's text into a shell", () => {
        const { jobs } = parse(text) as Workflow;
        for (const { steps = [] } of Object.values(jobs)) {
          for (const { run = "" } of steps) expect(run).not.to.include("${{");
        }
      });
    });
  }

  it("the job that runs a pull request's code cannot write, and the one that writes runs none of it", () => {
    const { jobs } = parse(readFileSync(new URL("preview.yml", FOLDER), "utf8")) as Workflow;
    expect(jobs.preview?.permissions).to.deep.equal({ contents: "read" });
    expect(jobs.report?.steps?.filter(({ run }) => run !== undefined)).to.deep.equal([]);
  });

  it("GitHub's parser would see a mistake", async () => {
    expect(await mistakes("keys.yml", "on: push\njobs:\n  a:\n    runs-on: x\n    step: []\n")).to.not.be
      .empty;
    expect(
      await mistakes(
        "context.yml",
        "on: push\njobs:\n  a:\n    runs-on: x\n    env: { A: '${{ steps.b }}' }\n    steps: [{ run: x }]\n",
      ),
    ).to.not.be.empty;
  });
});
