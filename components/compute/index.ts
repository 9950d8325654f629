export { type SpotArgs } from "./capacity.ts";
export * from "./cluster.ts";
export * from "./fargate-service.ts";
export * from "./one-off-task.ts";
export type {
  ApprovalArgs,
  LifecycleHookArgs,
  LifecycleStage,
  RolloutArgs,
  RolloutStrategy,
} from "./rollout.ts";
export type { ScalingArgs, ScheduledScalingArgs } from "./scaling.ts";
export type { RouteArgs, RouteHealthArgs } from "./route-plan.ts";
export type { ContainerArgs, ContainerHealthArgs, SidecarArgs, TaskArgs, TaskLogArgs } from "./task-args.ts";
export * from "./task-cluster.ts";
export type { TaskIdentity, TaskTransforms } from "./task-component.ts";
export { FARGATE_SIZES, taskSize, type TaskSize } from "./task-size.ts";
