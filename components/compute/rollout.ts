import type * as pulumi from "@pulumi/pulumi";
import type { Duration } from "../units.ts";
import { type Problems, show, within } from "../validation.ts";

/** How the new version of a service takes over. */
export type RolloutStrategy = "rolling" | "blueGreen" | "linear" | "canary";

/** Stages of a deployment at which ECS can call a function. */
export type LifecycleStage =
  | "RECONCILE_SERVICE"
  | "PRE_SCALE_UP"
  | "POST_SCALE_UP"
  | "TEST_TRAFFIC_SHIFT"
  | "POST_TEST_TRAFFIC_SHIFT"
  | "PRODUCTION_TRAFFIC_SHIFT"
  | "POST_PRODUCTION_TRAFFIC_SHIFT";

/** A function that ECS calls during a deployment and that can stop it. */
export interface LifecycleHookArgs {
  stages: LifecycleStage[];
  /** ARN of a Lambda function that answers `{ "hookStatus": "SUCCEEDED" | "FAILED" | "IN_PROGRESS" }`. */
  functionArn: pulumi.Input<string>;
  /** Given to the function with every call. @default none */
  details?: Record<string, unknown>;
}

/** A deployment that waits for a person. */
export interface ApprovalArgs {
  /** Time to answer, 1 minute to 14 days. @default "60 minutes" */
  timeout?: Duration;
  /** What happens without an answer. @default "rollback" */
  onTimeout?: "rollback" | "continue";
}

/** How the new version of a service takes over, in full. */
export interface RolloutArgs {
  /**
   * `rolling` replaces tasks in place. The others start the new version beside the old one, behind a second target
   * group, and move the listener's weights: at once (`blueGreen`), in equal steps (`linear`), or first a small share
   * (`canary`). They need a `route`.
   */
  strategy: RolloutStrategy;
  /** Time that both versions run after all traffic moved; going back takes seconds. Not for rolling. @default "10 minutes" */
  bakeTime?: Duration;
  /** `linear`: percent of traffic a step, 3 to 100. @default 10 */
  step?: number;
  /** `linear`: time between steps. @default "3 minutes" */
  stepInterval?: Duration;
  /** `canary`: percent of traffic that goes first, 0.1 to 100. @default 5 */
  canaryPercent?: number;
  /** `canary`: time until the rest follows. @default "10 minutes" */
  canaryTime?: Duration;
  /** Functions that ECS calls at stages of a deployment. @default none */
  hooks?: LifecycleHookArgs[];
  /**
   * Wait for a person before live traffic moves (an ECS pause hook; answered with `ContinueServiceDeployment`).
   * @default false
   */
  approval?: boolean | ApprovalArgs;
  /** Names of CloudWatch alarms that stop a deployment and take it back. @default none */
  alarms?: pulumi.Input<string>[];
}

/** A roll-out in ECS's own terms. */
export interface RolloutPlan {
  strategy: RolloutStrategy;
  /** `deploymentConfiguration` without its hooks. */
  configuration: {
    strategy: "ROLLING" | "BLUE_GREEN" | "LINEAR" | "CANARY";
    bakeTimeInMinutes?: string;
    linearConfiguration?: { stepPercent: number; stepBakeTimeInMinutes: string };
    canaryConfiguration?: { canaryPercent: number; canaryBakeTimeInMinutes: string };
  };
  /** Whether ECS moves traffic between two target groups. */
  shiftsTraffic: boolean;
  hooks: LifecycleHookArgs[];
  pause?: { stage: LifecycleStage; timeoutInMinutes: string; action: "ROLLBACK" | "CONTINUE" };
  alarms: pulumi.Input<string>[];
  /** How long Pulumi waits for an update. */
  timeoutMinutes: number;
}

const ECS_STRATEGY = {
  rolling: "ROLLING",
  blueGreen: "BLUE_GREEN",
  linear: "LINEAR",
  canary: "CANARY",
} as const;
type TimingOption = "bakeTime" | "step" | "stepInterval" | "canaryPercent" | "canaryTime";
/** Options that only some strategies have. */
const ONLY_FOR: Record<TimingOption, readonly RolloutStrategy[]> = {
  bakeTime: ["blueGreen", "linear", "canary"],
  step: ["linear"],
  stepInterval: ["linear"],
  canaryPercent: ["canary"],
  canaryTime: ["canary"],
};
/** Minutes for starting and stopping tasks, whatever the strategy. */
const BASE_MINUTES = 30;
const FOURTEEN_DAYS = 20_160;

/** Plans a roll-out; mistakes are recorded in `problems`. */
export function planRollout(
  given: RolloutStrategy | RolloutArgs,
  route: { hasTestListener: boolean } | undefined,
  problems: Problems,
): RolloutPlan {
  const args = typeof given === "string" ? { strategy: given } : given;
  const at = typeof given === "string" ? "rollout" : "rollout.strategy";
  const known = problems.check(
    Object.hasOwn(ECS_STRATEGY, args.strategy),
    at,
    `${show(args.strategy)} is not a strategy; write "rolling", "blueGreen", "linear" or "canary"`,
  );
  const strategy = known ? args.strategy : "rolling";
  const shiftsTraffic = strategy !== "rolling";
  problems.check(
    !shiftsTraffic || route !== undefined,
    at,
    `${show(strategy)} moves the traffic of a load balancer; give the service a route or write "rolling"`,
  );
  for (const [option, strategies] of Object.entries(ONLY_FOR) as [
    TimingOption,
    readonly RolloutStrategy[],
  ][]) {
    problems.check(
      !known || args[option] === undefined || strategies.includes(strategy),
      `rollout.${option}`,
      `${show(args[option])} means nothing to ${show(strategy)}; leave it out or write strategy: ${strategies.map(show).join(" or ")}`,
    );
  }
  const time = (option: "bakeTime" | "stepInterval" | "canaryTime", standard: Duration): number =>
    within(problems, `rollout.${option}`, args[option] ?? standard, 0, 1440, "minutes");
  const percent = (option: "step" | "canaryPercent", standard: number, least: number): number => {
    const value = args[option] ?? standard;
    problems.check(
      value >= least && value <= 100,
      `rollout.${option}`,
      `${show(value)} is not possible; write percent from ${least} to 100`,
    );
    return value;
  };

  const bake = shiftsTraffic ? time("bakeTime", "10 minutes") : 0;
  const linear =
    strategy === "linear"
      ? { step: percent("step", 10, 3), pause: time("stepInterval", "3 minutes") }
      : undefined;
  const canary =
    strategy === "canary"
      ? { percent: percent("canaryPercent", 5, 0.1), pause: time("canaryTime", "10 minutes") }
      : undefined;
  const pause = planPause(args.approval ?? false, shiftsTraffic, route?.hasTestListener ?? false, problems);
  checkHooks(args.hooks ?? [], shiftsTraffic, problems);
  return {
    strategy,
    configuration: {
      strategy: ECS_STRATEGY[strategy],
      ...(shiftsTraffic ? { bakeTimeInMinutes: String(bake) } : {}),
      ...(linear && {
        linearConfiguration: { stepPercent: linear.step, stepBakeTimeInMinutes: String(linear.pause) },
      }),
      ...(canary && {
        canaryConfiguration: { canaryPercent: canary.percent, canaryBakeTimeInMinutes: String(canary.pause) },
      }),
    },
    shiftsTraffic,
    hooks: args.hooks ?? [],
    ...(pause === undefined ? {} : { pause }),
    alarms: args.alarms ?? [],
    timeoutMinutes:
      BASE_MINUTES +
      bake +
      (linear === undefined ? 0 : Math.ceil(100 / linear.step) * linear.pause) +
      (canary?.pause ?? 0) +
      Number(pause?.timeoutInMinutes ?? 0),
  };
}

function planPause(
  approval: boolean | ApprovalArgs,
  shiftsTraffic: boolean,
  hasTestListener: boolean,
  problems: Problems,
): RolloutPlan["pause"] {
  if (approval === false) return undefined;
  problems.check(
    shiftsTraffic,
    "rollout.approval",
    `there is no moment to approve in "rolling"; write strategy: "blueGreen", "linear" or "canary"`,
  );
  const { timeout = "60 minutes", onTimeout = "rollback" } = approval === true ? {} : approval;
  return {
    // With a test listener the new version can be tried while the deployment waits.
    stage: hasTestListener ? "POST_TEST_TRAFFIC_SHIFT" : "POST_SCALE_UP",
    timeoutInMinutes: String(
      within(problems, "rollout.approval.timeout", timeout, 1, FOURTEEN_DAYS, "minutes"),
    ),
    action: onTimeout === "rollback" ? "ROLLBACK" : "CONTINUE",
  };
}

function checkHooks(hooks: readonly LifecycleHookArgs[], shiftsTraffic: boolean, problems: Problems): void {
  hooks.forEach(({ stages }, index) => {
    problems.check(
      stages.length > 0,
      `rollout.hooks[${index}].stages`,
      `names no stage; write one such as "POST_TEST_TRAFFIC_SHIFT"`,
    );
    const traffic = stages.filter((stage) => stage.endsWith("TRAFFIC_SHIFT"));
    problems.check(
      shiftsTraffic || traffic.length === 0,
      `rollout.hooks[${index}].stages`,
      `${traffic.map(show).join(", ")} never comes in "rolling", which moves no traffic; write another strategy or stage`,
    );
  });
}
