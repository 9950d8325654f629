/** A resource as the engine's state holds it; only what is read here. */
export interface StateResource {
  urn: string;
  type: string;
  custom?: boolean;
  external?: boolean;
  protect?: boolean;
  inputs?: Record<string, unknown>;
}

/** Names by which AWS's resources call their deletion protection. */
const DELETION_PROTECTION = [
  "deletionProtection",
  "deletionProtectionEnabled",
  "enableDeletionProtection",
] as const;

/** Resources whose deletion loses what only they hold. */
const DATA = new Set([
  "aws:backup/vault:Vault",
  "aws:dynamodb/table:Table",
  "aws:ecr/repository:Repository",
  "aws:efs/fileSystem:FileSystem",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:elasticache/serverlessCache:ServerlessCache",
  "aws:kms/key:Key",
  "aws:rds/cluster:Cluster",
  "aws:rds/instance:Instance",
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketV2:BucketV2",
  "aws:secretsmanager/secret:Secret",
]);

/** The resources of an exported deployment that a provider would delete. */
export function deletable(deployment: unknown): StateResource[] {
  const { resources = [] } = (deployment ?? {}) as { resources?: StateResource[] };
  return resources.filter(
    ({ type, custom, external }) =>
      custom === true && external !== true && !type.startsWith("pulumi:providers:"),
  );
}

/** What `destroy` would delete, with what holds data by name. */
export function describeDeletion(stack: string, resources: StateResource[]): string {
  const services = Map.groupBy(
    resources,
    ({ type }) => type.split("/")[0]?.split(":").slice(0, 2).join(":") ?? "",
  );
  const counts = [...services]
    .map(([service, members]) => `${service} ${members.length}`)
    .toSorted()
    .join(", ");
  const data = resources.filter(({ type }) => DATA.has(type));
  return [
    `Deletes ${resources.length} resource${resources.length === 1 ? "" : "s"} of ${stack}: ${counts}.`,
    ...(data.length > 0 ? ["", "Among them, with all they hold:", ...data.map(line)] : []),
  ].join("\n");
}

/**
 * Why the resources cannot be deleted, and how to delete them all the same; nothing when they can. Told before the
 * deletion starts: what stands before a protected resource would be gone when the engine comes to it.
 */
export function protectedFrom(stack: string, resources: StateResource[]): string | undefined {
  const byPulumi = resources.filter(({ protect }) => protect === true);
  const byAws = resources.filter(({ inputs }) => DELETION_PROTECTION.some((key) => inputs?.[key] === true));
  if (byPulumi.length === 0 && byAws.length === 0) return undefined;
  return [
    `Nothing was deleted: ${stack} holds resources that are protected.`,
    ...(byPulumi.length > 0 ? ["Pulumi refuses to delete (option `protect`):", ...byPulumi.map(line)] : []),
    ...(byAws.length > 0 ? ["AWS refuses to delete (deletion protection):", ...byAws.map(line)] : []),
    "To delete them all the same, lift the protection as a deployment of its own, then destroy:",
    `  pulumi config set strongroom:protection ephemeral --stack ${stack}`,
    `  strongroom up --stack ${stack}`,
    `  strongroom destroy --stack ${stack}`,
    "In production the program refuses that setting. There, `pulumi state unprotect --all` lifts Pulumi's protection,",
    "AWS's is lifted at each resource in AWS, and `pulumi refresh` takes note of it.",
  ].join("\n");
}

function line({ urn, type }: StateResource): string {
  return `  ${urn.split("::").at(-1) ?? urn}  ${type}`;
}
