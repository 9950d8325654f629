import type * as pulumi from "@pulumi/pulumi";
import type { EncryptionKey } from "../security/encryption-key.ts";
import type { RestingDatabase, RestingService } from "./pausable.ts";
import type { Recoverable, RecoveryPoint } from "./recoverable.ts";

/** What recovery components stand in during tests: plain values, so that a Plan shows the component alone. */

/** A customer key in the region that copies go to. */
export const keyElsewhere: EncryptionKey = {
  arn: "arn:aws:kms:eu-central-1:123456789012:key/66666666-7777-8888-9999-000000000000",
};

/** Something to back up. */
export function recoverable(name: string, kind: RecoveryPoint["kind"]): Recoverable {
  const restoreOverrides = kind === "RDS" ? { dbSubnetGroupName: "payments-subnets" } : undefined;
  return {
    name,
    recoveryPoint: { arn: `arn:aws:rds:eu-west-1:123456789012:db:${name}`, kind, restoreOverrides },
  };
}

/** A database to rest. */
export function restingDatabase(
  name: string,
  pausable: Partial<RestingDatabase["pausable"]> = {},
): RestingDatabase {
  const arn = `arn:aws:rds:eu-west-1:123456789012:db:${name}-1a2b3c4d`;
  return { name, pausable: { kind: "databaseInstance", identifier: `${name}-1a2b3c4d`, arn, ...pausable } };
}

/** A service to rest; with `scaling`, one whose bounds are moved. */
export function restingService(name: string, scaling?: { target: pulumi.Resource }): RestingService {
  return {
    observables: { name },
    serviceArn: `arn:aws:ecs:eu-west-1:123456789012:service/payments/${name}`,
    serviceName: name,
    clusterName: "payments",
    scalableResourceId: `service/payments/${name}`,
    bounds: { min: 2, max: scaling === undefined ? 2 : 20 },
    nodes: scaling === undefined ? {} : { scaling },
  };
}
