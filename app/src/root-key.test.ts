import { expect } from "chai";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localSecret } from "./root-key.ts";

describe("The secret of the embedded default", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "strongroom-root-key-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is made once, for its owner's eyes, and nothing lies beside it", () => {
    const made = localSecret(folder);
    expect(made).to.have.length(43);
    expect(localSecret(folder)).to.equal(made);
    expect(readdirSync(folder)).to.deep.equal(["root-key"]);
    expect(statSync(join(folder, "root-key")).mode & 0o777).to.equal(0o600);
  });

  for (const content of ["", "x".repeat(31)]) {
    it(`is not taken from a file of ${content.length} characters`, () => {
      const file = join(folder, "root-key");
      writeFileSync(file, content);
      expect(() => localSecret(folder)).to.throw(
        `The root key ${file} has ${content.length} characters instead of 43; restore the file from its backup, or remove it for a new one.`,
      );
    });
  }
});
