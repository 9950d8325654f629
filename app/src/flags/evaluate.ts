/** Which variant of a flag a subject gets. Pure: the same flag, context and time give the same variant. */
import {
  type EvaluationContext,
  type JsonValue,
  StandardResolutionReasons,
  TargetingKeyMissingError,
} from "@openfeature/server-sdk";
import { bucketOf, isWithin, pick } from "./bucket.ts";
import { isInAudience } from "./conditions.ts";
import type { ExperimentDefinition, FlagDefinition, Rule } from "./schemas.ts";
import type { Snapshot } from "./snapshot.ts";

export interface Evaluation {
  value: JsonValue;
  variant: string;
  /** OpenFeature's standard reasons. */
  reason: string;
  rule?: string;
  /** The experiment that the subject takes part in by this evaluation. */
  experiment?: string;
  /** 0 to 99,999, where a percentage decided. */
  bucket?: number;
  /** Rules that did not apply, in order. */
  skipped: { rule: string; because: string }[];
}

type Choice = Pick<Evaluation, "variant" | "reason" | "rule" | "experiment" | "bucket">;

/**
 * A disabled flag serves its off variant; else the first rule that applies decides, then a running experiment, then the
 * default variant.
 * @param now milliseconds since 1970 (UTC), for rules with a schedule
 * @throws TargetingKeyMissingError when a percentage must be decided and the context names no subject
 */
export function evaluate(
  flag: FlagDefinition,
  snapshot: Snapshot,
  context: EvaluationContext,
  now: number,
): Evaluation {
  const skipped: Evaluation["skipped"] = [];
  const choice = choose(flag, snapshot, context, now, skipped);
  return { ...choice, value: flag.variants[choice.variant] as JsonValue, skipped };
}

function choose(
  flag: FlagDefinition,
  snapshot: Snapshot,
  context: EvaluationContext,
  now: number,
  skipped: Evaluation["skipped"],
): Choice {
  if (!flag.enabled) return { variant: flag.off_variant, reason: StandardResolutionReasons.DISABLED };
  for (const [index, rule] of flag.rules.entries()) {
    const name = rule.id ?? String(index + 1);
    const decided = applyRule(flag, rule, snapshot, context, now);
    if (typeof decided === "object") return { ...decided, rule: name };
    skipped.push({ rule: name, because: decided });
  }
  const experiment = snapshot.experiments.get(flag.key);
  const chosen = experiment && takePart(experiment, snapshot, context);
  if (chosen) return chosen;
  const reason =
    flag.rules.length === 0 && !experiment
      ? StandardResolutionReasons.STATIC
      : StandardResolutionReasons.DEFAULT;
  return { variant: flag.default_variant, reason };
}

/** What a rule serves, or why it does not apply. */
function applyRule(
  flag: FlagDefinition,
  rule: Rule,
  snapshot: Snapshot,
  context: EvaluationContext,
  now: number,
): Choice | string {
  if (rule.starts_at !== undefined && now < rule.starts_at * 1000) return "it has not started yet";
  if (rule.ends_at !== undefined && now >= rule.ends_at * 1000) return "it has ended";
  if (!isInAudience(rule, context, snapshot.segments)) return "the subject is not in its audience";
  let bucket: number | undefined;
  if (rule.percentage !== undefined) {
    bucket = bucketOf(flag.key, flag.salt, subjectOf(context));
    if (!isWithin(bucket, rule.percentage)) return `bucket ${bucket} is beyond ${rule.percentage} %`;
  }
  if (rule.split) {
    // Dealt apart from the percentage: else those within a small one would all get the first variant.
    bucket = bucketOf(flag.key, `${flag.salt}.split`, subjectOf(context));
    return { variant: pick(bucket, rule.split), reason: StandardResolutionReasons.SPLIT, bucket };
  }
  const reason =
    bucket === undefined ? StandardResolutionReasons.TARGETING_MATCH : StandardResolutionReasons.SPLIT;
  return { variant: rule.variant ?? flag.default_variant, reason, bucket };
}

function takePart(
  experiment: ExperimentDefinition,
  snapshot: Snapshot,
  context: EvaluationContext,
): Choice | undefined {
  if (!isInAudience(experiment, context, snapshot.segments)) return undefined;
  const subject = subjectOf(context);
  if (
    experiment.percentage !== undefined &&
    !isWithin(bucketOf(experiment.key, "share", subject), experiment.percentage)
  )
    return undefined;
  const bucket = bucketOf(experiment.key, "split", subject);
  return {
    variant: pick(bucket, experiment.split),
    reason: StandardResolutionReasons.SPLIT,
    experiment: experiment.key,
    bucket,
  };
}

function subjectOf(context: EvaluationContext): string {
  if (context.targetingKey === undefined || context.targetingKey === "")
    throw new TargetingKeyMissingError("A percentage needs a subject: give the context a targetingKey.");
  return context.targetingKey;
}
