/** Whether what is known of a subject meets a condition. */
import type { EvaluationContext } from "@openfeature/server-sdk";
import type { Condition, SegmentDefinition } from "./schemas.ts";
import { compareVersions } from "./semver.ts";

type Operator = Condition["operator"];
type Operand = Condition["value"];

/** An order: of numbers, of strings (dates in ISO 8601 order so); undefined where the two cannot be compared. */
function compare(actual: unknown, operand: Operand): number | undefined {
  if (typeof actual === "number" && typeof operand === "number") return actual - operand;
  if (typeof actual === "string" && typeof operand === "string")
    return actual < operand ? -1 : Number(actual > operand);
  return undefined;
}

function versions(actual: unknown, operand: Operand): number | undefined {
  return typeof actual === "string" && typeof operand === "string"
    ? compareVersions(actual, operand)
    : undefined;
}

function isOneOf(actual: unknown, operand: Operand): boolean {
  return Array.isArray(operand) ? operand.some((entry) => entry === actual) : operand === actual;
}

function text(holds: (actual: string, operand: string) => boolean) {
  return (actual: unknown, operand: Operand) =>
    typeof actual === "string" && typeof operand === "string" && holds(actual, operand);
}

function order(compared: typeof compare, holds: (difference: number) => boolean) {
  return (actual: unknown, operand: Operand) => {
    const difference = compared(actual, operand);
    return difference !== undefined && holds(difference);
  };
}

const HOLDS: Record<Operator, (actual: unknown, operand: Operand) => boolean> = {
  equals: (actual, operand) => actual === operand,
  not_equals: (actual, operand) => actual !== operand,
  in: isOneOf,
  not_in: (actual, operand) => !isOneOf(actual, operand),
  // A list attribute contains an entry, a text a part.
  contains: (actual, operand) =>
    Array.isArray(actual)
      ? actual.includes(operand)
      : text((whole, part) => whole.includes(part))(actual, operand),
  starts_with: text((whole, part) => whole.startsWith(part)),
  ends_with: text((whole, part) => whole.endsWith(part)),
  greater_than: order(compare, (difference) => difference > 0),
  greater_or_equal: order(compare, (difference) => difference >= 0),
  less_than: order(compare, (difference) => difference < 0),
  less_or_equal: order(compare, (difference) => difference <= 0),
  version_equals: order(versions, (difference) => difference === 0),
  version_at_least: order(versions, (difference) => difference >= 0),
  version_below: order(versions, (difference) => difference < 0),
  exists: (actual, operand) => (actual !== undefined && actual !== null) === operand,
};

function meets(condition: Condition, context: EvaluationContext): boolean {
  const actual = Object.hasOwn(context, condition.attribute) ? context[condition.attribute] : undefined;
  return HOLDS[condition.operator](actual, condition.value);
}

export interface Audience {
  all?: readonly Condition[];
  any?: readonly Condition[];
  segments?: readonly string[];
}

function meetsConditions(audience: Audience, context: EvaluationContext): boolean {
  return (
    (audience.all ?? []).every((condition) => meets(condition, context)) &&
    (audience.any === undefined || audience.any.some((condition) => meets(condition, context)))
  );
}

function isInSegment(segment: SegmentDefinition, context: EvaluationContext): boolean {
  const subject = context.targetingKey;
  if (subject !== undefined) {
    if (segment.excluded?.includes(subject)) return false;
    if (segment.included?.includes(subject)) return true;
  }
  // A segment of listed subjects alone holds nobody else.
  return (segment.all !== undefined || segment.any !== undefined) && meetsConditions(segment, context);
}

/** Whether all parts of an audience apply; one without parts is everybody. A segment that does not exist holds nobody. */
export function isInAudience(
  audience: Audience,
  context: EvaluationContext,
  segments: ReadonlyMap<string, SegmentDefinition>,
): boolean {
  if (!meetsConditions(audience, context)) return false;
  if (audience.segments === undefined) return true;
  return audience.segments.some((key) => {
    const segment = segments.get(key);
    return segment !== undefined && isInSegment(segment, context);
  });
}
