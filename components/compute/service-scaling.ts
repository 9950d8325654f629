import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import type { ScalingPlan } from "./scaling.ts";
import type { ServiceRoute } from "./service-route.ts";

/** Arguments of {@link ServiceScaling}. */
export interface ServiceScalingArgs extends ComponentArgs {
  plan: ScalingPlan;
  /** `service/<cluster>/<service>`. */
  resourceId: pulumi.Input<string>;
  route: ServiceRoute | undefined;
  transform?: {
    scalableTarget?: Transform<aws.appautoscaling.TargetArgs>;
    scalingPolicy?: Transform<aws.appautoscaling.PolicyArgs>;
  };
}

type TargetMetric = Pick<
  aws.types.input.appautoscaling.PolicyTargetTrackingScalingPolicyConfiguration,
  "customizedMetricSpecification" | "predefinedMetricSpecification"
>;

/** Bounds, target-tracking policies and scheduled bounds of a service; part of `FargateService`. */
export class ServiceScaling extends Component {
  /** The resources that the component made. */
  readonly nodes: {
    readonly target: aws.appautoscaling.Target;
    readonly policies: readonly aws.appautoscaling.Policy[];
    readonly schedules: readonly aws.appautoscaling.ScheduledAction[];
  };

  constructor(name: string, args: ServiceScalingArgs, options: pulumi.ComponentResourceOptions) {
    super("strongroom:compute:ServiceScaling", name, args, options);
    const { plan, resourceId, transform } = args;
    const dimension = {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId,
    };
    const target = this.make(
      aws.appautoscaling.Target,
      "scaling",
      { ...dimension, minCapacity: plan.min, maxCapacity: plan.max },
      { transform: transform?.scalableTarget },
    );
    const after = { dependsOn: [target] };
    const policies = plan.targets.map(({ metric, value }) =>
      this.make(
        aws.appautoscaling.Policy,
        `scaling-${metric}`,
        {
          ...dimension,
          policyType: "TargetTrackingScaling",
          targetTrackingScalingPolicyConfiguration: {
            ...targetMetric(metric, args.route),
            targetValue: value,
            scaleInCooldown: plan.scaleInCooldown,
            scaleOutCooldown: plan.scaleOutCooldown,
          },
        },
        { transform: transform?.scalingPolicy, options: after },
      ),
    );
    const schedules = plan.schedule.map(({ schedule, timezone, min, max }, index) =>
      this.make(
        aws.appautoscaling.ScheduledAction,
        `scaling-schedule-${index + 1}`,
        { ...dimension, schedule, timezone, scalableTargetAction: { minCapacity: min, maxCapacity: max } },
        { options: after },
      ),
    );
    this.nodes = { target, policies, schedules };
    this.registerOutputs({ resourceId });
  }
}

/**
 * What a target-tracking policy measures.
 *
 * Where ECS moves traffic between two target groups, requests are summed over both: the predefined metric, which looks
 * at one, would see no request after every other deployment and scale in under full load.
 */
function targetMetric(
  metric: ScalingPlan["targets"][number]["metric"],
  route: ServiceRoute | undefined,
): TargetMetric {
  if (metric !== "requests") {
    const service = metric === "cpu" ? "CPU" : "Memory";
    return {
      predefinedMetricSpecification: { predefinedMetricType: `ECSServiceAverage${service}Utilization` },
    };
  }
  if (route === undefined) throw new Error("requests are only measured where there is a route");
  const [first, ...others] = route.targetGroups;
  if (others.length === 0) {
    return {
      predefinedMetricSpecification: {
        predefinedMetricType: "ALBRequestCountPerTarget",
        resourceLabel: pulumi.interpolate`${route.loadBalancerSuffix}/${first.arnSuffix}`,
      },
    };
  }
  const requests = route.targetGroups.map(({ arnSuffix }, index) => ({
    id: `m${index + 1}`,
    returnData: false,
    metricStat: {
      stat: "Sum",
      metric: {
        namespace: "AWS/ApplicationELB",
        metricName: "RequestCountPerTarget",
        dimensions: [
          { name: "LoadBalancer", value: route.loadBalancerSuffix },
          { name: "TargetGroup", value: arnSuffix },
        ],
      },
    },
  }));
  return {
    customizedMetricSpecification: {
      metrics: [
        ...requests,
        {
          id: "requests",
          label: "Requests per task and minute",
          expression: requests.map(({ id }) => `FILL(${id}, 0)`).join(" + "),
          returnData: true,
        },
      ],
    },
  };
}
