import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { freePort } from "../src/database/embedded-server.ts";
import { textOf } from "./docs.test-support.ts";

const APP = fileURLToPath(new URL("..", import.meta.url));

describe("what the documents tell to type", function () {
  this.timeout(120_000);
  let folder: string;
  let service: ChildProcess;
  let url: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "strongroom-docs-"));
    const port = String(await freePort());
    url = `http://127.0.0.1:${port}`;
    service = spawn(process.execPath, ["src/server.ts"], {
      cwd: APP,
      env: { ...process.env, DATA_FOLDER: folder, PORT: port, LOG_LEVEL: "error" },
      stdio: ["ignore", "ignore", "inherit"],
    });
    while (!(await fetch(`${url}/ready`).catch(() => undefined))?.ok) {
      if (service.exitCode !== null) throw new Error("The service did not start.");
      await sleep(100);
    }
  });

  after(async () => {
    service.kill("SIGTERM");
    if (service.exitCode === null) await once(service, "exit");
    await rm(folder, { recursive: true, force: true });
  });

  /** Runs the blocks of a document that call the service, in one shell; gives what each answered. */
  async function typed(document: string): Promise<object[]> {
    const blocks = [...(await textOf(document)).matchAll(/^```sh\n(.*?)^```$/gms)]
      .map(([, block = ""]) => block)
      .filter((block) => block.includes("api "));
    const script = blocks
      .join("\n")
      .replace("http://127.0.0.1:3000", url)
      .replace("/var/lib/strongroom/test-key", join(folder, "test-key"));
    const { stdout } = await promisify(execFile)("bash", ["-eu", "-c", script], { maxBuffer: 2 ** 24 });
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
  }

  it("README.md: from clone to a captured payment, a refund and the ledger", async () => {
    const [payment, refund, ledger] = await typed("README.md");
    expect(payment).to.include({ object: "payment", status: "succeeded", amount_captured: 5000 });
    expect(refund).to.include({ object: "refund", status: "succeeded", amount: 500 });
    expect(ledger).to.include({ object: "ledger.trial_balance" });
  });

  it("docs/payments.md: every call is answered as it says", async () => {
    const answers = await typed("docs/payments.md");
    expect(answers.filter((answer) => "error" in answer)).to.deep.equal([]);
    const [captured, refunded, , , challenged] = answers;
    expect(captured).to.include({ object: "payment", status: "succeeded", amount_captured: 3000 });
    expect(refunded).to.include({ object: "refund", status: "succeeded" });
    expect(challenged).to.include({ object: "payment", status: "succeeded", amount: 700 });
    expect(answers.find((answer) => "intact" in answer)).to.include({ intact: true });
    expect(answers.filter((answer) => "paths" in answer)).to.have.length(3);
  });
});
