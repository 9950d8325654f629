/** Counts that instances share, in Redis or Valkey. Nothing ever waits for it but the exchange in the background. */
import type { Logger } from "pino";
import { RateLimiterRedis } from "rate-limiter-flexible";
import { createClient, createCluster, ErrorReply } from "redis";
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
/** A cluster is connected once all its shards are: one that never answers must not keep the others from being asked anew. */
const PATIENCE = 10_000;
/** Between two words about a Redis that answers, but does not count. */
const REMINDER = 10_000;

/** Undefined where no Redis is configured. */
export function redisCounts(config: Config, log: Logger): RedisCounts | undefined {
  const client = clientFor(config);
  return client && countsWith(client, log);
}

function countsWith(client: Client, log: Logger): RedisCounts {
  const limiters = new Map<string, RateLimiterRedis>();
  let ready: boolean | undefined;
  let reminded = -Infinity;
  let stopped = true;
  let waiting: NodeJS.Timeout | undefined;

  const turn = (to: boolean, error?: unknown) => {
    if (ready === to) return;
    ready = to;
    if (to) log.info("limits are shared through Redis");
    else log.warn({ err: error }, "Redis is away: each instance limits on its own");
  };
  client.on("error", (error: unknown) => turn(client.isReady, error));
  client.on("ready", () => turn(true));
  client.on("end", () => turn(false));

  /** A client goes on trying by itself; a cluster gives up when no node of it answers. */
  async function connect(): Promise<void> {
    const impatience = setTimeout(disconnect, PATIENCE);
    try {
      await client.connect();
      turn(true);
    } catch (error) {
      turn(false, error);
      if (!stopped) waiting = setTimeout(() => void connect(), LONGEST_WAIT);
    } finally {
      clearTimeout(impatience);
    }
  }

  function disconnect(): void {
    if (client.isOpen) client.destroy();
  }

  /** The connection is well, and yet nothing is counted: without the right to it, without memory, on a replica. */
  function refused(error: unknown): void {
    if (!(error instanceof ErrorReply) || performance.now() - reminded < REMINDER) return;
    reminded = performance.now();
    log.warn({ err: error }, "Redis does not count: each instance limits on its own");
    // A failover has made a replica of it, and its name leads to another one by now.
    if (error.message.startsWith("READONLY") && client.isReady && !stopped) {
      disconnect();
      void connect();
    }
  }

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
      return ready === true && client.isReady;
    },
    async add(rule, subject, points) {
      try {
        const { consumedPoints, msBeforeNext } = await limiterOf(rule).penalty(subject, points);
        return { count: consumedPoints, millisecondsLeft: msBeforeNext };
      } catch (error) {
        refused(error);
        throw error;
      }
    },
    start() {
      stopped = false;
      void connect();
    },
    stop() {
      stopped = true;
      clearTimeout(waiting);
      disconnect();
    },
    async ping() {
      if (!client.isReady) throw new Error("Redis is away.");
      // Written, as counts are: a replica answers who only reads.
      await client.setEx("strongroom:ping", 60, "");
    },
  };
}

type Client = NonNullable<ReturnType<typeof clientFor>>;

function clientFor(config: Config) {
  const {
    REDIS_URL: url,
    REDIS_HOST: host,
    REDIS_PORT: port,
    REDIS_USER: username,
    REDIS_AUTH_TOKEN: password,
  } = config;
  const address = url ?? (host && `${config.REDIS_TLS ? "rediss" : "redis"}://${host}:${port}`);
  if (address === undefined) return undefined;
  const { protocol, username: urlUser, password: urlPassword } = new URL(address);
  const socket = {
    connectTimeout: CONNECT_TIMEOUT,
    socketTimeout: SILENCE,
    reconnectStrategy: (retries: number) =>
      Math.min(50 * 2 ** retries, LONGEST_WAIT) * (0.5 + 0.5 / (1 + (retries % 3))),
  };
  const options = {
    // A user name or password of undefined would hide those within the URL.
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    // Of a cluster, only the node that is asked for the others would take these and the encryption from the URL.
    ...(urlUser !== "" && { username: decodeURIComponent(urlUser) }),
    ...(urlPassword !== "" && { password: decodeURIComponent(urlPassword) }),
    disableOfflineQueue: true,
    pingInterval: PING_INTERVAL,
    socket: protocol === "rediss:" ? { ...socket, tls: true as const } : socket,
  };
  return config.REDIS_CLUSTER
    ? createCluster({ rootNodes: [{ url: address }], defaults: options })
    : createClient({ url: address, ...options });
}
