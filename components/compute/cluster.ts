import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import type { Network } from "../network/network.ts";
import { LogGroup } from "../observability/log-group.ts";
import { requireServices } from "../security/key.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import type { Duration } from "../units.ts";
import { Problems, show } from "../validation.ts";
import { capacityStrategy } from "./capacity.ts";
import type { TaskCluster } from "./task-cluster.ts";

/** Arguments of {@link Cluster}. */
export interface ClusterArgs extends ComponentArgs {
  /** Network of the tasks, which are placed in its app tier. */
  network: Network;
  /** Key of the sessions of `aws ecs execute-command` and, unless they say otherwise, of the tasks' log groups. */
  key: EncryptionKey;
  /**
   * Container Insights. `"enabled"` records metrics by cluster, service and task family, so that the bill depends on
   * the number of services; `"enhanced"` adds every task and container, and the bill grows with the number of tasks.
   * @default "enabled"
   */
  insights?: "enhanced" | "enabled" | false;
  /** Share of tasks without a strategy of their own that run on Fargate Spot: 0 to 1. @default 0 */
  spot?: number;
  /** Customer key of the tasks' ephemeral storage; it must let in `fargate`. @default AWS's own key */
  storageKey?: EncryptionKey;
  /** How long sessions of `aws ecs execute-command` are kept. @default "365 days" */
  execLogRetention?: Duration;
  /** Physical name; a change replaces the cluster. @default a generated one */
  clusterName?: string;
  transform?: {
    cluster?: Transform<aws.ecs.ClusterArgs>;
    capacityProviders?: Transform<aws.ecs.ClusterCapacityProvidersArgs>;
  };
}

const TOKEN = "strongroom:compute:Cluster";

/**
 * A cluster of ECS that runs tasks on Fargate and Fargate Spot. Shell sessions in its tasks are encrypted and
 * recorded in a log group; a service must allow them by name (`exec: true`).
 *
 * ```ts
 * const cluster = new Cluster("payments", { network, key });
 * new FargateService("backend", { cluster, image, port: 3000 });
 * ```
 *
 * Cost: the cluster itself is free. Container Insights at `"enabled"` comes to some 10 USD a month for two services
 * (about 35 metrics at 0.30 USD); `"enhanced"` is charged by observed metric (0.07 USD) and overtakes it at about ten
 * tasks.
 */
export class Cluster extends Component implements TaskCluster {
  readonly arn: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  readonly network: Network;
  readonly key: EncryptionKey;
  readonly execLogGroupArn: pulumi.Output<string>;
  readonly ready: readonly pulumi.Resource[];
  /** The resources that the component made. */
  readonly nodes: {
    readonly cluster: aws.ecs.Cluster;
    readonly capacityProviders: aws.ecs.ClusterCapacityProviders;
    readonly execLogs: LogGroup;
  };

  constructor(name: string, args: ClusterArgs, options?: pulumi.ComponentResourceOptions) {
    validate(name, args);
    super(TOKEN, name, args, options);
    this.network = args.network;
    this.key = args.key;

    const { key, region, tags, execLogRetention: retention = "365 days" } = args;
    const execLogs = new LogGroup(`${name}-exec-logs`, { key, retention, region, tags }, { parent: this });
    const cluster = this.make(
      aws.ecs.Cluster,
      "cluster",
      {
        name: args.clusterName,
        settings: [{ name: "containerInsights", value: insightsValue(args.insights) }],
        configuration: {
          executeCommandConfiguration: {
            kmsKeyId: args.key.arn,
            logging: "OVERRIDE",
            logConfiguration: {
              cloudWatchEncryptionEnabled: true,
              cloudWatchLogGroupName: execLogs.logGroupName,
            },
          },
          ...(args.storageKey === undefined
            ? {}
            : { managedStorageConfiguration: { fargateEphemeralStorageKmsKeyId: args.storageKey.arn } }),
        },
      },
      { transform: args.transform?.cluster },
    );
    const capacityProviders = this.make(
      aws.ecs.ClusterCapacityProviders,
      "capacity",
      {
        clusterName: cluster.name,
        capacityProviders: ["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategies: capacityStrategy(args.spot ?? 0),
      },
      { transform: args.transform?.capacityProviders },
    );
    this.nodes = { cluster, capacityProviders, execLogs };
    this.arn = cluster.arn;
    this.name = cluster.name;
    this.execLogGroupArn = execLogs.arn;
    this.ready = [capacityProviders, ...(args.network.ready ?? [])];
    this.registerOutputs({ arn: this.arn, name: this.name });
  }

  /**
   * Uses a cluster that exists. It must have the capacity providers FARGATE and FARGATE_SPOT.
   *
   * @param args `network` and `key` as in {@link ClusterArgs}; `execLogGroupArn` where shell sessions are logged.
   */
  static get(
    clusterName: pulumi.Input<string>,
    args: Pick<ClusterArgs, "network" | "key" | "region"> & { execLogGroupArn?: pulumi.Input<string> },
    options?: pulumi.InvokeOptions,
  ): TaskCluster {
    const { network, key, region, execLogGroupArn } = args;
    const cluster = aws.ecs.getClusterOutput({ clusterName, region }, options);
    return {
      arn: cluster.arn,
      name: cluster.clusterName,
      network,
      key,
      ready: network.ready ?? [],
      ...(execLogGroupArn === undefined ? {} : { execLogGroupArn: pulumi.output(execLogGroupArn) }),
    };
  }
}

function validate(name: string, args: ClusterArgs): void {
  const problems = new Problems(TOKEN, name);
  const insights: unknown = args.insights ?? "enabled";
  problems.check(
    insights === "enhanced" || insights === "enabled" || insights === false,
    "insights",
    `${show(insights)} is not possible; write "enhanced", "enabled" or false`,
  );
  problems.parse("spot", () => capacityStrategy(args.spot ?? 0));
  problems.check(
    args.clusterName === undefined || /^[A-Za-z0-9_-]{1,255}$/.test(args.clusterName),
    "clusterName",
    `${show(args.clusterName)} is not a name of a cluster; write up to 255 letters, digits, "-" and "_"`,
  );
  requireServices(problems, "key", args.key, ["logs"]);
  requireServices(problems, "storageKey", args.storageKey, ["fargate"]);
  problems.throwIfAny();
}

function insightsValue(insights: ClusterArgs["insights"]): string {
  return insights === false ? "disabled" : (insights ?? "enabled");
}
