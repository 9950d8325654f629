/** Identity: who asks, and what they may do. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { FastifyPluginAsync } from "fastify";
import type { Core } from "../core.ts";
import { deriveFrom } from "../root-key.ts";
import { importKey } from "../vault/aes-gcm.ts";
import { ApiKeys } from "./api-keys.ts";
import { authentication, type FailureLimit } from "./authenticate.ts";
import { bootstrapKey } from "./bootstrap.ts";
import { ANSWERS_PURPOSE } from "./commit-once.ts";
import { Credentials } from "./credentials.ts";
import { KeyUsage } from "./key-usage.ts";
import { Notices } from "../database/notices.ts";
import { CHANNEL } from "./repository.ts";
import { identityRoutes, keySetRoutes } from "./routes.ts";
import { SIGNING_KEYS_NOTICE, type SigningKeys, signingKeysFor } from "./signing-keys.ts";
import { Tokens } from "./tokens.ts";
import { trustedIssuer } from "./trusted-issuer.ts";
import { verifySecret } from "./verify-secret.ts";

export interface Identity {
  /** Registered at the root, after the limits and before all routes. */
  authenticate: FastifyPluginAsync;
  /** Under `/v1`. */
  routes: FastifyPluginAsyncTypebox;
  /** At the root: `/.well-known/jwks.json`. */
  keySet: FastifyPluginAsyncTypebox;
  keys: ApiKeys;
  signingKeys: SigningKeys;
  /** Makes the embedded default's test key, unless it is there. @returns the file that holds it */
  bootstrapKeys(folder: string): Promise<string>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface IdentityOptions {
  /** From the limits: slows down who guesses credentials. */
  failures: FailureLimit;
  /** JWT_SECRET, or the embedded default's own secret. */
  secret: string;
}

/** Milliseconds for which a key, and one that signs tokens, is believed while notices of changes do not arrive. */
const TRUST_WITHOUT_NOTICES = 1000;

export async function createIdentity(core: Core, { failures, secret }: IdentityOptions): Promise<Identity> {
  const { config, clock, pool, makeId, meter } = core;
  const log = core.log.child({ module: "identity" });
  const maxAge = config.JWT_MAX_AGE;

  const signingKeys = signingKeysFor(config, secret, {
    pool,
    clock,
    log,
    makeId,
    trust: () => (notices.isHearing ? Infinity : TRUST_WITHOUT_NOTICES),
  });
  const trusted = await trustedIssuer(config);
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = config;
  const tokens = new Tokens({ pool, clock, signingKeys, issuer, audience, maxAge, trusted });
  const credentials = new Credentials({
    clock,
    verifySecret: (text) => verifySecret(pool, clock, text),
    verifyToken: (text) => tokens.verify(text),
    trust: () => (notices.isHearing ? config.API_KEY_CACHE_SECONDS * 1000 : TRUST_WITHOUT_NOTICES),
  });
  const notices = new Notices({
    pool,
    channel: CHANNEL,
    log,
    onNotice(payload) {
      if (payload === SIGNING_KEYS_NOTICE) {
        // First the keys, so that no token is verified with those of before once the others are forgotten.
        signingKeys.outdate();
        signingKeys.refreshInBackground();
        credentials.forgetAll();
      } else {
        credentials.forget(payload);
      }
    },
    onGap() {
      signingKeys.outdate();
      // While the connection is away, reading would fail again and again; whoever brings a token reads the keys then.
      if (notices.isHearing) signingKeys.refreshInBackground();
      credentials.forgetAll();
    },
  });
  const usage = new KeyUsage(pool, clock, log);
  const keys = new ApiKeys({
    pool,
    clock,
    makeId,
    sealingKey: importKey(deriveFrom(secret)(ANSWERS_PURPOSE)),
  });

  return {
    authenticate: authentication({
      credentials,
      failures,
      onUse: (apiKey) => usage.note(apiKey),
      failureCounter: meter.createCounter("authentication_failures", {
        description: "Requests refused with 401, by reason",
      }),
    }),
    routes: identityRoutes({ keys, tokens, pool, makeId, maxAge }),
    keySet: keySetRoutes(signingKeys),
    keys,
    signingKeys,
    bootstrapKeys: (folder) => bootstrapKey(folder, { keys, pool, clock, makeId }),
    async start() {
      await signingKeys.start();
      await notices.start();
      usage.start();
    },
    async stop() {
      signingKeys.stop();
      await Promise.all([notices.stop(), usage.stop(), trusted?.close()]);
    },
  };
}
