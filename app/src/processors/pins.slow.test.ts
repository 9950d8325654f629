import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testDatabase, type TestDatabase } from "../../test/database.test-support.ts";
import { startProcess } from "../../test/process.test-support.ts";

interface Body {
  error?: { code: string };
}

const PAYMENT = { amount: 1000, currency: "usd", payment_method: "pm_card_visa", confirm: true };
const OTHER_PIN = `sha256/${createHash("sha256").update("another key").digest("base64")}`;

describe("PROCESSOR_PINS", () => {
  let folder: string;
  let certificate: string;
  let database: TestDatabase;
  let processor: Server;
  let requests: number;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "strongroom-pins-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const kind = [
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "2",
    ];
    const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    execFileSync("openssl", ["req", ...kind, ...name, "-keyout", key, "-out", cert], { stdio: "ignore" });
    certificate = cert;
    processor = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) => {
      requests += 1;
      response.writeHead(500).end();
    }).listen(0, "127.0.0.1");
    await once(processor, "listening");
    database = await testDatabase();
  });
  after(async () => {
    await database.drop();
    processor.closeAllConnections();
    processor.close();
    rmSync(folder, { recursive: true });
  });

  /** Pays over the processor. @returns the error's code, and whether the processor got anything of it */
  async function payWith(pins: string): Promise<{ code: string | undefined; reached: boolean }> {
    requests = 0;
    const { port } = processor.address() as AddressInfo;
    const service = await startProcess({
      DATABASE_URL: database.url,
      NODE_EXTRA_CA_CERTS: certificate,
      PROCESSOR_TEST_URL: `https://localhost:${String(port)}`,
      PROCESSOR_TEST_KEY: "key",
      PROCESSOR_PINS: pins,
      // Its looks for news would be requests as well.
      PROCESSOR_NOTICE_INTERVAL: "0",
      LOG_LEVEL: "silent",
    });
    const { body } = await service.post<Body>("/v1/payments", PAYMENT);
    await service.stop();
    return { code: body.error?.code, reached: requests > 0 };
  }

  it("let nothing go to a processor with a key that is not among them, though its certificate is trusted", async () => {
    expect(await payWith(OTHER_PIN)).to.deep.equal({ code: "processor_unavailable", reached: false });
  }).timeout(60_000);

  it("let requests go to a processor with one of the keys", async () => {
    const { publicKey } = new X509Certificate(readFileSync(certificate));
    const digest = createHash("sha256").update(publicKey.export({ type: "spki", format: "der" }));
    const pins = `${OTHER_PIN},sha256/${digest.digest("base64")}`;
    expect(await payWith(pins)).to.include({ reached: true });
  }).timeout(60_000);
});
