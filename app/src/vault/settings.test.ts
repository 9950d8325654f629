import { expect } from "chai";
import type { Config } from "../config.ts";
import { vaultGuards } from "./settings.ts";

describe("the vault's settings", () => {
  const guards = (settings: Partial<Config>) => vaultGuards(settings as Config);

  it("need AWS KMS in production, and a key file is refused there", () => {
    const missing =
      "VAULT_KMS_KEY_ID is not set: in production the card vault's root key is in AWS KMS; set it to the key's ARN.";
    expect(guards({ NODE_ENV: "production" })).to.deep.equal([missing]);
    expect(guards({ NODE_ENV: "production", VAULT_KEY_FILE: "key" })).to.deep.equal([missing]);
    expect(guards({ NODE_ENV: "production", VAULT_KMS_KEY_ID: "alias/vault" })).to.deep.equal([]);
    expect(guards({ NODE_ENV: "development" })).to.deep.equal([]);
  });

  it("name one root key, not two", () => {
    expect(
      guards({ NODE_ENV: "development", VAULT_KMS_KEY_ID: "alias/vault", VAULT_KEY_FILE: "key" }),
    ).to.deep.equal([
      "VAULT_KEY_FILE is key although VAULT_KMS_KEY_ID is set: the vault has one root key; unset one of them.",
    ]);
  });
});
