import type * as pulumi from "@pulumi/pulumi";

/** One statement of an IAM policy. */
export interface PolicyStatement {
  /** Statement id: letters and digits only. */
  sid?: string;
  actions: string[];
  resources: pulumi.Input<string>[];
  conditions?: { test: string; variable: string; values: pulumi.Input<string>[] }[];
}

/** A place that a value is read from when a container starts. */
export interface SecretReference {
  /**
   * ARN of the secret or parameter, for a JSON key of a secret as `<secret arn>:<key>::` (ECS `valueFrom`).
   */
  valueFrom: pulumi.Input<string>;
  /** ARN that the execution role must be allowed to read: of the secret or parameter itself. */
  arn: pulumi.Input<string>;
  /** What `arn` names. */
  kind: "secretsmanager" | "ssm";
  /** Customer key that the value is encrypted with, which the execution role then may decrypt with. */
  keyArn?: pulumi.Input<string>;
}

/**
 * What a service needs in order to use another component, and nothing more. A service that links makes exactly one
 * ingress rule there and one egress rule at itself, and grants its roles these statements.
 */
export interface Link {
  /**
   * Unique among a service's links: the component's name and what it is (`payments-database`), since a database and a
   * cache of one system often carry the same name.
   */
  name: string;
  /** Environment variables in plain text: addresses, names, ports. Never a secret. */
  environment?: Record<string, pulumi.Input<string>>;
  /** Environment variables whose values ECS reads by reference when a task starts. */
  secrets?: Record<string, SecretReference>;
  /** What the task role may do. */
  statements?: PolicyStatement[];
  /** Where the linked component listens. */
  network?: { securityGroupId: pulumi.Input<string>; port: pulumi.Input<number> };
}
