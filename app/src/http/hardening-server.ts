/** Limits of the HTTP server itself, before there is a request to speak of. */
import type { Socket } from "node:net";
import type { FastifyHttpOptions } from "fastify";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Config } from "../config.ts";
import { ApiError, errorBody, invalid } from "../errors.ts";
import type { MakeId } from "../ids.ts";
import { trustProxy } from "./limits-settings.ts";

/** Milliseconds between two looks for connections whose time is up. */
const CHECK_INTERVAL = 1000;

/** What Fastify is made with. */
export function serverOptions(config: Config, makeId: MakeId): FastifyHttpOptions<Server> {
  return {
    bodyLimit: config.BODY_LIMIT,
    requestTimeout: config.REQUEST_TIMEOUT * 1000,
    keepAliveTimeout: config.KEEP_ALIVE_TIMEOUT * 1000,
    connectionTimeout: config.CONNECTION_TIMEOUT * 1000,
    trustProxy: trustProxy(config.TRUST_PROXY) ?? false,
    routerOptions: { maxParamLength: 128 },
    // On closing, idle connections go at once and busy ones after their answer.
    forceCloseConnections: "idle",
    // What comes on a connection that is still open is answered as ever: Fastify's own refusal would have another shape.
    return503OnClosing: false,
    http: {
      headersTimeout: config.HEADERS_TIMEOUT * 1000,
      maxHeaderSize: config.HEADER_SIZE_LIMIT,
      connectionsCheckingInterval: CHECK_INTERVAL,
      insecureHTTPParser: false,
      // Hardening looks for it, and answers in the API's shape.
      requireHostHeader: false,
      // Node would take the first Host, Authorization or Content-Type of several; joined, they are what no rule lets pass.
      joinDuplicateHeaders: true,
    },
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, makeId("request")),
  };
}

const REASONS: Record<number, string> = {
  400: "Bad Request",
  408: "Request Timeout",
  413: "Payload Too Large",
  431: "Request Header Fields Too Large",
};

/** Answers what never became a request, and closes. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket, requestId: string): void {
  // The client is gone, or an answer is under way already.
  if (error.code === "ECONNRESET" || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  // The first answer on a connection is the first request's, whatever comes after it. Node keeps it there, as for itself.
  const { _httpMessage: answer } = socket as Socket & { _httpMessage?: ServerResponse };
  if (answer?.req.complete === true) {
    answer.shouldKeepAlive = false;
    return;
  }
  const shown = brokenRequest(error.code);
  const body = errorBody(shown, requestId);
  socket.end(
    `HTTP/1.1 ${shown.status} ${REASONS[shown.status] ?? ""}\r\n` +
      "Content-Type: application/json; charset=utf-8\r\n" +
      `Content-Length: ${Buffer.byteLength(body)}\r\n` +
      `Request-Id: ${requestId}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
  // Whoever goes on sending all the same is not listened to.
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER).unref();
}

/** Milliseconds that a client has to read the answer. */
const LINGER = 2000;

function brokenRequest(code: string | undefined): ApiError {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new ApiError(
        408,
        "invalid_request_error",
        "request_timeout",
        "The request did not arrive in time.",
      );
    case "HPE_HEADER_OVERFLOW":
      return headersTooLarge();
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return new ApiError(
        413,
        "invalid_request_error",
        "body_too_large",
        "The body is too large for this route.",
      );
    default:
      return new ApiError(400, "invalid_request_error", "request_invalid", "This is not an HTTP request.");
  }
}

export function headersTooLarge(): ApiError {
  return new ApiError(
    431,
    "invalid_request_error",
    "headers_too_large",
    "The request's headers are too many or too large.",
  );
}

/** Connections of requests that have no certain end, with what is wrong: what follows there may be a part of them. */
const misframed = new WeakMap<Socket, ApiError>();

/** Notes codings of transfer that Node takes, and other servers on the way may not know or take otherwise (RFC 9112, 6.1). */
export function noteFraming({ socket, httpVersion, headers }: IncomingMessage): void {
  const coding = headers["transfer-encoding"];
  if (coding !== undefined && (httpVersion !== "1.1" || coding.toLowerCase() !== "chunked")) {
    const given = `The header Transfer-Encoding is "${coding.slice(0, 100)}" in HTTP/${httpVersion}`;
    misframed.set(socket, refused(`${given}: send chunked alone in HTTP/1.1, or Content-Length.`));
  }
}

/** What is wrong with a request's end, or with that of one before it on its connection, which has to be closed. */
export function framingFault({ socket }: IncomingMessage): ApiError | undefined {
  return misframed.get(socket);
}

/** `uri-host [":" port]` (RFC 9112, 3.2, and RFC 3986, 3.2.2). */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\da-f:.]+\])(?::\d*)?$/i;

/** What is wrong with a request's first line and Host, which Node lets pass (RFC 9112, 2.3 and 3.2). */
export function misdirected({ httpVersion, headers: { host } }: IncomingMessage): ApiError | undefined {
  if (httpVersion !== "1.1" && httpVersion !== "1.0")
    return refused(`The request is of HTTP/${httpVersion}: send one of HTTP/1.1.`);
  if (host === undefined)
    return httpVersion === "1.1"
      ? refused("A request of HTTP/1.1 names its host: send the header Host.")
      : undefined;
  if (HOST.test(host)) return undefined;
  return refused(`The header Host is "${host.slice(0, 100)}": send one, with a name as api.example.com.`);
}

function refused(message: string): ApiError {
  return invalid("request_invalid", message);
}
