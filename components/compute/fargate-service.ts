import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../component.ts";
import type { Observable, Observables } from "../observability/observables.ts";
import { policyDocument, trustOf } from "../security/policy-document.ts";
import type { Duration } from "../units.ts";
import { Problems, show } from "../validation.ts";
import { type CapacityShare, capacityStrategy, type SpotArgs } from "./capacity.ts";
import { OneOffTask } from "./one-off-task.ts";
import { planRoute, type RouteArgs, type RoutePlan } from "./route-plan.ts";
import { planRollout, type RolloutArgs, type RolloutPlan, type RolloutStrategy } from "./rollout.ts";
import { rolloutVerification } from "./rollout-verification.ts";
import { planScaling, type ScalingArgs, type ScalingPlan } from "./scaling.ts";
import { serviceObservables } from "./service-observables.ts";
import { ServiceRoute, type ServiceRouteArgs } from "./service-route.ts";
import { ServiceScaling, type ServiceScalingArgs } from "./service-scaling.ts";
import type { TaskArgs } from "./task-args.ts";
import {
  planTask,
  TaskComponent,
  type TaskIdentity,
  type TaskPlan,
  type TaskTransforms,
} from "./task-component.ts";

/** A task that must succeed before a new version of the service starts. */
export interface MigrationArgs {
  /** Command in the service's own image, such as `["npm", "run", "migrate"]`. It must bear being run again. */
  command: string[];
  /** Time after which it is stopped and the update fails, 30 seconds to 14 minutes. @default "10 minutes" */
  timeout?: Duration;
}

/** Arguments of {@link FargateService}. */
export interface FargateServiceArgs extends TaskArgs {
  /**
   * Port that the main container listens on. Needed with `route`. A change replaces the service where ECS moves
   * traffic between target groups (`rollout`).
   * @default none
   */
  port?: number;
  /** Tasks, where nothing scales. @default 2 */
  count?: number;
  /** How the service grows and shrinks. The number of tasks then belongs to AWS: `up` never sets it back. */
  scaling?: ScalingArgs;
  /**
   * Share of tasks on Fargate Spot, 0 to 1. The first task stays on regular Fargate, which AWS does not take back; with
   * `{ share: 1, base: 0 }` none does.
   * @default 0
   */
  spot?: number | SpotArgs;
  /** How requests reach the service. @default not at all */
  route?: RouteArgs;
  /**
   * How new versions take over. A change from `rolling` to the others replaces the service beside the running one; the
   * way back interrupts it for the time of a deployment.
   * @default "rolling"
   */
  rollout?: RolloutStrategy | RolloutArgs;
  /** Task that must succeed before a new version starts. @default none */
  migration?: MigrationArgs;
  /** Something else takes all tasks away at times (`OffHours`): then nobody is told that none runs. @default false */
  rests?: boolean;
  /** Allow `aws ecs execute-command`: shells in running tasks, recorded by the cluster. @default false */
  exec?: boolean;
  /**
   * Wait on `up` until ECS has finished the deployment, and fail when it did not succeed. `false` is for emulators
   * of AWS, which start no tasks: the migration is then only defined, not run.
   * @default true
   */
  wait?: boolean;
  transform?: TaskTransforms &
    ServiceRouteArgs["transform"] &
    ServiceScalingArgs["transform"] & { service?: Transform<aws.ecs.ServiceArgs> };
}

/** Everything about a service that is decided before the first resource is made. */
interface ServicePlan {
  task: TaskPlan;
  capacity: CapacityShare[];
  route: RoutePlan | undefined;
  rollout: RolloutPlan;
  scaling: ScalingPlan | undefined;
  count: number;
}

const TOKEN = "strongroom:compute:FargateService";

/**
 * A service of containers on Fargate: private, as a user other than root, on a read-only file system, with exactly the
 * network rules, permissions and secrets that its links need.
 *
 * New versions are rolled out by ECS's own deployment engine. An update waits until ECS has finished, and **fails**
 * when it rolled back: the provider follows the deployment that it started to its end, and a resource hook then
 * compares the task definition that the service runs with the wanted one, which catches what the provider misses (a
 * rollback that began before it looked, or by hand). Interrupting `up` makes ECS roll back. What belongs to AWS between
 * two runs of `up` is never set back: the number of tasks where scaling is on, listener weights and the order of the
 * target groups where ECS moves traffic.
 *
 * ```ts
 * const backend = new FargateService("backend", {
 *   cluster, image, port: 3000, cpu: "1 vCPU", memory: "2 GB", tmp: ["/tmp"],
 *   scaling: { min: 2, max: 20, cpu: 70, memory: 80, requestsPerTarget: 1000 },
 *   route: { loadBalancer: edge, paths: ["/api/*"], health: "/health" },
 *   links: [database.link, cache.link, jwt.link],
 *   migration: { command: ["npm", "run", "migrate"] },
 *   rollout: { strategy: "canary", canaryPercent: 5, bakeTime: "15 minutes" },
 * });
 * ```
 *
 * Cost: a task of 1 vCPU and 2 GB on ARM64 is 29 USD a month (X86_64 36, Spot some 70 % less); twice the tasks run
 * while a blue/green, linear or canary deployment lasts. Logs 0.50 USD per GB.
 */
export class FargateService extends TaskComponent implements Observable {
  readonly serviceName: pulumi.Output<string>;
  readonly serviceArn: pulumi.Output<string>;
  readonly clusterName: pulumi.Output<string>;
  readonly taskDefinitionArn: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;
  /** For schedules and scaling from outside: `service/<cluster>/<service>`. */
  readonly scalableResourceId: pulumi.Output<string>;
  /** Fewest and most tasks; both `count` where nothing scales. */
  readonly bounds: { readonly min: number; readonly max: number };
  /** The task that migrates, for `strongroom db migrate`. */
  readonly migration: OneOffTask | undefined;
  readonly observables: Observables;
  /** The resources that the component made. */
  readonly nodes: {
    readonly service: aws.ecs.Service;
    readonly taskDefinition: aws.ecs.TaskDefinition;
    readonly identity: TaskIdentity;
    readonly route?: ServiceRoute["nodes"];
    readonly scaling?: ServiceScaling["nodes"];
  };

  constructor(name: string, args: FargateServiceArgs, options?: pulumi.ComponentResourceOptions) {
    const plan = normalize(name, args);
    super(TOKEN, name, args, options);
    const { cluster } = args;
    const identity = this.makeIdentity(args, plan.task.containers);
    const taskDefinition = this.makeTaskDefinition(args, plan.task, identity);
    this.migration = args.migration && this.#makeMigration(args, args.migration, identity);
    const route = this.#makeRoute(args, plan, identity);
    const service = this.#makeService(args, plan, { identity, taskDefinition, route });
    this.scalableResourceId = pulumi.interpolate`service/${cluster.name}/${service.name}`;
    const scaling =
      plan.scaling &&
      new ServiceScaling(
        name,
        {
          plan: plan.scaling,
          resourceId: this.scalableResourceId,
          route,
          region: args.region,
          tags: args.tags,
          transform: args.transform,
        },
        { parent: this },
      );

    this.nodes = {
      service,
      taskDefinition,
      identity,
      ...(route && { route: route.nodes }),
      ...(scaling && { scaling: scaling.nodes }),
    };
    this.serviceName = service.name;
    this.serviceArn = service.arn;
    this.clusterName = cluster.name;
    this.taskDefinitionArn = taskDefinition.arn;
    this.securityGroupId = identity.securityGroup.id;
    this.logGroupName = identity.logs.logGroupName;
    this.bounds = { min: plan.scaling?.min ?? plan.count, max: plan.scaling?.max ?? plan.count };
    this.observables = serviceObservables(name, {
      clusterName: cluster.name,
      serviceName: service.name,
      floor: plan.scaling?.floor ?? plan.count,
      rests: args.rests ?? false,
      region: this.region,
      ...(route && {
        loadBalancerSuffix: route.loadBalancerSuffix,
        targetGroupSuffixes: route.targetGroups.map(({ arnSuffix }) => arnSuffix),
      }),
    });
    this.registerOutputs({
      serviceName: this.serviceName,
      clusterName: this.clusterName,
      taskDefinition: this.taskDefinitionArn,
    });
  }

  /** The migration runs as the service itself, with its variables, secrets and permissions, but without sidecars. */
  #makeMigration(args: FargateServiceArgs, migration: MigrationArgs, identity: TaskIdentity): OneOffTask {
    return new OneOffTask(
      `${this.componentName}-migration`,
      {
        ...args,
        family: args.family && `${args.family}-migration`,
        sidecars: undefined,
        healthCheck: undefined,
        transform: undefined,
        command: migration.command,
        // Where nothing starts tasks, there is none to wait for.
        run: (args.wait ?? true) && { timeout: migration.timeout },
        identity,
      },
      { parent: this },
    );
  }

  #makeRoute(args: FargateServiceArgs, plan: ServicePlan, identity: TaskIdentity): ServiceRoute | undefined {
    if (args.route === undefined || plan.route === undefined || args.port === undefined) return undefined;
    return new ServiceRoute(
      this.componentName,
      {
        loadBalancer: args.route.loadBalancer,
        plan: plan.route,
        shiftsTraffic: plan.rollout.shiftsTraffic,
        vpcId: args.cluster.network.vpcId,
        securityGroupId: identity.securityGroup.id,
        port: args.port,
        priority: args.route.priority,
        region: args.region,
        tags: args.tags,
        transform: args.transform,
      },
      { parent: this },
    );
  }

  #makeService(
    args: FargateServiceArgs,
    plan: ServicePlan,
    {
      identity,
      taskDefinition,
      route,
    }: {
      identity: TaskIdentity;
      taskDefinition: aws.ecs.TaskDefinition;
      route: ServiceRoute | undefined;
    },
  ): aws.ecs.Service {
    const { cluster, port, wait = true } = args;
    const { rollout } = plan;
    const hooks = this.#lifecycleHooks(rollout);
    const timeout = `${rollout.timeoutMinutes}m`;
    return this.make(
      aws.ecs.Service,
      // With two target groups ECS owns the load balancer's part after creation (`ignoreChanges` below), so what it
      // is made of must not change in place: it is part of the name.
      rollout.shiftsTraffic ? `shifting-service-${String(port)}` : "service",
      {
        cluster: cluster.arn,
        taskDefinition: taskDefinition.arn,
        desiredCount: plan.scaling?.min ?? plan.count,
        capacityProviderStrategies: plan.capacity,
        // The provider refuses a changed strategy without it; it has no effect while nothing changes.
        forceNewDeployment: true,
        // Platform revisions bring security patches (PCI DSS 6.3.3); 1.4.0 is the only Linux platform since 2020.
        platformVersion: "LATEST",
        deploymentController: { type: "ECS" },
        deploymentConfiguration: {
          ...rollout.configuration,
          ...(hooks.specifications.length === 0 ? {} : { lifecycleHooks: hooks.specifications }),
        },
        deploymentCircuitBreaker: { enable: true, rollback: true },
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        ...(rollout.alarms.length === 0
          ? {}
          : { alarms: { alarmNames: rollout.alarms, enable: true, rollback: true } }),
        availabilityZoneRebalancing: "ENABLED",
        enableExecuteCommand: args.exec ?? false,
        enableEcsManagedTags: true,
        propagateTags: "SERVICE",
        networkConfiguration: {
          subnets: cluster.network.subnetIds.app,
          securityGroups: [identity.securityGroup.id],
          assignPublicIp: false,
        },
        ...(route &&
          plan.route &&
          port !== undefined && {
            healthCheckGracePeriodSeconds: plan.route.gracePeriod,
            loadBalancers: [
              {
                targetGroupArn: route.targetGroups[0].arn,
                containerName: this.componentName,
                containerPort: port,
                ...(route.shifting && { advancedConfiguration: route.shifting }),
              },
            ],
          }),
        waitForSteadyState: wait,
        sigintRollback: wait,
      },
      {
        transform: args.transform?.service,
        options: {
          dependsOn: [
            ...identity.ready,
            ...cluster.ready,
            ...(route?.ready ?? []),
            ...hooks.ready,
            ...(this.migration?.nodes.invocation === undefined ? [] : [this.migration.nodes.invocation]),
          ],
          ignoreChanges: [
            ...(plan.scaling === undefined ? [] : ["desiredCount"]),
            // Every deployment swaps the two groups; to send the first order back would make ECS deploy onto the
            // group that takes the traffic.
            ...(rollout.shiftsTraffic ? ["loadBalancers"] : []),
          ],
          customTimeouts: { create: timeout, update: timeout },
          ...(wait ? { hooks: rolloutVerification(this.componentName, this.inRegion, this.lookup) } : {}),
        },
      },
    );
  }

  /** The hooks of a deployment, and the role with which ECS calls functions. */
  #lifecycleHooks(rollout: RolloutPlan): {
    specifications: aws.types.input.ecs.ServiceDeploymentConfigurationLifecycleHook[];
    ready: pulumi.Resource[];
  } {
    const { hooks, pause } = rollout;
    const pauses =
      pause === undefined
        ? []
        : [
            {
              targetType: "PAUSE",
              lifecycleStages: [pause.stage],
              timeoutConfiguration: { timeoutInMinutes: pause.timeoutInMinutes, action: pause.action },
            },
          ];
    if (hooks.length === 0) return { specifications: pauses, ready: [] };
    const { account, partition, region } = this.placement;
    const role = this.make(aws.iam.Role, "hooks", {
      description: `ECS calls the deployment hooks of ${this.componentName} with it`,
      assumeRolePolicy: trustOf("ecs.amazonaws.com", {
        account,
        arn: pulumi.interpolate`arn:${partition}:ecs:${region}:${account}:*`,
      }),
    });
    const policy = this.make(aws.iam.RolePolicy, "hooks", {
      role: role.id,
      policy: policyDocument([
        {
          Sid: "CallHooks",
          Effect: "Allow",
          Action: ["lambda:InvokeFunction"],
          Resource: hooks.flatMap(({ functionArn }) => [functionArn, pulumi.interpolate`${functionArn}:*`]),
        },
      ]),
    });
    return {
      specifications: [
        ...hooks.map(({ stages, functionArn, details }) => ({
          targetType: "AWS_LAMBDA",
          hookTargetArn: functionArn,
          roleArn: role.arn,
          lifecycleStages: stages,
          ...(details === undefined ? {} : { hookDetails: JSON.stringify(details) }),
        })),
        ...pauses,
      ],
      ready: [policy],
    };
  }
}

function normalize(name: string, args: FargateServiceArgs): ServicePlan {
  const problems = new Problems(TOKEN, name);
  const { port, count = 2, route, migration, spot = 0 } = args;
  problems.check(
    args.route === undefined || port !== undefined,
    "port",
    `undefined cannot be routed to; write the port that the container listens on`,
  );
  problems.check(
    port === undefined || (Number.isInteger(port) && port >= 1 && port <= 65_535),
    "port",
    `${show(port)} is not a port; write a whole number from 1 to 65535`,
  );
  problems.check(
    args.count === undefined || args.scaling === undefined,
    "count",
    `${show(args.count)} contradicts scaling, which sets the number of tasks; leave one of them out`,
  );
  problems.check(
    Number.isInteger(count) && count >= 0,
    "count",
    `${show(count)} is not a number of tasks; write a whole number from 0`,
  );
  problems.check(
    migration === undefined || migration.command.length > 0,
    "migration.command",
    `is empty; write the command that migrates, such as ["npm", "run", "migrate"]`,
  );
  // The migration's own names are longer than the service's.
  problems.check(
    migration === undefined || name.length <= 29,
    "name",
    `${show(name)} leaves no room for "-migration"; write at most 29 characters`,
  );
  const hasTestListener = route?.loadBalancer.testListenerArn !== undefined;
  const plan = {
    task: planTask(name, args, { port, exec: args.exec }, problems),
    capacity: problems.parse("spot", () => capacityStrategy(spot)) ?? [],
    route: route && planRoute(route, problems),
    rollout: planRollout(args.rollout ?? "rolling", route && { hasTestListener }, problems),
    scaling: args.scaling && planScaling(args.scaling, route !== undefined, problems),
    count,
  };
  problems.throwIfAny();
  return plan;
}
