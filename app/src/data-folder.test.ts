import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { makeDataFolder } from "./data-folder.ts";
import { StartError } from "./start-error.ts";

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe("The data folder", () => {
  const isRoot = process.getuid?.() === 0;
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "strongroom-data-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function expectRefusal(path: string, reason: string) {
    expect(() => makeDataFolder(path)).to.throw(
      StartError,
      `The data folder ${path} cannot be used (${reason}): set DATA_FOLDER to a folder that the service may write to.`,
    );
  }

  it("is made with the folders around it, for its owner's eyes, and used again", () => {
    const path = join(folder, "some", "where");
    makeDataFolder(path);
    expect(modeOf(path)).to.equal(isRoot ? 0o711 : 0o700);
    makeDataFolder(path);
  });

  it("leaves a folder that holds other things as open as it was", () => {
    writeFileSync(join(folder, "of-others"), "");
    chmodSync(folder, 0o777);
    makeDataFolder(folder);
    expect(modeOf(folder)).to.equal(0o777);
  });

  it("may not be a file, or be below one", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expectRefusal(file, "EEXIST: file already exists");
    expectRefusal(join(file, "data"), "ENOTDIR: not a directory");
  });

  it("is refused at once where no folder can be made", function () {
    if (!existsSync("/proc/self")) {
      console.log("      skipped: this machine has no /proc");
      this.skip();
    }
    expectRefusal("/proc/strongroom/data", "ENOENT: no such file or directory");
  });

  it("has to be one that the service may write to", () => {
    writeFileSync(join(folder, "file"), "");
    chmodSync(folder, 0o500);
    for (const path of [folder, join(folder, "data")])
      expect(refusalToUser(path)).to.equal(
        `The data folder ${path} cannot be used (EACCES: permission denied): ` +
          "set DATA_FOLDER to a folder that the service may write to.",
      );
    chmodSync(folder, 0o700);
  });
});

/** What somebody is told who is not root, who may write everywhere. */
function refusalToUser(path: string): string {
  const program = `
    const { makeDataFolder } = await import(${JSON.stringify(new URL("data-folder.ts", import.meta.url).href)});
    if (process.getuid() === 0) {
      process.setgid(65534);
      process.setuid(65534);
    }
    try {
      makeDataFolder(${JSON.stringify(path)});
    } catch (error) {
      process.stdout.write(error.message);
    }`;
  return execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
}
