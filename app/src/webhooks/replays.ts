/**
 * Replays: events that are sent to an endpoint once more, or at last. To replay the same twice does no harm: what is under
 * way already stays as it is.
 */
import type { Clock } from "../clock.ts";
import { invalid, notFound } from "../errors.ts";
import type { EventRepository } from "../events/repository.ts";
import type { Decision } from "../journal/once.ts";
import { deliveryView, parseDeliveryId } from "./delivery.ts";
import type { Endpoint } from "./endpoint.ts";
import { mustBeEnabled, type Endpoints } from "./endpoints.ts";
import type { WebhookRepository } from "./repository.ts";

/** Which events; times in seconds since 1970 (UTC). */
export interface Range {
  since: number;
  /** @default now */
  until?: number;
  /** @default those that the endpoint wants */
  types?: string[];
}

/** Events that are replayed in one go. */
const BATCH = 1000;

export interface ReplaysOptions {
  endpoints: Endpoints;
  repository: WebhookRepository;
  events: EventRepository;
  clock: Clock;
}

export class Replays {
  readonly #options: ReplaysOptions;

  constructor(options: ReplaysOptions) {
    this.#options = options;
  }

  /** @throws ApiError 404; 400 when its endpoint is not enabled */
  async delivery(id: string, livemode: boolean): Promise<Decision> {
    const { endpoints, repository, clock } = this.#options;
    const key = parseDeliveryId(id);
    if (key === undefined || (await repository.get(key, livemode)) === undefined)
      throw notFound("webhook delivery", id);
    mustBeEnabled(await endpoints.get(key.endpoint, livemode));
    await repository.replay(key.endpoint, [key.event], clock());
    const delivery = await repository.get(key, livemode);
    if (delivery === undefined) throw notFound("webhook delivery", id);
    return { answer: { status: 200, body: deliveryView(delivery) } };
  }

  /** @throws ApiError 400 for a range that ends before it begins, or an endpoint that is not enabled */
  async range(endpoint: Endpoint, { since, until, types }: Range): Promise<Decision> {
    const { livemode, data } = endpoint;
    if (until !== undefined && until <= since) {
      throw invalid("range_empty", `until (${until}) must be after since (${since}).`, "until");
    }
    const created = { gte: since, lt: until };
    const filter = { livemode, types: types ?? data.enabled_events, created, limit: BATCH };
    return this.#replay(endpoint, async (after) => {
      const page = await this.#options.events.list({ ...filter, endingBefore: after });
      return page.data.map(({ id }) => id).reverse();
    });
  }

  async deadLetters(endpoint: Endpoint): Promise<Decision> {
    return this.#replay(endpoint, (after) => this.#options.repository.deadLetters(endpoint.id, after, BATCH));
  }

  /** @param next ids of the events that follow one, oldest first */
  async #replay(endpoint: Endpoint, next: (after: string) => Promise<string[]>): Promise<Decision> {
    mustBeEnabled(endpoint);
    const { repository, clock } = this.#options;
    let count = 0;
    for (let after = ""; ;) {
      const events = await next(after);
      const last = events.at(-1);
      if (last === undefined) break;
      count += await repository.replay(endpoint.id, events, clock());
      after = last;
    }
    return {
      answer: { status: 200, body: { object: "webhook_replay", webhook_endpoint: endpoint.id, count } },
    };
  }
}
