/** What a diagram shows of a kind of resource. */
export interface Kind {
  /** What it is called. */
  label: string;
  icon: IconName;
  role: Role;
  /** Several of them in one place are drawn as one. */
  together?: boolean;
  /** Something that services read, write or call; a reference to it is worth an arrow. */
  used: boolean;
}

/** What something does in an architecture; decides where it stands and how it is coloured. */
export type Role =
  "internet" | "edge" | "network" | "compute" | "data" | "security" | "operations" | "upkeep";

export type IconName =
  | "globe"
  | "shield"
  | "split"
  | "route"
  | "box"
  | "bolt"
  | "server"
  | "cylinder"
  | "layers"
  | "bucket"
  | "queue"
  | "bell"
  | "key"
  | "chart"
  | "archive";

/** Titles of the boxes around services that stand in no network, in the order in which they are shown. */
export const ROLE_TITLES: Readonly<Record<Role, string>> = {
  internet: "Internet",
  edge: "Edge services",
  compute: "Compute services",
  data: "Storage and messages",
  security: "Keys, secrets and audit",
  network: "Network services",
  operations: "Monitoring",
  upkeep: "Images, backups and upkeep",
};

/** A function that does the chores of another component: no part of what the architecture is for. */
export const HELPER: Kind = kind("Helper function", "bolt", "upkeep", true);

/** What engines call themselves. */
export const ENGINES: Readonly<Record<string, string>> = {
  postgres: "PostgreSQL",
  "aurora-postgresql": "Aurora PostgreSQL",
  mysql: "MySQL",
  "aurora-mysql": "Aurora MySQL",
  mariadb: "MariaDB",
  valkey: "Valkey",
  redis: "Redis",
  memcached: "Memcached",
};

function kind(label: string, icon: IconName, role: Role, together = false): Kind {
  const used = role === "data" || ["Secret", "SNS topic", "User pool"].includes(label);
  return { label, icon, role, together, used };
}

/** The types that stand in a diagram; all others are details of these. */
export const KINDS: Readonly<Record<string, Kind>> = {
  "aws:lb/loadBalancer:LoadBalancer": kind("Load balancer", "split", "edge"),
  "aws:alb/loadBalancer:LoadBalancer": kind("Load balancer", "split", "edge"),
  "aws:elb/loadBalancer:LoadBalancer": kind("Classic load balancer", "split", "edge"),
  "aws:cloudfront/distribution:Distribution": kind("CloudFront", "globe", "edge"),
  "aws:apigateway/restApi:RestApi": kind("API Gateway", "split", "edge"),
  "aws:apigatewayv2/api:Api": kind("API Gateway", "split", "edge"),
  "aws:appsync/graphQLApi:GraphQLApi": kind("AppSync", "split", "edge"),
  "aws:wafv2/webAcl:WebAcl": kind("Web firewall", "shield", "edge"),
  "aws:ec2/natGateway:NatGateway": kind("NAT gateway", "route", "network", true),
  "aws:ec2/vpcEndpoint:VpcEndpoint": kind("VPC endpoint", "route", "network", true),
  "aws:ec2transitgateway/transitGateway:TransitGateway": kind("Transit gateway", "route", "network"),
  "aws:ecs/service:Service": kind("ECS service", "box", "compute"),
  "aws:eks/cluster:Cluster": kind("EKS cluster", "box", "compute"),
  "aws:apprunner/service:Service": kind("App Runner", "box", "compute"),
  "aws:batch/jobQueue:JobQueue": kind("Batch queue", "box", "compute"),
  "aws:lambda/function:Function": kind("Lambda function", "bolt", "compute"),
  "aws:lambda/callbackFunction:CallbackFunction": kind("Lambda function", "bolt", "compute"),
  "aws:sfn/stateMachine:StateMachine": kind("State machine", "bolt", "compute"),
  "aws:ec2/instance:Instance": kind("EC2 instance", "server", "compute"),
  "aws:autoscaling/group:Group": kind("Auto Scaling group", "server", "compute"),
  "aws:rds/instance:Instance": kind("RDS", "cylinder", "data"),
  "aws:rds/cluster:Cluster": kind("RDS cluster", "cylinder", "data"),
  "aws:docdb/cluster:Cluster": kind("DocumentDB", "cylinder", "data"),
  "aws:neptune/cluster:Cluster": kind("Neptune", "cylinder", "data"),
  "aws:redshift/cluster:Cluster": kind("Redshift", "cylinder", "data"),
  "aws:opensearch/domain:Domain": kind("OpenSearch", "cylinder", "data"),
  "aws:dynamodb/table:Table": kind("DynamoDB table", "cylinder", "data"),
  "aws:elasticache/replicationGroup:ReplicationGroup": kind("ElastiCache", "layers", "data"),
  "aws:elasticache/serverlessCache:ServerlessCache": kind("ElastiCache", "layers", "data"),
  "aws:elasticache/cluster:Cluster": kind("ElastiCache", "layers", "data"),
  "aws:memorydb/cluster:Cluster": kind("MemoryDB", "layers", "data"),
  "aws:efs/fileSystem:FileSystem": kind("EFS", "archive", "data"),
  "aws:s3/bucket:Bucket": kind("S3 bucket", "bucket", "data"),
  "aws:s3/bucketV2:BucketV2": kind("S3 bucket", "bucket", "data"),
  "aws:sqs/queue:Queue": kind("SQS queue", "queue", "data"),
  "aws:kinesis/stream:Stream": kind("Kinesis stream", "queue", "data"),
  "aws:msk/cluster:Cluster": kind("MSK cluster", "queue", "data"),
  "aws:mq/broker:Broker": kind("MQ broker", "queue", "data"),
  "aws:sns/topic:Topic": kind("SNS topic", "bell", "operations"),
  "aws:kms/key:Key": kind("KMS key", "key", "security", true),
  "aws:secretsmanager/secret:Secret": kind("Secret", "key", "security", true),
  "aws:cognito/userPool:UserPool": kind("User pool", "shield", "security"),
  "aws:guardduty/detector:Detector": kind("GuardDuty", "shield", "security"),
  "aws:cloudtrail/trail:Trail": kind("Audit trail", "archive", "security", true),
  "aws:cloudwatch/logGroup:LogGroup": kind("Log group", "chart", "operations", true),
  "aws:cloudwatch/metricAlarm:MetricAlarm": kind("Alarm", "bell", "operations", true),
  "aws:cloudwatch/dashboard:Dashboard": kind("Dashboard", "chart", "operations", true),
  "aws:cloudwatch/eventRule:EventRule": kind("Event rule", "bolt", "operations"),
  "aws:ecr/repository:Repository": kind("ECR repository", "archive", "upkeep", true),
  "aws:backup/vault:Vault": kind("Backup vault", "archive", "upkeep", true),
  "aws:budgets/budget:Budget": kind("Budget", "chart", "upkeep", true),
};

/** Paths of the icons, drawn as strokes in a square of 20. */
export const ICONS: Readonly<Record<IconName, string>> = {
  globe: "M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16M2 10h16M10 2c5 5 5 11 0 16M10 2c-5 5-5 11 0 16",
  shield: "M10 2l7 2.5v5c0 4.500-3 7-7 8.500-4-1.500-7-4-7-8.500v-5zM7 10l2 2 4-4",
  split: "M2 10h5M7 10l6-6h5M7 10l6 6h5M7 10h11M16 2l2 2-2 2M16 8l2 2-2 2M16 14l2 2-2 2",
  route:
    "M3 15a2 2 0 1 0 4 0 2 2 0 1 0-4 0M13 5a2 2 0 1 0 4 0 2 2 0 1 0-4 0M7 15h5a3 3 0 0 0 0-6H8a3 3 0 0 1 0-6h5",
  box: "M10 2l7 4v8l-7 4-7-4V6zM3 6l7 4 7-4M10 10v8",
  bolt: "M11 2L4 11h5l-1 7 7-9h-5z",
  server: "M3 3h14v6H3zM3 11h14v6H3zM6 6h.01M6 14h.01",
  cylinder: "M3 5c0-4 14-4 14 0v10c0 4-14 4-14 0zM3 5c0 4 14 4 14 0M3 10c0 4 14 4 14 0",
  layers: "M10 2l8 4-8 4-8-4zM2 10l8 4 8-4M2 14l8 4 8-4",
  bucket: "M3 4h14l-2 13H5zM3 4c2 3 12 3 14 0",
  queue: "M2 5h4v10H2zM8 5h4v10H8zM14 10h4M16 8l2 2-2 2",
  bell: "M5 14V9a5 5 0 0 1 10 0v5l2 1H3zM8 17h4",
  key: "M3 13a4 4 0 1 0 8 0 4 4 0 1 0-8 0M10 10l7-7M14 6l2 2M12 8l2 2",
  chart: "M3 3v14h14M6 13l3-4 3 2 4-6",
  archive: "M2 4h16v4H2zM3 8v9h14V8M8 12h4",
};
