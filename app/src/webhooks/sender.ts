/** Sends one event to one endpoint. */
import type { Clock } from "../clock.ts";
import { eventText, type EventRow } from "../events/event.ts";
import { OutgoingError, type OutgoingClient } from "../http/outgoing.ts";
import { span } from "../operations/tracing.ts";
import type { EndpointData } from "./endpoint.ts";
import type { Attempt } from "./outcome.ts";
import type { Secrets } from "./secrets.ts";

/** A delivery in hand. */
export interface Delivery {
  /** Id of the endpoint. */
  endpoint: string;
  target: EndpointData;
  /** Attempts so far. */
  attempts: number;
  event: EventRow;
}

/** @throws ApiError 503 when the secrets cannot be read at this moment: the receiver is not to blame. */
export type Send = (delivery: Delivery) => Promise<Attempt>;

/** Bytes that are kept of an answer's body. */
const EXCERPT = 1024;

export function createSender(client: OutgoingClient, secrets: Secrets, clock: Clock): Send {
  async function send({ endpoint, target, event }: Delivery): Promise<Attempt> {
    const at = clock();
    const body = eventText(event);
    const headers = {
      "content-type": "application/json",
      "user-agent": "Strongroom-Webhooks/1.0",
      ...(await secrets.headers(endpoint, target.secrets, { id: event.id, body }, at)),
    };
    const started = performance.now();
    const duration = () => Math.round(performance.now() - started);
    try {
      const response = await client.send({ method: "POST", url: target.url, headers, body });
      const after = response.headers["retry-after"];
      return {
        at,
        duration: duration(),
        status: response.status,
        retryAfter: typeof after === "string" ? after : undefined,
        answer: excerpt(response.body),
        error: null,
      };
    } catch (error) {
      if (!(error instanceof OutgoingError)) throw error;
      return {
        at,
        duration: duration(),
        status: null,
        answer: null,
        error: `${error.failure}: ${error.message}`,
      };
    }
  }

  return (delivery) => span("webhook.send", () => send(delivery), { event: delivery.event.type });
}

/** The beginning of a text that may be anything. PostgreSQL's jsonb takes no NUL. */
function excerpt(text: string): string {
  return Buffer.from(text).subarray(0, EXCERPT).toString().replaceAll("\0", "\uFFFD");
}
