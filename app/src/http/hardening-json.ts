/** JSON bodies: not compressed, UTF-8, not too deep, no keys that reach for prototypes. */
import { isUtf8 } from "node:buffer";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { ApiError, invalid } from "../errors.ts";
import { unstorableJson, unstorableText } from "./hardening-values.ts";

const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Makes JSON the only type of body; routes that take others add their own parsers. */
export function parseJsonOnly(app: FastifyInstance, depthLimit: number): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body: Buffer, done) => {
    // Many clients name a type also where they send nothing.
    if (body.length === 0) done(null, undefined);
    else if (isEncoded(request)) done(encoded(request));
    else if (!isUtf8(body)) done(notUtf8());
    else if (isDeeperThan(body, depthLimit)) done(tooDeep(depthLimit));
    else {
      const json = body.toString();
      void parse(request, json, (error, document) => {
        done(error ?? unstorableJson(json, document) ?? null, document);
      });
    }
  });
  // To send nothing is to leave everything out: schemas then say what is missing, if anything is.
  app.addHook("preValidation", (request, _reply, done) => {
    if (request.method === "POST" && request.body === undefined) request.body = {};
    done(unstorableText(request.url, { ...(request.params as object), ...(request.query as object) }));
  });
}

/**
 * True when brackets are nested more deeply, outside of strings. In UTF-8 no byte of a longer character looks like one of
 * those that are sought, so bytes are enough.
 */
export function isDeeperThan(json: Uint8Array, limit: number): boolean {
  let depth = 0;
  for (let index = 0; index < json.length; index += 1) {
    switch (json[index]) {
      case BRACE_OPEN:
      case BRACKET_OPEN:
        depth += 1;
        if (depth > limit) return true;
        break;
      case BRACE_CLOSE:
      case BRACKET_CLOSE:
        depth -= 1;
        break;
      case QUOTE:
        index = endOfString(json, index + 1);
        break;
    }
  }
  return false;
}

/** Index of the quote that ends the string, or of the end. */
function endOfString(json: Uint8Array, from: number): number {
  let index = from;
  while (index < json.length && json[index] !== QUOTE) index += json[index] === BACKSLASH ? 2 : 1;
  return index;
}

function isEncoded({ headers: { "content-encoding": encoding } }: FastifyRequest): boolean {
  return encoding !== undefined && encoding.toLowerCase() !== "identity";
}

function encoded({ headers: { "content-encoding": encoding = "" } }: FastifyRequest): ApiError {
  const message = `The body has the Content-Encoding "${encoding.slice(0, 100)}": send it without one, uncompressed.`;
  return new ApiError(415, "invalid_request_error", "content_encoding_unsupported", message);
}

function notUtf8(): ApiError {
  return invalid("body_not_utf8", "The body is not UTF-8. Send JSON in UTF-8.");
}

function tooDeep(limit: number): ApiError {
  return invalid("body_too_deep", `The body is nested more than ${limit} levels deep.`);
}
