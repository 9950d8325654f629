/**
 * Limits of requests per address, per API key and per customer. Addresses are counted before it is asked who calls, keys
 * and customers after that and before the body is read: a request beyond a limit costs next to nothing, and leaves nothing
 * under its idempotency key.
 */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import fastifyPlugin from "fastify-plugin";
import ipaddr from "ipaddr.js";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import type { Core } from "../core.ts";
import { ApiError } from "../errors.ts";
import { Counter, type Rule, type Window } from "./limits-counter.ts";
import type { RedisCounts } from "./limits-redis.ts";
import { isProbe } from "./probes.ts";
import type {} from "./request.ts";

export interface Limits {
  /** Registered at the root, before authentication. */
  plugin: FastifyPluginAsync;
  /** The limit of wrong credentials, for authentication. */
  failures: { check(address: string): void; failed(address: string): void };
  /** For readiness; undefined where no Redis is configured. */
  ping?: () => Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const SECOND = 1000;
const MINUTE = 60_000;

export async function createLimits(core: Pick<Core, "config" | "clock" | "log" | "meter">): Promise<Limits> {
  const { config, clock, meter } = core;
  const shared = await sharedCounts(config, core.log.child({ module: "limits" }));
  const counter = (name: string, points: number, window: number) =>
    new Counter({ name, points, window }, clock, shared);
  const addresses = counter("ip", config.RATE_LIMIT_PER_IP, MINUTE);
  const keys = counter("key", config.RATE_LIMIT_PER_KEY, SECOND);
  const customers = counter("customer", config.RATE_LIMIT_PER_CUSTOMER, MINUTE);
  const failures = counter("failures", config.RATE_LIMIT_FAILED_AUTH, MINUTE);
  const counters = [addresses, keys, customers, failures];
  const refusals = meter.createCounter("requests_limited", {
    description: "Requests refused with 429, by limit",
  });

  function refusal({ name, points, window }: Rule, { ends }: Window): ApiError {
    refusals.add(1, { limit: name });
    const wait = Math.max(1, Math.ceil((ends - clock()) / 1000));
    const span = window === SECOND ? "second" : "minute";
    return new ApiError(
      429,
      "rate_limit_error",
      "rate_limit_exceeded",
      `More than ${points} ${SUBJECTS[name] ?? ""} came within a ${span}. Ask again in ${wait} s.`,
      { retryAfter: wait },
    );
  }

  /** Counts the request. @returns what to refuse it with */
  function take(limit: Counter, subject: string, reply: FastifyReply): ApiError | undefined {
    if (limit.rule.points === 0) return undefined;
    const now = clock();
    const { window, within } = limit.take(subject, now);
    announce(reply, limit.rule, window, now);
    return within ? undefined : refusal(limit.rule, window);
  }

  function limitAddress(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
    if (isProbe(request.routeOptions.url)) done();
    else done(take(addresses, subjectOf(request.ip), reply));
  }

  function limitCaller(request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void {
    const caller = (request.operation as FastifyRequest["operation"] | undefined)?.caller;
    if (caller === undefined) {
      done();
      return;
    }
    const refused = take(keys, caller.actor, reply);
    if (refused !== undefined || caller.customer === undefined) done(refused);
    else done(take(customers, caller.customer, reply));
  }

  const plugin: FastifyPluginAsync = (app) => {
    app.addHook("onRequest", limitAddress);
    app.addHook("preParsing", (request, reply, _payload, done) => limitCaller(request, reply, done));
    return Promise.resolve();
  };

  return {
    plugin: fastifyPlugin(plugin, { name: "limits" }),
    failures: {
      check(address) {
        if (failures.rule.points === 0) return;
        const window = failures.at(subjectOf(address));
        if (window.count >= failures.rule.points) throw refusal(failures.rule, window);
      },
      failed(address) {
        if (failures.rule.points > 0) failures.take(subjectOf(address));
      },
    },
    ping: shared && (() => shared.ping()),
    start() {
      shared?.start();
      for (const each of counters) each.start();
      return Promise.resolve();
    },
    async stop() {
      await Promise.all(counters.map((each) => each.stop()));
      shared?.stop();
    },
  };
}

/** Undefined where no Redis is configured; its client, which is large, is then not even loaded. */
async function sharedCounts(config: Config, log: Logger): Promise<RedisCounts | undefined> {
  if (config.REDIS_URL === undefined && config.REDIS_HOST === undefined) return undefined;
  const { redisCounts } = await import("./limits-redis.ts");
  return redisCounts(config, log);
}

/** What each limit counts, in words. */
const SUBJECTS: Record<string, string> = {
  ip: "requests from this address",
  key: "requests with this API key",
  customer: "requests for this customer",
  failures: "wrong credentials from this address",
};

/** The headers of the IETF draft (draft-ietf-httpapi-ratelimit-headers); of several limits, the one that is nearer. */
function announce(reply: FastifyReply, rule: Rule, window: Window, now: number): void {
  const remaining = Math.max(0, rule.points - window.count);
  const announced = reply.getHeader("ratelimit-remaining");
  if (announced !== undefined && Number(announced) <= remaining) return;
  void reply
    .header("ratelimit-limit", String(rule.points))
    .header("ratelimit-remaining", String(remaining))
    .header("ratelimit-reset", String(Math.max(0, Math.ceil((window.ends - now) / 1000))));
}

/**
 * Who an address stands for. A customer of a provider has a whole /64 of IPv6, and could take another address each time.
 * @param address undefined where the connection is gone already
 */
export function subjectOf(address: string | undefined): string {
  if (address === undefined) return "gone";
  if (!address.includes(":")) return address;
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return `${parsed.parts
    .slice(0, 4)
    .map((part) => part.toString(16))
    .join(":")}::/64`;
}
