/**
 * Service level objectives. Each counts what went well and what did not (for alarms on the rate at which the error budget
 * burns), and shows the share of the last minutes (for whoever decides within minutes, as a roll-out does).
 */
import type { Meter } from "@opentelemetry/api";
import type { Clock } from "../clock.ts";

export interface Objective {
  record(good: boolean): void;
  /** Share of what went well in the window, 0 to 1; undefined when nothing happened. */
  ratio(): number | undefined;
}

/** Milliseconds that the shown share covers. */
export const WINDOW = 5 * 60_000;
const SLICE = 10_000;
const SLICES = WINDOW / SLICE;

interface Slice {
  /** Number of the slice since 1970. */
  number: number;
  good: number;
  bad: number;
}

/** @param name as `availability`: becomes `slo.availability.events` (a counter by `good`) and `slo.availability.ratio` */
export function createObjective(meter: Meter, clock: Clock, name: string, description: string): Objective {
  const total = { good: 0, bad: 0 };
  // A counter would look for its series by their attributes with every event.
  meter.createObservableCounter(`slo.${name}.events`, { description }).addCallback((result) => {
    if (total.good > 0) result.observe(total.good, { good: true });
    if (total.bad > 0) result.observe(total.bad, { good: false });
  });
  const slices = new Map<number, Slice>();

  function current(): Slice {
    const number = Math.floor(clock() / SLICE);
    const place = number % SLICES;
    let slice = slices.get(place);
    if (slice?.number !== number) {
      slice = { number, good: 0, bad: 0 };
      slices.set(place, slice);
    }
    return slice;
  }

  const objective: Objective = {
    record(good) {
      const side = good ? "good" : "bad";
      total[side] += 1;
      current()[side] += 1;
    },
    ratio() {
      const oldest = Math.floor(clock() / SLICE) - SLICES + 1;
      let good = 0;
      let all = 0;
      for (const slice of slices.values()) {
        if (slice.number < oldest) continue;
        good += slice.good;
        all += slice.good + slice.bad;
      }
      return all === 0 ? undefined : good / all;
    },
  };
  meter
    .createObservableGauge(`slo.${name}.ratio`, {
      description: `${description}: share of the last five minutes`,
    })
    .addCallback((result) => {
      const ratio = objective.ratio();
      if (ratio !== undefined) result.observe(ratio);
    });
  return objective;
}
