import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../component.ts";
import { LogGroup } from "../observability/log-group.ts";
import { policyDocument, trustOf } from "../security/policy-document.ts";
import type { Duration } from "../units.ts";
import { Problems, within } from "../validation.ts";
import {
  RUNNER_CODE,
  RUNNER_MARGIN_SECONDS,
  RUNNER_RUNTIME,
  type RunnerInput,
  runnerStatements,
} from "./migration-gate.ts";
import { opensInternet, platformEgress } from "./service-network.ts";
import type { TaskArgs } from "./task-args.ts";
import {
  planTask,
  TaskComponent,
  type TaskIdentity,
  type TaskPlan,
  type TaskTransforms,
} from "./task-component.ts";

/** When and how long a task is run on `pulumi up`. */
export interface RunArgs {
  /** Time after which the task is stopped and the update fails, 30 seconds to 14 minutes. @default "10 minutes" */
  timeout?: Duration;
}

/** Arguments of {@link OneOffTask}. */
export interface OneOffTaskArgs extends TaskArgs {
  /** What the task does; it must end by itself, with 0 when it succeeded. */
  command: string[];
  /**
   * Run the task on `up` whenever its definition changed, and fail the update when the task does not end with 0.
   * `false` only defines it, for `strongroom` and schedules to run.
   * @default false
   */
  run?: boolean | RunArgs;
  /** Roles, security group and log group of another task, to run as that one. @default own ones */
  identity?: TaskIdentity;
  transform?: TaskTransforms & {
    runner?: Transform<aws.lambda.FunctionArgs>;
    runnerRole?: Transform<aws.iam.RoleArgs>;
    invocation?: Transform<aws.lambda.InvocationArgs>;
  };
}

const TOKEN = "strongroom:compute:OneOffTask";

/**
 * A task that does one thing and ends: a migration, an import, a repair.
 *
 * With `run`, `pulumi up` runs it and waits. Pulumi's AWS provider can start a task (`aws.ecs.getTaskExecution`) but
 * not wait for its end, and a program should not call AWS beside Pulumi; so a small Lambda function starts the task,
 * waits and reads the exit code, and an `aws.lambda.Invocation` calls it. That is an ordinary resource: previews show
 * when it will run again (its trigger is the task definition's revision), a failure fails the update before whatever
 * depends on it, and a failed run is repeated by the next `up`. A deployment hook of ECS was the alternative; it would
 * run the task inside ECS's deployment, where neither the preview nor the log of `up` shows it, and not at all when
 * the service is first created.
 *
 * The function runs in the app tier and reaches ECS by the network's endpoint for `ecs`, or by NAT with
 * `internetEgress`.
 *
 * ```ts
 * const repair = new OneOffTask("repair", {
 *   cluster, image, command: ["node", "scripts/repair.js"], links: [database.link],
 * });
 * ```
 *
 * Cost: Fargate per second while it runs, one minute at least (0.25 vCPU and 512 MB on ARM64: 0.01 USD an hour); the
 * function costs less than a cent a month.
 */
export class OneOffTask extends TaskComponent {
  readonly clusterName: pulumi.Output<string>;
  /** ARN of the current revision. */
  readonly taskDefinitionArn: pulumi.Output<string>;
  readonly family: string;
  /** Name of the container, for overrides of its command. */
  readonly containerName: string;
  readonly subnetIds: pulumi.Output<string[]>;
  readonly securityGroupId: pulumi.Output<string>;
  readonly logGroupName: pulumi.Output<string>;
  /** The resources that the component made. */
  readonly nodes: {
    readonly taskDefinition: aws.ecs.TaskDefinition;
    readonly identity: TaskIdentity;
    readonly runner?: aws.lambda.Function;
    readonly invocation?: aws.lambda.Invocation;
  };

  constructor(name: string, args: OneOffTaskArgs, options?: pulumi.ComponentResourceOptions) {
    const { plan, timeoutSeconds } = normalize(name, args);
    super(TOKEN, name, args, options);
    const { cluster } = args;
    const identity = args.identity ?? this.makeIdentity(args, plan.containers);
    const taskDefinition = this.makeTaskDefinition(args, plan, identity);
    this.clusterName = cluster.name;
    this.taskDefinitionArn = taskDefinition.arn;
    this.family = plan.family;
    this.containerName = name;
    this.subnetIds = pulumi.all(cluster.network.subnetIds.app);
    this.securityGroupId = identity.securityGroup.id;
    this.logGroupName = identity.logs.logGroupName;
    this.nodes = {
      taskDefinition,
      identity,
      ...(timeoutSeconds === undefined
        ? {}
        : this.#run(args, plan, identity, taskDefinition, timeoutSeconds)),
    };
    this.registerOutputs({
      cluster: this.clusterName,
      taskDefinition: this.taskDefinitionArn,
      subnets: this.subnetIds,
      securityGroup: this.securityGroupId,
    });
  }

  #run(
    args: OneOffTaskArgs,
    plan: TaskPlan,
    identity: TaskIdentity,
    taskDefinition: aws.ecs.TaskDefinition,
    timeoutSeconds: number,
  ): { runner: aws.lambda.Function; invocation: aws.lambda.Invocation } {
    const { cluster, transform } = args;
    const { runner, ready } = this.#makeRunner(args, plan, identity, timeoutSeconds);
    const input: RunnerInput = {
      cluster: cluster.name,
      taskDefinition: taskDefinition.arn,
      family: plan.family,
      container: this.componentName,
      subnets: cluster.network.subnetIds.app,
      securityGroup: identity.securityGroup.id,
      timeoutSeconds,
    };
    const invocation = this.make(
      aws.lambda.Invocation,
      "run",
      {
        functionName: runner.name,
        input: pulumi.jsonStringify(input),
        triggers: { taskDefinition: taskDefinition.arn },
        lifecycleScope: "CREATE_ONLY",
      },
      {
        transform: transform?.invocation,
        options: { dependsOn: [...identity.ready, ...cluster.ready, ...ready] },
      },
    );
    return { runner, invocation };
  }

  /** Makes the function that runs the task, with a role and a security group of its own. */
  #makeRunner(
    args: OneOffTaskArgs,
    plan: TaskPlan,
    identity: TaskIdentity,
    timeoutSeconds: number,
  ): { runner: aws.lambda.Function; ready: pulumi.Resource[] } {
    const { cluster, region, tags, transform } = args;
    const name = this.componentName;
    const logs = new LogGroup(
      `${name}-runner-logs`,
      { key: args.logs?.key ?? cluster.key, retention: args.logs?.retention ?? "365 days", region, tags },
      { parent: this },
    );
    const role = this.make(
      aws.iam.Role,
      "runner",
      { assumeRolePolicy: trustOf("lambda.amazonaws.com"), description: `Runs ${name} and waits for it` },
      { transform: transform?.runnerRole },
    );
    const policy = this.make(aws.iam.RolePolicy, "runner", {
      role: role.id,
      policy: policyDocument(
        runnerStatements(
          {
            clusterArn: cluster.arn,
            clusterName: cluster.name,
            family: plan.family,
            roleArns: [identity.executionRole.arn, identity.taskRole.arn],
            logGroupArn: logs.arn,
          },
          this.placement,
        ),
      ),
    });
    const securityGroup = this.make(aws.ec2.SecurityGroup, "runner", {
      vpcId: cluster.network.vpcId,
      description: `Function that runs ${name}`,
    });
    const rules = this.makeEgress(
      securityGroup,
      platformEgress(cluster.network, args.internetEgress),
      "runner-",
    );
    const runner = this.make(
      aws.lambda.Function,
      "runner",
      {
        description: `Runs the task ${plan.family} and waits for its end`,
        runtime: RUNNER_RUNTIME,
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({ "index.mjs": new pulumi.asset.StringAsset(RUNNER_CODE) }),
        role: role.arn,
        timeout: timeoutSeconds + RUNNER_MARGIN_SECONDS,
        memorySize: 256,
        tracingConfig: { mode: "Active" },
        loggingConfig: { logFormat: "JSON", logGroup: logs.logGroupName },
        vpcConfig: { subnetIds: cluster.network.subnetIds.app, securityGroupIds: [securityGroup.id] },
      },
      { transform: transform?.runner, options: { dependsOn: [policy] } },
    );
    return { runner, ready: rules };
  }
}

function normalize(
  name: string,
  args: OneOffTaskArgs,
): { plan: TaskPlan; timeoutSeconds: number | undefined } {
  const problems = new Problems(TOKEN, name);
  const plan = planTask(name, args, {}, problems);
  problems.check(args.command.length > 0, "command", `is empty; write what the task is to do`);
  const run = args.run === true ? {} : (args.run ?? false);
  const timeoutSeconds =
    run === false
      ? undefined
      : within(problems, "run.timeout", run.timeout ?? "10 minutes", 30, 900 - RUNNER_MARGIN_SECONDS);
  const { network } = args.cluster;
  problems.check(
    run === false ||
      opensInternet(args.internetEgress) ||
      network.endpointServices === undefined ||
      network.endpointServices.includes("ecs"),
    "run",
    `the function that runs the task cannot reach ECS: the network has no endpoint for "ecs"; add it to the ` +
      `network's endpoints or write internetEgress: true`,
  );
  problems.throwIfAny();
  return { plan, timeoutSeconds };
}
