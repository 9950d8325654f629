import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { CommandError } from "../exit.ts";
import { verify } from "./ledger.ts";

const SERVER = fileURLToPath(new URL("../../app/src/server.ts", import.meta.url));

describe("strongroom verify-ledger", () => {
  let folder: string;
  let service: ChildProcess;
  let url: string;
  let keyFile: string;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "strongroom-verify-"));
    // PostgreSQL runs as another account where this is root.
    chmodSync(folder, 0o755);
    keyFile = path.join(folder, "test-key");
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    service = spawn(process.execPath, [SERVER], {
      env: { ...process.env, DATA_FOLDER: folder, PORT: String(port), LOG_LEVEL: "silent" },
      stdio: "ignore",
    });
    while (!(await fetch(`${url}/ready`).catch(() => undefined))?.ok)
      await new Promise((wait) => setTimeout(wait, 50));
    for (const amount of [100, 250]) {
      await fetch(`${url}/v1/payments`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${readFileSync(keyFile, "utf8").trim()}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ amount, currency: "usd", payment_method: "pm_card_visa", confirm: true }),
      });
    }
  });

  after(async () => {
    service.kill("SIGTERM");
    if (service.exitCode === null) await once(service, "exit");
    rmSync(folder, { recursive: true, force: true });
  });

  it("says that an untouched ledger is sound", async () => {
    const { isSound, text } = await verify({ url, keyFile, format: "terminal" });
    expect(text).to.match(/blocks recomputed, no violation\n/);
    expect(text).to.include("Trial balance   usd: debits 350, credits 350, difference 0\n");
    expect(isSound).to.equal(true);
  });

  it("gives the chains' heads as JSON, to be kept outside", async () => {
    const { text } = await verify({ url, keyFile, format: "json" });
    const { sound, heads } = JSON.parse(text) as { sound: boolean; heads: { hash: string }[] };
    expect(sound).to.equal(true);
    expect(heads[0]?.hash).to.match(/^[0-9a-f]{64}$/);
  });

  it("explains a wrong address, a wrong key and a missing key", async () => {
    const wrongKey = path.join(folder, "wrong-key");
    writeFileSync(wrongKey, "sk_test_wrong");
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    expect(await mistake({ url: "pay.example.com", keyFile })).to.match(/^--url is "pay.example.com"; write/);
    expect(await mistake({ url: nowhere, keyFile })).to.equal(
      `${nowhere} does not answer (ECONNREFUSED). Is the service running?`,
    );
    expect(await mistake({ url, keyFile: wrongKey })).to.match(/answered 401: /);
    expect(await mistake({ url, keyFile: path.join(folder, "none") })).to.match(
      /none cannot be read \(ENOENT\)/,
    );
  });

  it("finds an entry that was changed in the database", async () => {
    const port = readFileSync(path.join(folder, "data", "postmaster.pid"), "utf8").split("\n")[3];
    const password = readFileSync(path.join(folder, "password"), "utf8").trim();
    const database = `postgresql://strongroom:${password}@127.0.0.1:${port ?? ""}/strongroom`;
    execFileSync("/usr/lib/postgresql/15/bin/psql", [
      ...["--quiet", "--set", "ON_ERROR_STOP=1", database],
      ...["-c", "alter table ledger_entries disable trigger all"],
      ...[
        "-c",
        "update ledger_entries set amount = amount + 1 where account like 'acct_merchant%' and sequence = 1",
      ],
    ]);
    const { isSound, text } = await verify({ url, keyFile, format: "terminal" });
    expect(isSound).to.equal(false);
    expect(text).to.match(/ 1 violation\n {2}chain \d, block \d+: rows were changed, added or removed\n/);
    expect(text).to.match(/acct_merchant_balance_usd_test: credits_posted is \d+, its entries give \d+/);
  });

  async function mistake(options: { url: string; keyFile: string }): Promise<string> {
    const error: unknown = await verify({ ...options, format: "terminal" }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(CommandError);
    return (error as CommandError).message;
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
