import type * as pulumi from "@pulumi/pulumi";

/** What `OffHours` can put to rest: a database, or an ECS service. */
export type Resting = RestingDatabase | RestingService;

/** A component with a database that RDS can stop (`Postgres`). */
export interface RestingDatabase {
  /** The component's name; names its schedules. */
  readonly name: string;
  readonly pausable: PausableDatabase;
}

/** A database that RDS can stop; its storage and backups go on, and are paid for. */
export interface PausableDatabase {
  kind: "databaseInstance" | "databaseCluster";
  identifier: pulumi.Input<string>;
  arn: pulumi.Input<string>;
  /** Why this one cannot be stopped, when that is so. */
  obstacle?: string;
}

/** An ECS service, as `FargateService` describes itself. It rests with no task. */
export interface RestingService {
  /** The service's name there names its schedules. */
  readonly observables: { readonly name: string };
  readonly serviceArn: pulumi.Input<string>;
  readonly serviceName: pulumi.Input<string>;
  readonly clusterName: pulumi.Input<string>;
  /** `service/<cluster>/<service>`. */
  readonly scalableResourceId: pulumi.Input<string>;
  /** Tasks during working hours. */
  readonly bounds: { readonly min: number; readonly max: number };
  /** With a scalable target its bounds are moved, else the number of tasks is set. */
  readonly nodes: { readonly scaling?: { readonly target: pulumi.Resource } };
}
