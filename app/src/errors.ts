/** The API's one shape of error. */
import { maskCardNumbers } from "./vault/mask.ts";

export type ErrorType =
  | "api_error"
  | "authentication_error"
  | "card_error"
  | "idempotency_error"
  | "invalid_request_error"
  | "permission_error"
  | "rate_limit_error";

/** One mistake of a body, a query or a path. */
export interface Mistake {
  /** Path of the field, as `amount` or `items.0.price`. */
  param: string;
  code: string;
  message: string;
}

export interface ErrorDetails {
  /** Field at fault. */
  param?: string;
  /** All mistakes, when there is more than one to tell. */
  mistakes?: Mistake[];
  /** Reason of a bank or card network, as `insufficient_funds`. */
  declineCode?: string;
  /** Id of the payment that the error is about. */
  payment?: string;
  /** Seconds after which asking again may help; becomes the header `Retry-After`. */
  retryAfter?: number;
  /** What went wrong below; logged, never shown. */
  cause?: unknown;
}

/** An error to answer with. Its message is for the client: no secrets, no card numbers, no internals. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: ErrorType;
  readonly code: string;
  readonly details: ErrorDetails;

  constructor(status: number, type: ErrorType, code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "ApiError";
    this.status = status;
    this.type = type;
    this.code = code;
    this.details = details;
  }

  /** True when asking again with the same key must ask anew: nothing was decided, or what stands in the way will pass. */
  get isTransient(): boolean {
    return (
      this.status === 429 ||
      this.status >= 500 ||
      this.status === 401 ||
      this.details.retryAfter !== undefined
    );
  }
}

/** Base of the error pages; every code has its paragraph in the API's guide. */
const DOC_URL = "/docs/errors#";

/** The error's JSON body, as text. A card number that a client has put where it is repeated (a path, a field's name) is masked. */
export function errorBody(error: ApiError, requestId: string): string {
  const { param, mistakes, declineCode, payment } = error.details;
  const body = JSON.stringify({
    error: {
      type: error.type,
      code: error.code,
      message: error.message,
      param,
      decline_code: declineCode,
      payment,
      mistakes,
      request_id: requestId,
      doc_url: `${DOC_URL}${error.code}`,
    },
  });
  return maskCardNumbers(body);
}

export function invalid(code: string, message: string, param?: string): ApiError {
  return new ApiError(400, "invalid_request_error", code, message, { param });
}

export function forbidden(code: string, message: string): ApiError {
  return new ApiError(403, "permission_error", code, message);
}

/** @param param Of the path, by which it was looked for. */
export function notFound(kind: string, id: string, param: "id" | "key" = "id"): ApiError {
  const message = `There is no ${kind} ${id}.`;
  return new ApiError(404, "invalid_request_error", "resource_missing", message, { param });
}

/**
 * What a body or a query names. Where that is not there, or cannot be used, the error names the field and not the path's `id`.
 * @throws ApiError as `found`, but 400 instead of 404: that is for what the path names
 */
export async function namedBy<T>(param: string, found: Promise<T>): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof ApiError) || error.details.param !== "id") throw error;
    const { status, type, code, message, details } = error;
    throw new ApiError(status === 404 ? 400 : status, type, code, message, { ...details, param });
  }
}

/** The database is away or overloaded; nothing was decided. */
export function unavailable(message: string, cause?: unknown, retryAfter = 1): ApiError {
  return new ApiError(503, "api_error", "service_unavailable", message, { retryAfter, cause });
}
