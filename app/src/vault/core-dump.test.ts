import { expect } from "chai";
import { spawnSync } from "node:child_process";

const MODULE = new URL("core-dump.ts", import.meta.url).href;

describe("core dumps", () => {
  it("hold none of the process's memory once it was excluded", function () {
    if (process.platform !== "linux") this.skip();
    const script = `import { readFileSync } from "node:fs";
      import { excludeMemoryFromCoreDumps } from "${MODULE}";
      console.log(excludeMemoryFromCoreDumps(), readFileSync("/proc/self/coredump_filter", "utf8"));`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module-typescript", "-e", script], {
      encoding: "utf8",
    });
    expect(stdout.trim()).to.equal("true 00000000");
  });
});
