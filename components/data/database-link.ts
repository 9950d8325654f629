import * as pulumi from "@pulumi/pulumi";
import type { Link, PolicyStatement, SecretReference } from "../link.ts";

/** What is known of a database, made or adopted. */
export interface DatabaseFacts {
  /** The component's name. */
  name: string;
  kind: "instance" | "cluster";
  identifier: pulumi.Output<string>;
  arn: pulumi.Output<string>;
  /** The immutable id that IAM's `rds-db:connect` names: `db-…` or `cluster-…`. */
  resourceId: pulumi.Output<string>;
  host: pulumi.Output<string>;
  port: pulumi.Output<number>;
  databaseName: pulumi.Output<string>;
  username: pulumi.Output<string>;
  securityGroupId: pulumi.Output<string>;
  /** Where the password is read; absent when the database is only used with IAM logins. */
  password?: SecretReference;
  /** Database users that links may log in as through IAM. */
  iamUsers: string[];
  /** Addresses to read from: of each replica, or the cluster's reader endpoint. */
  readers: pulumi.Output<string>[];
}

/** Reads and writes. */
export function databaseLink(facts: DatabaseFacts): Link {
  return linkTo(facts, facts.host);
}

/** Reads only, from a replica. @throws {Error} when there is none */
export function readerLink(facts: DatabaseFacts): Link {
  const [reader] = facts.readers;
  if (reader === undefined) {
    throw new Error(
      `Postgres "${facts.name}" has nothing to read from but the primary; write replicas: 1 or more`,
    );
  }
  return linkTo(facts, reader);
}

function linkTo(facts: DatabaseFacts, host: pulumi.Output<string>): Link {
  return {
    name: `${facts.name}-database`,
    environment: {
      DATABASE_HOST: host,
      DATABASE_PORT: facts.port.apply(String),
      DATABASE_NAME: facts.databaseName,
      DATABASE_USER: facts.username,
      ...(facts.readers.length === 0
        ? {}
        : { DATABASE_READER_HOSTS: pulumi.all(facts.readers).apply((hosts) => hosts.join(",")) }),
    },
    ...(facts.password === undefined ? {} : { secrets: { DATABASE_PASSWORD: facts.password } }),
    statements: connectStatements(facts),
    network: { securityGroupId: facts.securityGroupId, port: facts.port },
  };
}

function connectStatements({ iamUsers, arn, resourceId }: DatabaseFacts): PolicyStatement[] {
  if (iamUsers.length === 0) return [];
  // arn:aws:rds:eu-west-1:123456789012:db:… → arn:aws:rds-db:eu-west-1:123456789012:dbuser:<resource id>/<user>
  const place = arn.apply((text) => text.split(":"));
  return [
    {
      sid: "ConnectToDatabase",
      actions: ["rds-db:connect"],
      resources: iamUsers.map((user) =>
        pulumi
          .all([place, resourceId])
          .apply(
            ([[, partition, , region, account], id]) =>
              `arn:${partition ?? ""}:rds-db:${region ?? ""}:${account ?? ""}:dbuser:${id}/${user}`,
          ),
      ),
    },
  ];
}
