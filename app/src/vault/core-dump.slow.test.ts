import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const CHILD = fileURLToPath(new URL("core-dump-process.test-support.ts", import.meta.url));
const PATTERN = "/proc/sys/kernel/core_pattern";

describe("core dumps", function () {
  this.timeout(120_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "strongroom-core-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Whether a dump of the crashed process has the number; undefined where the system writes no dump into a file here. */
  function dumpHasNumber(how: string): boolean | undefined {
    const command = 'ulimit -c unlimited && exec "$0" "$1" "$2"';
    const { signal, stderr } = spawnSync("bash", ["-c", command, process.execPath, CHILD, how], {
      cwd: folder,
    });
    expect(signal, stderr.toString()).to.equal("SIGABRT");
    const [core] = readdirSync(folder);
    return core === undefined ? undefined : readFileSync(join(folder, core)).includes("4000056655665556");
  }

  it("of the service hold no memory, and so no card number", function () {
    // Elsewhere dumps go to a program of the system's, or there are none.
    if (process.platform !== "linux" || readFileSync(PATTERN, "utf8").trim() !== "core") this.skip();
    expect(dumpHasNumber("excluded")).not.to.equal(true);
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), "strongroom-core-"));
    expect(dumpHasNumber("included")).to.equal(true);
  });
});
