import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** The raw resources of a `Postgres`. */
export interface PostgresNodes {
  subnetGroup: aws.rds.SubnetGroup;
  securityGroup: aws.ec2.SecurityGroup;
  parameterGroup: aws.rds.ParameterGroup | aws.rds.ClusterParameterGroup;
  monitoringRole?: aws.iam.Role;
  logGroups: aws.cloudwatch.LogGroup[];
  eventSubscriptions: aws.rds.EventSubscription[];
  /** With `engine: "rds"`; the replicas too. */
  instance?: aws.rds.Instance;
  replicas: aws.rds.Instance[];
  /** With `engine: "auroraServerless"`: the writer is the first of its instances. */
  cluster?: aws.rds.Cluster;
  clusterInstances: aws.rds.ClusterInstance[];
}

/** What an engine's resources come to: the nodes that depend on it, and what they say of the database. */
export interface Made {
  nodes: Omit<PostgresNodes, "subnetGroup" | "securityGroup" | "monitoringRole">;
  database: {
    identifier: pulumi.Output<string>;
    arn: pulumi.Output<string>;
    resourceId: pulumi.Output<string>;
    host: pulumi.Output<string>;
    port: pulumi.Output<number>;
    readers: pulumi.Output<string>[];
    managedSecrets: pulumi.Output<{ secretArn: string }[]>;
  };
}
