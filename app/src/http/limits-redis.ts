/** Counts that instances share, in Redis or Valkey. Nothing ever waits for it but the exchange in the background. */
import type { Logger } from "pino";
import { RateLimiterRedis } from "rate-limiter-flexible";
import { createClient, createCluster } from "redis";
import type { Config } from "../config.ts";
import type { Rule, SharedCounts } from "./limits-counter.ts";

export interface RedisCounts extends SharedCounts {
  /** Connects, and goes on trying in the background; never fails. */
  start(): void;
  stop(): void;
  /** For readiness. @throws when Redis does not answer */
  ping(): Promise<void>;
}

/** Milliseconds. */
const CONNECT_TIMEOUT = 2000;
const PING_INTERVAL = 1000;
/** After so long without a word from Redis the connection is given up. */
const SILENCE = 3000;
const LONGEST_WAIT = 1000;

/** Undefined where no Redis is configured. */
export function redisCounts(config: Config, log: Logger): RedisCounts | undefined {
  const client = connection(config);
  if (client === undefined) return undefined;
  const limiters = new Map<string, RateLimiterRedis>();
  let ready: boolean | undefined;

  const turn = (to: boolean, error?: unknown) => {
    if (ready === to) return;
    ready = to;
    if (to) log.info("limits are shared through Redis");
    else log.warn({ err: error }, "Redis is away: each instance limits on its own");
  };
  // A cluster has no readiness of its own: it is open, or it is not.
  const isReady = (): boolean => (client as { isReady?: boolean }).isReady ?? client.isOpen;
  client.on("error", (error: unknown) => turn(isReady(), error));
  client.on("ready", () => turn(true));
  client.on("end", () => turn(false));

  function limiterOf(rule: Rule): RateLimiterRedis {
    const limiter =
      limiters.get(rule.name) ??
      new RateLimiterRedis({
        storeClient: client,
        useRedisPackage: true,
        rejectIfRedisNotReady: true,
        keyPrefix: `strongroom:limit:${rule.name}`,
        points: rule.points,
        duration: rule.window / 1000,
      });
    limiters.set(rule.name, limiter);
    return limiter;
  }

  return {
    get isReady() {
      return ready === true && isReady();
    },
    async add(rule, subject, points) {
      const { consumedPoints, msBeforeNext } = await limiterOf(rule).penalty(subject, points);
      return { count: consumedPoints, millisecondsLeft: msBeforeNext };
    },
    start() {
      client.connect().then(
        () => turn(true),
        (error: unknown) => turn(false, error),
      );
    },
    stop() {
      if (client.isOpen) client.destroy();
    },
    async ping() {
      if (!isReady()) throw new Error("Redis is away.");
      await client.get("strongroom:ping");
    },
  };
}

function connection(config: Config) {
  const {
    REDIS_URL: url,
    REDIS_HOST: host,
    REDIS_PORT: port,
    REDIS_USER: username,
    REDIS_AUTH_TOKEN: password,
  } = config;
  const address = url ?? (host && `${config.REDIS_TLS ? "rediss" : "redis"}://${host}:${port}`);
  if (address === undefined) return undefined;
  const options = {
    // A user name or password of undefined would hide those within the URL.
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    disableOfflineQueue: true,
    pingInterval: PING_INTERVAL,
    socket: {
      connectTimeout: CONNECT_TIMEOUT,
      socketTimeout: SILENCE,
      reconnectStrategy: (retries: number) =>
        Math.min(50 * 2 ** retries, LONGEST_WAIT) * (0.5 + 0.5 / (1 + (retries % 3))),
    },
  };
  return config.REDIS_CLUSTER
    ? createCluster({ rootNodes: [{ url: address }], defaults: options })
    : createClient({ url: address, ...options });
}
