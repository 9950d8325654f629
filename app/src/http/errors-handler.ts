/** Every error leaves the service in one shape, with the right status. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isUnavailable } from "../database/database-errors.ts";
import { ApiError, errorBody, invalid, unavailable } from "../errors.ts";
import { methodsByPath } from "./methods.ts";
import { validationError } from "./validation.ts";

/** Before any route is declared. */
export function registerErrorHandlers(app: FastifyInstance): void {
  const methodsAt = methodsByPath(app);
  app.setErrorHandler((error, request, reply) => {
    const shown = apiError(error as FastifyError, request);
    if (shown.status >= 500)
      request.log.error({ err: shown.details.cause ?? error, request: request.id }, shown.message);
    return sendError(shown, request, reply);
  });
  // Before the body is read: what it holds makes no difference.
  app.addHook("preParsing", (request, reply, payload, done) => {
    if (request.is404) done(nothingHere(request, reply));
    else done(null, payload);
  });
  // For handlers that find nothing themselves, as those of files.
  app.setNotFoundHandler((request, reply) => sendError(nothingHere(request, reply), request, reply));

  function nothingHere({ method, url }: FastifyRequest, reply: FastifyReply): ApiError {
    const [path = ""] = url.split("?");
    const methods = methodsAt(path);
    if (methods.length === 0) return nothingAt(method, path);
    void reply.header("allow", methods.join(", "));
    return wrongMethod(method, path, methods);
  }
}

/** For paths that Fastify refuses before it looks for a route: Fastify's option `frameworkErrors`. */
export function refusePath(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  // No hook has seen the request.
  void reply.headers({ ...request.server.securityHeaders, "request-id": request.id });
  void sendError(pathError(error), request, reply);
}

function pathError({ code }: FastifyError): ApiError {
  if (code === "FST_ERR_MAX_PARAM_LENGTH")
    return invalid("path_invalid", "A part of the path is longer than any id or key is.");
  return invalid("path_invalid", "The path cannot be read: write it in UTF-8, with %25 for a percent sign.");
}

function nothingAt(method: string, path: string): ApiError {
  const message = `There is nothing at ${method} ${path}. The API is described at /docs.`;
  return new ApiError(404, "invalid_request_error", "route_missing", message);
}

function wrongMethod(method: string, path: string, allowed: readonly string[]): ApiError {
  const message = `${path} does not take ${method}: send ${allowed.join(", ")}.`;
  return new ApiError(405, "invalid_request_error", "method_not_allowed", message);
}

function sendError(error: ApiError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { retryAfter } = error.details;
  if (retryAfter !== undefined) void reply.header("retry-after", String(retryAfter));
  return reply
    .code(error.status)
    .header("content-type", "application/json; charset=utf-8")
    .send(errorBody(error, request.id));
}

function apiError(error: FastifyError, request: FastifyRequest): ApiError {
  if (error instanceof ApiError) return error;
  if (error.validation !== undefined) {
    return validationError(
      error.validation as Parameters<typeof validationError>[0],
      error.validationContext ?? "request",
    );
  }
  const status = error.statusCode ?? 500;
  // First: a client whose connection breaks while it sends has the code of a database's that does.
  if (status >= 400 && status < 500) return clientError(status, error, request);
  if (isUnavailable(error)) return unavailable("The database is away.", error);
  if (status === 503) return unavailable("The service is overloaded.", error);
  return new ApiError(500, "api_error", "internal_error", "Something went wrong on our side.", {
    cause: error,
  });
}

/** What Fastify itself refuses: unreadable JSON, too large bodies, unknown content types. */
function clientError(status: number, error: FastifyError, request: FastifyRequest): ApiError {
  switch (status) {
    case 413:
      return new ApiError(
        413,
        "invalid_request_error",
        "body_too_large",
        "The body is too large for this route.",
      );
    case 415: {
      const type = request.headers["content-type"];
      const given = type === undefined ? "no content type" : `"${type.slice(0, 100)}"`;
      const message = `The body has ${given}: send application/json.`;
      return new ApiError(415, "invalid_request_error", "content_type_unsupported", message);
    }
    case 400:
      return invalid(
        "body_invalid",
        "The request cannot be read: its body must be one JSON document in UTF-8.",
      );
    default:
      return new ApiError(status, "invalid_request_error", "request_invalid", error.message);
  }
}
