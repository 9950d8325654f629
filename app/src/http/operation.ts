/** Who asks for what: the part of a request that domains see. They never see Fastify's. */

/** Who calls, as its API key or its token tells. */
export interface Caller {
  /** Id of the API key or of the token's subject. */
  actor: string;
  /** Live data or test data: no caller sees both. */
  livemode: boolean;
  /** As `payments:write`; `*` is every scope. */
  scopes: ReadonlySet<string>;
  /** Customer id, when the caller acts for one customer alone: it sees and changes that customer's objects only. */
  customer?: string;
  /** Id of the token (`jti`), when the caller came with one rather than with an API key. */
  token?: string;
}

export interface Operation {
  caller: Caller;
  /** Id of the request, as the header `Request-Id` and errors show it. */
  requestId: string;
  /** Present when the client sent `Idempotency-Key`. */
  idempotency?: { key: string; fingerprint: string };
}
