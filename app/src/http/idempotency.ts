/** Reads `Idempotency-Key`, and tells requests apart that carry the same one. */
import { createHmac, createSecretKey } from "node:crypto";
import type { FastifyPluginCallback } from "fastify";
import fastifyPlugin from "fastify-plugin";
import stringify from "safe-stable-stringify";
import { invalid } from "../errors.ts";

export interface IdempotencyOptions {
  /** 256 bits. Fingerprints are keyed: from a plain hash of a short body, a card number in it could be guessed. */
  key: Buffer;
}

/** After validation: a request that is refused for its form leaves nothing under its key. */
export const idempotencyKeys: FastifyPluginCallback<IdempotencyOptions> = fastifyPlugin(
  (app, options: IdempotencyOptions, done) => {
    // Made once: making it from the bytes costs more than all the hashing.
    const secret = createSecretKey(options.key);
    app.addHook("preHandler", (request, _reply, next) => {
      const key = request.headers["idempotency-key"];
      if (key === undefined || request.method !== "POST") {
        next();
        return;
      }
      if (typeof key !== "string" || key.length < 1 || key.length > 255) {
        next(
          invalid(
            "idempotency_key_invalid",
            "Idempotency-Key must have 1 to 255 characters.",
            "Idempotency-Key",
          ),
        );
        return;
      }
      const fingerprint = createHmac("sha256", secret)
        .update(`${request.url}\n`)
        .update(typeof request.body === "string" ? request.body : (stringify(request.body) ?? ""))
        .digest("hex");
      request.operation.idempotency = { key, fingerprint };
      next();
    });
    done();
  },
);
