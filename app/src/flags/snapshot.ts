/** All flags of one mode as they are at a moment, in memory: what evaluations and kill switches look at. */
import type { ExperimentDefinition, FlagDefinition, SegmentDefinition } from "./schemas.ts";

export interface Snapshot {
  readonly flags: ReadonlyMap<string, FlagDefinition>;
  readonly segments: ReadonlyMap<string, SegmentDefinition>;
  /** Running experiments, by the key of their flag. */
  readonly experiments: ReadonlyMap<string, ExperimentDefinition>;
  /** Paths that kill switches stop, and the key of the switch. */
  readonly stopped: ReadonlyMap<string, string>;
}

export function makeSnapshot(
  flags: readonly FlagDefinition[],
  segments: readonly SegmentDefinition[],
  experiments: readonly ExperimentDefinition[] = [],
): Snapshot {
  const stopped = new Map<string, string>();
  for (const flag of flags) {
    if (flag.kind !== "kill_switch" || flag.enabled) continue;
    for (const path of flag.paths) stopped.set(path, flag.key);
  }
  return {
    flags: new Map(flags.map((flag) => [flag.key, flag])),
    segments: new Map(segments.map((segment) => [segment.key, segment])),
    experiments: new Map(experiments.map((experiment) => [experiment.flag, experiment])),
    stopped,
  };
}

export const EMPTY: Snapshot = makeSnapshot([], []);

/**
 * The kill switch that stops a path: `payments` stops `payments.method.card` too.
 * @returns the switch's key, or undefined when the path is open
 */
export function stoppedBy(path: string, stopped: ReadonlyMap<string, string>): string | undefined {
  // The hot path: nothing is stopped nearly always.
  if (stopped.size === 0) return undefined;
  for (let end = path.length; end > 0; end = path.lastIndexOf(".", end - 1)) {
    const found = stopped.get(path.slice(0, end));
    if (found !== undefined) return found;
  }
  return undefined;
}
