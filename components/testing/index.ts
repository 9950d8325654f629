export { PlanError, type PlanErrorKind } from "./errors.ts";
export { expectGolden, mistakesOf, resource, resources } from "./expectations.ts";
export { type PlanProjectOptions, planProject } from "./plan-project.ts";
export { type PlanOfOptions, planOf } from "./plan-of.ts";
export { SECRET, UNKNOWN } from "./plan.ts";
export type { Diagnostic, Json, Plan, PlanOptions, PlanResource } from "./plan.ts";
