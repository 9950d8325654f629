import * as pulumi from "@pulumi/pulumi";
import type { Entrance } from "../edge/entrance.ts";
import type { Link } from "../link.ts";
import type { Network } from "../network/network.ts";
import { key, standInNetwork } from "../stand-ins.test-support.ts";
import type { TaskCluster } from "./task-cluster.ts";

/** A cluster in a network with these changes. */
export function standInCluster(changes: Partial<Network> = {}): TaskCluster {
  return {
    arn: pulumi.output("arn:aws:ecs:eu-west-1:123456789012:cluster/payments"),
    name: pulumi.output("payments"),
    network: standInNetwork(changes),
    key,
    execLogGroupArn: pulumi.output("arn:aws:logs:eu-west-1:123456789012:log-group:exec"),
    ready: [],
  };
}

/** A load balancer that keeps what priorities it was asked for. */
export function standInEntrance({ testListener = false } = {}): Entrance & { asked: unknown[] } {
  const asked: unknown[] = [];
  const loadBalancer = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/edge/1";
  return {
    network: standInNetwork(),
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
      keyArn: key.arn,
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
