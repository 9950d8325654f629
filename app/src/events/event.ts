/** The event as the API shows it and as webhooks carry it: one rendering, the same bytes each time. */
import { toSeconds } from "../clock.ts";

/** A row of the events table, as far as it is shown. */
export interface EventRow {
  id: string;
  livemode: boolean;
  /** As `payment.succeeded`. */
  type: string;
  /** Id of the object that it is about. */
  object: string;
  created: Date;
  /** The object at that time, as JSON text; null after an erasure. */
  data: string | null;
  /** Id of the request that caused it; null for what the service did of itself. */
  request: string | null;
}

/**
 * The event as JSON text: Stripe's event object with the `timestamp` (ISO 8601) that Standard Webhooks asks for. It depends
 * on the row alone, so every attempt to deliver the event carries the same bytes, whichever process makes it.
 */
export function eventText({ id, livemode, type, object, created, data, request }: EventRow): string {
  const head = JSON.stringify({
    id,
    object: "event",
    type,
    timestamp: created.toISOString(),
    created: toSeconds(created.getTime()),
    livemode,
  });
  const content = data ?? JSON.stringify({ id: object, erased: true });
  return `${head.slice(0, -1)},"data":{"object":${content}},"request":{"id":${JSON.stringify(request)}}}`;
}
