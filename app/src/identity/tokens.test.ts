import { expect } from "chai";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import {
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  jwtVerify,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWTPayload,
} from "jose";
import {
  errorOf,
  eventually,
  JWT_SECRET,
  testCustomer,
  testIdentity,
  type TestIdentity,
} from "./identity.test-support.ts";
import { signingKeysFor } from "./signing-keys.ts";

interface Token {
  access_token: string;
  scope: string;
  expires_in: number;
  expires_at: number;
  customer: string | null;
}

describe("Tokens that an API key is exchanged for", () => {
  let service: TestIdentity;

  before(async () => {
    service = await testIdentity();
  });
  after(() => service.close());

  async function exchange(body: object = {}, credential?: string): Promise<Token> {
    const response = await service.post("/v1/tokens", body, credential);
    expect(response.statusCode, response.body).to.equal(201);
    expect(response.headers).to.include({ "cache-control": "no-store" });
    return response.json<Token>();
  }

  it("stand for the key with the scopes asked for, for 15 minutes", async () => {
    const { id, secret } = await service.make({ scopes: ["payments:write", "tokens:write"] });
    const token = await exchange({ scopes: ["payments:read"] }, secret);
    expect(token).to.include({ scope: "payments:read", expires_in: 900, customer: null });
    const who = (await service.get("/v1/who", token.access_token)).json<{
      actor: string;
      scopes: string[];
      token: string;
    }>();
    expect(who).to.include({ actor: id, livemode: false });
    expect(who.scopes).to.deep.equal(["payments:read"]);
    expect(who.token).to.match(/^tok_/);
    const refused = await service.post("/v1/who", {}, token.access_token);
    expect(errorOf(refused).message).to.equal(
      "This needs the scope payments:write, which your token does not have.",
    );
  });

  it("verify against the published keys as any library does it", async () => {
    const { access_token: token } = await exchange();
    const response = await service.app.inject("/.well-known/jwks.json");
    expect(response.headers).to.include({ "cache-control": "public, max-age=300" });
    const keys = response.json<{ keys: Record<string, string>[] }>();
    for (const key of keys.keys) expect(key).not.to.have.any.keys("d", "p", "q", "k");
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: "strongroom",
      audience: "strongroom-api",
      currentDate: new Date(service.core.clock()),
    });
    expect(protectedHeader).to.include({ alg: "EdDSA", typ: "at+jwt" });
    expect(payload).to.include({ sub: service.admin.id, scope: "*", livemode: false });
  });

  it("end at their time, and known ones too", async () => {
    const { access_token: token } = await exchange({ expires_in: 60 });
    expect((await service.get("/v1/who", token)).statusCode).to.equal(200);
    // Beyond the tolerance for clocks that differ.
    service.core.advance(90_000);
    const refused = await service.get("/v1/who", token);
    expect(refused.statusCode).to.equal(401);
    expect(errorOf(refused)).to.deep.include({
      code: "token_expired",
      message: "The token has expired. Get a new one.",
    });
  });

  it("end with their key, and may do no more than it may", async () => {
    const { id, secret } = await service.make({ scopes: ["payments:write", "tokens:write"] });
    const { access_token: token } = await exchange({}, secret);
    expect((await service.post("/v1/who", {}, token)).statusCode).to.equal(200);
    await service.post(`/v1/api_keys/${id}`, { scopes: ["payments:read"] });
    await eventually(async () => (await service.post("/v1/who", {}, token)).statusCode === 403);
    expect((await service.get("/v1/who", token)).statusCode).to.equal(200);
    await service.post(`/v1/api_keys/${id}/revoke`);
    await eventually(async () => (await service.get("/v1/who", token)).statusCode === 401);
    expect(errorOf(await service.get("/v1/who", token)).message).to.equal(
      "The API key that the token was made for was revoked.",
    );
  });

  it("bound to a customer act for that customer alone", async () => {
    const customer = await testCustomer(service.core);
    const { access_token: token } = await exchange({ customer, scopes: ["payments:read", "api_keys:read"] });
    expect((await service.get("/v1/who", token)).json()).to.include({ customer });
    const refused = await service.get("/v1/keys", token);
    expect(refused.statusCode).to.equal(403);
    expect(errorOf(refused).message).to.equal(
      "Your token acts for one customer, and this is not about one customer.",
    );

    const other = await testCustomer(service.core);
    const bound = await service.make({ scopes: ["payments:read", "tokens:write"], customer });
    const beyond = await service.post("/v1/tokens", { customer: other }, bound.secret);
    expect(errorOf(beyond).message).to.equal(`The API key acts for customer ${customer} alone.`);
    expect((await exchange({}, bound.secret)).customer).to.equal(customer);
  });

  it("are not given for more than the key has, for longer than allowed, or for a token", async () => {
    const { secret } = await service.make({ scopes: ["payments:read", "tokens:write"] });
    const beyond = await service.post("/v1/tokens", { scopes: ["payments:write"] }, secret);
    expect(errorOf(beyond).message).to.equal(
      "The token is to be allowed what the API key is not: payments:write.",
    );
    const long = await service.post("/v1/tokens", { expires_in: 901 }, secret);
    expect(errorOf(long).message).to.equal("expires_in is 901; a token lives at most 900 seconds.");
    const nobody = await service.post("/v1/tokens", { customer: "cus_nobody" }, secret);
    expect(errorOf(nobody).message).to.equal("There is no customer cus_nobody.");
    const { access_token: token } = await exchange({}, secret);
    const again = await service.post("/v1/tokens", {}, token);
    expect(errorOf(again).message).to.equal("A token cannot be exchanged for another. Ask with the API key.");
  });

  it("of the key before hold after a rotation, and end when it is withdrawn", async () => {
    const old = (await exchange()).access_token;
    await service.identity.signingKeys.rotate("test");
    const young = (await exchange()).access_token;
    expect(headerOf(young).kid).not.to.equal(headerOf(old).kid);
    for (const token of [old, young]) expect((await service.get("/v1/who", token)).statusCode).to.equal(200);
    const { keys } = (await service.app.inject("/.well-known/jwks.json")).json<{ keys: { kid: string }[] }>();
    expect(keys.map(({ kid }) => kid)).to.include.members([headerOf(old).kid, headerOf(young).kid]);

    await service.identity.signingKeys.rotate("test", true);
    await eventually(async () => (await service.get("/v1/who", young)).statusCode === 401);
    expect(errorOf(await service.get("/v1/who", young)).message).to.equal(
      "The token is refused: the key that it names (kid) is not known.",
    );
    const { rows } = await service.core.pool.query<{ data: object }>(
      "select data from events where type = 'signing_key.rotated' and actor = 'test' order by position, created, id",
    );
    expect(rows.map(({ data }) => data)).to.deep.include({
      id: headerOf(young).kid,
      object: "signing_key",
      algorithm: "EdDSA",
      previous_withdrawn: false,
    });
    expect((await service.get("/v1/who", old)).statusCode).to.equal(200);
    expect((await service.get("/v1/who", (await exchange()).access_token)).statusCode).to.equal(200);
  });

  it("end when their key is withdrawn while notices are away", async () => {
    const { access_token: token } = await exchange();
    expect((await service.get("/v1/who", token)).statusCode).to.equal(200);
    await service.core.database.pool.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' or query = 'select' and datname = current_database()",
    );
    const log = pino({ level: "silent" });
    const { config } = service.core;
    await signingKeysFor(config, JWT_SECRET, { ...service.core, log }).rotate("test", true);
    await eventually(async () => (await service.get("/v1/who", token)).statusCode === 401);
  });

  it("of one instance hold on another, with keys made after that one started", async () => {
    const other = await testIdentity({ core: service.core });
    await service.identity.signingKeys.rotate("test");
    const { access_token: token } = await exchange();
    expect((await other.get("/v1/who", token)).statusCode).to.equal(200);
    await other.close();
  });

  it("hold when JWT_SECRET has changed, and new ones are signed with another key", async () => {
    const { access_token: old } = await exchange();
    const next = await testIdentity({ core: service.core, secret: "another secret, also of 32 characters" });
    expect((await next.get("/v1/who", old)).statusCode).to.equal(200);
    const young = (await next.post("/v1/tokens")).json<Token>().access_token;
    expect(headerOf(young).kid).not.to.equal(headerOf(old).kid);
    expect((await next.get("/v1/who", young)).statusCode).to.equal(200);
    await next.close();
  });
});

describe("Tokens of a trusted issuer", () => {
  const ISSUER = "https://login.example.com/";
  let service: TestIdentity;
  let privateKeys: Record<string, CryptoKey>;
  let publicKeys: object[];

  let folder: string;
  before(async () => {
    const made = await Promise.all(
      (["EdDSA", "RS256", "ES256", "PS256"] as const).map(async (alg) => {
        const pair = await generateKeyPair(alg, { extractable: true });
        return {
          alg,
          key: pair.privateKey,
          jwk: { ...(await exportJWK(pair.publicKey)), kid: `kid-${alg}`, alg },
        };
      }),
    );
    privateKeys = Object.fromEntries(made.map(({ alg, key }) => [alg, key]));
    publicKeys = made.map(({ jwk }) => jwk);
    folder = await mkdtemp(join(tmpdir(), "strongroom-jwks-"));
    const file = join(folder, "jwks.json");
    await writeFile(file, JSON.stringify({ keys: publicKeys }));
    service = await testIdentity({
      environment: { OIDC_ISSUER: ISSUER, OIDC_JWKS: file, OIDC_ROLES_CLAIM: "cognito:groups" },
    });
  });
  after(async () => {
    await service.close();
    await rm(folder, { recursive: true, force: true });
  });

  const seconds = () => Math.floor(service.core.clock() / 1000);

  function claims(changes: JWTPayload = {}): JWTPayload {
    const now = seconds();
    return {
      iss: ISSUER,
      aud: "strongroom-api",
      sub: "user-1",
      iat: now,
      exp: now + 600,
      scope: "openid payments:read",
      ...changes,
    };
  }

  function sign(
    payload: JWTPayload,
    header: object = {},
    alg = "EdDSA",
    key = privateKeys[alg],
  ): Promise<string> {
    if (key === undefined) throw new Error(alg);
    return new SignJWT(payload).setProtectedHeader({ alg, kid: `kid-${alg}`, ...header }).sign(key);
  }

  for (const alg of ["EdDSA", "RS256", "ES256"]) {
    it(`hold when signed with ${alg}`, async () => {
      const who = await service.get("/v1/who", await sign(claims(), {}, alg));
      expect(who.json()).to.deep.equal({
        actor: "user-1",
        livemode: false,
        scopes: ["payments:read"],
        token: "",
      });
    });
  }

  it("bring scopes, roles, mode and customer", async () => {
    const token = await sign(
      claims({ scope: undefined, "cognito:groups": ["auditor", "strangers"], livemode: true, jti: "t1" }),
    );
    const who = (await service.get("/v1/who", token)).json<{ scopes: string[] }>();
    expect(who).to.include({ livemode: true, token: "t1" });
    expect(who.scopes).to.include("ledger:read").and.not.to.include("payments:write");
    const bound = await sign(claims({ customer: "cus_1" }));
    expect((await service.get("/v1/who", bound)).json()).to.include({ customer: "cus_1" });
    const nothing = await service.get("/v1/who", await sign(claims({ scope: "openid" })));
    expect(nothing.statusCode).to.equal(403);
  });

  it("are verified once and then known until they end", async () => {
    const token = await sign(claims());
    expect((await service.get("/v1/who", token)).statusCode).to.equal(200);
    service.core.advance(600_000);
    // Within the tolerance it is verified anew, then it is over.
    expect((await service.get("/v1/who", token)).statusCode).to.equal(200);
    service.core.advance(30_000);
    expect(errorOf(await service.get("/v1/who", token)).code).to.equal("token_expired");
  });

  const wrong: [string, () => Promise<string> | string, string][] = [
    ["unsigned ones (alg none)", () => new UnsecuredJWT(claims()).encode(), "it names no key (kid)"],
    [
      "unsigned ones that name a key",
      () => withHeader(new UnsecuredJWT(claims()).encode(), { alg: "none", kid: "kid-EdDSA" }),
      "only EdDSA, ES256, RS256 are allowed",
    ],
    [
      "those signed with a public key as shared secret (HS256)",
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: "HS256", kid: "kid-RS256" })
          .sign(new TextEncoder().encode(JSON.stringify(publicKeys[1]))),
      "only EdDSA, ES256, RS256 are allowed",
    ],
    [
      "algorithms that are not on the list",
      () => sign(claims(), {}, "PS256"),
      "only EdDSA, ES256, RS256 are allowed",
    ],
    ["unknown keys", () => sign(claims(), { kid: "other" }), "the key that it names (kid) is not known"],
    ["those without kid", () => sign(claims(), { kid: undefined }), "it names no key (kid)"],
    [
      "those of other keys",
      async () => sign(claims(), {}, "EdDSA", (await generateKeyPair("EdDSA")).privateKey),
      "its signature is wrong",
    ],
    ["changed ones", async () => tampered(await sign(claims())), "its signature is wrong"],
    [
      "other issuers",
      () => sign(claims({ iss: "https://evil.example.com/" })),
      'its issuer (iss) is "https://evil.example.com/", which is not trusted here',
    ],
    ["other audiences", () => sign(claims({ aud: "other" })), 'claim aud: unexpected "aud" claim value'],
    [
      "those without subject",
      () => sign(claims({ sub: undefined })),
      'claim sub: missing required "sub" claim',
    ],
    ...["operator", "system", "key_01m80pvkadecrbzqsgybvvvmqg", "", "a\0b", "u".repeat(256)].map(
      (sub): (typeof wrong)[number] => [
        `those whose subject is ${JSON.stringify(sub).slice(0, 40)}`,
        () => sign(claims({ sub })),
        "claim sub: it must be 1 to 255 characters, and no name of the service's own",
      ],
    ),
    ...[17, null, ["user-1"]].map((sub): (typeof wrong)[number] => [
      `those whose subject is ${JSON.stringify(sub)}, no text`,
      () => sign({ ...claims(), sub } as unknown as JWTPayload),
      "claim sub: it must be 1 to 255 characters, and no name of the service's own",
    ]),
    ["those without end", () => sign(claims({ exp: undefined })), 'claim exp: missing required "exp" claim'],
    [
      "those without time of issue",
      () => sign(claims({ iat: undefined })),
      'claim iat: missing required "iat" claim',
    ],
    ...[["cus_1"], 17, null, ""].map((customer): (typeof wrong)[number] => [
      `those whose customer is ${JSON.stringify(customer)}`,
      () => sign(claims({ customer })),
      "claim customer: it must be the id of one customer, or absent",
    ]),
    [
      "those that live too long",
      () => sign(claims({ exp: seconds() + 901 })),
      "it lives 901 seconds, and at most 900 are allowed",
    ],
    [
      "those of the future",
      () => sign(claims({ nbf: seconds() + 31 })),
      'claim nbf: "nbf" claim timestamp check failed',
    ],
    [
      "those issued in the future",
      () => sign(claims({ iat: seconds() + 31, exp: seconds() + 60 })),
      'claim iat: "iat" claim timestamp check failed (it should be in the past)',
    ],
  ];
  for (const [title, make, why] of wrong) {
    it(`refuse ${title}`, async () => {
      const refused = await service.get("/v1/who", await make());
      expect(refused.statusCode).to.equal(401);
      expect(errorOf(refused)).to.deep.include({
        code: "token_invalid",
        message: `The token is refused: ${why}.`,
      });
    });
  }

  it("may be off by 30 seconds, as clocks are", async () => {
    const now = seconds();
    const early = await sign(claims({ nbf: now + 29, iat: now + 29, exp: now + 300 }));
    expect((await service.get("/v1/who", early)).statusCode).to.equal(200);
    const late = await sign(claims({ iat: now - 300, exp: now - 29 }));
    expect((await service.get("/v1/who", late)).statusCode).to.equal(200);
    const tooLate = await sign(claims({ iat: now - 300, exp: now - 30 }));
    expect(errorOf(await service.get("/v1/who", tooLate)).code).to.equal("token_expired");
  });

  it("cannot pass for the service's own, nor its own for theirs", async () => {
    const forged = await sign(claims({ iss: "strongroom", sub: service.admin.id, scope: "*" }), {
      typ: "at+jwt",
    });
    expect(errorOf(await service.get("/v1/who", forged)).message).to.equal(
      "The token is refused: the key that it names (kid) is not known.",
    );
  });

  describe("whose keys are published at a URL", () => {
    let server: Server;
    let status: number;
    let published: unknown;
    let requests: number;
    let remote: TestIdentity;

    beforeEach(async () => {
      status = 200;
      published = publicKeys;
      requests = 0;
      server = createServer((_request, response) => {
        requests += 1;
        response
          .writeHead(status, { "content-type": "application/json" })
          .end(JSON.stringify({ keys: published }));
      });
      await once(server.listen(0, "127.0.0.1"), "listening");
      const { port } = server.address() as AddressInfo;
      const url = `http://127.0.0.1:${port}/jwks.json`;
      remote = await testIdentity({ environment: { OIDC_ISSUER: ISSUER, OIDC_JWKS: url }, core: undefined });
    });
    afterEach(async () => {
      server.closeAllConnections();
      server.close();
      await remote.close();
    });

    // Both services began at the same time by their clocks; one was advanced since.
    const fresh = () => {
      const now = Math.floor(remote.core.clock() / 1000);
      return claims({ iat: now, exp: now + 600 });
    };

    it("hold, and the keys are asked for once", async () => {
      for (let count = 0; count < 5; count += 1) {
        const token = await sign({ ...fresh(), jti: String(count) });
        expect((await remote.get("/v1/who", token)).statusCode).to.equal(200);
      }
      expect(requests).to.equal(1);
    });

    it("of unknown keys do not make the service ask again and again", async () => {
      await remote.get("/v1/who", await sign(fresh()));
      for (let count = 0; count < 5; count += 1) {
        const token = await sign({ ...fresh(), jti: String(count) }, { kid: "other" });
        expect((await remote.get("/v1/who", token)).statusCode).to.equal(401);
      }
      expect(requests).to.equal(1);
    });

    it("cannot be judged while the URL is away: 503, not 401", async () => {
      server.closeAllConnections();
      server.close();
      const refused = await remote.get("/v1/who", await sign(fresh()));
      expect(refused.statusCode).to.equal(503);
      expect(refused.headers).to.have.property("retry-after");
      expect(errorOf(refused).message).to.equal("The token cannot be checked at the moment.");
    });

    it("cannot be judged either while the URL answers with an error, or with no keys", async () => {
      for (const [answered, keys] of [
        [500, publicKeys],
        [200, "<html>"],
      ] as const) {
        [status, published] = [answered, keys];
        const refused = await remote.get("/v1/who", await sign(fresh()));
        expect(refused.statusCode, String(answered)).to.equal(503);
        expect(refused.headers).to.have.property("retry-after");
      }
    });
  });
});

function headerOf(token: string): { kid: string } {
  return JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()) as { kid: string };
}

function withHeader(token: string, header: object): string {
  const [, ...rest] = token.split(".");
  return [Buffer.from(JSON.stringify(header)).toString("base64url"), ...rest].join(".");
}

/** With another subject, under the old signature. */
function tampered(token: string): string {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const changed = Buffer.from(payload, "base64url").toString().replace("user-1", "user-2");
  return [header, Buffer.from(changed).toString("base64url"), signature].join(".");
}
