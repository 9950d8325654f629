import { expect } from "chai";
import fc from "fast-check";
import { randomBytes } from "node:crypto";
import { importKey, IntegrityError, KEY_BYTES, makeWrappedKey, open, seal, unwrapKey } from "./aes-gcm.ts";

const PLACE = ["card", false, "vault_1", 1];

describe("encryption in the vault", () => {
  const key = importKey(randomBytes(KEY_BYTES));

  it("gives back what was encrypted, each time encrypted otherwise", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const plain = Buffer.from(bytes);
        const sealed = seal(key, plain, PLACE);
        expect(open(key, sealed, PLACE)).to.deep.equal(plain);
        expect(sealed).to.have.length(plain.length + 28);
        expect(seal(key, plain, PLACE)).not.to.deep.equal(sealed);
      }),
    );
  });

  it("refuses any other bytes, places and keys", () => {
    const sealed = seal(key, Buffer.from("4242424242424242"), PLACE);
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => open(key, changed, PLACE)).to.throw(IntegrityError);
      expect(() => open(key, sealed.subarray(0, at), PLACE)).to.throw(IntegrityError);
    }
    const others = [
      ["bank_account", false, "vault_1", 1],
      ["card", true, "vault_1", 1],
      ["card", false, "vault_2", 1],
      ["card", false, "vault_1", 2],
      ["card", false, "vault_", 11],
    ];
    for (const place of others) expect(() => open(key, sealed, place)).to.throw(IntegrityError);
    expect(() => open(importKey(randomBytes(KEY_BYTES)), sealed, PLACE)).to.throw(
      "The card false vault_1 1 fails its integrity check: it was changed, moved, or encrypted under another key.",
    );
  });

  it("wraps keys, and wipes their bytes as soon as OpenSSL has them", () => {
    const bytes = randomBytes(KEY_BYTES);
    const imported = importKey(bytes);
    expect(bytes).to.deep.equal(Buffer.alloc(KEY_BYTES));
    const inner = unwrapKey(key, makeWrappedKey(key, ["data key"]), ["data key"]);
    const sealed = seal(inner, Buffer.from("x"), PLACE);
    expect(() => open(imported, sealed, PLACE)).to.throw(IntegrityError);
    expect(open(inner, sealed, PLACE).toString()).to.equal("x");
  });
});
