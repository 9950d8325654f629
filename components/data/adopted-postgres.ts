import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../component.ts";
import type { Link, SecretReference } from "../link.ts";
import type { Observable, Observables } from "../observability/observables.ts";
import type { Recoverable, RecoveryPoint } from "../recovery/recoverable.ts";
import { type DatabaseFacts, databaseLink } from "./database-link.ts";
import { databaseObservables } from "./database-observables.ts";

/** An RDS instance that exists, and what it does not tell of itself. */
export interface ExistingPostgres extends ComponentArgs {
  identifier: string;
  /** The group to which services that link add a rule. */
  securityGroupId: pulumi.Input<string>;
  /** Where the password is read. @default none: services log in through IAM */
  password?: SecretReference;
  /** Users that links may log in as through IAM. @default none */
  iamUsers?: string[];
}

/**
 * A database that something else made; Pulumi reads it and never changes it. Made by `Postgres.get`.
 *
 * Cost: none of its own.
 */
export class AdoptedPostgres extends Component implements Observable, Recoverable {
  readonly name: string;
  readonly nodes: { readonly instance: aws.rds.Instance };
  readonly #facts: DatabaseFacts;

  constructor(name: string, existing: ExistingPostgres, options?: pulumi.ComponentResourceOptions) {
    super("strongroom:data:AdoptedPostgres", name, existing, options);
    this.name = name;
    const instance = aws.rds.Instance.get(`${name}-instance`, existing.identifier, this.inRegion, {
      parent: this,
    });
    this.nodes = { instance };
    this.#facts = {
      name,
      kind: "instance",
      identifier: instance.identifier,
      arn: instance.arn,
      resourceId: instance.resourceId,
      host: instance.address,
      port: instance.port,
      databaseName: instance.dbName,
      username: instance.username,
      securityGroupId: pulumi.output(existing.securityGroupId),
      ...(existing.password === undefined ? {} : { password: existing.password }),
      iamUsers: existing.iamUsers ?? [],
      readers: [],
    };
    this.registerOutputs({ identifier: instance.identifier, host: instance.address });
  }

  get link(): Link {
    return databaseLink(this.#facts);
  }

  get observables(): Observables {
    return databaseObservables({
      name: this.name,
      kind: "instance",
      identifier: this.#facts.identifier,
      replicas: [],
      hasReaders: false,
      region: this.region,
    });
  }

  get recoveryPoint(): RecoveryPoint {
    return { arn: this.#facts.arn, kind: "RDS" };
  }
}
