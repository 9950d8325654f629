import { fails, of, passes, unknown, UNKNOWN, type CaseResource } from "./case.ts";

const subnet = of("aws:ec2/subnet:Subnet");
const defaultSubnet = of("aws:ec2/defaultSubnet:DefaultSubnet");
const route = of("aws:ec2/route:Route");
const table = of("aws:ec2/routeTable:RouteTable");
const mainTable = of("aws:ec2/defaultRouteTable:DefaultRouteTable");
const association = of("aws:ec2/routeTableAssociation:RouteTableAssociation");
const gateway = of("aws:ec2/internetGateway:InternetGateway");
const service = of("aws:ecs/service:Service");
const balancer = of("aws:lb/loadBalancer:LoadBalancer");
const vpc = of("aws:ec2/vpc:Vpc");
const defaultVpc = of("aws:ec2/defaultVpc:DefaultVpc");
const flowLog = of("aws:ec2/flowLog:FlowLog");
const databaseSubnets = of("aws:rds/subnetGroup:SubnetGroup");
const peering = of("aws:ec2/vpcPeeringConnection:VpcPeeringConnection");
const block = of("aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions");

const out = route(
  { routeTableId: UNKNOWN, destinationCidrBlock: "0.0.0.0/0", gatewayId: UNKNOWN },
  { routeTableId: ["RouteTable"], gatewayId: ["InternetGateway"] },
);
const nat = route(
  { routeTableId: UNKNOWN, destinationCidrBlock: "0.0.0.0/0", natGatewayId: UNKNOWN },
  { routeTableId: ["RouteTable"], natGatewayId: ["NatGateway"] },
  "nat",
);
const associated = association(
  { routeTableId: UNKNOWN, subnetId: UNKNOWN },
  { routeTableId: ["RouteTable"], subnetId: ["Subnet"] },
);
const inSubnet = service(
  { networkConfiguration: { subnets: [UNKNOWN] } },
  { networkConfiguration: ["Subnet"] },
);
const lambda = of("aws:lambda/function:Function")(
  { vpcConfig: { subnetIds: [UNKNOWN] } },
  { vpcConfig: ["Subnet"] },
);
const cacheSubnets = of("aws:elasticache/subnetGroup:SubnetGroup")(
  { subnetIds: [UNKNOWN] },
  { subnetIds: ["Subnet"] },
);
const balancerInSubnet = balancer({ subnets: [UNKNOWN] }, { subnets: ["Subnet"] });
const group = databaseSubnets({ subnetIds: [UNKNOWN] }, { subnetIds: ["Subnet"] });
const tier = [table(), associated, subnet(), gateway()];

const inVpc = { vpcId: ["Vpc"] };
const publicMain = mainTable(
  { defaultRouteTableId: UNKNOWN, routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: UNKNOWN }] },
  { defaultRouteTableId: ["Vpc"], routes: ["InternetGateway"] },
);

/** A default route in the main table of a network, which no resource declares. */
const outOfMain = route(
  { routeTableId: UNKNOWN, destinationCidrBlock: "0.0.0.0/0", gatewayId: UNKNOWN },
  { routeTableId: ["Vpc"], gatewayId: ["InternetGateway"] },
);
const madeMain = of("aws:ec2/mainRouteTableAssociation:MainRouteTableAssociation")(
  { vpcId: UNKNOWN, routeTableId: UNKNOWN },
  { vpcId: ["Vpc"], routeTableId: ["RouteTable"] },
);

const overPeering = (destinationCidrBlock: unknown) =>
  route(
    { routeTableId: "rtb-1", destinationCidrBlock, vpcPeeringConnectionId: UNKNOWN },
    {
      vpcPeeringConnectionId: ["VpcPeeringConnection"],
    },
  );
const peered = [
  peering({ vpcId: UNKNOWN, peerVpcId: UNKNOWN }, { vpcId: ["Vpc"], peerVpcId: ["shared"] }),
  vpc({ cidrBlock: "10.0.0.0/16" }),
  vpc({ cidrBlock: "10.9.0.0/20" }, {}, "shared"),
];

/** A subnet of the network, in a zone; public ones take their routes from the table that leads out. */
const inZone = (name: string, availabilityZone: unknown, isPublic: boolean): CaseResource[] => [
  subnet({ vpcId: UNKNOWN, availabilityZone }, { vpcId: ["Vpc"] }, name),
  ...(isPublic
    ? [
        association(
          { routeTableId: UNKNOWN, subnetId: UNKNOWN },
          { routeTableId: ["RouteTable"], subnetId: [name] },
          `${name}-routes`,
        ),
      ]
    : []),
];
const network = (...subnets: CaseResource[][]) =>
  [vpc(), out, table(), gateway(), ...subnets.flat()] as const;

export default [
  fails("subnet-no-auto-public-ip", subnet({ mapPublicIpOnLaunch: true })),
  fails("subnet-no-auto-public-ip", defaultSubnet({ availabilityZone: "eu-west-1a" })),
  passes("subnet-no-auto-public-ip", subnet()),
  passes("subnet-no-auto-public-ip", defaultSubnet({ mapPublicIpOnLaunch: false })),
  unknown("subnet-no-auto-public-ip", subnet({ mapPublicIpOnLaunch: UNKNOWN })),

  fails("route-no-unrestricted-igw", out, ...tier, inSubnet),
  fails("route-no-unrestricted-igw", out, ...tier, group),
  fails(
    "route-no-unrestricted-igw",
    table({ routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-1" }], id: "rtb-1" }),
    association({ routeTableId: "rtb-1", subnetId: "subnet-1" }),
    subnet({ id: "subnet-1" }),
    service({ networkConfiguration: { subnets: ["subnet-1"] } }),
  ),
  fails(
    "route-no-unrestricted-igw",
    mainTable({ routes: [{ ipv6CidrBlock: "::/0", gatewayId: UNKNOWN }] }, { routes: ["InternetGateway"] }),
    gateway(),
  ),
  ...[lambda, cacheSubnets].map((workload) => fails("route-no-unrestricted-igw", out, ...tier, workload)),
  fails(
    "route-no-unrestricted-igw",
    out,
    table(),
    gateway(),
    association(
      { routeTableId: UNKNOWN, subnetId: UNKNOWN },
      { routeTableId: ["RouteTable"], subnetId: ["DefaultSubnet"] },
    ),
    defaultSubnet({ availabilityZone: "eu-west-1a" }),
    service({ networkConfiguration: { subnets: [UNKNOWN] } }, { networkConfiguration: ["DefaultSubnet"] }),
  ),
  fails("route-no-unrestricted-igw", publicMain, gateway(), vpc()),
  fails("route-no-unrestricted-igw", outOfMain, gateway(), vpc()),
  fails("route-no-unrestricted-igw", out, table(), madeMain, gateway(), vpc()),
  passes("route-no-unrestricted-igw", out, ...tier, balancerInSubnet),
  passes("route-no-unrestricted-igw", nat, ...tier, inSubnet),
  unknown(
    "route-no-unrestricted-igw",
    route(
      { routeTableId: UNKNOWN, destinationCidrBlock: UNKNOWN, gatewayId: UNKNOWN },
      { routeTableId: ["RouteTable"] },
    ),
    ...tier,
    inSubnet,
  ),

  fails("rds-subnets-private", group, out, ...tier),
  passes("rds-subnets-private", group, nat, ...tier),
  passes("rds-subnets-private", databaseSubnets({ subnetIds: ["subnet-9"] }), out, ...tier),
  unknown(
    "rds-subnets-private",
    group,
    route(
      { routeTableId: UNKNOWN, destinationCidrBlock: "0.0.0.0/0", gatewayId: UNKNOWN },
      { routeTableId: ["RouteTable"] },
    ),
    table(),
    associated,
    subnet(),
  ),
  // A known way to the internet counts whatever is unknown of another route.
  fails(
    "rds-subnets-private",
    group,
    route({ destinationCidrBlock: UNKNOWN, gatewayId: UNKNOWN }, {}, "other"),
    out,
    ...tier,
  ),

  // A subnet without a table of its own takes the main one of its network.
  fails("rds-subnets-private", group, publicMain, gateway(), vpc(), subnet({ vpcId: UNKNOWN }, inVpc)),
  fails("rds-subnets-private", group, outOfMain, gateway(), vpc(), subnet({ vpcId: UNKNOWN }, inVpc)),
  fails(
    "rds-subnets-private",
    group,
    out,
    table(),
    madeMain,
    gateway(),
    vpc(),
    subnet({ vpcId: UNKNOWN }, inVpc),
  ),
  passes(
    "rds-subnets-private",
    group,
    publicMain,
    table(),
    madeMain,
    gateway(),
    vpc(),
    subnet({ vpcId: UNKNOWN }, inVpc),
  ),
  // Two halves of all addresses are a default route as well.
  fails(
    "rds-subnets-private",
    group,
    table({
      id: "rtb-1",
      routes: ["0.0.0.0/1", "128.0.0.0/1"].map((cidrBlock) => ({ cidrBlock, gatewayId: "igw-1" })),
    }),
    association({ routeTableId: "rtb-1", subnetId: UNKNOWN }, { subnetId: ["Subnet"] }),
    subnet(),
  ),
  passes(
    "rds-subnets-private",
    group,
    publicMain,
    gateway(),
    vpc(),
    subnet({ vpcId: UNKNOWN }, inVpc),
    table(),
    associated,
  ),

  fails("vpc-flow-logs", vpc()),
  fails("vpc-flow-logs", vpc(), flowLog({ vpcId: UNKNOWN, trafficType: "REJECT" }, { vpcId: ["Vpc"] })),
  fails("vpc-flow-logs", vpc(), flowLog({ vpcId: UNKNOWN, trafficType: "ALL" }, { vpcId: ["other"] })),
  fails("vpc-flow-logs", defaultVpc()),
  passes("vpc-flow-logs", vpc(), flowLog({ vpcId: UNKNOWN, trafficType: "ALL" }, { vpcId: ["Vpc"] })),
  unknown("vpc-flow-logs", vpc(), flowLog({ vpcId: UNKNOWN })),

  // A private table whose IPv6 goes straight out.
  fails(
    "route-private-egress-via-nat",
    route(
      { routeTableId: UNKNOWN, destinationIpv6CidrBlock: "::/0", gatewayId: UNKNOWN },
      { routeTableId: ["RouteTable"], gatewayId: ["InternetGateway"] },
    ),
    nat,
    table(),
    gateway(),
  ),
  fails(
    "route-private-egress-via-nat",
    table({
      routes: [
        { cidrBlock: "0.0.0.0/0", natGatewayId: "nat-1" },
        { ipv6CidrBlock: "::/0", gatewayId: "igw-1" },
      ],
    }),
  ),
  fails(
    "route-private-egress-via-nat",
    route({ destinationCidrBlock: "0.0.0.0/0", networkInterfaceId: UNKNOWN }),
  ),
  fails(
    "route-private-egress-via-nat",
    mainTable({ routes: [{ cidrBlock: "0.0.0.0/0", networkInterfaceId: "eni-1" }] }),
  ),
  passes("route-private-egress-via-nat", nat, table()),
  passes(
    "route-private-egress-via-nat",
    route(
      { routeTableId: UNKNOWN, destinationIpv6CidrBlock: "::/0", egressOnlyGatewayId: UNKNOWN },
      {
        routeTableId: ["RouteTable"],
      },
    ),
    nat,
    table(),
  ),
  // The table of a public subnet.
  passes("route-private-egress-via-nat", out, table(), gateway()),
  passes(
    "route-private-egress-via-nat",
    route({ destinationCidrBlock: "10.1.0.0/16", networkInterfaceId: "eni-1" }),
  ),
  unknown(
    "route-private-egress-via-nat",
    route({ destinationCidrBlock: UNKNOWN, networkInterfaceId: "eni-1" }),
  ),

  fails("vpc-peering-routes-narrow", overPeering("10.1.0.0/16"), ...peered),
  fails("vpc-peering-routes-narrow", overPeering("0.0.0.0/0")),
  // The whole of a small network.
  fails("vpc-peering-routes-narrow", overPeering("10.9.0.0/20"), ...peered),
  fails(
    "vpc-peering-routes-narrow",
    table({ routes: [{ ipv6CidrBlock: "2001:db8::/56", vpcPeeringConnectionId: "pcx-1" }] }),
  ),
  fails(
    "vpc-peering-routes-narrow",
    mainTable({ routes: [{ cidrBlock: "10.1.0.0/16", vpcPeeringConnectionId: "pcx-1" }] }),
  ),
  passes("vpc-peering-routes-narrow", overPeering("10.1.16.0/20"), ...peered),
  passes("vpc-peering-routes-narrow", overPeering("10.1.0.0/17")),
  {
    ...fails("vpc-peering-routes-narrow", overPeering("10.1.0.0/17")),
    parameters: { shortestPrefix: 18 },
  },
  passes(
    "vpc-peering-routes-narrow",
    table({ routes: [{ ipv6CidrBlock: "2001:db8::/57", vpcPeeringConnectionId: "pcx-1" }] }),
  ),
  passes(
    "vpc-peering-routes-narrow",
    route({ destinationCidrBlock: "10.1.0.0/16", transitGatewayId: "tgw-1" }),
  ),
  passes(
    "vpc-peering-routes-narrow",
    route({ destinationPrefixListId: "pl-1", vpcPeeringConnectionId: "pcx-1" }),
  ),
  unknown("vpc-peering-routes-narrow", overPeering(UNKNOWN)),

  fails("vpc-no-default-vpc", defaultVpc({ enableDnsHostnames: true })),
  fails("vpc-no-default-vpc", defaultVpc({ forceDestroy: UNKNOWN })),
  fails("vpc-no-default-vpc", defaultSubnet({ availabilityZone: "eu-west-1a" })),
  passes("vpc-no-default-vpc", vpc({ cidrBlock: "10.0.0.0/16" })),

  fails("vpc-block-public-access", block({ internetGatewayBlockMode: "off" })),
  { ...fails("vpc-block-public-access"), parameters: { required: true } },
  passes("vpc-block-public-access", block({ internetGatewayBlockMode: "block-ingress" })),
  passes("vpc-block-public-access", block({ internetGatewayBlockMode: "block-bidirectional" })),
  passes("vpc-block-public-access"),
  unknown("vpc-block-public-access", block({ internetGatewayBlockMode: UNKNOWN })),

  fails(
    "vpc-public-private-split",
    ...network(inZone("public-1", "eu-west-1a", true), inZone("public-2", "eu-west-1b", true)),
  ),
  fails(
    "vpc-public-private-split",
    ...network(
      inZone("public-1", "eu-west-1a", true),
      inZone("public-2", "eu-west-1b", true),
      inZone("private-1", "eu-west-1a", false),
    ),
  ),
  fails(
    "vpc-public-private-split",
    vpc(),
    ...inZone("one", undefined, false),
    ...inZone("two", undefined, false),
  ),
  passes(
    "vpc-public-private-split",
    ...network(
      inZone("public-1", "eu-west-1a", true),
      inZone("public-2", "eu-west-1b", true),
      inZone("private-1", "eu-west-1a", false),
      inZone("private-2", "eu-west-1b", false),
    ),
  ),
  fails(
    "vpc-public-private-split",
    vpc(),
    publicMain,
    gateway(),
    ...inZone("one", "eu-west-1a", false),
    ...inZone("two", "eu-west-1b", false),
    defaultSubnet({ availabilityZone: "eu-west-1c" }),
  ),
  // A network without any way out needs no public subnets.
  passes(
    "vpc-public-private-split",
    vpc(),
    ...inZone("one", "eu-west-1a", false),
    ...inZone("two", "eu-west-1b", false),
    ...inZone("three", UNKNOWN, false),
  ),
  passes("vpc-public-private-split", vpc()),
  passes("vpc-public-private-split", defaultVpc()),
  unknown(
    "vpc-public-private-split",
    vpc(),
    route(
      { routeTableId: UNKNOWN, destinationCidrBlock: "0.0.0.0/0", gatewayId: UNKNOWN },
      { routeTableId: ["RouteTable"] },
    ),
    table(),
    ...inZone("one", "eu-west-1a", true),
  ),
  unknown(
    "vpc-public-private-split",
    vpc(),
    ...inZone("one", "eu-west-1a", false),
    ...inZone("two", UNKNOWN, false),
  ),
];
