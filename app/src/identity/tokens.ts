/**
 * Tokens (JSON Web Tokens, RFC 7519): the service's own, which an API key is exchanged for, and those of a trusted issuer,
 * which people and other services bring. They live shortly, name their key and their audience, and are checked against a
 * list of algorithms.
 */
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  SignJWT,
} from "jose";
import type pg from "pg";
import type { Clock } from "../clock.ts";
import { ApiError, unavailable } from "../errors.ts";
import type { Caller } from "../http/operation.ts";
import { unauthenticated, type Verified } from "./credentials.ts";
import { findGrantById } from "./repository.ts";
import { effectiveScopes, intersection } from "./scopes.ts";
import { TOKEN_ALGORITHMS } from "./settings.ts";
import { CLOCK_TOLERANCE, type SigningKeys } from "./signing-keys.ts";
import type { TrustedIssuer } from "./trusted-issuer.ts";
import { holding } from "./verify-secret.ts";

/** Type of our tokens (RFC 9068), so that no other signed text of ours passes for one. */
const TYPE = "at+jwt";

/** Who may be named by an issuer: texts that can be kept, and that are nobody's whom the service itself names. */
const SUBJECT = /^(?!key_|operator$|system$)\P{C}{1,255}$/u;

export interface TokensOptions {
  pool: pg.Pool;
  clock: Clock;
  signingKeys: SigningKeys;
  issuer: string;
  audience: string;
  /** Seconds. */
  maxAge: number;
  trusted?: TrustedIssuer;
}

export interface TokenGrant {
  /** Id of the token (`jti`). */
  id: string;
  caller: Caller;
  scopes: readonly string[];
  customer?: string;
  /** Seconds. */
  lifetime: number;
}

export class Tokens {
  readonly #options: TokensOptions;

  constructor(options: TokensOptions) {
    this.#options = options;
  }

  /** Signs a token. Whether the caller may hand on the scopes was decided before. */
  async issue({
    id,
    caller,
    scopes,
    customer,
    lifetime,
  }: TokenGrant): Promise<{ token: string; issuedAt: number }> {
    const { clock, signingKeys, issuer, audience } = this.#options;
    const { id: kid, algorithm, privateKey } = signingKeys.signer();
    const issuedAt = Math.floor(clock() / 1000);
    const token = await new SignJWT({
      scope: scopes.join(" "),
      livemode: caller.livemode,
      ...(customer && { customer }),
    })
      .setProtectedHeader({ alg: algorithm, kid, typ: TYPE })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(caller.actor)
      .setJti(id)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + lifetime)
      .sign(privateKey);
    return { token, issuedAt };
  }

  /** @throws ApiError 401 when the token does not hold; 503 when the trusted issuer's keys cannot be read */
  async verify(token: string): Promise<Verified> {
    const { issuer, trusted } = this.#options;
    const { kid, claimed } = read(token);
    if (kid === undefined) throw refused("it names no key (kid)");
    if (claimed === issuer) return this.#verifyOwn(token);
    if (trusted !== undefined && claimed === trusted.issuer) return this.#verifyTrusted(token, trusted);
    throw refused(`its issuer (iss) is ${JSON.stringify(claimed)}, which is not trusted here`);
  }

  /** A token of ours holds as long as the API key behind it, and allows nothing that the key does not allow any more. */
  async #verifyOwn(token: string): Promise<Verified> {
    const { pool, clock, signingKeys, issuer, audience } = this.#options;
    const keyOf: JWTVerifyGetKey = async ({ kid = "", alg }) => {
      const key = await signingKeys.find(kid);
      if (key?.algorithm !== alg) throw new errors.JWKSNoMatchingKey();
      return key.publicKey;
    };
    const payload = await this.#check(token, keyOf, { issuer, audience, typ: TYPE });
    const grant = await findGrantById(pool, payload.sub);
    if (grant === undefined) throw refused("the API key that it was made for is not known");
    const key = holding(grant, clock(), "The API key that the token was made for");
    const customer = typeof payload.customer === "string" ? payload.customer : undefined;
    return {
      ...key,
      caller: {
        ...key.caller,
        scopes: intersection(scopesOf(payload), key.caller.scopes),
        ...(customer === undefined ? {} : { customer }),
        ...(payload.jti === undefined ? {} : { token: payload.jti }),
      },
      expires: Math.min(key.expires, payload.exp * 1000),
    };
  }

  async #verifyTrusted(token: string, trusted: TrustedIssuer): Promise<Verified> {
    const payload = await this.#check(token, trusted.keyOf, trusted);
    const { customer, sub }: { customer?: unknown; sub?: unknown } = payload;
    if (typeof sub !== "string" || !SUBJECT.test(sub))
      throw refused("claim sub: it must be 1 to 255 characters, and no name of the service's own");
    // Who is to act for one customer must never act for all because the name cannot be read.
    if (customer !== undefined && (typeof customer !== "string" || customer === ""))
      throw refused("claim customer: it must be the id of one customer, or absent");
    return {
      caller: {
        actor: sub,
        // Test data unless the issuer says otherwise.
        livemode: payload.livemode === true,
        scopes: scopesOf(payload, payload[trusted.rolesClaim]),
        ...(customer === undefined ? {} : { customer }),
        token: payload.jti ?? "",
      },
      expires: payload.exp * 1000,
    };
  }

  async #check(
    token: string,
    keyOf: JWTVerifyGetKey,
    expected: { issuer: string; audience: string; typ?: string },
  ): Promise<JWTPayload & { sub: string; exp: number }> {
    const { clock, maxAge } = this.#options;
    try {
      const { payload } = await jwtVerify(token, keyOf, {
        issuer: expected.issuer,
        audience: expected.audience,
        typ: expected.typ,
        algorithms: [...TOKEN_ALGORITHMS],
        clockTolerance: CLOCK_TOLERANCE,
        currentDate: new Date(clock()),
        maxTokenAge: maxAge,
        requiredClaims: ["sub", "iat", "exp"],
      });
      const { sub = "", iat = 0, exp = 0 } = payload;
      if (exp - iat > maxAge)
        throw refused(`it lives ${exp - iat} seconds, and at most ${maxAge} are allowed`);
      return { ...payload, sub, exp };
    } catch (error) {
      throw tokenError(error);
    }
  }
}

/** What a token says of itself; nothing of it is believed yet. */
function read(token: string): { kid?: string; claimed?: string } {
  try {
    return { kid: decodeProtectedHeader(token).kid, claimed: decodeJwt(token).iss };
  } catch (error) {
    throw unauthenticated(
      "token_invalid",
      "What came as credential is neither an API key nor a token (JWT).",
      error,
    );
  }
}

function scopesOf(payload: JWTPayload, roles?: unknown): Set<string> {
  const scopes = typeof payload.scope === "string" ? payload.scope.split(" ") : [];
  const names = (Array.isArray(roles) ? roles : [roles]).filter((role) => typeof role === "string");
  return effectiveScopes(scopes, names);
}

function refused(why: string, cause?: unknown): ApiError {
  return unauthenticated("token_invalid", `The token is refused: ${why}.`, cause);
}

function tokenError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof errors.JWTExpired) {
    return unauthenticated("token_expired", "The token has expired. Get a new one.", error);
  }
  if (error instanceof errors.JWTClaimValidationFailed)
    return refused(`claim ${error.claim}: ${error.message}`, error);
  if (error instanceof errors.JWKSNoMatchingKey)
    return refused("the key that it names (kid) is not known", error);
  if (error instanceof errors.JWSSignatureVerificationFailed) return refused("its signature is wrong", error);
  if (error instanceof errors.JOSEAlgNotAllowed)
    return refused(`only ${TOKEN_ALGORITHMS.join(", ")} are allowed`, error);
  if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout))
    return refused("it is malformed", error);
  return unavailable("The token cannot be checked at the moment.", error);
}
