import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { until } from "../../test/wait.test-support.ts";
import { call, happen, makeEndpoint, receiver, webhookBench } from "./webhooks.test-support.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

describe("the documented receiver of webhooks", () => {
  it("takes what is sent, once, and refuses what is forged", async () => {
    const guide = await readFile(`${HERE}README.md`, "utf8");
    const [, example] = /```js\n([^`]+)```/.exec(guide) ?? [];
    const { port, ...probe } = await receiver();
    await probe.close(); // The port is free now.
    const url = `http://127.0.0.1:${port}/`;
    const bench = await webhookBench();
    const { id, secret } = await makeEndpoint(bench, url);
    const child = spawn(process.execPath, ["--input-type=module", "--eval", String(example)], {
      cwd: HERE,
      env: { WEBHOOK_SECRET: secret, PORT: String(port) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      let output = "";
      child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
      await until(() =>
        fetch(url, { method: "POST", body: "{}" }).then(
          ({ status }) => status === 400,
          () => false,
        ),
      );

      await bench.webhooks.start();
      await happen(bench, [{ object: "pay_1" }]);
      const log = async () =>
        (await call(bench, "GET", `/webhook_endpoints/${id}/deliveries`)).body.data as object[];
      await until(async () => JSON.stringify(await log()).includes('"response_status":204'));
      await bench.core.pool.query(
        "select webhook_replay($1, (select array_agg(event) from webhook_deliveries), $2, '1 day')",
        [id, new Date(bench.core.clock())],
      );
      await until(async () => JSON.stringify(await log()).split('"response_status":204').length === 3);
      expect(output).to.equal("payment.succeeded pay_1\n");
    } finally {
      child.kill();
      await bench.close();
    }
  });
});
