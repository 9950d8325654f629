import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const PROGRAM = fileURLToPath(new URL("shutdown.test-support.ts", import.meta.url));

interface Running {
  child: ChildProcess;
  url: string;
  output: () => string;
  /** Resolves when standard error has this text. */
  saw: (text: string) => Promise<void>;
  /** Status, or the signal that ended it. */
  ended: Promise<number | string>;
}

async function run(environment: Record<string, string> = {}): Promise<Running> {
  const child = spawn(process.execPath, [PROGRAM], {
    env: { ...process.env, NODE_ENV: "test", ...environment },
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, "exit").then(([status, signal]) => (status ?? signal) as number | string);
  async function saw(text: string): Promise<void> {
    while (!errors.includes(text)) {
      if (child.exitCode !== null) throw new Error(`It ended before "${text}": ${errors}`);
      await sleep(5);
    }
  }
  await saw("\n");
  return { child, url: errors.trim(), output: () => output, saw, ended };
}

describe("the end of the process", () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    it(`on ${signal} comes after the answers to requests under way, with status 0`, async () => {
      const { child, url, saw, ended, output } = await run();
      const answer = fetch(`${url}/slow`);
      await saw("slow began");
      child.kill(signal);
      expect(await (await answer).text()).to.equal("finished");
      expect(await ended).to.equal(0);
      expect(output())
        .to.include(`"signal":"${signal}","message":"stopping"`)
        .and.include('"message":"stopped"');
    });
  }

  it("is announced: readiness is off while requests are still taken", async () => {
    const { child, url, ended } = await run({ SHUTDOWN_DELAY: "1" });
    expect((await fetch(`${url}/ready`)).status).to.equal(200);
    child.kill("SIGTERM");
    while ((await fetch(`${url}/ready`)).status === 200) await sleep(5);
    expect(await (await fetch(`${url}/slow`)).text()).to.equal("finished");
    expect(await ended).to.equal(0);
  });

  it("comes after SHUTDOWN_TIMEOUT in any case, with status 1", async () => {
    const { child, ended, output } = await run({ HANG: "1", SHUTDOWN_TIMEOUT: "0.3" });
    child.kill("SIGTERM");
    expect(await ended).to.equal(1);
    expect(output()).to.include('"seconds":0.3,"message":"stopping took too long"');
  });

  it("takes the same signal from the terminal and from npm as one", async () => {
    const { child, url, saw, ended } = await run();
    const answer = fetch(`${url}/slow`);
    await saw("slow began");
    child.kill("SIGINT");
    await sleep(20);
    child.kill("SIGINT");
    expect(await (await answer).text()).to.equal("finished");
    expect(await ended).to.equal(0);
  });

  it("comes at once on a second signal", async () => {
    const { child, ended, output } = await run({ HANG: "1" });
    child.kill("SIGTERM");
    await sleep(700);
    child.kill("SIGINT");
    expect(await ended).to.equal(1);
    expect(output()).to.include("second signal");
  });

  it("has status 1 when stopping fails", async () => {
    const { child, ended, output } = await run({ FAIL_TO_STOP: "1" });
    child.kill("SIGTERM");
    expect(await ended).to.equal(1);
    expect(output()).to.include("cannot stop");
  });

  it("comes with status 1 after an error that nobody handled, which is logged without secrets", async () => {
    const { url, ended, output } = await run();
    await fetch(`${url}/defect`).catch(() => undefined);
    expect(await ended).to.equal(1);
    expect(output()).to.include('"level":"fatal"').and.include("defect with 424242******4242");
    expect(output()).not.to.include("4242424242424242");
  });

  it("comes with status 1 after a rejection that nobody handled", async () => {
    const { url, ended, output } = await run();
    await fetch(`${url}/rejection`).catch(() => undefined);
    expect(await ended).to.equal(1);
    expect(output()).to.include('"origin":"unhandledRejection"').and.include("nobody waits");
  });
});
