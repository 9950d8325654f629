import type * as pulumi from "@pulumi/pulumi";
import type { ComponentArgs } from "../component.ts";
import type { Link, PolicyStatement, SecretReference } from "../link.ts";
import type { LogGroupArgs } from "../observability/log-group.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import type { Cpu, Duration, Size } from "../units.ts";
import type { TaskCluster } from "./task-cluster.ts";

/** A check that ECS runs inside a container. */
export interface ContainerHealthArgs {
  /** Command that exits with 0 when all is well; it must be in the image. One string is given to its shell. */
  command: string | string[];
  /** 5 to 300 seconds. @default "30 seconds" */
  interval?: Duration;
  /** 2 to 60 seconds. @default "5 seconds" */
  timeout?: Duration;
  /** Failures in a row that make a container unhealthy, 1 to 10. @default 3 */
  retries?: number;
  /** Time in which failures do not count, up to 300 seconds. @default "30 seconds" */
  startPeriod?: Duration;
}

/** What any container of a task can be told. */
export interface ContainerArgs {
  /** `registry/repository:tag@sha256:…`. A digest is best: the same bytes run everywhere and always. */
  image: pulumi.Input<string>;
  /** Replaces the image's `CMD`. @default the image's */
  command?: string[];
  /** Replaces the image's `ENTRYPOINT`. @default the image's */
  entryPoint?: string[];
  /** Environment variables in plain text: never a secret. @default none */
  environment?: Record<string, pulumi.Input<string>>;
  /** Environment variables that ECS reads when a task starts; the definition holds references only. @default none */
  secrets?: Record<string, SecretReference>;
  /** User and group that the container runs as: names of the image, or numbers. @default "1000:1000" */
  user?: string;
  /** Lets `user` be root. @default false */
  allowRoot?: boolean;
  /** Keep the image's files unchangeable; what must be written goes to `tmp`. @default true */
  readonlyRootFilesystem?: boolean;
  /**
   * Paths that the container may write to. They are mounted in memory, writable for everybody, nothing in them can be
   * executed, and they count against the task's memory: 64 MB each, or the given size. `"disk"` takes the task's
   * ephemeral storage instead; the image must then declare the path as a `VOLUME` that belongs to `user`.
   * @default none
   */
  tmp?: string[] | Record<string, Size | "disk">;
  /** Check that ECS runs inside the container. @default none */
  healthCheck?: ContainerHealthArgs;
  /** Time between SIGTERM and SIGKILL, up to 120 seconds. @default "30 seconds" */
  stopTimeout?: Duration;
}

/** A container beside the main one. */
export interface SidecarArgs extends ContainerArgs {
  /** End the task when this container ends. @default false */
  essential?: boolean;
  /** Port that it listens on within the task. @default none */
  port?: number;
  /** The main container waits until this one has `started`, or is `healthy` (needs `healthCheck`). @default neither */
  before?: "started" | "healthy";
}

/** Where the containers' output goes. */
export interface TaskLogArgs extends Pick<
  LogGroupArgs,
  "name" | "retention" | "maskCardNumbers" | "archive" | "protection"
> {
  /** Key of the log group. @default the cluster's */
  key?: EncryptionKey;
}

/** What a service and a one-off task have in common. */
export interface TaskArgs extends ComponentArgs, ContainerArgs {
  cluster: TaskCluster;
  /** 0.25, 0.5, 1, 2, 4, 8 or 16 vCPU. @default "0.25 vCPU" */
  cpu?: Cpu;
  /** What Fargate offers with `cpu`; see `FARGATE_SIZES`. @default "512 MB" */
  memory?: Size;
  /** Processor; the image must be built for it. ARM64 costs a fifth less. @default "ARM64" */
  architecture?: "ARM64" | "X86_64";
  /** Disk of the task, 21 to 200 GB. @default 20 GB, which cost nothing */
  ephemeralStorage?: Size;
  /** Family of the task definitions. A change replaces the definition. @default project-stack-name */
  family?: string;
  /** Containers beside the main one, by name. @default none */
  sidecars?: Record<string, SidecarArgs>;
  /** What the task uses: each link brings one security group rule at either end, variables and permissions. */
  links?: Link[];
  /** Further rights of the containers (the task role). @default none */
  permissions?: PolicyStatement[];
  /**
   * Destinations outside the network on port 443: `true` for all, or IPv4 ranges. Needs a network with NAT; an image
   * outside ECR needs it.
   * @default none: the network's endpoints only
   */
  internetEgress?: true | string[];
  logs?: TaskLogArgs;
}
