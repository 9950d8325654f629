/** The webhooks' own tables: the queue of deliveries, and how endpoints fail. The queue's rules are in its SQL functions. */
import type pg from "pg";
import { pageOf, type Page } from "../database/page.ts";
import type { EventRow } from "../events/event.ts";
import type { DeliveryKey, DeliveryRow, DeliveryState, LogEntry } from "./delivery.ts";
import type { Endpoint, EndpointData } from "./endpoint.ts";
import type { Outcome } from "./outcome.ts";
import { KEEP_TRYING, TROUBLE } from "./schedule.ts";
import type { Delivery } from "./sender.ts";

/** Blocks that are fanned out in one go, of each chain at least; a block is what one commit made, hundreds of events at most. */
const FAN_OUT_BLOCKS = 100;

/** Rows that are deleted in one go. */
const PURGE_BATCH = 5000;

export interface Result extends DeliveryKey {
  outcome: Outcome;
  entry: LogEntry;
}

export interface ClaimOptions {
  /** Who claims; another name for every process. */
  worker: string;
  /** How long nobody else gets what is claimed, milliseconds. */
  lease: number;
  /** How many at most. */
  total: number;
  /** Of one endpoint at most, less those that `busy` counts. */
  each: number;
  /** How many of an endpoint's the worker has in hand. */
  busy: ReadonlyMap<string, number>;
  /** Of live endpoints (true), of test endpoints (false). */
  modes: readonly boolean[];
}

/** A page of what is listed newest first. */
export interface PageRequest {
  limit: number;
  /** Ids that what is listed is older than, or newer than. */
  before?: string;
  after?: string;
}

export interface DeliveryFilter extends PageRequest {
  endpoint: string;
  state?: DeliveryState;
}

interface ClaimedRow extends EventRow {
  endpoint: string;
  endpoint_data: EndpointData;
  attempts: number;
}

const DELIVERY = `select d.endpoint, d.event, d.object, d.state, d.attempts, d.created, d.next_attempt, d.finished, d.log,
    e.type, e.livemode
  from webhook_deliveries d join events e on e.id = d.event`;

/** Times are given in milliseconds since 1970 (UTC), durations in milliseconds. */
export class WebhookRepository {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** Makes deliveries of new events. @returns `more` when there are events left */
  async fanOut(now: number): Promise<{ added: number; more: boolean }> {
    const { rows } = await this.#pool.query<{ added: number; more: boolean }>({
      name: "webhook_fan_out",
      text: "select * from webhook_fan_out($1, $2, $3)",
      values: [new Date(now), FAN_OUT_BLOCKS, interval(KEEP_TRYING)],
    });
    return rows[0] as { added: number; more: boolean };
  }

  async claim(now: number, { worker, lease, total, each, busy, modes }: ClaimOptions): Promise<Delivery[]> {
    const { rows } = await this.#pool.query<ClaimedRow>({
      name: "webhook_claim",
      text: "select * from webhook_claim($1, $2, $3, $4, $5, $6, $7, $8)",
      values: [
        worker,
        new Date(now),
        interval(lease),
        total,
        each,
        TROUBLE.failures,
        Object.fromEntries(busy),
        modes,
      ],
    });
    return rows.map(({ endpoint, endpoint_data: target, attempts, ...event }) => ({
      endpoint,
      target,
      attempts,
      event,
    }));
  }

  async settle(worker: string, now: number, results: readonly Result[]): Promise<void> {
    await this.#pool.query({
      name: "webhook_settle",
      text: "select webhook_settle($1, $2, $3, $4, $5, $6)",
      values: [
        worker,
        new Date(now),
        JSON.stringify(
          results.map(({ endpoint, event, outcome: { state, next, pause }, entry }) => ({
            endpoint,
            event,
            state,
            next,
            pause,
            entry,
          })),
        ),
        TROUBLE.failures,
        interval(TROUBLE.shortestPause),
        interval(TROUBLE.longestPause),
      ],
    });
  }

  /** Sends these events to the endpoint (again), but for those under way. @returns how many */
  async replay(endpoint: string, events: readonly string[], now: number): Promise<number> {
    const { rows } = await this.#pool.query<{ revived: number }>(
      "select webhook_replay($1, $2, $3, $4) as revived",
      [endpoint, events, new Date(now), interval(KEEP_TRYING)],
    );
    return rows[0]?.revived ?? 0;
  }

  async get({ endpoint, event }: DeliveryKey, livemode: boolean): Promise<DeliveryRow | undefined> {
    const { rows } = await this.#pool.query<DeliveryRow>(
      `${DELIVERY} where d.endpoint = $1 and d.event = $2 and e.livemode = $3`,
      [endpoint, event, livemode],
    );
    return rows[0];
  }

  /** Endpoints that are not deleted, newest first. */
  async endpoints(livemode: boolean, page: PageRequest): Promise<Page<Endpoint>> {
    const { limit, before, after } = page;
    const { rows } = await this.#pool.query<Omit<Endpoint, "created"> & { created: Date }>(
      `select id, livemode, version, created, data from webhook_endpoints
       where status <> 'deleted' and livemode = $1 and ($2::text is null or id < $2) and ($3::text is null or id > $3)
       order by id ${after === undefined ? "desc" : "asc"} limit $4`,
      [livemode, before ?? null, after ?? null, limit + 1],
    );
    return pageOf(
      rows.map((row) => ({ ...row, created: row.created.getTime() })),
      limit,
      after !== undefined,
    );
  }

  /** Deliveries to an endpoint, by their events, newest first. */
  async list(filter: DeliveryFilter): Promise<Page<DeliveryRow>> {
    const { endpoint, limit, before, after, state } = filter;
    const order = after === undefined ? "desc" : "asc";
    const { rows } = await this.#pool.query<DeliveryRow>(
      `${DELIVERY}
       where d.endpoint = $1 and ($2::text is null or d.event < $2) and ($3::text is null or d.event > $3)
         and ($4::text is null or d.state = $4)
       order by d.event ${order} limit $5`,
      [endpoint, before ?? null, after ?? null, state ?? null, limit + 1],
    );
    return pageOf(rows, limit, after !== undefined);
  }

  /** Events of an endpoint's dead letters, oldest first, after the event given. */
  async deadLetters(endpoint: string, after: string, limit: number): Promise<string[]> {
    const { rows } = await this.#pool.query<{ event: string }>(
      `select event from webhook_deliveries where endpoint = $1 and state = 'dead' and event > $2 order by event limit $3`,
      [endpoint, after, limit],
    );
    return rows.map(({ event }) => event);
  }

  /** Makes dead letters of deliveries whose time is over; cancels those to endpoints that were deleted. @returns how many */
  async expire(now: number): Promise<number> {
    const { rows } = await this.#pool.query<{ ended: number }>("select webhook_expire($1) as ended", [
      new Date(now),
    ]);
    return rows[0]?.ended ?? 0;
  }

  /** Deletes deliveries that were finished before. @returns how many */
  async purge(before: number): Promise<number> {
    for (let purged = 0; ;) {
      const { rowCount } = await this.#pool.query(
        `delete from webhook_deliveries where ctid = any (array(
           select ctid from webhook_deliveries where finished < $1 limit $2 for update skip locked
         ))`,
        [new Date(before), PURGE_BATCH],
      );
      purged += rowCount ?? 0;
      if ((rowCount ?? 0) < PURGE_BATCH) return purged;
    }
  }

  /** Enabled endpoints whose failures, none succeeding in between, span so long. */
  async failingFor(limit: number): Promise<{ id: string; livemode: boolean }[]> {
    const { rows } = await this.#pool.query<{ id: string; livemode: boolean }>(
      `select w.id, w.livemode from webhook_endpoint_health h join webhook_endpoints w on w.id = h.endpoint
       where w.status = 'enabled' and h.last_failure - h.failing_since >= $1`,
      [interval(limit)],
    );
    return rows;
  }

  /** Forgets an endpoint's failures. */
  async forgive(endpoint: string): Promise<void> {
    await this.#pool.query("delete from webhook_endpoint_health where endpoint = $1", [endpoint]);
  }

  /** What is still to be delivered: how many, and since when the oldest waits. */
  async backlog(): Promise<{ count: number; oldest: Date | null }> {
    const { rows } = await this.#pool.query<{ count: number; oldest: Date | null }>(
      `select count(*), min(created) as oldest from webhook_deliveries where state in ('pending', 'waiting')`,
    );
    return rows[0] as { count: number; oldest: Date | null };
  }
}

function interval(milliseconds: number): string {
  return `${milliseconds} milliseconds`;
}
