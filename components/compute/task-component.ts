import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type Transform } from "../component.ts";
import { LogGroup } from "../observability/log-group.ts";
import { type Placement, placementOf, policyDocument, trustOf } from "../security/policy-document.ts";
import { gigabytes, megabytes } from "../units.ts";
import { type Problems, show } from "../validation.ts";
import { checkEgress, type EgressRule, linkEgress, platformEgress } from "./service-network.ts";
import { executionPolicy, taskStatements } from "./service-roles.ts";
import type { TaskArgs } from "./task-args.ts";
import { containerDefinitions, type ContainerPlan, planContainers, volumesOf } from "./task-definition.ts";
import { type TaskSize, taskSize } from "./task-size.ts";

/** Who a task is: its roles, its place in the network, and where it logs to. */
export interface TaskIdentity {
  /** Role with which ECS starts the task. */
  readonly executionRole: aws.iam.Role;
  /** Role of the containers. */
  readonly taskRole: aws.iam.Role;
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly logs: LogGroup;
  /** What must be in place before a task starts: policies and security group rules. */
  readonly ready: readonly pulumi.Resource[];
}

/** Transforms that a service and a one-off task have in common. */
export interface TaskTransforms {
  taskDefinition?: Transform<aws.ecs.TaskDefinitionArgs>;
  executionRole?: Transform<aws.iam.RoleArgs>;
  executionPolicy?: Transform<aws.iam.RolePolicyArgs>;
  taskRole?: Transform<aws.iam.RoleArgs>;
  taskPolicy?: Transform<aws.iam.RolePolicyArgs>;
  securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
}

/** A task with defaults filled in. */
export interface TaskPlan {
  family: string;
  size: TaskSize;
  containers: ContainerPlan[];
  /** GiB; undefined for the 20 that are free. */
  ephemeralStorage: number | undefined;
}

/** Plans a task; mistakes are recorded in `problems`. */
export function planTask(
  name: string,
  args: TaskArgs,
  { port, exec }: { port?: number; exec?: boolean },
  problems: Problems,
): TaskPlan {
  problems.check(
    /^[A-Za-z][A-Za-z0-9-]{0,38}$/.test(name),
    "name",
    `${show(name)} is not possible; write up to 39 letters, digits and hyphens, beginning with a letter`,
  );
  const links = args.links ?? [];
  links.forEach((link, index) => {
    // A component has a name, too, and would pass for a link that asks for nothing.
    if (pulumi.Resource.isInstance(link)) {
      problems.add(
        `links[${index}]`,
        `${show(link.name)} is the component itself; write its link, such as database.link or table.link("read")`,
      );
      return;
    }
    problems.check(
      /^[A-Za-z0-9-]+$/.test(link.name) && links.findIndex((other) => other.name === link.name) === index,
      `links[${index}]`,
      `${show(link.name)} must be unique among the links and consist of letters, digits and hyphens`,
    );
  });

  const ids = taskStatements({ links: [], permissions: args.permissions ?? [] }, undefined).map(
    ({ Sid }) => Sid,
  );
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  problems.check(
    twice === undefined,
    "permissions",
    `two statements come to the id ${show(twice)}, which IAM takes once in a policy; give them different sids`,
  );

  const size = problems.parse("memory", () => taskSize(args.cpu ?? "0.25 vCPU", args.memory ?? "512 MB"));
  const containers = planContainers({ name, args, port, links, exec }, args.sidecars ?? {}, problems);
  checkEgress(args.cluster.network, args.internetEgress, { containers, exec: exec ?? false }, problems);
  const inMemory = containers
    .flatMap(({ tmpfs }) => tmpfs)
    .reduce((sum, { mebibytes }) => sum + mebibytes, 0);
  problems.check(
    size === undefined || inMemory <= Number(size.memory) / 2,
    "tmp",
    `${inMemory} MB in memory are more than half of the task's ${size?.memory ?? ""} MB; write less, "disk" or more memory`,
  );
  const family =
    args.family ?? `${pulumi.getProject()}-${pulumi.getStack()}-${name}`.replaceAll(/[^A-Za-z0-9_-]/g, "-");
  problems.check(
    /^[A-Za-z0-9_-]{1,255}$/.test(family),
    "family",
    `${show(family)} is not a family; write up to 255 letters, digits, "-" and "_"`,
  );
  const architecture: string = args.architecture ?? "ARM64";
  problems.check(
    architecture === "ARM64" || architecture === "X86_64",
    "architecture",
    `${show(architecture)} is not possible; write "ARM64" or "X86_64"`,
  );
  return {
    family,
    size: size ?? { cpu: "256", memory: "512" },
    containers,
    ephemeralStorage: planStorage(args, problems),
  };
}

function planStorage({ ephemeralStorage }: TaskArgs, problems: Problems): number | undefined {
  if (ephemeralStorage === undefined) return undefined;
  const count = problems.parse(
    "ephemeralStorage",
    () => megabytes(ephemeralStorage) && gigabytes(ephemeralStorage),
  );
  problems.check(
    count === undefined || (count >= 21 && count <= 200),
    "ephemeralStorage",
    `${show(ephemeralStorage)} is not possible; write "21 GB" to "200 GB", or leave it out for the 20 GB that are free`,
  );
  return count;
}

/** What a service and a one-off task are made of. */
export abstract class TaskComponent extends Component {
  #placement: Placement | undefined;

  /** Account, partition and region; looked up once. */
  protected get placement(): Placement {
    return (this.#placement ??= placementOf(this.inRegion, this.lookup));
  }

  /** Makes roles, security group with its rules, and log group of a task. */
  protected makeIdentity(
    args: TaskArgs & { exec?: boolean; transform?: TaskTransforms },
    containers: readonly ContainerPlan[],
  ): TaskIdentity {
    const { cluster, transform, region, tags, links = [], permissions = [] } = args;
    const logs = new LogGroup(
      `${this.componentName}-logs`,
      { retention: "365 days", key: cluster.key, ...args.logs, region, tags },
      { parent: this },
    );
    const { account, partition, region: here } = this.placement;
    const trust = trustOf("ecs-tasks.amazonaws.com", {
      account,
      arn: pulumi.interpolate`arn:${partition}:ecs:${here}:${account}:*`,
    });
    const executionRole = this.make(
      aws.iam.Role,
      "execution",
      { assumeRolePolicy: trust, description: `ECS starts ${this.componentName} with it` },
      { transform: transform?.executionRole },
    );
    const taskRole = this.make(
      aws.iam.Role,
      "task",
      { assumeRolePolicy: trust, description: `What the containers of ${this.componentName} may do` },
      { transform: transform?.taskRole },
    );
    const statements = taskStatements(
      { links, permissions },
      args.exec === true ? { logGroupArn: cluster.execLogGroupArn, keyArn: cluster.key.arn } : undefined,
    );
    const policies = [
      this.make(
        aws.iam.RolePolicy,
        "execution",
        { role: executionRole.id, policy: executionPolicy(containers, logs.arn, this.placement) },
        { transform: transform?.executionPolicy },
      ),
      ...(statements.length === 0
        ? []
        : [
            this.make(
              aws.iam.RolePolicy,
              "task",
              { role: taskRole.id, policy: policyDocument(statements) },
              { transform: transform?.taskPolicy },
            ),
          ]),
    ];
    const securityGroup = this.make(
      aws.ec2.SecurityGroup,
      "tasks",
      { vpcId: cluster.network.vpcId, description: `Tasks of ${this.componentName}` },
      { transform: transform?.securityGroup },
    );
    const rules = [
      ...this.makeEgress(securityGroup, [
        ...platformEgress(cluster.network, args.internetEgress),
        ...linkEgress(links),
      ]),
      ...links.flatMap(({ name, network }) =>
        network === undefined
          ? []
          : [
              this.makeIngress(`into-${name}`, network.securityGroupId, {
                source: securityGroup.id,
                port: network.port,
                description: `Used by ${this.componentName}`,
              }),
            ],
      ),
    ];
    return { executionRole, taskRole, securityGroup, logs, ready: [...policies, ...rules] };
  }

  /** Makes the definition that tasks are started from; every change makes a new revision. */
  protected makeTaskDefinition(
    args: TaskArgs & { transform?: TaskTransforms },
    plan: TaskPlan,
    identity: TaskIdentity,
  ): aws.ecs.TaskDefinition {
    return this.make(
      aws.ecs.TaskDefinition,
      "task",
      {
        family: plan.family,
        ...plan.size,
        networkMode: "awsvpc",
        requiresCompatibilities: ["FARGATE"],
        runtimePlatform: {
          operatingSystemFamily: "LINUX",
          cpuArchitecture: args.architecture ?? "ARM64",
        },
        containerDefinitions: containerDefinitions(plan.containers, {
          group: identity.logs.logGroupName,
          region: this.placement.region,
        }),
        volumes: volumesOf(plan.containers),
        executionRoleArn: identity.executionRole.arn,
        taskRoleArn: identity.taskRole.arn,
        ...(plan.ephemeralStorage === undefined
          ? {}
          : { ephemeralStorage: { sizeInGib: plan.ephemeralStorage } }),
        // ECS rolls back to earlier revisions, and `strongroom rollback` does: they must stay active.
        skipDestroy: true,
      },
      { transform: args.transform?.taskDefinition },
    );
  }

  protected makeEgress(
    group: aws.ec2.SecurityGroup,
    rules: readonly EgressRule[],
    prefix = "",
  ): aws.vpc.SecurityGroupEgressRule[] {
    return rules.map(({ role, description, port, to }) =>
      this.make(aws.vpc.SecurityGroupEgressRule, `${prefix}${role}`, {
        securityGroupId: group.id,
        description,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        ...to,
      }),
    );
  }

  protected makeIngress(
    role: string,
    securityGroupId: pulumi.Input<string>,
    {
      source,
      port,
      description,
    }: { source: pulumi.Input<string>; port: pulumi.Input<number>; description: string },
  ): aws.vpc.SecurityGroupIngressRule {
    return this.make(aws.vpc.SecurityGroupIngressRule, role, {
      securityGroupId,
      description,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      referencedSecurityGroupId: source,
    });
  }
}
