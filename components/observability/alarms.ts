import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import { Problems, show } from "../validation.ts";
import { type Limits, type PlannedAlarm, planAlarms, SIMPLE_STATISTICS } from "./alarm-plan.ts";
import type { Observable } from "./observables.ts";

/** Where alarms are sent to (`Notifications` implements it). */
export interface AlertTarget {
  readonly topicArn: pulumi.Input<string>;
  /** Region of the topic. @default the provider's */
  readonly region?: string | undefined;
}

/** Arguments of {@link Alarms}. */
export interface AlarmsArgs extends ComponentArgs {
  /** The components to watch. */
  watch: Observable[];
  /** Who is told, when an alarm goes on and when it goes off; one for each region that is watched. @default nobody */
  alerts?: AlertTarget | AlertTarget[];
  /** Thresholds that replace the components' own, by kind of alarm. @default none */
  limits?: Limits;
  /**
   * `each`: every alarm tells by itself. `together`: one composite alarm tells, once, while any of them is on.
   * @default "each"
   */
  notify?: "each" | "together";
  transform?: {
    /** Of every alarm. */
    alarm?: Transform<aws.cloudwatch.MetricAlarmArgs>;
    composite?: Transform<aws.cloudwatch.CompositeAlarmArgs>;
  };
}

/** One alarm, and the component that it watches. */
interface WatchedAlarm {
  /** The component's name. */
  component: string;
  alarm: aws.cloudwatch.MetricAlarm;
}

const TOKEN = "strongroom:observability:Alarms";
/** CloudWatch's limit of 255 for an alarm's name, less what Pulumi appends. */
const MAX_NAME = 247;
/** Alarms that one composite alarm can stand for. */
const MAX_CHILDREN = 100;
/** Characters of a composite alarm's rule. */
const MAX_RULE = 10_240;

/**
 * The alarms that components propose, made and sent to somebody.
 *
 * ```ts
 * new Alarms("payments", { watch: [edge, backend, database], alerts, limits: { cpu: 90, connections: 150 } });
 * ```
 *
 * Cost: 0.10 USD a month for each alarm, 0.50 USD for a composite one.
 */
export class Alarms extends Component {
  /** Every alarm with the component that it watches, in the order of `watch`. */
  readonly alarms: readonly WatchedAlarm[];
  /** The resources that the component made. */
  readonly nodes: { readonly composite?: aws.cloudwatch.CompositeAlarm };

  constructor(name: string, args: AlarmsArgs, options?: pulumi.ComponentResourceOptions) {
    const planned = normalize(name, args);
    super(TOKEN, name, args, options);
    const together = args.notify === "together";
    this.alarms = planned.map(({ component, plan }) => ({
      component,
      alarm: this.#alarm(args, plan, together ? [] : topicsFor(plan, args)),
    }));
    this.nodes = together ? { composite: this.#composite(args) } : {};
    this.registerOutputs({ arns: this.alarms.map(({ alarm }) => alarm.arn) });
  }

  #alarm(args: AlarmsArgs, plan: PlannedAlarm, topics: pulumi.Input<string>[]): aws.cloudwatch.MetricAlarm {
    const { metric } = plan;
    const simple = SIMPLE_STATISTICS.includes(metric.statistic);
    return this.make(
      aws.cloudwatch.MetricAlarm,
      plan.role,
      {
        alarmDescription: plan.description,
        namespace: metric.namespace,
        metricName: metric.name,
        dimensions: metric.dimensions,
        ...(simple
          ? { statistic: metric.statistic }
          : { extendedStatistic: metric.statistic, evaluateLowSampleCountPercentiles: "ignore" }),
        period: plan.period,
        evaluationPeriods: plan.periods,
        comparisonOperator: plan.comparisonOperator,
        threshold: plan.threshold,
        treatMissingData: plan.missingData,
        alarmActions: topics,
        okActions: topics,
        // An alarm must stand in the region of its metric.
        ...(metric.region === undefined ? {} : { region: metric.region }),
      },
      { transform: args.transform?.alarm },
    );
  }

  #composite(args: AlarmsArgs): aws.cloudwatch.CompositeAlarm {
    const names = pulumi.all(this.alarms.map(({ alarm }) => alarm.name));
    const topics = [args.alerts ?? []].flat().map(({ topicArn }) => topicArn);
    return this.make(
      aws.cloudwatch.CompositeAlarm,
      "any",
      {
        alarmName: `${this.componentName}-${pulumi.getStack()}`,
        alarmDescription: `Something of ${this.componentName} is in alarm; the alarms that it stands for say what.`,
        alarmRule: names.apply((all) => all.map((one) => `ALARM("${one}")`).join(" OR ")),
        alarmActions: topics,
        okActions: topics,
      },
      { transform: args.transform?.composite },
    );
  }
}

function normalize(name: string, args: AlarmsArgs): { component: string; plan: PlannedAlarm }[] {
  const problems = new Problems(TOKEN, name);
  const observed = args.watch.map(({ observables }) => observables);
  const plans = planAlarms(observed, args.limits ?? {}, problems);
  const components = observed.flatMap((observables) => observables.alarms.map(() => observables.name));
  for (const plan of plans) {
    const full = `${name}-${plan.role}`;
    problems.check(
      full.length <= MAX_NAME,
      "watch",
      `${show(full)} has ${full.length} characters, and an alarm's name at most ${MAX_NAME}; give shorter names`,
    );
    problems.check(
      args.alerts === undefined || topicsFor(plan, args).length > 0,
      "alerts",
      `nobody is told of ${show(plan.role)}, whose metric is in ${plan.metric.region ?? ""}; add Notifications with ` +
        `region: ${show(plan.metric.region)}`,
    );
  }
  if (args.notify === "together") {
    problems.check(
      plans.length >= 1 && plans.length <= MAX_CHILDREN,
      "notify",
      `${plans.length} alarms cannot be told together; a composite alarm stands for 1 to ${MAX_CHILDREN}`,
    );
    // `ALARM("…") OR ` of each, with what Pulumi appends to its name.
    const length = plans.reduce((sum, plan) => sum + `ALARM("${name}-${plan.role}-1234567") OR `.length, 0);
    problems.check(
      length <= MAX_RULE,
      "notify",
      `a composite alarm's rule has ${MAX_RULE} characters, and the names of these come to ${length}; give shorter ` +
        'names, or write "each"',
    );
    const elsewhere = plans.find(
      ({ metric }) => metric.region !== undefined && metric.region !== args.region,
    );
    problems.check(
      elsewhere === undefined,
      "notify",
      `${show(elsewhere?.role)} is in another region, which a composite alarm cannot look into; write "each"`,
    );
  }
  problems.throwIfAny();
  return plans.map((plan, index) => ({ component: components[index] ?? name, plan }));
}

/** The topics in the region of an alarm. Where a region is not known, it is taken to be the provider's. */
function topicsFor({ metric }: PlannedAlarm, args: AlarmsArgs): pulumi.Input<string>[] {
  const region = metric.region ?? args.region;
  return [args.alerts ?? []]
    .flat()
    .filter((target) => target.region === undefined || region === undefined || target.region === region)
    .map(({ topicArn }) => topicArn);
}
