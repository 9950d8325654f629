/**
 * schemathesis sends what the OpenAPI document allows and what it forbids, to a real server, and holds every answer against
 * the document. STRONGROOM_SCHEMATHESIS_EXAMPLES sets how many requests it makes up for each operation.
 */
import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testApp, type TestApp } from "./app.test-support.ts";
import { pythonTools } from "./servers.test-support.ts";

const EXAMPLES = Number(process.env.STRONGROOM_SCHEMATHESIS_EXAMPLES ?? 5);
/** Milliseconds for one run. */
const TIME_LIMIT = Math.max(120_000, EXAMPLES * 12_000);

/**
 * Two are left out: `positive_data_acceptance`, as no schema can say which accounts and customers there are or that the end
 * of a period is after its beginning, and `object_level_authorization`, which needs the data of two callers.
 */
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "negative_data_rejection",
  "missing_required_header",
  "unsupported_method",
  "allow_header_conformance",
  "use_after_free",
  "ensure_resource_availability",
  "ignored_auth",
];

/** A list can be longer than allowed by so much that the body is refused as a whole, unread: 413. */
const CONFIGURATION = `
[checks]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415]
`;

/** They would end the key that the others are asked with. */
const KEY_ENDING = ["updateApiKey", "rollApiKey", "revokeApiKey"];

interface Outcome {
  code: number | null;
  output: string;
}

/** The report's part that says what was wrong; requests may be long. */
function failuresIn(output: string): string {
  const lines = output.slice(output.indexOf("FAILURES")).split("\n");
  return lines.map((line) => line.slice(0, 500)).join("\n");
}

describe("schemathesis against the running service", function () {
  this.timeout(TIME_LIMIT + 10_000);
  let tools: string;
  let app: TestApp;
  let url: string;
  let folder: string;

  before(async () => {
    tools = pythonTools();
    app = await testApp({ RATE_LIMIT_FAILED_AUTH: "1000000" });
    url = await app.app.listen({ port: 0, host: "127.0.0.1" });
    folder = await mkdtemp(join(tmpdir(), "strongroom-schemathesis-"));
    await writeFile(join(folder, "schemathesis.toml"), CONFIGURATION);
  });
  after(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });

  /** Runs one of the tools while this process goes on answering. */
  function run(tool: string, args: readonly string[]): Promise<Outcome> {
    return new Promise((resolve) => {
      const options = { cwd: folder, timeout: TIME_LIMIT, maxBuffer: 2 ** 26 };
      const child = execFile(join(tools, tool), args, options, (_error, stdout, stderr) => {
        resolve({ code: child.exitCode, output: stdout + stderr });
      });
    });
  }

  function schemathesis(filters: readonly string[]): Promise<Outcome> {
    return run("schemathesis", [
      "run",
      `${url}/openapi.json`,
      ...["--header", `Authorization: Bearer ${app.apiKey}`],
      ...["--checks", CHECKS.join(",")],
      ...["--phases", "examples,coverage,fuzzing,stateful"],
      ...["--max-examples", String(EXAMPLES), "--seed", "1"],
      ...["--request-timeout", "30", "--continue-on-failure", "--no-color"],
      ...filters,
    ]);
  }

  it("takes the document for OpenAPI 3.1", async () => {
    const file = join(folder, "openapi.json");
    await writeFile(file, (await app.get("/openapi.json")).text);
    const { code, output } = await run("openapi-spec-validator", [
      "--schema",
      "3.1",
      "--errors",
      "all",
      file,
    ]);
    expect(code, output).to.equal(0);
  });

  it("finds no 5xx, no answer off schema, and nothing forbidden that is accepted", async () => {
    const { code, output } = await schemathesis(KEY_ENDING.flatMap((id) => ["--exclude-operation-id", id]));
    expect(code, failuresIn(output)).to.equal(0);
    expect((await app.get("/v1/payments")).status, "the key is still good").to.equal(200);
  });

  it("finds as little wrong with what changes and ends API keys", async () => {
    const { code, output } = await schemathesis(KEY_ENDING.flatMap((id) => ["--include-operation-id", id]));
    expect(code, failuresIn(output)).to.equal(0);
  });
});
