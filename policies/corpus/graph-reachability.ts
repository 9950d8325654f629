import { fails, of, passes, unknown, UNKNOWN } from "./case.ts";
import {
  closedGroup,
  database,
  gateway,
  group,
  group5432,
  inGroup,
  ingress,
  inMain,
  ipTcp,
  network,
  openGroup,
  orders,
  publicNetwork,
  routeTable,
  sharedRule,
  subnet,
  subnetGroup,
  tcp,
  vpc,
  withGroup,
  WORLD,
} from "./graph-network.ts";

const rule = "internet-to-data-no-path";

const cluster = of("aws:rds/cluster:Cluster");
const clusterInstance = of("aws:rds/clusterInstance:ClusterInstance");
const cache = of("aws:elasticache/replicationGroup:ReplicationGroup");
const domain = of("aws:opensearch/domain:Domain");
const oldDomain = of("aws:elasticsearch/domain:Domain");
const prefixList = of("aws:ec2/managedPrefixList:ManagedPrefixList");
const prefixEntry = of("aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry");
const defaultGroup = of("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup");
const peering = of("aws:ec2/vpcPeeringConnection:VpcPeeringConnection");

/** The way with the network's identifiers known, as an import or a second deployment shows them. */
const known = (gatewayId: string) =>
  [
    database({
      engine: "mysql",
      publiclyAccessible: true,
      dbSubnetGroupName: "data",
      vpcSecurityGroupIds: ["sg-1"],
    }),
    subnetGroup({ name: "data", subnetIds: ["subnet-1"] }),
    subnet({ id: "subnet-1", vpcId: "vpc-1", cidrBlock: "10.0.0.0/24" }),
    vpc({ id: "vpc-1", cidrBlock: "10.0.0.0/16" }),
    group({ id: "sg-1", vpcId: "vpc-1" }),
    sharedRule({ type: "ingress", securityGroupId: "sg-1", ...tcp(3306), ...WORLD }),
    gateway({ id: "igw-1", vpcId: "vpc-1" }),
    routeTable({ id: "rtb-1", vpcId: "vpc-1", routes: [{ cidrBlock: "0.0.0.0/0", gatewayId }] }),
    of("aws:ec2/routeTableAssociation:RouteTableAssociation")({
      routeTableId: "rtb-1",
      subnetId: "subnet-1",
    }),
  ] as const;

export default [
  fails(rule, ...withGroup(group5432)),
  passes(rule, orders({ publiclyAccessible: false }), group5432, ...publicNetwork),
  passes(rule, orders(), group5432, ...inMain),
  passes(rule, ...withGroup(openGroup({ ...tcp(5432), cidrBlocks: ["10.0.0.0/8"] }))),
  // It listens on another port than the one that is open.
  passes(rule, ...withGroup(openGroup({ ...tcp(22), ...WORLD }))),
  fails(rule, orders({ port: 6543 }), openGroup({ ...tcp(6543), ...WORLD }), ...publicNetwork),
  fails(rule, ...withGroup(openGroup({ protocol: "-1", fromPort: 0, toPort: 0, ...WORLD }))),
  passes(rule, ...withGroup(openGroup({ protocol: "udp", fromPort: 5432, toPort: 5432, ...WORLD }))),

  // Rules of the group as resources of their own, by reference and by identifier.
  fails(
    rule,
    ...withGroup(
      closedGroup,
      ingress({ securityGroupId: UNKNOWN, ...ipTcp(5432), cidrIpv4: "203.0.113.0/24" }, inGroup),
    ),
  ),
  fails(
    rule,
    ...withGroup(
      closedGroup,
      sharedRule({ type: "ingress", securityGroupId: UNKNOWN, ...tcp(5432), ...WORLD }, inGroup),
    ),
  ),
  passes(
    rule,
    ...withGroup(
      closedGroup,
      sharedRule({ type: "egress", securityGroupId: UNKNOWN, ...tcp(5432), ...WORLD }, inGroup),
    ),
  ),
  passes(
    rule,
    ...withGroup(
      closedGroup,
      group({}, {}, "other"),
      ingress(
        { securityGroupId: UNKNOWN, ...ipTcp(5432), cidrIpv4: "0.0.0.0/0" },
        { securityGroupId: ["other"] },
      ),
    ),
  ),
  // A group that is not known is no group of the internet's.
  passes(
    rule,
    ...withGroup(
      closedGroup,
      ingress({ securityGroupId: UNKNOWN, ...ipTcp(5432), referencedSecurityGroupId: UNKNOWN }, inGroup),
    ),
  ),
  passes(
    rule,
    ...withGroup(
      closedGroup,
      group({}, {}, "clients"),
      ingress(
        { securityGroupId: UNKNOWN, ...ipTcp(5432), referencedSecurityGroupId: UNKNOWN },
        { ...inGroup, referencedSecurityGroupId: ["clients"] },
      ),
    ),
  ),
  passes(rule, ...withGroup(openGroup({ ...tcp(5432), self: true }))),
  fails(rule, ...known("igw-1")),
  passes(rule, ...known("vgw-1")),
  {
    ...passes(rule, ...withGroup(openGroup({ ...tcp(5432), cidrBlocks: ["203.0.113.7/32"] }))),
    parameters: { trustedRanges: ["203.0.113.0/24"] },
  },
  {
    ...fails(
      rule,
      ...withGroup(openGroup({ ...tcp(5432), cidrBlocks: ["203.0.113.0/24", "198.51.100.1/32"] })),
    ),
    parameters: { trustedRanges: ["203.0.113.0/24"] },
  },

  // Prefix lists: of the stack, with entries inline and separate; of others.
  fails(
    rule,
    ...withGroup(
      group(
        { ingress: [{ ...tcp(5432), prefixListIds: [UNKNOWN] }] },
        { ingress: ["ManagedPrefixList"] },
        "open",
      ),
      prefixList({ addressFamily: "IPv4", maxEntries: 5, entries: [{ cidr: "198.51.100.0/24" }] }),
    ),
  ),
  fails(
    rule,
    ...withGroup(
      closedGroup,
      ingress(
        { securityGroupId: UNKNOWN, ...ipTcp(5432), prefixListId: UNKNOWN },
        { ...inGroup, prefixListId: ["ManagedPrefixList"] },
      ),
      prefixList({ addressFamily: "IPv4", maxEntries: 5 }),
      prefixEntry({ cidr: "0.0.0.0/0", prefixListId: UNKNOWN }, { prefixListId: ["ManagedPrefixList"] }),
    ),
  ),
  passes(
    rule,
    ...withGroup(
      group(
        { ingress: [{ ...tcp(5432), prefixListIds: [UNKNOWN] }] },
        { ingress: ["ManagedPrefixList"] },
        "open",
      ),
      prefixList({ addressFamily: "IPv4", maxEntries: 5, entries: [{ cidr: "10.1.0.0/16" }] }),
    ),
  ),
  unknown(rule, ...withGroup(openGroup({ ...tcp(5432), prefixListIds: ["pl-3b927c52"] }))),
  // Of two rules of a group nobody can tell yet which names which list.
  unknown(
    rule,
    ...withGroup(
      group(
        {
          ingress: [
            { ...tcp(5432), prefixListIds: [UNKNOWN] },
            { ...tcp(443), prefixListIds: [UNKNOWN] },
          ],
        },
        { ingress: ["ManagedPrefixList", "office"] },
        "open",
      ),
      prefixList({ entries: [{ cidr: "0.0.0.0/0" }] }),
      prefixList({ entries: [{ cidr: "10.1.0.0/16" }] }, {}, "office"),
    ),
  ),

  // AWS's default network has public subnets; its default group admits its own members only.
  passes(rule, database({ engine: "postgres", publiclyAccessible: true })),
  fails(
    rule,
    database(
      { engine: "postgres", publiclyAccessible: true, vpcSecurityGroupIds: [UNKNOWN] },
      { vpcSecurityGroupIds: ["open"] },
    ),
    group({ ingress: [{ ...tcp(5432), ...WORLD }] }, {}, "open"),
  ),
  fails(
    rule,
    database(
      { engine: "postgres", publiclyAccessible: true, dbSubnetGroupName: UNKNOWN },
      { dbSubnetGroupName: ["SubnetGroup"] },
    ),
    defaultGroup({ vpcId: UNKNOWN, ingress: [{ ...tcp(5432), ...WORLD }] }, { vpcId: ["main"] }),
    ...publicNetwork,
  ),
  // A replica stands where its source does.
  fails(
    rule,
    database(
      { replicateSourceDb: UNKNOWN, publiclyAccessible: true, vpcSecurityGroupIds: [UNKNOWN], port: 5432 },
      { replicateSourceDb: ["orders"], vpcSecurityGroupIds: ["open"] },
      "replica",
    ),
    ...withGroup(group5432),
  ),

  // Other stores.
  fails(
    rule,
    cluster(
      { engine: "aurora-postgresql", dbSubnetGroupName: UNKNOWN, vpcSecurityGroupIds: [UNKNOWN] },
      { dbSubnetGroupName: ["SubnetGroup"], vpcSecurityGroupIds: ["open"] },
    ),
    clusterInstance(
      { clusterIdentifier: UNKNOWN, publiclyAccessible: true },
      { clusterIdentifier: ["Cluster"] },
    ),
    group5432,
    ...publicNetwork,
  ),
  passes(
    rule,
    cluster(
      { engine: "aurora-postgresql", dbSubnetGroupName: UNKNOWN, vpcSecurityGroupIds: [UNKNOWN] },
      { dbSubnetGroupName: ["SubnetGroup"], vpcSecurityGroupIds: ["open"] },
    ),
    clusterInstance({ clusterIdentifier: UNKNOWN }, { clusterIdentifier: ["Cluster"] }),
    group5432,
    ...publicNetwork,
  ),
  passes(
    rule,
    cache(
      { subnetGroupName: UNKNOWN, securityGroupIds: [UNKNOWN] },
      { subnetGroupName: ["CacheSubnets"], securityGroupIds: ["open"] },
    ),
    of("aws:elasticache/subnetGroup:SubnetGroup")(
      { subnetIds: [UNKNOWN] },
      { subnetIds: ["main-subnet"] },
      "CacheSubnets",
    ),
    openGroup({ ...tcp(6379), ...WORLD }),
    ...publicNetwork,
  ),
  ...(
    [
      ["aws:redshift/cluster:Cluster", { vpcSecurityGroupIds: [UNKNOWN] }],
      ["aws:redshiftserverless/workgroup:Workgroup", { securityGroupIds: [UNKNOWN], subnetIds: [UNKNOWN] }],
    ] as const
  ).flatMap(([type, inputs]) => {
    const from = Object.fromEntries(
      Object.keys(inputs).map((key) => [key, [key === "subnetIds" ? "main-subnet" : "open"]]),
    );
    const group5439 = openGroup({ ...tcp(5439), ...WORLD });
    return [
      fails(rule, of(type)({ ...inputs, publiclyAccessible: true }, from), group5439, ...publicNetwork),
      passes(rule, of(type)(inputs, from), group5439, ...publicNetwork),
    ];
  }),
  fails(
    rule,
    of("aws:mq/broker:Broker")(
      { publiclyAccessible: true, subnetIds: [UNKNOWN], securityGroups: [UNKNOWN] },
      { subnetIds: ["main-subnet"], securityGroups: ["open"] },
    ),
    openGroup({ ...tcp(5671), ...WORLD }),
    ...publicNetwork,
  ),
  // AWS takes no security group for a public broker of RabbitMQ, which stands in a network of AWS's own.
  fails(rule, of("aws:mq/broker:Broker")({ engineType: "RabbitMQ", publiclyAccessible: true })),
  passes(rule, of("aws:mq/broker:Broker")({ engineType: "RabbitMQ", publiclyAccessible: false })),
  ...["SERVICE_PROVIDED_EIPS", "DISABLED"].map((type) => ({
    ...fails(
      rule,
      of("aws:msk/cluster:Cluster")(
        {
          brokerNodeGroupInfo: {
            clientSubnets: [UNKNOWN],
            securityGroups: [UNKNOWN],
            instanceType: "kafka.m7g.large",
            connectivityInfo: { publicAccess: { type } },
          },
        },
        { brokerNodeGroupInfo: ["main-subnet", "open"] },
      ),
      openGroup({ ...tcp(9196), ...WORLD }),
      ...publicNetwork,
    ),
    verdict: type === "DISABLED" ? ("pass" as const) : ("fail" as const),
  })),
  passes(
    rule,
    of("aws:efs/mountTarget:MountTarget")(
      { subnetId: UNKNOWN, securityGroups: [UNKNOWN] },
      { subnetId: ["main-subnet"], securityGroups: ["open"] },
    ),
    openGroup({ ...tcp(2049), ...WORLD }),
    ...publicNetwork,
  ),
  fails(rule, domain()),
  fails(rule, oldDomain()),
  passes(
    rule,
    domain(
      { vpcOptions: { subnetIds: [UNKNOWN], securityGroupIds: [UNKNOWN] } },
      { vpcOptions: ["main-subnet", "open"] },
    ),
    openGroup({ ...tcp(443), ...WORLD }),
    ...publicNetwork,
  ),
  ...[
    "aws:docdb/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
    "aws:elasticache/cluster:Cluster",
    "aws:elasticache/serverlessCache:ServerlessCache",
    "aws:memorydb/cluster:Cluster",
    "aws:dax/cluster:Cluster",
    "aws:msk/serverlessCluster:ServerlessCluster",
  ].map((type) => passes(rule, of(type)())),

  // Not known: each part of the way alone, while the others are open; closed where another part is.
  unknown(rule, orders({ publiclyAccessible: UNKNOWN }), group5432, ...publicNetwork),
  unknown(rule, ...withGroup(openGroup({ ...tcp(5432), cidrBlocks: [UNKNOWN] }))),
  unknown(rule, ...withGroup(openGroup({ ...tcp(5432), fromPort: UNKNOWN, ...WORLD }))),
  unknown(rule, ...withGroup(group({ ingress: UNKNOWN }, {}, "open"))),
  unknown(
    rule,
    database({ engine: "postgres", publiclyAccessible: true, vpcSecurityGroupIds: UNKNOWN }),
    ...network("main"),
  ),
  unknown(
    rule,
    database(
      {
        engine: "postgres",
        publiclyAccessible: true,
        dbSubnetGroupName: "of-another-stack",
        vpcSecurityGroupIds: [UNKNOWN],
      },
      { vpcSecurityGroupIds: ["open"] },
    ),
    group5432,
  ),
  passes(
    rule,
    database(
      {
        engine: "postgres",
        publiclyAccessible: true,
        dbSubnetGroupName: "of-another-stack",
        vpcSecurityGroupIds: [UNKNOWN],
      },
      { vpcSecurityGroupIds: ["open"] },
    ),
    openGroup({ ...tcp(5432), cidrBlocks: ["10.0.0.0/8"] }),
  ),
  passes(
    rule,
    orders({ publiclyAccessible: false }),
    group({ ingress: UNKNOWN }, {}, "open"),
    ...publicNetwork,
  ),
  // A known wrong rule counts whatever is unknown of another.
  fails(rule, ...withGroup(openGroup({ ...tcp(5432), cidrBlocks: [UNKNOWN] }, { ...tcp(5432), ...WORLD }))),
  // Networks that are joined to this one are not the internet.
  passes(
    rule,
    ...[
      orders({ publiclyAccessible: false }),
      openGroup({ ...tcp(5432), cidrBlocks: ["10.9.0.0/16"] }),
      ...inMain,
    ],
    ...network("office", "10.9.0.0/16"),
    peering({ vpcId: UNKNOWN, peerVpcId: UNKNOWN }, { vpcId: ["main"], peerVpcId: ["office"] }),
  ),
];
