/** The issuer of tokens of people and services: a login service that speaks OpenID Connect. */
import { readFile } from "node:fs/promises";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from "jose";
import type { Config } from "../config.ts";
import { createOutgoing, type OutgoingClient } from "../http/outgoing.ts";

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
    return { ...named, keyOf: createLocalJWKSet(await readKeys(location)), close: () => Promise.resolve() };
  }
  const client = createOutgoing({ allowHttp: config.NODE_ENV !== "production", maxResponseBytes: 262_144 });
  const keyOf = createRemoteJWKSet(new URL(location), {
    cacheMaxAge: CACHE_AGE,
    cooldownDuration: COOLDOWN,
    [customFetch]: fetchThrough(client),
  });
  return { ...named, keyOf, close: () => client.close() };
}

async function readKeys(file: string): Promise<JSONWebKeySet> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as JSONWebKeySet;
  } catch (cause) {
    throw new Error(
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
