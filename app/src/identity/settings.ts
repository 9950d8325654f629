/** Settings of API keys and tokens. */
import { Type } from "typebox";
import type { Config } from "../config.ts";

/** Algorithms that tokens may be signed with; `none` and those with shared secrets are not among them. */
export const TOKEN_ALGORITHMS = ["EdDSA", "ES256", "RS256"] as const;

export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

export const identitySettings = {
  JWT_SECRET: Type.Optional(
    Type.String({
      minLength: 32,
      description:
        "Secret from which the keys are derived that seal the signing keys of tokens in the database. " +
        "When it changes, the service makes new signing keys; tokens that were issued stay valid.",
    }),
  ),
  JWT_ISSUER: Type.String({
    default: "strongroom",
    minLength: 1,
    description: "Issuer (`iss`) of the service's own tokens.",
  }),
  JWT_AUDIENCE: Type.String({
    default: "strongroom-api",
    minLength: 1,
    description: "Audience (`aud`) that a token must be made for.",
  }),
  JWT_ALGORITHM: Type.Enum([...TOKEN_ALGORITHMS], {
    default: "EdDSA",
    description: "Algorithm of new signing keys",
  }),
  JWT_MAX_AGE: Type.Integer({
    default: 900,
    minimum: 60,
    maximum: 86_400,
    description: "Longest life of a token, in seconds; a token that claims more is refused.",
  }),
  JWT_KEY_ROTATION_DAYS: Type.Integer({
    default: 30,
    minimum: 1,
    maximum: 365,
    description: "Days for which a signing key signs; the next key is published as long before.",
  }),
  OIDC_ISSUER: Type.Optional(
    Type.String({
      minLength: 1,
      description: "Issuer of tokens of people and services, as https://login.example.com/.",
    }),
  ),
  OIDC_JWKS: Type.Optional(
    Type.String({
      minLength: 1,
      description: "Where its keys are: an https URL or a file with a JSON Web Key Set.",
    }),
  ),
  OIDC_AUDIENCE: Type.Optional(
    Type.String({
      minLength: 1,
      description: "Audience that its tokens must be made for; else JWT_AUDIENCE.",
    }),
  ),
  OIDC_ROLES_CLAIM: Type.String({
    default: "roles",
    minLength: 1,
    description: "Claim of its tokens that lists roles, as cognito:groups.",
  }),
  API_KEY_CACHE_SECONDS: Type.Integer({
    default: 30,
    minimum: 1,
    maximum: 300,
    description:
      "Seconds for which a verified key or token is believed without another look. Revoking takes effect at once all the " +
      "same (LISTEN/NOTIFY); where notices do not arrive, keys are believed for one second.",
  }),
};

/** What a schema of single variables cannot say. */
export function identityGuards(config: Config): string[] {
  const mistakes: string[] = [];
  if (config.NODE_ENV === "production" && config.JWT_SECRET === undefined) {
    mistakes.push(
      "JWT_SECRET is missing. Production needs it: give at least 32 random characters, the same to every instance.",
    );
  }
  if ((config.OIDC_ISSUER === undefined) !== (config.OIDC_JWKS === undefined)) {
    mistakes.push("OIDC_ISSUER and OIDC_JWKS belong together. Set both, or neither.");
  }
  if (config.OIDC_ISSUER === config.JWT_ISSUER) {
    mistakes.push(
      `OIDC_ISSUER is ${config.JWT_ISSUER}, as JWT_ISSUER is. Give the service's own tokens another JWT_ISSUER.`,
    );
  }
  if (config.OIDC_JWKS?.startsWith("http://") === true && config.NODE_ENV === "production") {
    mistakes.push(`OIDC_JWKS is ${config.OIDC_JWKS}. Production reads keys over https only.`);
  }
  return mistakes;
}
