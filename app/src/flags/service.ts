/** What the routes of flags, segments and experiments work with. */
import type { EvaluationContext } from "@openfeature/server-sdk";
import { ApiError } from "../errors.ts";
import type { Operation } from "../http/operation.ts";
import type { ExperimentData, FlagData, SegmentData } from "./changes.ts";
import type { Evaluation } from "./evaluate.ts";
import type { NamedObjects } from "./named-objects.ts";
import type { Snapshot } from "./snapshot.ts";
import type { Count } from "./results.ts";
import type { Once } from "../journal/once.ts";

export interface FlagService {
  once: Once;
  flags: NamedObjects<FlagData, "flag">;
  segments: NamedObjects<SegmentData, "flag_segment">;
  experiments: NamedObjects<ExperimentData, "experiment">;
  /** Where flags other than kill switches are kept, if not here: `file`, `appconfig`. */
  elsewhere: string | undefined;
  /** The flags of a mode, read at this moment. */
  fresh(livemode: boolean): Promise<Snapshot>;
  /** Takes in a change that was just committed, so that whoever made it sees it. */
  refresh(): Promise<void>;
  explain(key: string, context: EvaluationContext): Promise<Evaluation>;
  /** Keeps conversions in all running experiments that count them; resolves when they are kept. */
  convert(livemode: boolean, conversions: readonly { targetingKey: string; metric: string }[]): Promise<void>;
  count(livemode: boolean, experiment: string): Promise<Count[]>;
  /** Seconds since 1970 (UTC). */
  now(): number;
}

/** @throws ApiError 409 when flags are kept elsewhere and a change here would have no effect */
export function refuseElsewhere({ elsewhere }: FlagService, what: string): void {
  if (elsewhere === undefined) return;
  throw new ApiError(
    409,
    "invalid_request_error",
    "flags_kept_elsewhere",
    `${what} are kept elsewhere (FLAGS_PROVIDER=${elsewhere}): change them there. Only kill switches can be changed here.`,
  );
}

/** The context of an evaluation that a caller asks for. */
export function contextOf(
  { caller: { livemode } }: Operation,
  body: { targeting_key?: string; context?: Record<string, string | number | boolean> },
): EvaluationContext {
  const context: EvaluationContext = { ...body.context, livemode };
  if (body.targeting_key !== undefined) context.targetingKey = body.targeting_key;
  return context;
}
