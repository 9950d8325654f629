export { type Limits } from "./alarm-plan.ts";
export * from "./alarms.ts";
export * from "./budget.ts";
export * from "./dashboard.ts";
export * from "./log-group.ts";
export * from "./monitoring.ts";
export * from "./notifications.ts";
export * from "./observables.ts";
