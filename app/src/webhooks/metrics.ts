/** What the webhooks show of themselves. */
import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../clock.ts";
import type { Attempt, Outcome } from "./outcome.ts";
import type { WebhookRepository } from "./repository.ts";

/** Reading the backlog may be a look at many rows: it is read no more often than this, milliseconds. */
const BACKLOG_AGE = 5000;

/** @returns what is to be told of every attempt */
export function createMetrics(
  meter: Meter,
  repository: WebhookRepository,
  clock: Clock,
): (attempt: Attempt, outcome: Outcome) => void {
  const attempts = meter.createCounter("webhook_attempts", {
    description: "Attempts to deliver a webhook, by what came of them: delivered, retried or dead",
  });
  const durations = meter.createHistogram("webhook_attempt_duration_seconds", {
    description: "Time from sending a webhook to its whole answer, or to the clear lack of one",
    unit: "s",
    advice: { explicitBucketBoundaries: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] },
  });
  const backlog = meter.createObservableGauge("webhook_backlog", {
    description: "Webhooks that are still to be delivered",
  });
  const oldest = meter.createObservableGauge("webhook_oldest_undelivered_seconds", {
    description: "Age of the oldest webhook that is still to be delivered",
    unit: "s",
  });

  let reading: { at: number; backlog: ReturnType<WebhookRepository["backlog"]> } | undefined;
  meter.addBatchObservableCallback(
    async (result) => {
      const now = clock();
      if (reading === undefined || now - reading.at > BACKLOG_AGE)
        reading = { at: now, backlog: repository.backlog() };
      // While the database is away there is nothing to tell.
      const state = await reading.backlog.catch(() => undefined);
      if (state === undefined) return;
      result.observe(backlog, state.count);
      result.observe(oldest, state.oldest === null ? 0 : Math.max(0, now - state.oldest.getTime()) / 1000);
    },
    [backlog, oldest],
  );

  return ({ duration }, { state }) => {
    const outcome = state === "pending" ? "retried" : state;
    attempts.add(1, { outcome });
    durations.record(duration / 1000, { outcome });
  };
}
