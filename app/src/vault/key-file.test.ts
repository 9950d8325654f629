import { expect } from "chai";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IntegrityError } from "./aes-gcm.ts";
import { addKey, keyFile } from "./key-file.ts";

const CONTEXT = { application: "strongroom", key: "test" };

describe("the vault's key file", () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "strongroom-key-"));
    path = join(folder, "data", "vault-key");
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function messageOf(promise: Promise<unknown>): Promise<string> {
    return promise.then(
      () => "no error",
      (error: unknown) => (error as Error).message,
    );
  }

  it("is made at first use, for its owner alone, and used from then on", async () => {
    const first = await keyFile(path);
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    const { plain, ...key } = await first.generate(CONTEXT);
    expect(await (await keyFile(path)).unwrap(key, CONTEXT)).to.deep.equal(plain);
  });

  it("is the same for processes that start at once", async () => {
    const files = await Promise.all(Array.from({ length: 8 }, () => keyFile(path)));
    const made = await Promise.all(files.map((file) => file.generate(CONTEXT)));
    for (const [index, { plain, ...key }] of made.entries()) {
      const other = files.at(index - 1);
      expect(await other?.unwrap(key, CONTEXT)).to.deep.equal(plain);
    }
  });

  it("is refused when others may read it", async () => {
    await keyFile(path);
    await chmod(path, 0o640);
    expect(await messageOf(keyFile(path))).to.equal(
      `Others may read the vault's key file ${path} (mode 640); run: chmod 600 ${path}`,
    );
  });

  it("is refused with a key of the wrong length, or without one", async () => {
    await keyFile(path);
    await writeFile(path, JSON.stringify({ keys: [{ id: "a", key: Buffer.alloc(16).toString("base64") }] }));
    expect(await messageOf(keyFile(path))).to.equal(
      `The key a of the vault's key file ${path} has 16 bytes instead of 32.`,
    );
    await writeFile(path, JSON.stringify({ keys: [] }));
    expect(await messageOf(keyFile(path))).to.equal(
      `The vault's key file ${path} holds no key; restore it from its backup.`,
    );
  });

  it("is refused when it is damaged or no file, without a word of what it holds", async () => {
    await keyFile(path);
    for (const content of ["c2VjcmV0LWtleQ==", '{"keys":"c2VjcmV0"}', "[]", ""]) {
      await writeFile(path, content);
      expect(await messageOf(keyFile(path))).to.equal(
        `The vault's key file ${path} is damaged; restore it from its backup.`,
      );
    }
    expect(await messageOf(keyFile(folder))).to.equal(
      `The vault's key file ${folder} cannot be used (EISDIR: illegal operation on a directory, read): ` +
        "set VAULT_KEY_FILE to a file that the service may make and read.",
    );
    const below = join(path, "key");
    expect(await messageOf(keyFile(below))).to.match(
      / cannot be used \(EEXIST: .*\): set VAULT_KEY_FILE to /,
    );
  });

  it("with a key added wraps by the new one and unwraps by both", async () => {
    const { plain, ...key } = await (await keyFile(path)).generate(CONTEXT);
    await addKey(path);
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    const next = await keyFile(path);
    expect(next.isToday(key.root)).to.equal(false);
    expect(await next.unwrap(key, CONTEXT)).to.deep.equal(plain);
    const rewrapped = await next.rewrap(key, CONTEXT);
    expect(next.isToday(rewrapped.root)).to.equal(true);
    expect(await next.unwrap(rewrapped, CONTEXT)).to.deep.equal(plain);
  });

  it("unwraps nothing for another context, and says which key is missing", async () => {
    const file = await keyFile(path);
    const { plain, ...key } = await file.generate(CONTEXT);
    expect(plain).to.have.length(32);
    const error: unknown = await file
      .unwrap(key, { ...CONTEXT, key: "other" })
      .catch((reason: unknown) => reason);
    expect(error).to.be.an.instanceOf(IntegrityError);
    const other = await keyFile(join(folder, "other"));
    expect(await messageOf(other.unwrap(key, CONTEXT))).to.equal(
      `The vault's key file ${join(folder, "other")} lacks the key ${key.root}; restore the file from its backup.`,
    );
    expect(await readFile(path, "utf8")).not.to.include(plain.toString("base64"));
  });
});
