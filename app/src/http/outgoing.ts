/**
 * Outgoing HTTP: one factory for all calls that the service makes to others (processors, webhook receivers).
 *
 * A client follows no redirects, bounds every phase in time and the answer in size, can pin the servers' public keys, and
 * can refuse targets that are not public. An error tells whether the request may have reached the server.
 */
import { createHash, X509Certificate } from "node:crypto";
import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { Agent, buildConnector } from "undici";
import { isPublicAddress } from "./public-address.ts";

/** Resolves a name to all of its addresses, as `dns.lookup` with `all`. */
export type Resolve = (
  hostname: string,
  options: { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface OutgoingOptions {
  /**
   * Public keys that the server may have: base64 of the SHA-256 of its certificate's SubjectPublicKeyInfo (what
   * `openssl x509 -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64` prints), with or
   * without `sha256/` before it. Give the next key too: a certificate renewed with a pinned key passes, and
   * expiry, name and issuer are checked as ever. @default any key
   */
  pins?: readonly string[];
  /** Certificates of authorities in PEM to trust instead of the usual ones. */
  ca?: string;
  /** Refuse targets that are not public addresses, by name or literal. @default false */
  publicAddressesOnly?: boolean;
  /** Let `http:` URLs pass. @default false */
  allowHttp?: boolean;
  /** Milliseconds until connected, TLS included. @default 3000 */
  connectTimeout?: number;
  /** Milliseconds for the whole call. @default 10000 */
  deadline?: number;
  /** Bytes of an answer's body that are read; what follows is cut off. @default 65536 */
  maxResponseBytes?: number;
  /** Connections to one server at a time. @default 64 */
  connections?: number;
  /** @default the system's resolver */
  resolve?: Resolve;
}

export interface OutgoingRequest {
  method: "GET" | "POST";
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** Milliseconds for this call. @default the client's */
  deadline?: number;
}

export interface OutgoingResponse {
  status: number;
  /** Names in small letters. */
  headers: Record<string, string | string[] | undefined>;
  body: string;
  /** True when the body was longer than `maxResponseBytes`. */
  truncated: boolean;
}

export type OutgoingFailure =
  | "address_refused"
  | "certificate_refused"
  | "connection_lost"
  | "not_connected"
  | "timeout"
  | "unreadable_answer"
  | "url_refused";

/** A call that got no whole answer. Its message names the server, never what was sent. */
export class OutgoingError extends Error {
  readonly failure: OutgoingFailure;
  /** False: not a byte of the request has left. True: it may have arrived. */
  readonly sent: boolean;

  constructor(failure: OutgoingFailure, sent: boolean, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "OutgoingError";
    this.failure = failure;
    this.sent = sent;
  }
}

export interface OutgoingClient {
  /** @throws OutgoingError when there is no whole answer; an answer of any status is returned */
  send(request: OutgoingRequest): Promise<OutgoingResponse>;
  /** Finishes what is under way and closes the connections. */
  close(): Promise<void>;
}

/** What stops a connection before it stands: nothing was sent. */
class ConnectError extends Error {}
class AddressRefused extends Error {}
class PinMismatch extends Error {}

export function createOutgoing(options: OutgoingOptions = {}): OutgoingClient {
  const { deadline = 10_000, maxResponseBytes = 65_536, connections = 64, allowHttp = false } = options;
  const agent = new Agent({
    connect: connector(options),
    connections,
    allowH2: false,
    pipelining: 1,
    headersTimeout: deadline,
    bodyTimeout: deadline,
  });

  return {
    async send({ method, url, headers, body, deadline: own = deadline }) {
      const target = checkUrl(url, allowHttp);
      try {
        const signal = AbortSignal.timeout(own);
        const response = await agent.request({
          origin: target.origin,
          path: target.pathname + target.search,
          method,
          headers,
          body,
          signal,
        });
        return {
          status: response.statusCode,
          headers: response.headers,
          ...(await readBody(response.body, maxResponseBytes)),
        };
      } catch (error) {
        throw failureOf(error, target.host);
      }
    },
    close: () => agent.close(),
  };
}

/** @throws Error for a pin that is not the base64 of 32 bytes */
export function parsePins(pins: readonly string[]): ReadonlySet<string> {
  return new Set(
    pins.map((pin) => {
      const digest = pin.replace(/^sha256\//, "");
      if (!/^[A-Za-z0-9+/]{43}=$/.test(digest)) {
        throw new Error(
          `The pin "${pin}" is not the base64 of a SHA-256 digest: expected 44 characters, as sha256/AAAA…=.`,
        );
      }
      return digest;
    }),
  );
}

function connector(options: OutgoingOptions): buildConnector.connector {
  const pins = options.pins?.length ? parsePins(options.pins) : undefined;
  const connect = buildConnector({
    timeout: options.connectTimeout ?? 3000,
    allowH2: false,
    minVersion: "TLSv1.2",
    ca: options.ca,
    // A resumed session skips the check of the certificate, and TLS 1.2 hands out sessions before it is made.
    maxCachedSessions: 0,
    lookup: lookupBy(options.resolve ?? systemLookup, options.publicAddressesOnly ?? false),
    checkServerIdentity: (host, certificate) =>
      checkServerIdentity(host, certificate) ?? checkPin(pins, certificate),
  });
  return (target, callback) => {
    // A literal address is dialled without a look-up. URL has brought every notation (0x7f.1, 2130706433) to this form.
    if (options.publicAddressesOnly && isIP(target.hostname) !== 0 && !isPublicAddress(target.hostname)) {
      callback(new ConnectError(undefined, { cause: new AddressRefused() }), null);
      return;
    }
    connect(target, (...[error, socket]) => {
      if (error) {
        callback(new ConnectError(undefined, { cause: error }), null);
      } else {
        callback(null, socket);
      }
    });
  };
}

/** The addresses that it gives are those that are dialled, so that a second answer of the name's server changes nothing. */
function lookupBy(resolve: Resolve, publicOnly: boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { all: true }, (error, addresses) => {
      const first = error ? undefined : addresses[0];
      if (first === undefined) {
        callback(error ?? new Error(`${hostname} has no address`), "");
      } else if (publicOnly && !addresses.every(({ address }) => isPublicAddress(address))) {
        callback(new AddressRefused(), "");
      } else if (options.all) {
        callback(null, addresses);
      } else {
        callback(null, first.address, first.family);
      }
    });
  };
}

function checkPin(pins: ReadonlySet<string> | undefined, certificate: PeerCertificate): Error | undefined {
  if (!pins) {
    return undefined;
  }
  const key = new X509Certificate(certificate.raw).publicKey.export({ type: "spki", format: "der" });
  return pins.has(createHash("sha256").update(key).digest("base64")) ? undefined : new PinMismatch();
}

function checkUrl(url: string, allowHttp: boolean): URL {
  const target = URL.parse(url);
  if (!target) {
    throw new OutgoingError("url_refused", false, "The URL cannot be read.");
  }
  if (target.protocol !== "https:" && !(allowHttp && target.protocol === "http:")) {
    throw new OutgoingError(
      "url_refused",
      false,
      `The URL's scheme is ${target.protocol} where https: is expected.`,
    );
  }
  if (target.username !== "" || target.password !== "") {
    throw new OutgoingError("url_refused", false, "The URL holds a user name or a password.");
  }
  return target;
}

async function readBody(
  stream: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Pick<OutgoingResponse, "body" | "truncated">> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) {
      break; // Ends the stream and closes the connection.
    }
  }
  return { body: Buffer.concat(chunks).subarray(0, limit).toString("utf8"), truncated: size > limit };
}

function failureOf(error: unknown, host: string): OutgoingError {
  const { code = "", name } = error as NodeJS.ErrnoException;
  if (error instanceof ConnectError) {
    return connectFailure(error.cause as NodeJS.ErrnoException, host);
  }
  if (name === "TimeoutError" || code.endsWith("_TIMEOUT")) {
    return new OutgoingError("timeout", true, `${host} did not answer in time.`, error);
  }
  if (name === "HTTPParserError" || code === "UND_ERR_HEADERS_OVERFLOW") {
    return new OutgoingError(
      "unreadable_answer",
      true,
      `${host} answered something that is not HTTP.`,
      error,
    );
  }
  return new OutgoingError(
    "connection_lost",
    true,
    `The connection to ${host} broke before its answer was whole.`,
    error,
  );
}

function connectFailure(cause: NodeJS.ErrnoException, host: string): OutgoingError {
  if (cause instanceof AddressRefused) {
    return new OutgoingError("address_refused", false, `${host} is not a public address.`);
  }
  if (cause instanceof PinMismatch) {
    return new OutgoingError(
      "certificate_refused",
      false,
      `${host} showed a certificate with a key that is not pinned.`,
    );
  }
  if (/^(ERR_TLS_CERT|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/.test(cause.code ?? "")) {
    const message = `${host} showed a certificate that is not trusted (${String(cause.code)}).`;
    return new OutgoingError("certificate_refused", false, message, cause);
  }
  return new OutgoingError(
    "not_connected",
    false,
    `${host} could not be reached (${cause.code ?? cause.message}).`,
    cause,
  );
}
