import type { Json, Plan, PlanResource } from "../../components/testing/plan.ts";

/** What a test says of a resource beyond its inputs. */
export interface Extra extends Partial<Omit<PlanResource, "dependencies" | "propertyDependencies">> {
  /** Input property → name of the resource that its value comes from. */
  refers?: Record<string, string>;
  /** Names of further resources that it depends on. */
  after?: string[];
}

/** Writes Plans by hand, for tests whose figures are computed by hand. */
export class PlanBuilder {
  readonly plan: Plan;

  constructor(region = "us-east-1", stack = "test") {
    this.plan = {
      schemaVersion: 1,
      project: "strongroom",
      stack,
      aws: { account: "123456789012", region, partition: "aws" },
      resources: [],
      outputs: {},
      diagnostics: [],
    };
  }

  /** Adds a resource; those it refers to must stand before it. */
  add(type: string, name: string, inputs: Record<string, Json> = {}, extra: Extra = {}): this {
    const { refers = {}, after = [], ...rest } = extra;
    const urn = `urn:pulumi:${this.plan.stack}::${this.plan.project}::${type}::${name}`;
    const urnOf = (other: string): string => {
      const found = this.plan.resources.find((resource) => resource.name === other);
      if (found === undefined) throw new Error(`${name} refers to ${other}, which is not in the Plan yet`);
      return found.urn;
    };
    const propertyDependencies = Object.fromEntries(
      Object.entries(refers).map(([property, other]) => [property, [urnOf(other)]]),
    );
    this.plan.resources.push({
      urn,
      type,
      name,
      custom: true,
      opaque: false,
      read: false,
      id: name,
      inputs,
      outputs: { ...inputs, arn: `arn:aws:test:::${name}` },
      dependencies: [...Object.values(propertyDependencies).flat(), ...after.map(urnOf)].sort(),
      propertyDependencies,
      options: {},
      secretPaths: [],
      ...rest,
    });
    return this;
  }

  /** Adds an ECS service with its task definition and, with `max`, its scaling target. */
  fargate(
    name: string,
    task: { vcpu: number; gb: number; arm?: boolean; storage?: number },
    tasks: { min: number; max?: number; spot?: number },
  ): this {
    const spot = tasks.spot ?? 0;
    this.add("aws:ecs/taskDefinition:TaskDefinition", `${name}-task`, {
      cpu: String(task.vcpu * 1024),
      memory: String(task.gb * 1024),
      requiresCompatibilities: ["FARGATE"],
      runtimePlatform: {
        cpuArchitecture: task.arm === true ? "ARM64" : "X86_64",
        operatingSystemFamily: "LINUX",
      },
      ...(task.storage === undefined ? {} : { ephemeralStorage: { sizeInGib: task.storage } }),
    });
    const cluster = this.plan.resources.find(({ type }) => type === "aws:ecs/cluster:Cluster")?.name;
    this.add(
      "aws:ecs/service:Service",
      `${name}-service`,
      {
        desiredCount: tasks.min,
        capacityProviderStrategies: [
          { capacityProvider: "FARGATE", weight: 100 - spot },
          ...(spot === 0 ? [] : [{ capacityProvider: "FARGATE_SPOT", weight: spot }]),
        ],
      },
      { refers: { taskDefinition: `${name}-task`, ...(cluster === undefined ? {} : { cluster }) } },
    );
    if (tasks.max === undefined) return this;
    return this.add(
      "aws:appautoscaling/target:Target",
      `${name}-scaling`,
      { minCapacity: tasks.min, maxCapacity: tasks.max, resourceId: `service/cluster/${name}-service` },
      { after: [`${name}-service`] },
    );
  }
}
