import { expect } from "chai";
import { loadConfig } from "../config.ts";
import { identityGuards } from "./settings.ts";

describe("Settings of identity", () => {
  const wrong: [string, Record<string, string>, string][] = [
    [
      "an issuer without keys",
      { OIDC_ISSUER: "https://login.example.com/" },
      "OIDC_ISSUER and OIDC_JWKS belong together. Set both, or neither.",
    ],
    [
      "an issuer that is the service itself",
      { OIDC_ISSUER: "strongroom", OIDC_JWKS: "jwks.json" },
      "OIDC_ISSUER is strongroom, as JWT_ISSUER is. Give the service's own tokens another JWT_ISSUER.",
    ],
    [
      "a short secret",
      { JWT_SECRET: "short" },
      "JWT_SECRET: its value (5 characters, not shown) is not text",
    ],
    [
      "another algorithm",
      { JWT_ALGORITHM: "HS256" },
      'JWT_ALGORITHM: "HS256" is not one of "EdDSA", "ES256", "RS256"',
    ],
  ];
  for (const [title, environment, message] of wrong) {
    it(`refuse ${title}`, () => {
      expect(() => loadConfig(environment)).to.throw(message);
    });
  }

  it("in production need a secret, and keys of others over https", () => {
    const environment = {
      OIDC_ISSUER: "https://login.example.com/",
      OIDC_JWKS: "http://login.example.com/jwks",
    };
    const config = loadConfig(environment);
    expect(identityGuards(config)).to.deep.equal([]);
    expect(identityGuards({ ...config, NODE_ENV: "production" })).to.deep.equal([
      "JWT_SECRET is missing. Production needs it: give at least 32 random characters, the same to every instance.",
      "OIDC_JWKS is http://login.example.com/jwks. Production reads keys over https only.",
    ]);
  });
});
