import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { childrenOf, eventually, isAlive, killWithChildren } from "../../test/servers-crash.test-support.ts";
import { embeddedTest, expectRejection, query } from "./embedded.test-support.ts";

describe("the embedded PostgreSQL after an accident", () => {
  const test = embeddedTest();
  const rows = [{ value: 42 }];
  const write = (url: string) => query(url, "create table kept as select 42 as value");
  const read = (url: string) => query(url, "select value from kept");
  const logged = () => readFileSync(join(test.folder, "postgres.log"), "utf8");

  it("comes back by itself, with all that was committed, after SIGKILL of all its processes", async () => {
    const embedded = await test.start();
    await write(embedded.url);
    const { pid = 0 } = embedded;
    killWithChildren(pid);
    expect(await eventually(() => read(embedded.url))).to.deep.equal(rows);
    expect(embedded.pid).not.to.equal(pid);
    expect(logged()).to.contain("automatic recovery in progress");
  });

  it("comes back by itself after SIGKILL of its first process alone", async () => {
    const embedded = await test.start();
    await write(embedded.url);
    process.kill(embedded.pid ?? 0, "SIGKILL");
    expect(await eventually(() => read(embedded.url))).to.deep.equal(rows);
  });

  it("comes back as often as it is killed", async () => {
    const embedded = await test.start();
    await write(embedded.url);
    for (let round = 1; round <= 3; round += 1) {
      killWithChildren(embedded.pid ?? 0);
      expect(await eventually(() => read(embedded.url))).to.deep.equal(rows);
    }
  });

  it("stays away when it is stopped while it comes back", async () => {
    const embedded = await test.start();
    killWithChildren(embedded.pid ?? 0);
    await embedded.stop();
    expect(isAlive(embedded.pid ?? 0)).to.equal(false);
    await expectRejection(read(embedded.url), /ECONNREFUSED/);
  });

  it("stops when its owner is killed, and starts again for the next one", async () => {
    const owner = await startOwner(test.folder);
    await write(owner.url);
    process.kill(owner.pid, "SIGKILL");
    await eventually(() => expect(isAlive(owner.postgres)).to.equal(false));
    expect(await read((await test.start()).url)).to.deep.equal(rows);
    expect(logged()).not.to.contain("automatic recovery in progress");
  });

  it("is stopped in good order when a killed owner left it running, and starts again", async () => {
    const owner = await startOwner(test.folder);
    await write(owner.url);
    // With it goes the watchdog, which would have stopped PostgreSQL.
    for (const pid of childrenOf(owner.pid)) if (pid !== owner.postgres) process.kill(pid, "SIGKILL");
    process.kill(owner.pid, "SIGKILL");
    await eventually(() => expect(isAlive(owner.pid)).to.equal(false));
    expect(isAlive(owner.postgres)).to.equal(true);
    const { url } = await test.start();
    expect(isAlive(owner.postgres)).to.equal(false);
    expect(await read(url)).to.deep.equal(rows);
    expect(logged()).not.to.contain("automatic recovery in progress");
  });

  it("starts although another process has the number that a lost server noted", async () => {
    const first = await test.start();
    const note = join(test.folder, "data", "postmaster.pid");
    const [, ...rest] = readFileSync(note, "utf8").split("\n");
    await first.stop();
    writeFileSync(note, [process.pid, ...rest].join("\n"));
    const { url } = await test.start();
    expect(await query(url, "select 1 as one")).to.deep.equal([{ one: 1 }]);
  });

  it("begins anew after a first start that was broken off", async () => {
    const partial = join(test.folder, "data.partial");
    mkdirSync(partial);
    writeFileSync(join(partial, "PG_VERSION"), "18\n");
    const { url } = await test.start();
    expect(await query(url, "select 1 as one")).to.deep.equal([{ one: 1 }]);
    expect(existsSync(partial)).to.equal(false);
  });
});

/** Starts a process that owns the folder's PostgreSQL until it is killed. */
async function startOwner(folder: string): Promise<{ pid: number; url: string; postgres: number }> {
  const program = `
    import { startEmbeddedPostgres } from ${JSON.stringify(new URL("./embedded.ts", import.meta.url).href)};
    const { url, pid } = await startEmbeddedPostgres({ folder: ${JSON.stringify(folder)} });
    console.log(JSON.stringify({ url, postgres: pid }));
    setInterval(() => undefined, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { url, postgres } = JSON.parse(line.toString()) as { url: string; postgres: number };
  return { pid: child.pid ?? 0, url, postgres };
}
