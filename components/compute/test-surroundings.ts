import * as pulumi from "@pulumi/pulumi";
import type { Entrance } from "../edge/entrance.ts";
import type { Link } from "../link.ts";
import type { Network } from "../network/network.ts";
import type { TaskCluster } from "./task-cluster.ts";

/** What services stand in during tests: plain values, so that a Plan shows the service alone. */

export function testNetwork(changes: Partial<Network> = {}): Network {
  return {
    vpcId: pulumi.output("vpc-1"),
    cidrBlock: pulumi.output("10.0.0.0/16"),
    subnetIds: {
      public: [],
      app: [pulumi.output("subnet-app-1"), pulumi.output("subnet-app-2")],
      data: [],
    },
    zones: [pulumi.output("eu-west-1a"), pulumi.output("eu-west-1b")],
    endpointSecurityGroupId: pulumi.output("sg-endpoints"),
    gatewayPrefixListIds: [pulumi.output("pl-s3")],
    appTierHasEgress: false,
    ...changes,
  };
}

export const KEY = { arn: "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555" };

export function testCluster(changes: Partial<Network> = {}): TaskCluster {
  return {
    arn: pulumi.output("arn:aws:ecs:eu-west-1:123456789012:cluster/payments"),
    name: pulumi.output("payments"),
    network: testNetwork(changes),
    key: KEY,
    execLogGroupArn: pulumi.output("arn:aws:logs:eu-west-1:123456789012:log-group:exec"),
    ready: [],
  };
}

/** A load balancer that keeps what priorities it was asked for. */
export function testEntrance({ testListener = false } = {}): Entrance & { asked: unknown[] } {
  const asked: unknown[] = [];
  const loadBalancer = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/edge/1";
  return {
    network: testNetwork(),
    arn: pulumi.output(loadBalancer),
    arnSuffix: pulumi.output("app/edge/1"),
    securityGroupId: pulumi.output("sg-edge"),
    listenerArn: pulumi.output(
      "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/edge/1/live",
    ),
    testListenerArn: testListener
      ? pulumi.output("arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/edge/1/test")
      : undefined,
    url: pulumi.output("https://example.com"),
    reservePriority: (rule) => {
      asked.push(rule);
      return 100;
    },
    asked,
  };
}

export const IMAGE = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/backend@sha256:${"a".repeat(64)}`;
const SECRETS = "arn:aws:secretsmanager:eu-west-1:123456789012:secret";

export const DATABASE: Link = {
  name: "database",
  environment: { DATABASE_HOST: "db.internal", DATABASE_PORT: "5432" },
  secrets: {
    DATABASE_PASSWORD: {
      valueFrom: `${SECRETS}:db-a1b2c3:password::`,
      arn: `${SECRETS}:db-a1b2c3`,
      kind: "secretsmanager",
      keyArn: KEY.arn,
    },
  },
  statements: [
    {
      sid: "Connect",
      actions: ["rds-db:connect"],
      resources: ["arn:aws:rds-db:eu-west-1:123456789012:dbuser:db-1/app"],
    },
  ],
  network: { securityGroupId: "sg-database", port: 5432 },
};

/** A table: permissions, but no address of its own. */
export const TABLE: Link = {
  name: "table",
  environment: { TABLE: "payments" },
  statements: [
    {
      actions: ["dynamodb:GetItem"],
      resources: ["arn:aws:dynamodb:eu-west-1:123456789012:table/payments"],
      conditions: [
        { test: "StringEquals", variable: "dynamodb:LeadingKeys", values: ["a"] },
        { test: "StringEquals", variable: "aws:PrincipalAccount", values: ["123456789012"] },
      ],
    },
  ],
};
