import type { Json, PlanResource } from "../../components/testing/plan.ts";
import type { Monthly } from "./cost.ts";
import { hoursOfWeek, shares } from "./schedule.ts";
import type { Change } from "./schedule.ts";
import { numberAt, objectAt, textAt } from "./site.ts";
import type { Site } from "./site.ts";

const SCHEDULE = "aws:scheduler/schedule:Schedule";
const SCHEDULED_SCALING = "aws:appautoscaling/scheduledAction:ScheduledAction";
const SCALING_TARGET = "aws:appautoscaling/target:Target";

/** Actions of EventBridge Scheduler's universal targets that start (true) and stop (false) what is charged by the hour. */
const POWER: Record<string, boolean> = {
  "rds:startDBInstance": true,
  "rds:stopDBInstance": false,
  "rds:startDBCluster": true,
  "rds:stopDBCluster": false,
  "ec2:startInstances": true,
  "ec2:stopInstances": false,
};

/** Tasks that run at the least, on average and at the most, with schedules taken into account. */
export interface Tasks extends Monthly {
  /** In words, such as `2 tasks (1–20)`. */
  words: string;
}

/** Share of the week that a database, cluster or instance runs, by schedules that stop and start it; 1 without any. */
export function runningShare(resource: PlanResource, site: Site): number {
  const changes = site.all(SCHEDULE).flatMap((schedule): Change<boolean>[] => {
    const on = POWER[/aws-sdk:(\w+:\w+)$/.exec(targetOf(schedule).arn)?.[1] ?? ""];
    if (on === undefined || !isAbout(schedule, resource)) return [];
    return changesOf(schedule, "scheduleExpression", on);
  });
  const both = changes.some(({ state }) => state) && changes.some(({ state }) => !state);
  // Stopped without ever being started, or the reverse, says nothing about a month.
  return both ? shares(changes).reduce((sum, { state, share }) => sum + (state ? share : 0), 0) : 1;
}

/**
 * Running tasks of an ECS service. At the least the scaling minimum, at the most its maximum; expected is the usage
 * assumption for the service's name, else the minimum, within the bounds that hold at each hour of the week.
 */
export function tasksOf(service: PlanResource, site: Site): Tasks {
  const desired = numberAt(service.inputs, "desiredCount", 1);
  const target = scalingTarget(service, site);
  const assumed = site.override(site.usage.averageTasks, service);
  if (target === undefined) return fixedTasks(service, assumed ?? desired, site);
  const always = bounds(target.inputs, { min: desired, max: desired });
  const changes = site
    .all(SCHEDULED_SCALING)
    .filter((action) => isAbout(action, target))
    .flatMap((action): Change<Bounds>[] => {
      const to = objectAt(action.inputs, "scalableTargetAction");
      return to === undefined ? [] : changesOf(action, "schedule", bounds(to, always));
    });
  const states = changes.length === 0 ? [{ state: always, share: 1 }] : shares(changes);
  const average = (of: (state: Bounds) => number) =>
    round(states.reduce((sum, { state, share }) => sum + share * of(state), 0));
  const low = average(({ min }) => min);
  const expected = average(({ min, max }) => Math.min(Math.max(assumed ?? min, min), max));
  const high = average(({ max }) => max);
  const scheduled = changes.length === 0 ? "" : ", as scheduled";
  return {
    low,
    expected,
    high,
    words: `${expected} ${plural(expected, "task")} (${low}–${high}${scheduled})`,
  };
}

/** Tasks of a service without scaling, which schedules can set to another number. */
function fixedTasks(service: PlanResource, usual: number, site: Site): Tasks {
  const changes = site.all(SCHEDULE).flatMap((schedule): Change<number>[] => {
    const { arn, input } = targetOf(schedule);
    const count = /"DesiredCount":\s*(\d+)/.exec(input)?.[1];
    if (!arn.endsWith("aws-sdk:ecs:updateService") || count === undefined || !isAbout(schedule, service))
      return [];
    return changesOf(schedule, "scheduleExpression", Number(count));
  });
  // A single change, ever repeated, says only what the number is from then on.
  const scheduled = new Set(changes.map(({ state }) => state)).size > 1;
  const tasks = scheduled
    ? round(shares(changes).reduce((sum, { state, share }) => sum + state * share, 0))
    : usual;
  const words = `${tasks} ${plural(tasks, "task")}${scheduled ? " (as scheduled)" : ""}`;
  return { low: tasks, expected: tasks, high: tasks, words };
}

interface Bounds {
  min: number;
  max: number;
}

/** A minimum above the present maximum raises it, as Application Auto Scaling requires of who writes both. */
function bounds(inputs: Record<string, Json>, otherwise: Bounds): Bounds {
  const min = numberAt(inputs, "minCapacity", otherwise.min);
  return { min, max: Math.max(min, numberAt(inputs, "maxCapacity", otherwise.max)) };
}

function scalingTarget(service: PlanResource, site: Site): PlanResource | undefined {
  return (
    site.dependents(service, SCALING_TARGET)[0] ??
    site.all(SCALING_TARGET).find(({ inputs }) => {
      const name = textAt(service.outputs, "name", textAt(service.inputs, "name", service.name));
      return textAt(inputs, "resourceId").endsWith(`/${name}`);
    })
  );
}

function changesOf<State>(schedule: PlanResource, property: string, state: State): Change<State>[] {
  if (textAt(schedule.inputs, "state", "ENABLED") !== "ENABLED") return [];
  return (hoursOfWeek(textAt(schedule.inputs, property)) ?? []).map((hour) => ({ hour, state }));
}

const targetOf = (schedule: PlanResource): { arn: string; input: string } => {
  const target = objectAt(schedule.inputs, "target") ?? {};
  return { arn: textAt(target, "arn"), input: textAt(target, "input") };
};

/** A schedule is about what it depends on, or names in its target's input. */
function isAbout(schedule: PlanResource, resource: PlanResource): boolean {
  if (schedule.dependencies.includes(resource.urn)) return true;
  const named = [resource.outputs.identifier, resource.outputs.clusterIdentifier, resource.id];
  const input = targetOf(schedule).input;
  return named.some((name) => typeof name === "string" && name !== "" && input.includes(`"${name}"`));
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
const plural = (count: number, word: string): string => (count === 1 ? word : `${word}s`);
