/** Who asks, and whether they may: before the body of a request is read. */
import type { Counter } from "@opentelemetry/api";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { ApiError, forbidden } from "../errors.ts";
import type {} from "../http/request.ts";
import { type Credentials, unauthenticated, type Verified } from "./credentials.ts";
import { allows, CUSTOMER_SCOPES, isScope } from "./scopes.ts";

/** Slows down who guesses credentials. */
export interface FailureLimit {
  /** @throws ApiError 429 when too many credentials from the address were wrong */
  check(address: string): void;
  failed(address: string): void;
}

export interface AuthenticationOptions {
  credentials: Credentials;
  failures: FailureLimit;
  /** Called for each request that comes in with an API key, or with a token that stands for one. */
  onUse: (apiKey: string) => void;
  failureCounter: Counter;
}

/** Routes that anybody may call. */
const PUBLIC = "public";

/** The plugin: sets `request.operation` for routes with a scope, and fails the start for routes of the API without one. */
export function authentication(options: AuthenticationOptions): FastifyPluginAsync {
  const { credentials, failures, onUse, failureCounter } = options;

  /** What keeps the caller from the route. */
  function refusal({ caller }: Verified, { scope = "" }: RouteRules): ApiError | undefined {
    if (!allows(caller.scopes, scope)) {
      return forbidden(
        "scope_missing",
        `This needs the scope ${scope}, which your ${nameOf(caller)} does not have.`,
      );
    }
    if (caller.customer !== undefined && !CUSTOMER_SCOPES.has(scope)) {
      return forbidden(
        "customer_bound",
        `Your ${nameOf(caller)} acts for one customer, and this is not about one customer.`,
      );
    }
    return undefined;
  }

  function admit(request: FastifyRequest, verified: Verified, rules: RouteRules): ApiError | undefined {
    const refused = refusal(verified, rules);
    if (refused !== undefined) return refused;
    if (verified.apiKey !== undefined) onUse(verified.apiKey);
    request.operation = { caller: verified.caller, requestId: request.id };
    return undefined;
  }

  async function verify(request: FastifyRequest, reply: FastifyReply): Promise<Verified> {
    const { authorization } = request.headers;
    try {
      if (authorization === undefined) {
        throw unauthenticated(
          "credentials_missing",
          "Who asks? Send `Authorization: Bearer` and your API key or token, or the API key as user name (curl -u).",
        );
      }
      // Others at the address may guess: who held a good one before is let through to have it verified again.
      if (!credentials.held(authorization)) failures.check(request.ip);
      return await credentials.verify(authorization);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        void reply.header("www-authenticate", 'Bearer realm="strongroom"');
        failureCounter.add(1, { reason: error.code });
        if (authorization !== undefined) failures.failed(request.ip);
      }
      throw error;
    }
  }

  const plugin: FastifyPluginAsync = (app) => {
    app.decorateRequest("operation");
    app.addHook("onRoute", ({ url, method, config }) => checkRules(`${String(method)} ${url}`, url, config));
    app.addHook("onRequest", (request, reply, done) => {
      const { config } = request.routeOptions;
      const { scope } = config;
      if (scope === undefined || scope === PUBLIC) {
        done();
        return;
      }
      const { authorization } = request.headers;
      const known = authorization === undefined ? undefined : credentials.known(authorization);
      if (known === undefined)
        verify(request, reply).then((verified) => done(admit(request, verified, config)), done);
      else done(admit(request, known, config));
    });
    return Promise.resolve();
  };
  return fastifyPlugin(plugin, { name: "authentication" });
}

interface RouteRules {
  scope?: string;
}

/** @throws Error for a route of the API that says not, or wrongly, who may call it */
function checkRules(name: string, url: string, { scope }: RouteRules = {}): void {
  if (scope === undefined) {
    if (!/^\/v1(\/|$)/.test(url)) return;
    throw new Error(
      `${name} has no scope: give it config.scope, as "payments:read", or "${PUBLIC}" for anybody.`,
    );
  }
  if (scope !== PUBLIC && !isScope(scope)) {
    throw new Error(
      `${name} needs the scope ${scope}, which no role has: add it to SCOPES and ROLES (identity/scopes.ts).`,
    );
  }
}

function nameOf({ token }: Verified["caller"]): string {
  return token === undefined ? "API key" : "token";
}
