/** Deliveries: an event on its way to an endpoint, as the API shows it. */
import { toSeconds } from "../clock.ts";
import { ID_PREFIXES } from "../ids.ts";
import type { Attempt } from "./outcome.ts";

/**
 * `waiting`: until an earlier event of the same object is delivered or dead. `dead`: given up, can be replayed. `canceled`:
 * its endpoint was deleted.
 */
export const DELIVERY_STATES = ["pending", "waiting", "delivered", "dead", "canceled"] as const;

export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A row of the log. */
export type LogEntry = Pick<Attempt, "at" | "duration" | "status" | "answer" | "error">;

export interface DeliveryRow {
  endpoint: string;
  event: string;
  type: string;
  livemode: boolean;
  object: string;
  state: DeliveryState;
  attempts: number;
  created: Date;
  next_attempt: Date;
  finished: Date | null;
  log: LogEntry[];
}

export interface DeliveryKey {
  endpoint: string;
  event: string;
}

/** Digits of an id after its prefix. */
const DIGITS = 26;

/** An event has one delivery to an endpoint, however often it is replayed: the two ids make the delivery's. */
function deliveryId({ endpoint, event }: DeliveryKey): string {
  return `${ID_PREFIXES.delivery}_${event.slice(-DIGITS)}${endpoint.slice(-DIGITS)}`;
}

/** Undefined for a text that is no delivery's id. */
export function parseDeliveryId(id: string): DeliveryKey | undefined {
  const [, event, endpoint] = /^whd_([0-9a-z]{26})([0-9a-z]{26})$/.exec(id) ?? [];
  if (event === undefined || endpoint === undefined) return undefined;
  return { endpoint: `${ID_PREFIXES.webhookEndpoint}_${endpoint}`, event: `${ID_PREFIXES.event}_${event}` };
}

export function deliveryView(row: DeliveryRow) {
  const isActive = row.finished === null;
  return {
    id: deliveryId(row),
    object: "webhook_delivery" as const,
    created: toSeconds(row.created.getTime()),
    livemode: row.livemode,
    webhook_endpoint: row.endpoint,
    event: row.event,
    event_type: row.type,
    event_object: row.object,
    status: row.state,
    attempt_count: row.attempts,
    next_attempt: isActive && row.state === "pending" ? toSeconds(row.next_attempt.getTime()) : null,
    finished: row.finished && toSeconds(row.finished.getTime()),
    attempts: row.log.map((entry) => ({
      created: toSeconds(entry.at),
      duration_ms: entry.duration,
      response_status: entry.status,
      response_body: entry.answer,
      error: entry.error,
    })),
  };
}
