import type { Duration } from "../units.ts";
import { type Problems, show, within } from "../validation.ts";

/** A change of the bounds at fixed times. */
export interface ScheduledScalingArgs {
  /** `"0 7 ? * MON-FRI *"`: minute, hour, day of month, month, day of week, year, as EventBridge reads them. */
  cron: string;
  /** IANA name, such as `Europe/Zurich`. @default "UTC" */
  timezone?: string;
  /** @default unchanged */
  min?: number;
  /** @default unchanged */
  max?: number;
}

/** How a service grows and shrinks. */
export interface ScalingArgs {
  /** Fewest tasks. 0 only with a schedule: without tasks there is nothing to measure. */
  min: number;
  max: number;
  /** Average CPU utilisation to keep, percent. @default not scaled by CPU */
  cpu?: number;
  /** Average memory utilisation to keep, percent. @default not scaled by memory */
  memory?: number;
  /** Requests per task and minute to keep; needs `route`. @default not scaled by requests */
  requestsPerTarget?: number;
  /** Wait after tasks were added. @default "60 seconds" */
  scaleOutCooldown?: Duration;
  /** Wait after tasks were taken away. @default "300 seconds" */
  scaleInCooldown?: Duration;
  /** Bounds that change at fixed times. @default none */
  schedule?: ScheduledScalingArgs[];
}

/** A scaling plan with defaults filled in. */
export interface ScalingPlan {
  min: number;
  max: number;
  /** The fewest tasks that any schedule asks for. */
  floor: number;
  targets: { metric: "cpu" | "memory" | "requests"; value: number }[];
  scaleOutCooldown: number;
  scaleInCooldown: number;
  schedule: { schedule: string; timezone: string; min?: number; max?: number }[];
}

/** Plans a service's scaling; mistakes are recorded in `problems`. */
export function planScaling(args: ScalingArgs, hasRoute: boolean, problems: Problems): ScalingPlan {
  const schedule = args.schedule ?? [];
  checkBounds(args, "scaling", problems);
  problems.check(
    args.min > 0 || schedule.length > 0,
    "scaling.min",
    `0 without a schedule would never grow again: tasks that do not run use no CPU; write 1 or more`,
  );
  problems.check(
    args.requestsPerTarget === undefined || hasRoute,
    "scaling.requestsPerTarget",
    `${show(args.requestsPerTarget)} needs requests; give the service a route`,
  );
  for (const metric of ["cpu", "memory"] as const) {
    const percent = args[metric];
    problems.check(
      percent === undefined || (percent >= 1 && percent <= 100),
      `scaling.${metric}`,
      `${show(percent)} is not a utilisation; write percent from 1 to 100`,
    );
  }
  problems.check(
    args.requestsPerTarget === undefined || args.requestsPerTarget > 0,
    "scaling.requestsPerTarget",
    `${show(args.requestsPerTarget)} is not possible; write requests per task and minute above 0`,
  );
  const targets: ScalingPlan["targets"] = [
    ...(args.cpu === undefined ? [] : [{ metric: "cpu" as const, value: args.cpu }]),
    ...(args.memory === undefined ? [] : [{ metric: "memory" as const, value: args.memory }]),
    ...(args.requestsPerTarget === undefined
      ? []
      : [{ metric: "requests" as const, value: args.requestsPerTarget }]),
  ];
  problems.check(
    targets.length > 0 || schedule.length > 0,
    "scaling",
    `nothing says when to scale; write cpu, memory, requestsPerTarget or schedule, or count instead of scaling`,
  );
  return {
    min: args.min,
    max: args.max,
    floor: Math.min(args.min, ...schedule.map(({ min }) => min ?? args.min)),
    targets,
    scaleOutCooldown: within(
      problems,
      "scaling.scaleOutCooldown",
      args.scaleOutCooldown ?? "60 seconds",
      0,
      3600,
    ),
    scaleInCooldown: within(
      problems,
      "scaling.scaleInCooldown",
      args.scaleInCooldown ?? "300 seconds",
      0,
      3600,
    ),
    schedule: schedule.map((entry, index) => planSchedule(entry, `scaling.schedule[${index}]`, problems)),
  };
}

function planSchedule(
  entry: ScheduledScalingArgs,
  path: string,
  problems: Problems,
): ScalingPlan["schedule"][number] {
  const { cron, timezone = "UTC", min, max } = entry;
  const fields = cron.trim().split(/\s+/);
  problems.check(
    fields.length === 6 && fields.every((field) => /^[A-Za-z0-9*?,/#-]+$/.test(field)),
    `${path}.cron`,
    `${show(cron)} is not a schedule; write six fields such as "0 7 ? * MON-FRI *"`,
  );
  // Days of month and of week cannot both be set: EventBridge wants "?" in one of them.
  problems.check(
    fields.length !== 6 || (fields[2] === "?") !== (fields[4] === "?"),
    `${path}.cron`,
    `${show(cron)} must have "?" either as day of month (third) or as day of week (fifth)`,
  );
  problems.check(
    isTimezone(timezone),
    `${path}.timezone`,
    `${show(timezone)} is not a time zone; write an IANA name such as "Europe/Zurich"`,
  );
  if (
    problems.check(min !== undefined || max !== undefined, path, `changes nothing; write min, max or both`)
  ) {
    checkBounds({ min: min ?? 0, max: max ?? Math.max(min ?? 0, 1) }, path, problems, 0);
  }
  return {
    schedule: `cron(${fields.join(" ")})`,
    timezone,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

function checkBounds(
  { min, max }: { min: number; max: number },
  path: string,
  problems: Problems,
  leastMax = 1,
): void {
  const whole =
    problems.check(
      Number.isInteger(min) && min >= 0,
      `${path}.min`,
      `${show(min)} is not a number of tasks; write a whole number from 0`,
    ) &&
    problems.check(
      Number.isInteger(max) && max >= leastMax,
      `${path}.max`,
      `${show(max)} is not a number of tasks; write a whole number from ${leastMax}`,
    );
  if (whole)
    problems.check(max >= min, `${path}.max`, `${max} is less than min (${min}); write ${min} or more`);
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return /^(UTC|[A-Za-z_]+\/.+)$/.test(name);
  } catch {
    return false;
  }
}
