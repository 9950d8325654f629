import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { isAlive } from "../../test/servers-crash.test-support.ts";
import { embeddedTest, expectRejection, query } from "./embedded.test-support.ts";
import { requireReachable, serverAccount } from "./embedded-account.ts";

describe("the embedded PostgreSQL", () => {
  const test = embeddedTest();

  it("starts within 6 s where there is nothing yet, and within 1.5 s on its data later", async () => {
    const begin = performance.now();
    const first = await test.start();
    expect(performance.now() - begin).to.be.below(6000);
    await query(first.url, "create table kept as select 42 as value");
    const { pid = 0 } = first;
    expect(isAlive(pid)).to.equal(true);
    await first.stop();
    expect(isAlive(pid)).to.equal(false);

    const again = performance.now();
    const second = await test.start();
    expect(performance.now() - again).to.be.below(1500);
    expect(await query(second.url, "select value from kept")).to.deep.equal([{ value: 42 }]);
  });

  it("commits durably, listens on loopback alone, and asks for a password that only its owner can read", async () => {
    const { url } = await test.start();
    expect(
      await query(
        url,
        `select name, setting from pg_settings
         where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'data_checksums')
         order by name`,
      ),
    ).to.deep.equal([
      { name: "data_checksums", setting: "on" },
      { name: "fsync", setting: "on" },
      { name: "full_page_writes", setting: "on" },
      { name: "listen_addresses", setting: "127.0.0.1" },
      { name: "synchronous_commit", setting: "on" },
    ]);
    const password = join(test.folder, "password");
    expect(statSync(password).mode & 0o777).to.equal(0o600);
    expect(new URL(url).password).to.equal(readFileSync(password, "utf8"));
    await expectRejection(
      query(Object.assign(new URL(url), { password: "guess" }).href, "select 1"),
      'password authentication failed for user "strongroom"',
    );
  });

  it("refuses a second owner and names the first", async () => {
    await test.start();
    const message =
      `The data folder ${test.folder} is in use by another process (process ${process.pid}): ` +
      "stop that one, or set DATA_FOLDER to another folder.";
    await expectRejection(test.start(), message);
    const program = `
      import { startEmbeddedPostgres } from ${JSON.stringify(new URL("./embedded.ts", import.meta.url).href)};
      await startEmbeddedPostgres({ folder: ${JSON.stringify(test.folder)} });
    `;
    const other = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
    expect(other.stderr).to.contain(message);
    expect(other.status).to.equal(1);
  });

  it("refuses data of another major version and says what to do", async () => {
    const data = join(test.folder, "data");
    mkdirSync(data);
    writeFileSync(join(data, "PG_VERSION"), "17\n");
    await expectRejection(
      test.start(),
      `The data in ${data} are of PostgreSQL 17, and this is PostgreSQL 18: dump them with a PostgreSQL 17 and restore ` +
        "them into an empty DATA_FOLDER, or set DATA_FOLDER to another folder.",
    );
  });

  it("shows PostgreSQL's own words when it does not start", async () => {
    await expectRejection(
      test.start({ settings: { shared_buffers: "none" } }),
      /^PostgreSQL did not start \(exit code 1\): .*invalid value for parameter "shared_buffers": "none"/,
    );
  });

  it("refuses a folder that the server's account cannot reach", () => {
    const account = serverAccount() ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    requireReachable(tmpdir(), account);
    chmodSync(test.folder, 0o500);
    expect(() => requireReachable(test.folder, account)).to.throw(
      `PostgreSQL refuses to run as root and runs as \`nobody\`, who cannot reach ${test.folder}: ` +
        "set DATA_FOLDER to a folder whose parents everybody may enter (as /var/lib/strongroom), " +
        "or start the service as an ordinary user.",
    );
  });
});
