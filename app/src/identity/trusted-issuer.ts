/** The issuer of tokens of people and services: a login service that speaks OpenID Connect. */
import { readFile } from "node:fs/promises";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from "jose";
import type { Config } from "../config.ts";
import { createOutgoing, type OutgoingClient } from "../http/outgoing.ts";
import { StartError } from "../start-error.ts";

export interface TrustedIssuer {
  issuer: string;
  audience: string;
  /** Claim that lists roles. */
  rolesClaim: string;
  keyOf: JWTVerifyGetKey;
  close(): Promise<void>;
}

/** Milliseconds: for how long keys are kept, and how soon an unknown key id may lead to another request. */
const CACHE_AGE = 600_000;
const COOLDOWN = 30_000;

/** The issuer that the settings name, if they name one. @throws {Error} when the file of its keys cannot be read */
export async function trustedIssuer(config: Config): Promise<TrustedIssuer | undefined> {
  const { OIDC_ISSUER: issuer, OIDC_JWKS: location } = config;
  if (issuer === undefined || location === undefined) return undefined;
  const named = {
    issuer,
    audience: config.OIDC_AUDIENCE ?? config.JWT_AUDIENCE,
    rolesClaim: config.OIDC_ROLES_CLAIM,
  };
  if (!/^https?:\/\//.test(location)) {
    const keySet = createLocalJWKSet(await readKeys(location));
    return { ...named, keyOf: notBlamingTokens(keySet), close: () => Promise.resolve() };
  }
  const client = createOutgoing({ allowHttp: config.NODE_ENV !== "production", maxResponseBytes: 262_144 });
  const keySet = createRemoteJWKSet(new URL(location), {
    cacheMaxAge: CACHE_AGE,
    cooldownDuration: COOLDOWN,
    [customFetch]: fetchThrough(client),
  });
  return { ...named, keyOf: notBlamingTokens(keySet), close: () => client.close() };
}

/** A token may name a key that there is not; whatever else is wrong with the keys is the issuer's doing, and may pass. */
function notBlamingTokens(keySet: JWTVerifyGetKey): JWTVerifyGetKey {
  return async (header, token) => {
    try {
      return await keySet(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) throw error;
      throw new Error("The trusted issuer's keys cannot be read.", { cause: error });
    }
  };
}

async function readKeys(file: string): Promise<JSONWebKeySet> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as JSONWebKeySet;
  } catch (cause) {
    throw new StartError(
      `OIDC_JWKS is ${file}, which cannot be read as a JSON Web Key Set. Give an https URL or such a file.`,
      {
        cause,
      },
    );
  }
}

function fetchThrough(client: OutgoingClient) {
  return async (url: string): Promise<Response> => {
    const { status, body } = await client.send({
      method: "GET",
      url,
      headers: { accept: "application/json" },
    });
    return new Response(body, { status });
  };
}
