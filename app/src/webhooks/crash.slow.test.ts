import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { until } from "../../test/wait.test-support.ts";
import { makeEndpoint, receiver, webhookBench, type Bench, type Receiver } from "./webhooks.test-support.ts";

const PROCESS = fileURLToPath(new URL("process.test-support.ts", import.meta.url));
const KILLS = 10;

describe("webhooks of a service that is killed", () => {
  let bench: Bench;
  let target: Receiver;
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL");
    await target.close();
    await bench.close();
  });

  async function run(...args: string[]): Promise<ChildProcess> {
    const child = spawn(process.execPath, [PROCESS, bench.core.database.url, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    await once(child.stdout, "data");
    return child;
  }

  it("are delivered for every event that was committed, each object's in their order", async () => {
    bench = await webhookBench();
    target = await receiver();
    await makeEndpoint(bench, target.url);

    for (let round = 1; round <= KILLS; round += 1) {
      const child = await run(`round${round}`);
      await sleep(100 + Math.random() * 900);
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    // The last one only sends.
    await run();
    const { rows } = await bench.core.pool.query<{ id: string }>(
      "select id from events where type like 'payment.%'",
    );
    const committed = rows.map(({ id }) => id);
    const missing = () => {
      const received = new Set(target.received.map(({ id }) => id));
      return committed.filter((id) => !received.has(id));
    };
    await until(() => missing().length === 0, 120_000);

    expect(committed.length).to.be.above(KILLS);
    const ids = new Set(committed);
    expect(target.received.filter(({ id }) => !ids.has(id))).to.deep.equal([]);
    const versions = new Map<string, number[]>();
    for (const { object, body } of target.received) {
      const { version } = (JSON.parse(body) as { data: { object: { version: number } } }).data.object;
      const seen = versions.get(object) ?? [];
      if (!seen.includes(version)) versions.set(object, [...seen, version]);
    }
    const disordered = [...versions].filter(([, seen]) =>
      seen.some((version, index) => version !== index + 1),
    );
    expect(disordered).to.deep.equal([]);
    const undelivered = "select from webhook_deliveries where state <> 'delivered'";
    await until(async () => (await bench.core.pool.query(undelivered)).rowCount === 0);
  });
});
