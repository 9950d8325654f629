/** Settings of the limits, and of the Redis that instances share their counts through. */
import ipaddr from "ipaddr.js";
import { Type } from "typebox";
import type { Config } from "../config.ts";

const limit = (least: number, most: number, standard: number, description: string) =>
  Type.Integer({ minimum: least, maximum: most, default: standard, description });

export const limitsSettings = {
  RATE_LIMIT_PER_IP: limit(
    0,
    10_000_000,
    100,
    "Requests a minute from one address (IPv6: one /64 network); 0: no limit",
  ),
  RATE_LIMIT_PER_KEY: limit(0, 10_000_000, 100, "Requests a second with one API key; 0: no limit"),
  RATE_LIMIT_PER_CUSTOMER: limit(
    0,
    10_000_000,
    300,
    "Requests a minute for one customer (keys and tokens that act for one); 0: no limit",
  ),
  RATE_LIMIT_FAILED_AUTH: limit(
    0,
    10_000_000,
    20,
    "Wrong credentials a minute from one address; 0: no limit",
  ),
  TRUST_PROXY: Type.Optional(
    Type.String({
      description:
        "Whom to believe X-Forwarded-For: the number of proxies in front of the service (1 behind a load balancer, 2 with a " +
        "CDN before it), their networks separated by commas, or none",
    }),
  ),
  REDIS_URL: Type.Optional(
    Type.String({
      pattern: "^rediss?://",
      description:
        "Redis or Valkey that instances share their counts through, as rediss://user:password@host:6379",
    }),
  ),
  REDIS_HOST: Type.Optional(Type.String({ description: "Instead of REDIS_URL: its host" })),
  REDIS_PORT: limit(1, 65_535, 6379, "With REDIS_HOST: its port"),
  REDIS_TLS: Type.Boolean({ default: false, description: "With REDIS_HOST: whether it speaks TLS" }),
  REDIS_USER: Type.Optional(Type.String({ description: "With REDIS_HOST: user to sign in as" })),
  REDIS_AUTH_TOKEN: Type.Optional(Type.String({ description: "With REDIS_HOST: password to sign in with" })),
  REDIS_CLUSTER: Type.Boolean({ default: false, description: "Whether Redis is a cluster of shards" }),
};

export function limitsGuards(config: Config): string[] {
  const mistakes: string[] = [];
  if (config.REDIS_URL !== undefined && config.REDIS_HOST !== undefined) {
    mistakes.push(`REDIS_HOST is ${config.REDIS_HOST} although REDIS_URL is set: unset one of them.`);
  }
  if (config.REDIS_URL !== undefined && !isRedisUrl(config.REDIS_URL)) {
    mistakes.push(
      "REDIS_URL is not the URL of a Redis: write rediss://user:password@host:6379, with % codes for the signs of a password " +
        "that have a meaning in a URL (%23 for #, %25 for %).",
    );
  }
  const { TRUST_PROXY: proxies, NODE_ENV } = config;
  if (proxies === undefined && NODE_ENV === "production") {
    mistakes.push(
      "TRUST_PROXY is missing: behind a load balancer all requests would share one limit. Give the number of proxies in " +
        "front of the service (1 behind a load balancer), or none.",
    );
  }
  if (proxies !== undefined && trustProxy(proxies) === undefined) {
    mistakes.push(
      `TRUST_PROXY is ${proxies}: give a number from 1 to 10, networks as 10.0.0.0/8,fd00::/8, or none.`,
    );
  }
  return mistakes;
}

function isRedisUrl(text: string): boolean {
  try {
    const { hostname, pathname, username, password } = new URL(text);
    decodeURIComponent(username);
    decodeURIComponent(password);
    // The path is the number of a database.
    return hostname !== "" && /^\/?\d*$/.test(pathname);
  } catch {
    return false;
  }
}

/**
 * Whether to believe the proxy at an address; `hop` 0 is the one that is connected. Where only the number of proxies is
 * known, the nearest must be on the same private network: who comes past it from outside is not believed.
 */
type TrustProxy = boolean | string[] | ((address: string, hop: number) => boolean);

/** The setting as Fastify takes it; undefined when it makes no sense. */
export function trustProxy(text = "none"): TrustProxy | undefined {
  if (text === "none") return false;
  if (/^\d+$/.test(text)) {
    const proxies = Number(text);
    return proxies >= 1 && proxies <= 10
      ? (address, hop) => hop < proxies && (hop > 0 || isPrivate(address))
      : undefined;
  }
  const networks = text.split(",").map((network) => network.trim());
  return networks.every(isNetwork) ? networks : undefined;
}

/** Networks that a neighbour is on; a load balancer may have an address of the carrier's range (RFC 6598). */
const PRIVATE = new Set(["carrierGradeNat", "linkLocal", "loopback", "private", "uniqueLocal"]);

function isPrivate(address: string): boolean {
  // A socket of both families writes IPv4 addresses as IPv6.
  return ipaddr.isValid(address) && PRIVATE.has(ipaddr.process(address).range());
}

function isNetwork(text: string): boolean {
  const [address = "", length] = text.split("/");
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return false;
  return length === undefined || ipaddr.isValidCIDR(text);
}
