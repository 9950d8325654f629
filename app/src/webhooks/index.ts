/** Webhooks: events, signed as Standard Webhooks say, sent to those who want them until they have them. */
import { randomUUID } from "node:crypto";
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Core } from "../core.ts";
import { EventRepository } from "../events/repository.ts";
import { createOutgoing, type Resolve } from "../http/outgoing.ts";
import type { Once } from "../journal/once.ts";
import type { KeyEncryption } from "../vault/key-encryption.ts";
import { deliveryRoutes } from "./delivery-routes.ts";
import { Dispatcher } from "./dispatcher.ts";
import { endpointRoutes } from "./endpoint-routes.ts";
import { Endpoints } from "./endpoints.ts";
import { maintain } from "./maintenance.ts";
import { createMetrics } from "./metrics.ts";
import { Replays } from "./replays.ts";
import { WebhookRepository } from "./repository.ts";
import { Secrets } from "./secrets.ts";
import { createSender } from "./sender.ts";
import { allowsPrivateTargets } from "./settings.ts";

export interface WebhooksOptions {
  once: Once;
  /** Wraps the endpoints' secrets. */
  keyEncryption: KeyEncryption;
  /** Whether a kill switch stops sending in this mode. @default never */
  isStopped?: (livemode: boolean) => boolean;
  /** @default the system's resolver */
  resolve?: Resolve;
  /** From 0 up to 1, for jitter. @default Math.random */
  random?: () => number;
  /** Waits between attempts, milliseconds. @default RETRY_DELAYS */
  delays?: readonly number[];
  /** How often to look for events when there were none, milliseconds. @default 200 */
  poll?: number;
  /** How long a process may be gone before others send what it had in hand, milliseconds. @default time-out + 20 s */
  lease?: number;
}

export interface Webhooks {
  /** For the prefix `/v1`. */
  routes: FastifyPluginAsyncTypebox;
  start(): Promise<void>;
  /** Lets sends under way finish. @param limit how long at most, milliseconds. @default the time-out of a send */
  stop(limit?: number): Promise<void>;
  /** Makes dead letters by age, disables endpoints that fail for days, deletes old rows; `start` does it every minute. */
  maintain(): Promise<void>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What is read of an answer, so that the connection can be used again; a longer one is cut off. */
const MAX_ANSWER = 65_536;

export function createWebhooks(core: Core, options: WebhooksOptions): Webhooks {
  const { config, clock, log, pool } = core;
  const { once, keyEncryption, resolve, random = Math.random } = options;
  const timeout = config.WEBHOOK_TIMEOUT * 1000;
  const each = config.WEBHOOK_CONCURRENCY;
  const total = each * 4;
  const allowPrivate = allowsPrivateTargets(config);

  const repository = new WebhookRepository(pool);
  const events = new EventRepository(pool);
  const secrets = new Secrets(keyEncryption);
  const endpoints = new Endpoints(core, repository, secrets, { allowPrivate, resolve });
  const replays = new Replays({ endpoints, repository, events, clock });
  const client = createOutgoing({
    publicAddressesOnly: !allowPrivate,
    allowHttp: allowPrivate,
    deadline: timeout,
    maxResponseBytes: MAX_ANSWER,
    // However many endpoints one server has: a send that waited for a connection would use up the receiver's time.
    connections: total,
    resolve,
  });
  const dispatcher = new Dispatcher({
    repository,
    send: createSender(client, secrets, clock),
    clock,
    log,
    worker: randomUUID(),
    isStopped: options.isStopped ?? (() => false),
    each,
    total,
    lease: options.lease ?? timeout + 20_000,
    poll: options.poll,
    random,
    delays: options.delays,
    observe: createMetrics(core.meter, repository, clock),
    onGone: ({ endpoint, event, target }) => {
      endpoints.giveUp(endpoint, event.livemode, "gone", target.url).catch((error: unknown) => {
        log.warn(
          { err: error, webhook_endpoint: endpoint },
          "a webhook endpoint that is gone was not disabled",
        );
      });
    },
  });

  const retention = config.WEBHOOK_RETENTION_DAYS * DAY;
  const round = () => maintain({ repository, endpoints, clock, retention });
  let timer: NodeJS.Timeout | undefined;
  let underWay = Promise.resolve();

  return {
    async routes(app) {
      const overlap = config.WEBHOOK_SECRET_OVERLAP_HOURS * HOUR;
      await app.register(endpointRoutes({ once, endpoints, repository, overlap }));
      await app.register(deliveryRoutes({ once, endpoints, repository, replays }));
    },
    start() {
      dispatcher.start();
      timer = setInterval(() => {
        underWay = round().catch((error: unknown) => {
          log.warn({ err: error }, "webhooks were not maintained");
        });
      }, MINUTE);
      return Promise.resolve();
    },
    async stop(limit = timeout) {
      clearInterval(timer);
      await dispatcher.stop(limit);
      await underWay;
      // What is still under way after the limit ends by itself, at its time-out.
      void client.close();
    },
    maintain: round,
  };
}
