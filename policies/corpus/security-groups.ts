import { fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const group = of("aws:ec2/securityGroup:SecurityGroup");
const defaultGroup = of("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup");
const sharedRule = of("aws:ec2/securityGroupRule:SecurityGroupRule");
const ingress = of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
const egress = of("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
const database = of("aws:rds/instance:Instance");
const cache = of("aws:elasticache/replicationGroup:ReplicationGroup");
const balancer = of("aws:lb/loadBalancer:LoadBalancer");
const listener = of("aws:lb/listener:Listener");
const listenerRule = of("aws:lb/listenerRule:ListenerRule");
const service = of("aws:ecs/service:Service");

const prefixList = of("aws:ec2/managedPrefixList:ManagedPrefixList");
const prefixEntry = of("aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry");

const redshift = of("aws:redshift/cluster:Cluster");

const world = { protocol: "tcp", cidrBlocks: ["0.0.0.0/0"] };
const port = (number: number) => ({ fromPort: number, toPort: number });
const inline = (opening: object) => group({ ingress: [opening] });

const wholeWorld = prefixList({ entries: [{ cidr: "10.1.0.0/16" }, { cidr: "0.0.0.0/0" }] });
const office = prefixList({ entries: [{ cidr: "10.1.0.0/16" }] }, {}, "office");
const byList = { ingress: ["ManagedPrefixList"], egress: ["ManagedPrefixList"] };

/** Openings to prefix lists: what stands in the list is judged as if it stood in the rule. */
const listCases = (rule: string, direction: "ingress" | "egress", ports: object) => {
  const toList = { protocol: "tcp", ...ports, prefixListIds: [UNKNOWN] };
  const separate = direction === "ingress" ? ingress : egress;
  return [
    fails(rule, group({ [direction]: [toList] }, byList), wholeWorld),
    fails(rule, defaultGroup({ [direction]: [toList] }, byList), wholeWorld),
    fails(
      rule,
      group({ [direction]: [{ ...toList, prefixListIds: ["pl-1"] }] }),
      prefixList({ id: "pl-1", entries: [{ cidr: "::/0" }] }),
    ),
    fails(
      rule,
      sharedRule({ type: direction, ...toList }, { prefixListIds: ["ManagedPrefixList"] }),
      wholeWorld,
    ),
    // An entry that is a resource of its own.
    fails(
      rule,
      separate(
        { ipProtocol: "tcp", ...ports, prefixListId: UNKNOWN },
        { prefixListId: ["ManagedPrefixList"] },
      ),
      prefixList({ addressFamily: "IPv4", maxEntries: 5 }),
      prefixEntry({ cidr: "0.0.0.0/0", prefixListId: UNKNOWN }, { prefixListId: ["ManagedPrefixList"] }),
    ),
    fails(
      rule,
      group({ [direction]: [toList] }, byList),
      prefixList({ entries: [{ cidr: UNKNOWN }, { cidr: "0.0.0.0/0" }] }),
    ),
    passes(rule, group({ [direction]: [toList] }, { [direction]: ["office"] }), office, wholeWorld),
    // Lists of AWS and of others are not seen.
    passes(rule, group({ [direction]: [{ ...toList, prefixListIds: ["pl-3b927c52"] }] }), wholeWorld),
    unknown(rule, group({ [direction]: [toList] }, byList), prefixList({ entries: UNKNOWN })),
    unknown(rule, group({ [direction]: [toList] }), wholeWorld),
    // Of two rules of a group nobody can tell yet which names which list.
    unknown(
      rule,
      group(
        { [direction]: [toList, { ...toList, protocol: "udp" }] },
        { [direction]: ["ManagedPrefixList", "office"] },
      ),
      wholeWorld,
      office,
    ),
  ];
};

/** The same four questions for every rule on one port. */
const portCases = (rule: string, number: number) => [
  fails(rule, inline({ ...world, ...port(number) })),
  fails(rule, inline({ ...world, fromPort: 0, toPort: 65535 })),
  fails(rule, inline({ protocol: "-1", fromPort: 0, toPort: 0, ipv6CidrBlocks: ["::/0"] })),
  fails(rule, inline({ protocol: "tcp", ...port(number), cidrBlocks: ["0.0.0.0/1"] })),
  fails(rule, defaultGroup({ ingress: [{ ...world, ...port(number) }] })),
  fails(rule, sharedRule({ type: "ingress", ...world, ...port(number) })),
  fails(rule, ingress({ ipProtocol: "tcp", ...port(number), cidrIpv4: "0.0.0.0/0" })),
  fails(rule, inline({ ...world, ...port(number), cidrBlocks: [UNKNOWN, "0.0.0.0/0"] })),
  // A known wrong opening counts whatever is unknown of another.
  fails(
    rule,
    group({
      ingress: [
        { protocol: UNKNOWN, cidrBlocks: UNKNOWN },
        { ...world, ...port(number) },
      ],
    }),
  ),
  passes(rule, inline({ ...world, ...port(number), cidrBlocks: ["10.0.0.0/8"] })),
  passes(rule, inline({ ...world, ...port(443) })),
  passes(rule, inline({ protocol: "udp", ...port(number), cidrBlocks: ["0.0.0.0/0"] })),
  passes(rule, sharedRule({ type: "egress", ...world, ...port(number) })),
  passes(rule, ingress({ ipProtocol: "tcp", ...port(number), referencedSecurityGroupId: UNKNOWN })),
  unknown(rule, group({ ingress: UNKNOWN })),
  unknown(rule, inline({ ...world, ...port(number), cidrBlocks: [UNKNOWN] })),
  unknown(rule, ingress({ ipProtocol: "tcp", ...port(number), cidrIpv4: UNKNOWN })),
];

const redirect = { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } };
const open80 = group({ ingress: [{ ...world, ...port(80) }] });
const edge = balancer({ securityGroups: [UNKNOWN] }, { securityGroups: ["SecurityGroup"] });
const onEdge = { loadBalancerArn: ["LoadBalancer"] };
const http = { loadBalancerArn: UNKNOWN, port: 80, protocol: "HTTP" };
const inGroup = { securityGroupId: ["SecurityGroup"] };
const db = database({ vpcSecurityGroupIds: [UNKNOWN] }, { vpcSecurityGroupIds: ["SecurityGroup"] });

/** Every kind of data store, standing in the group. */
const DATA_STORES = [
  ...[
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:redshift/cluster:Cluster",
    "aws:docdb/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
  ].map((type) => of(type)({ vpcSecurityGroupIds: [UNKNOWN] }, { vpcSecurityGroupIds: ["SecurityGroup"] })),
  ...[
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:elasticache/cluster:Cluster",
    "aws:elasticache/serverlessCache:ServerlessCache",
    "aws:memorydb/cluster:Cluster",
    "aws:redshiftserverless/workgroup:Workgroup",
  ].map((type) => of(type)({ securityGroupIds: [UNKNOWN] }, { securityGroupIds: ["SecurityGroup"] })),
  ...["aws:opensearch/domain:Domain", "aws:elasticsearch/domain:Domain"].map((type) =>
    of(type)({ vpcOptions: { securityGroupIds: [UNKNOWN] } }, { vpcOptions: ["SecurityGroup"] }),
  ),
];
/** Every kind of workload that answers plain HTTP itself where it stands in a group that lets it in. */
const WORKLOADS = [
  ...DATA_STORES,
  service(
    { networkConfiguration: { securityGroups: [UNKNOWN] } },
    { networkConfiguration: ["SecurityGroup"] },
  ),
  of("aws:ec2/instance:Instance")(
    { vpcSecurityGroupIds: [UNKNOWN] },
    { vpcSecurityGroupIds: ["SecurityGroup"] },
  ),
  of("aws:lambda/function:Function")(
    { vpcConfig: { securityGroupIds: [UNKNOWN] } },
    { vpcConfig: ["SecurityGroup"] },
  ),
];

export default [
  ...portCases("sg-no-public-ssh", 22),
  ...portCases("sg-no-public-rdp", 3389),
  ...portCases("sg-no-public-high-risk-ports", 5432),
  fails("sg-no-public-high-risk-ports", inline({ ...world, ...port(6379) })),

  fails(
    "sg-no-all-ports-ingress",
    inline({ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }),
  ),
  fails("sg-no-all-ports-ingress", ingress({ ipProtocol: "-1", cidrIpv6: "::/0" })),
  fails("sg-no-all-ports-ingress", defaultGroup({ ingress: [{ ...world, fromPort: 0, toPort: 65535 }] })),
  fails("sg-no-all-ports-ingress", sharedRule({ type: "ingress", ...world, fromPort: 0, toPort: 65535 })),
  fails("sg-no-all-ports-ingress", inline({ ...world, fromPort: 1, toPort: 65535 })),
  passes("sg-no-all-ports-ingress", inline({ ...world, ...port(443) })),
  passes("sg-no-all-ports-ingress", ingress({ ipProtocol: "-1", cidrIpv4: "10.0.0.0/16" })),
  unknown("sg-no-all-ports-ingress", ingress({ ipProtocol: UNKNOWN, cidrIpv4: "0.0.0.0/0" })),

  fails("sg-public-ingress-only-approved-ports", inline({ ...world, ...port(8080) })),
  fails(
    "sg-public-ingress-only-approved-ports",
    ingress({ ipProtocol: "tcp", fromPort: 80, toPort: 443, cidrIpv4: "0.0.0.0/0" }),
  ),
  fails("sg-public-ingress-only-approved-ports", defaultGroup({ ingress: [{ ...world, ...port(8080) }] })),
  fails("sg-public-ingress-only-approved-ports", sharedRule({ type: "ingress", ...world, ...port(8080) })),
  passes("sg-public-ingress-only-approved-ports", inline({ ...world, ...port(443) })),
  {
    ...passes("sg-public-ingress-only-approved-ports", inline({ ...world, ...port(8443) })),
    parameters: { ports: [8443] },
  },
  {
    ...fails("sg-public-ingress-only-approved-ports", inline({ ...world, ...port(443) })),
    parameters: { ports: [8443] },
  },
  unknown("sg-public-ingress-only-approved-ports", inline({ ...world, fromPort: UNKNOWN, toPort: UNKNOWN })),

  fails("sg-no-public-http", open80),
  fails(
    "sg-no-public-http",
    open80,
    edge,
    listener({ ...http, defaultActions: [{ type: "forward" }] }, onEdge),
  ),
  fails(
    "sg-no-public-http",
    ingress({ ipProtocol: "tcp", ...port(80), cidrIpv4: "0.0.0.0/0", securityGroupId: UNKNOWN }, inGroup),
    group(),
  ),
  ...WORKLOADS.map((workload) =>
    fails(
      "sg-no-public-http",
      open80,
      edge,
      listener({ ...http, defaultActions: [redirect] }, onEdge),
      workload,
    ),
  ),
  // A rule of the listener takes what its default action would redirect.
  fails(
    "sg-no-public-http",
    open80,
    edge,
    listener({ ...http, defaultActions: [redirect] }, onEdge),
    listenerRule({ listenerArn: UNKNOWN, actions: [{ type: "forward" }] }, { listenerArn: ["Listener"] }),
  ),
  // A network load balancer passes on what comes, unread.
  fails("sg-no-public-http", open80, edge, listener({ ...http, protocol: "TCP" }, onEdge)),
  fails("sg-no-public-http", defaultGroup({ ingress: [{ ...world, ...port(80) }] })),
  fails("sg-no-public-http", sharedRule({ type: "ingress", ...world, ...port(80) })),
  passes("sg-no-public-http", open80, edge, listener({ ...http, defaultActions: [redirect] }, onEdge)),
  passes("sg-no-public-http", open80, edge, listener({ ...http, port: 443, protocol: "TCP" }, onEdge)),
  passes(
    "sg-no-public-http",
    ingress({ ipProtocol: "tcp", ...port(80), cidrIpv4: "0.0.0.0/0", securityGroupId: "sg-1" }),
    group({ id: "sg-1" }),
    balancer({ securityGroups: ["sg-1"], arn: "arn:lb" }),
    listener({ ...http, loadBalancerArn: "arn:lb", defaultActions: [redirect] }),
  ),
  passes("sg-no-public-http", inline({ ...world, ...port(443) })),
  unknown("sg-no-public-http", open80, edge, listener({ ...http, defaultActions: UNKNOWN }, onEdge)),

  fails(
    "sg-database-ingress-from-groups-only",
    group({ ingress: [{ protocol: "tcp", ...port(5432), cidrBlocks: ["10.0.0.0/16"] }] }),
    db,
  ),
  fails(
    "sg-database-ingress-from-groups-only",
    ingress({ ipProtocol: "tcp", ...port(5432), cidrIpv4: "10.0.0.0/8", securityGroupId: UNKNOWN }, inGroup),
    group(),
    db,
  ),
  fails(
    "sg-database-ingress-from-groups-only",
    ingress({ cidrIpv6: "fd00::/64", securityGroupId: UNKNOWN }, inGroup),
    group(),
    cache({ securityGroupIds: [UNKNOWN] }, { securityGroupIds: ["SecurityGroup"] }),
  ),
  passes(
    "sg-database-ingress-from-groups-only",
    ingress({ referencedSecurityGroupId: UNKNOWN, securityGroupId: UNKNOWN }, inGroup),
    group(),
    db,
  ),
  passes(
    "sg-database-ingress-from-groups-only",
    group({ ingress: [{ protocol: "tcp", ...port(5432), cidrBlocks: ["10.0.0.0/28"] }] }),
    db,
  ),
  ...DATA_STORES.map((store) =>
    fails(
      "sg-database-ingress-from-groups-only",
      sharedRule({ type: "ingress", ...world, ...port(5432), securityGroupId: UNKNOWN }, inGroup),
      group(),
      store,
    ),
  ),
  fails(
    "sg-database-ingress-from-groups-only",
    defaultGroup({ ingress: [{ ...world, ...port(5432) }] }),
    database({ vpcSecurityGroupIds: [UNKNOWN] }, { vpcSecurityGroupIds: ["DefaultSecurityGroup"] }),
  ),
  fails(
    "sg-database-ingress-from-groups-only",
    group({
      ingress: [{ protocol: "tcp", fromPort: UNKNOWN, toPort: UNKNOWN, cidrBlocks: ["10.0.0.0/16"] }],
    }),
    db,
  ),
  // A group that no data store stands in.
  passes("sg-database-ingress-from-groups-only", group({ ingress: [{ ...world, ...port(443) }] }), edge),
  unknown(
    "sg-database-ingress-from-groups-only",
    group({ ingress: [{ protocol: "tcp", ...port(5432), cidrBlocks: [UNKNOWN] }] }),
    db,
  ),

  // A known wide range counts whatever is unknown of another.
  fails(
    "sg-database-ingress-from-groups-only",
    group({ ingress: [{ protocol: "tcp", ...port(5439), cidrBlocks: [UNKNOWN, "10.0.0.0/16"] }] }),
    redshift({ vpcSecurityGroupIds: [UNKNOWN] }, { vpcSecurityGroupIds: ["SecurityGroup"] }),
  ),

  fails("sg-egress-restricted", group({ egress: [{ ...world, protocol: "-1", ...port(0) }] })),
  fails("sg-egress-restricted", group({ egress: [{ ...world, fromPort: 0, toPort: 65535 }] })),
  fails("sg-egress-restricted", group({ egress: [{ ...world, fromPort: 1, toPort: 65535 }] })),
  fails("sg-egress-restricted", defaultGroup({ egress: [{ protocol: "-1", ipv6CidrBlocks: ["::/0"] }] })),
  fails("sg-egress-restricted", sharedRule({ type: "egress", ...world, protocol: "-1" })),
  fails(
    "sg-egress-restricted",
    egress({ ipProtocol: "-1", cidrIpv4: "0.0.0.0/0", securityGroupId: UNKNOWN }),
  ),
  passes("sg-egress-restricted", group({ egress: [{ ...world, ...port(443) }] })),
  passes("sg-egress-restricted", group({ egress: [{ protocol: "-1", cidrBlocks: ["10.0.0.0/16"] }] })),
  passes("sg-egress-restricted", sharedRule({ type: "ingress", ...world, protocol: "-1" })),
  // Without `egress` the provider takes AWS's own rule away.
  passes("sg-egress-restricted", group()),
  unknown("sg-egress-restricted", egress({ ipProtocol: UNKNOWN, cidrIpv4: "0.0.0.0/0" })),

  fails(
    "sg-database-egress-restricted",
    group({ egress: [{ protocol: "-1", cidrBlocks: ["0.0.0.0/0"] }] }),
    db,
  ),
  fails(
    "sg-database-egress-restricted",
    egress({ ipProtocol: "-1", cidrIpv4: "0.0.0.0/0", securityGroupId: UNKNOWN }, inGroup),
    group(),
    db,
  ),
  ...DATA_STORES.map((store) =>
    fails(
      "sg-database-egress-restricted",
      sharedRule({ type: "egress", ...world, ...port(443), securityGroupId: UNKNOWN }, inGroup),
      group(),
      store,
    ),
  ),
  fails(
    "sg-database-egress-restricted",
    defaultGroup({ egress: [{ ...world, ...port(443) }] }),
    database({ vpcSecurityGroupIds: [UNKNOWN] }, { vpcSecurityGroupIds: ["DefaultSecurityGroup"] }),
  ),
  passes("sg-database-egress-restricted", group({ egress: [] }), db),
  passes(
    "sg-database-egress-restricted",
    group({ egress: [{ protocol: "-1", cidrBlocks: ["0.0.0.0/0"] }] }),
    edge,
  ),
  unknown("sg-database-egress-restricted", group({ egress: UNKNOWN }), db),
  ...listCases("sg-no-public-ssh", "ingress", port(22)),
  ...listCases("sg-no-public-rdp", "ingress", port(3389)),
  ...listCases("sg-no-public-high-risk-ports", "ingress", port(5432)),
  ...listCases("sg-no-all-ports-ingress", "ingress", { fromPort: 0, toPort: 65535 }),
  ...listCases("sg-public-ingress-only-approved-ports", "ingress", port(8080)),
  ...listCases("sg-no-public-http", "ingress", port(80)),
  ...listCases("sg-egress-restricted", "egress", { fromPort: 0, toPort: 65535 }),
  // By a prefix list a range is as wide as by itself.
  fails(
    "sg-database-ingress-from-groups-only",
    ingress(
      { ipProtocol: "tcp", ...port(5432), prefixListId: UNKNOWN, securityGroupId: UNKNOWN },
      { ...inGroup, prefixListId: ["office"] },
    ),
    group(),
    db,
    office,
  ),
  passes(
    "sg-database-ingress-from-groups-only",
    ingress(
      { ipProtocol: "tcp", ...port(5432), prefixListId: UNKNOWN, securityGroupId: UNKNOWN },
      { ...inGroup, prefixListId: ["bastions"] },
    ),
    group(),
    db,
    prefixList({ entries: [{ cidr: "10.1.7.0/28" }] }, {}, "bastions"),
  ),
  fails(
    "sg-database-egress-restricted",
    egress(
      { ipProtocol: "-1", prefixListId: UNKNOWN, securityGroupId: UNKNOWN },
      { ...inGroup, prefixListId: ["ManagedPrefixList"] },
    ),
    group(),
    db,
    wholeWorld,
  ),
  passes(
    "sg-database-egress-restricted",
    egress(
      { ipProtocol: "-1", prefixListId: UNKNOWN, securityGroupId: UNKNOWN },
      { ...inGroup, prefixListId: ["office"] },
    ),
    group(),
    db,
    office,
  ),
];
