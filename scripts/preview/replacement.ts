import type { PlanResource } from "../../components/testing/plan.ts";
import type { PropertyChange } from "./structure.ts";

/**
 * Properties whose change makes the AWS provider replace the resource (`ForceNew` in its schema), for the resources
 * whose replacement loses data or interrupts service. A property that is not listed may still replace: what is said
 * of a change is "may replace", never "updates in place".
 *
 * Source: the schemas in https://github.com/hashicorp/terraform-provider-aws (`internal/service/*`).
 */
const REPLACING: Record<string, string> = {
  "aws:ec2/vpc:Vpc": "cidrBlock",
  "aws:ec2/subnet:Subnet": "availabilityZone availabilityZoneId cidrBlock vpcId",
  "aws:ec2/securityGroup:SecurityGroup": "description name namePrefix vpcId",
  "aws:ec2/natGateway:NatGateway": "allocationId connectivityType subnetId",
  "aws:lb/loadBalancer:LoadBalancer": "internal loadBalancerType name namePrefix",
  "aws:lb/targetGroup:TargetGroup": "name namePrefix port protocol protocolVersion targetType vpcId",
  "aws:ecs/cluster:Cluster": "name",
  "aws:ecs/service:Service": "cluster name schedulingStrategy",
  "aws:lambda/function:Function": "name packageType",
  "aws:rds/instance:Instance":
    "availabilityZone characterSetName dbName engine kmsKeyId snapshotIdentifier storageEncrypted timezone username",
  "aws:rds/cluster:Cluster":
    "clusterIdentifier databaseName dbSubnetGroupName engine engineMode kmsKeyId masterUsername storageEncrypted",
  "aws:elasticache/replicationGroup:ReplicationGroup":
    "atRestEncryptionEnabled dataTieringEnabled kmsKeyId networkType port replicationGroupId subnetGroupName",
  "aws:dynamodb/table:Table": "hashKey name rangeKey",
  "aws:s3/bucket:Bucket": "bucket bucketPrefix objectLockEnabled",
  "aws:s3/bucketV2:BucketV2": "bucket bucketPrefix objectLockEnabled",
  "aws:efs/fileSystem:FileSystem": "creationToken encrypted kmsKeyId performanceMode",
  "aws:sqs/queue:Queue": "fifoQueue name namePrefix",
  "aws:sns/topic:Topic": "fifoTopic name namePrefix",
  "aws:kms/key:Key": "customerMasterKeySpec keyUsage multiRegion",
  "aws:secretsmanager/secret:Secret": "name namePrefix",
  "aws:iam/role:Role": "name namePrefix path",
  "aws:cloudwatch/logGroup:LogGroup": "logGroupClass name namePrefix",
  "aws:ecr/repository:Repository": "encryptionConfigurations name",
  "aws:backup/vault:Vault": "kmsKeyArn name",
};

/** The changed properties that are known to replace the resource, or that its options say replace it. */
export function replacingProperties(resource: PlanResource, changes: readonly PropertyChange[]): string[] {
  const replacing = [
    ...(REPLACING[resource.type]?.split(" ") ?? []),
    ...(resource.options.replaceOnChanges ?? []),
  ];
  if (resource.region !== undefined) replacing.push("region");
  const changed = new Set(changes.map(({ path }) => path.split(/[.[]/)[0] ?? path));
  return replacing.filter((property) => changed.has(property) || (property === "*" && changes.length > 0));
}
