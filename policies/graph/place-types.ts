/** What stands in networks, by type: the properties that say where, in which groups, and whether with a public address. */

import { anyOf, type Props } from "../values.ts";

/** What a place is, for readers and for its tier. */
export type PlaceKind =
  | "load balancer"
  | "api link"
  | "service"
  | "instance"
  | "function"
  | "build"
  | "cluster"
  | "database"
  | "cache"
  | "search"
  | "warehouse"
  | "files"
  | "stream"
  | "broker"
  | "endpoint"
  | "distribution"
  | "api"
  | "function address";

/** Where subnets stand: in properties of the resource, or in a subnet group that it names. */
export type SubnetSource =
  { paths: readonly string[] } | { group: string; types: readonly string[]; paths: readonly string[] };

/** What the graph knows of a type. */
export interface PlaceType {
  kind: PlaceKind;
  subnets: SubnetSource;
  /** Properties that name security groups. */
  groups: readonly string[];
  /** Whether it may have a public address, where its subnet leads to the internet. @default never */
  isPublic?: (props: Props) => boolean;
  /** Whether its own property decides on a public address, or, left out, its subnet's. @default its own */
  takesFromSubnet?: string;
  /** The port that it listens on, where that is known from what it is. @default any */
  port?: (props: Props) => number | undefined;
  /** Whether the resource stands in a network at all; an endpoint of AWS's own otherwise. @default it does */
  isInNetwork?: (props: Props) => boolean;
  /** Whether without any security group nothing is filtered. @default the network's default group holds */
  isOpenWithoutGroups?: (props: Props) => boolean;
}

const SUBNET_IDS = { paths: ["subnetIds"] };
const publiclyAccessible = (props: Props) => props.flag("publiclyAccessible");
const given = (port: number) => (props: Props) => props.number("port") ?? port;

/** What a database's engine listens on unless told otherwise. */
const ENGINE_PORTS: readonly [engine: RegExp, port: number][] = [
  [/postgres/, 5432],
  [/mysql|mariadb|aurora$/, 3306],
  [/oracle/, 1521],
  [/sqlserver/, 1433],
  [/db2/, 50_000],
];

function databasePort(props: Props): number | undefined {
  const port = props.number("port");
  if (port !== undefined) return port;
  const engine = props.text("engine");
  return ENGINE_PORTS.find(([name]) => name.test(engine))?.[1];
}

const rdsGroup = {
  group: "dbSubnetGroupName",
  types: ["aws:rds/subnetGroup:SubnetGroup"],
  paths: ["subnetIds"],
};
const cacheGroup = {
  group: "subnetGroupName",
  types: ["aws:elasticache/subnetGroup:SubnetGroup"],
  paths: ["subnetIds"],
};
const balancer: PlaceType = {
  kind: "load balancer",
  subnets: { paths: ["subnets", "subnetMappings.*.subnetId"] },
  groups: ["securityGroups"],
  // Gateway load balancers have no address: traffic is routed to them.
  isPublic: (props) => !props.flag("internal") && props.text("loadBalancerType") !== "gateway",
  isOpenWithoutGroups: (props) => ["network", "gateway"].includes(props.text("loadBalancerType")),
};
const search: PlaceType = {
  kind: "search",
  subnets: { paths: ["vpcOptions.subnetIds"] },
  groups: ["vpcOptions.securityGroupIds"],
  isInNetwork: (props) => props.declares("vpcOptions"),
  port: () => 443,
};

/** Every type that stands in a network. */
export const PLACE_TYPES: Readonly<Record<string, PlaceType>> = {
  "aws:lb/loadBalancer:LoadBalancer": balancer,
  "aws:alb/loadBalancer:LoadBalancer": balancer,
  "aws:elb/loadBalancer:LoadBalancer": {
    kind: "load balancer",
    subnets: { paths: ["subnets"] },
    groups: ["securityGroups"],
    isPublic: (props) => !props.flag("internal"),
  },
  "aws:apigatewayv2/vpcLink:VpcLink": {
    kind: "api link",
    subnets: SUBNET_IDS,
    groups: ["securityGroupIds"],
  },
  "aws:ecs/service:Service": {
    kind: "service",
    subnets: { paths: ["networkConfiguration.subnets"] },
    groups: ["networkConfiguration.securityGroups"],
    isPublic: (props) => props.flag("networkConfiguration.assignPublicIp"),
    // In other modes the tasks have the addresses of their instances.
    isInNetwork: (props) => props.declares("networkConfiguration"),
  },
  "aws:ec2/instance:Instance": {
    kind: "instance",
    subnets: { paths: ["subnetId"] },
    groups: ["vpcSecurityGroupIds", "securityGroups"],
    isPublic: (props) => props.flag("associatePublicIpAddress"),
    takesFromSubnet: "associatePublicIpAddress",
  },
  "aws:autoscaling/group:Group": {
    kind: "instance",
    subnets: { paths: ["vpcZoneIdentifiers"] },
    groups: [],
  },
  "aws:lambda/function:Function": {
    kind: "function",
    subnets: { paths: ["vpcConfig.subnetIds"] },
    groups: ["vpcConfig.securityGroupIds"],
    isInNetwork: (props) => props.declares("vpcConfig"),
  },
  "aws:codebuild/project:Project": {
    kind: "build",
    subnets: { paths: ["vpcConfig.subnets"] },
    groups: ["vpcConfig.securityGroupIds"],
    isInNetwork: (props) => props.declares("vpcConfig"),
  },
  "aws:eks/cluster:Cluster": {
    kind: "cluster",
    subnets: { paths: ["vpcConfig.subnetIds"] },
    groups: ["vpcConfig.securityGroupIds"],
    port: () => 443,
  },
  "aws:rds/instance:Instance": {
    kind: "database",
    subnets: rdsGroup,
    groups: ["vpcSecurityGroupIds"],
    isPublic: publiclyAccessible,
    port: databasePort,
  },
  "aws:rds/cluster:Cluster": {
    kind: "database",
    subnets: rdsGroup,
    groups: ["vpcSecurityGroupIds"],
    port: databasePort,
  },
  "aws:docdb/cluster:Cluster": {
    kind: "database",
    subnets: { ...rdsGroup, types: ["aws:docdb/subnetGroup:SubnetGroup"] },
    groups: ["vpcSecurityGroupIds"],
    port: given(27_017),
  },
  "aws:neptune/cluster:Cluster": {
    kind: "database",
    subnets: {
      group: "neptuneSubnetGroupName",
      types: ["aws:neptune/subnetGroup:SubnetGroup"],
      paths: ["subnetIds"],
    },
    groups: ["vpcSecurityGroupIds"],
    port: given(8182),
  },
  "aws:elasticache/replicationGroup:ReplicationGroup": {
    kind: "cache",
    subnets: cacheGroup,
    groups: ["securityGroupIds"],
    port: given(6379),
  },
  "aws:elasticache/cluster:Cluster": {
    kind: "cache",
    subnets: cacheGroup,
    groups: ["securityGroupIds"],
    port: (props) => props.number("port") ?? (props.text("engine") === "memcached" ? 11_211 : 6379),
  },
  "aws:elasticache/serverlessCache:ServerlessCache": {
    kind: "cache",
    subnets: SUBNET_IDS,
    groups: ["securityGroupIds"],
    port: () => 6379,
  },
  "aws:memorydb/cluster:Cluster": {
    kind: "cache",
    subnets: { ...cacheGroup, types: ["aws:memorydb/subnetGroup:SubnetGroup"] },
    groups: ["securityGroupIds"],
    port: given(6379),
  },
  "aws:dax/cluster:Cluster": {
    kind: "cache",
    subnets: { ...cacheGroup, types: ["aws:dax/subnetGroup:SubnetGroup"] },
    groups: ["securityGroupIds"],
  },
  "aws:opensearch/domain:Domain": search,
  "aws:elasticsearch/domain:Domain": search,
  "aws:redshift/cluster:Cluster": {
    kind: "warehouse",
    subnets: {
      group: "clusterSubnetGroupName",
      types: ["aws:redshift/subnetGroup:SubnetGroup"],
      paths: ["subnetIds"],
    },
    groups: ["vpcSecurityGroupIds"],
    isPublic: publiclyAccessible,
    port: given(5439),
  },
  "aws:redshiftserverless/workgroup:Workgroup": {
    kind: "warehouse",
    subnets: SUBNET_IDS,
    groups: ["securityGroupIds"],
    isPublic: publiclyAccessible,
    port: given(5439),
  },
  "aws:efs/mountTarget:MountTarget": {
    kind: "files",
    subnets: { paths: ["subnetId"] },
    groups: ["securityGroups"],
    port: () => 2049,
  },
  "aws:msk/cluster:Cluster": {
    kind: "stream",
    subnets: { paths: ["brokerNodeGroupInfo.clientSubnets"] },
    groups: ["brokerNodeGroupInfo.securityGroups"],
    isPublic: (props) =>
      !["", "DISABLED"].includes(props.text("brokerNodeGroupInfo.connectivityInfo.publicAccess.type")),
  },
  "aws:msk/serverlessCluster:ServerlessCluster": {
    kind: "stream",
    subnets: { paths: ["vpcConfigs.*.subnetIds"] },
    groups: ["vpcConfigs.*.securityGroupIds"],
    port: () => 9098,
  },
  "aws:mq/broker:Broker": {
    kind: "broker",
    subnets: SUBNET_IDS,
    groups: ["securityGroups"],
    isPublic: publiclyAccessible,
    // AWS keeps a public broker of RabbitMQ in a network of its own, and takes no security group for it.
    isInNetwork: (props) =>
      anyOf(
        () => props.declares("securityGroups"),
        () => !props.flag("publiclyAccessible"),
        () => !/^rabbitmq$/i.test(props.text("engineType")),
      ),
  },
  "aws:ec2/vpcEndpoint:VpcEndpoint": {
    kind: "endpoint",
    subnets: { paths: ["subnetIds", "subnetConfigurations.*.subnetId"] },
    groups: ["securityGroupIds"],
    isInNetwork: (props) => props.text("vpcEndpointType") === "Interface",
    port: () => 443,
  },
};

/** Types that a place's subnets or addresses are read from. */
export const PLACE_JOINS = [
  ...new Set(Object.values(PLACE_TYPES).flatMap(({ subnets }) => ("types" in subnets ? subnets.types : []))),
  "aws:rds/clusterInstance:ClusterInstance",
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:ec2/networkInterface:NetworkInterface",
  "aws:ec2/eip:Eip",
  "aws:ec2/eipAssociation:EipAssociation",
];

/** Kinds that hold data. */
const STORE_KINDS: readonly PlaceKind[] = [
  "database",
  "cache",
  "search",
  "warehouse",
  "files",
  "stream",
  "broker",
];

/** Types that hold data and stand in a network, or may. */
export const STORE_TYPES = Object.entries(PLACE_TYPES)
  .filter(([, { kind }]) => STORE_KINDS.includes(kind))
  .map(([type]) => type);
