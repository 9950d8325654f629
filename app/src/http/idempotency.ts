/** Reads `Idempotency-Key`, and tells requests apart that carry the same one. */
import { hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { FastifyPluginCallback } from "fastify";
import fastifyPlugin from "fastify-plugin";
import stringify from "safe-stable-stringify";
import { invalid } from "../errors.ts";
import { holdsCardNumber } from "../vault/mask.ts";

export interface IdempotencyOptions {
  /** 256 bits. Fingerprints are keyed: from a plain hash of a short body, a card number in it could be guessed. */
  key: Buffer;
}

/** After validation: a request that is refused for its form leaves nothing under its key. */
export const idempotencyKeys: FastifyPluginCallback<IdempotencyOptions> = fastifyPlugin(
  (app, options: IdempotencyOptions, done) => {
    const secret = options.key.toString("hex");
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
      // Node joins them.
      if (key.includes(", ") && keysIn(request.raw) > 1) {
        next(
          invalid(
            "idempotency_key_invalid",
            "There is more than one Idempotency-Key. Send one.",
            "Idempotency-Key",
          ),
        );
        return;
      }
      if (holdsCardNumber(key)) {
        next(
          invalid(
            "idempotency_key_invalid",
            "Idempotency-Key holds a card number. Make keys of random characters, as UUIDs.",
            "Idempotency-Key",
          ),
        );
        return;
      }
      // Keys are the whole merchant's: those who act for one customer must not get another one's answer.
      const { customer = "" } = request.operation.caller;
      const body = typeof request.body === "string" ? request.body : (stringify(request.body) ?? "");
      // The key first is keying enough: a digest never leaves, so nobody can go on from one.
      const fingerprint = hash("sha256", `${secret}\n${request.url}\n${customer}\n${body}`);
      request.operation.idempotency = { key, fingerprint };
      next();
    });
    done();
  },
);

/** How many headers `Idempotency-Key` were sent. */
function keysIn({ rawHeaders }: IncomingMessage): number {
  // Names and values in turn.
  return rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === "idempotency-key")
    .length;
}
