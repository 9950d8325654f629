import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { CommandError, EXIT } from "../exit.ts";
import { verify } from "./ledger.ts";

const ANSWERS: Record<string, object> = {
  "/pay/v1/ledger/integrity": { intact: true, blocks: 3, violations: [], drift: [], heads: [] },
  "/pay/v1/ledger/trial-balance": { currencies: [] },
};

describe("strongroom verify-ledger asks", () => {
  let folder: string;
  let server: Server;
  let url: string;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "strongroom-verify-"));
    server = createServer(({ url: asked = "" }, response) => {
      const answer = ANSWERS[asked];
      response.end(answer === undefined ? "<html>" : JSON.stringify(answer));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const keyFile = (content: string): string => {
    const file = path.join(folder, "key");
    writeFileSync(file, content);
    return file;
  };

  async function mistake(at: string, key: string): Promise<CommandError> {
    const error: unknown = await verify({ url: at, keyFile: keyFile(key), format: "terminal" }).catch(
      (thrown: unknown) => thrown,
    );
    if (error instanceof CommandError) return error;
    throw new Error("Expected a mistake.", { cause: error });
  }

  it("a service that stands below a path", async () => {
    const { isSound, text } = await verify({
      url: `${url}/pay/`,
      keyFile: keyFile("sk_test_1\n"),
      format: "terminal",
    });
    expect(isSound).to.equal(true);
    expect(text).to.include("3 blocks recomputed");
  });

  it("nobody with a key that is none, and does not quote it", async () => {
    for (const key of ["sk_live_planted\nmore", "sk_live_plänted", ""]) {
      const { message, exitCode } = await mistake(url, key);
      expect(message).to.match(/key holds no API key: that is one word on one line\.$/);
      expect(exitCode).to.equal(EXIT.usage);
    }
  });

  it("nobody at an address with a password in it, and does not quote that", async () => {
    const { message } = await mistake(url.replace("//", "//user:planted@"), "sk_test_1");
    expect(message)
      .to.match(/^--url holds a user's name or password/)
      .and.not.include("planted");
  });

  it("for the right address where the answer is another program's", async () => {
    const { message, exitCode } = await mistake(url, "sk_test_1");
    expect(message).to.equal(
      `${url}/v1/ledger/integrity answered, but not as the payment service does. Is --url its address?`,
    );
    expect(exitCode).to.equal(EXIT.program);
  });
});
