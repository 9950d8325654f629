import { spawnSync } from "node:child_process";
import { expect } from "chai";

describe("the account that the embedded PostgreSQL runs under", () => {
  it("needs a name: of a user id without one, the remedy is told", function () {
    if (process.getuid?.() !== 0) {
      console.log("      skipped: only root may become another user");
      this.skip();
    }
    const module = new URL("./embedded-account.ts", import.meta.url).href;
    const lookUp = (uid: number) =>
      spawnSync(
        process.execPath,
        ["--input-type=module", "--eval", `(await import(${JSON.stringify(module)})).requireUserName()`],
        { uid, gid: uid, cwd: "/", encoding: "utf8" },
      );
    expect(lookUp(0)).to.include({ status: 0 });
    const { status, stderr } = lookUp(54_321);
    expect(status).to.equal(1);
    expect(stderr)
      .to.contain("StartError: The user id 54321 has no entry in /etc/passwd")
      .and.to.contain("DATABASE_URL");
  });
});
