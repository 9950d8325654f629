import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { lockFolder } from "./embedded-lock.ts";

describe("The lock of a data folder", () => {
  it("is refused to a second owner, also before the first one has written its name", () => {
    const folder = mkdtempSync(join(tmpdir(), "strongroom-lock-"));
    const lock = lockFolder(folder);
    expect(() => lockFolder(folder)).to.throw(`is in use by another process (process ${process.pid}): `);
    rmSync(join(folder, "owner"));
    expect(() => lockFolder(folder)).to.throw("is in use by another process: ");
    lock.release();
    rmSync(folder, { recursive: true });
  });
});
