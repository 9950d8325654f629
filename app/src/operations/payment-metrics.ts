/** Measurements of money's way through the service, made from what the journal committed. */
import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../clock.ts";
import type { Write } from "../journal/write.ts";
import type { Payment } from "../payments/payment.ts";
import { createObjective } from "./objectives.ts";

/**
 * How an attempt to authorise a payment ended. A decline is the bank's answer; `failed` is the processor's doing, or ours.
 * `returned`: the bank took back what had succeeded.
 */
export type PaymentOutcome = "succeeded" | "declined" | "failed" | "returned";

/** Codes of declines that no bank decided. */
const FAILURES: ReadonlySet<string | undefined> = new Set(["processing_error"]);

/** Makes the function that is called with each write that the journal has committed. */
export function paymentMetrics(meter: Meter, clock: Clock): (write: Write) => void {
  const attempts = meter.createCounter("payment.attempts", {
    description: "Attempts to authorise a payment that came to an end",
  });
  const durations = meter.createHistogram("payment.attempt.duration", {
    description: "Time from asking the processor to the outcome's commit",
    unit: "s",
    advice: {
      explicitBucketBoundaries: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60, 600, 3600, 86_400],
    },
  });
  const captured = meter.createCounter("payment.captured.amount", {
    description: "Money taken, in the currency's minor unit",
  });
  const success = createObjective(
    meter,
    clock,
    "payment_success",
    "Attempts to pay that succeeded, among those that succeeded or failed; what banks decline is left out",
  );

  return ({ objects, events, livemode }) => {
    for (const { kind, id, data } of objects ?? []) {
      if (kind !== "payments") continue;
      const payment = data as Payment;
      const event = events?.find(({ object, type }) => object === id && type.startsWith("payment."))?.type;
      const { attempt, currency } = payment;
      if (attempt === undefined || event === undefined) continue;
      if (event === "payment.succeeded" || event === "payment.partially_captured") {
        captured.add(attempt.amount, { currency, livemode });
      }
      const outcome = outcomeOf(payment, event);
      if (outcome === undefined) continue;
      attempts.add(1, { outcome, livemode });
      if (outcome === "returned") continue;
      durations.record((clock() - attempt.started) / 1000, { outcome, livemode });
      if (outcome !== "declined") success.record(outcome === "succeeded");
    }
  };
}

/** Undefined for events that end no authorisation: captures, updates, what is still under way. */
function outcomeOf({ attempt, last_error: error }: Payment, event: string): PaymentOutcome | undefined {
  switch (event) {
    case "payment.authorized":
      return "succeeded";
    case "payment.succeeded":
      return attempt?.operation === "authorize" || attempt?.operation === "confirm_challenge"
        ? "succeeded"
        : undefined;
    case "payment.declined":
      return FAILURES.has(error?.code) ? "failed" : "declined";
    case "payment.failed":
      return attempt?.outcome === "declined" ? "declined" : "returned";
    default:
      return undefined;
  }
}
