import type * as pulumi from "@pulumi/pulumi";
import type { Network } from "../network/network.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";

/** What tasks and services need of the cluster that they run on: a `Cluster`, or one adopted with `Cluster.get`. */
export interface TaskCluster {
  readonly arn: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
  /** Network whose app tier the tasks are placed in. */
  readonly network: Network;
  /** Key of the tasks' log groups and of the sessions of `aws ecs execute-command`. */
  readonly key: EncryptionKey;
  /** Log group of the sessions of `aws ecs execute-command`; absent where they are not logged. */
  readonly execLogGroupArn?: pulumi.Output<string>;
  /** What must be there before a task starts and must go after the last one: capacity providers, the network's ways. */
  readonly ready: readonly pulumi.Resource[];
}
