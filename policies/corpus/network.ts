import { fails, of, passes, unknown, UNKNOWN } from "./case.ts";

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
const flowLog = of("aws:ec2/flowLog:FlowLog");
const databaseSubnets = of("aws:rds/subnetGroup:SubnetGroup");
const listener = of("aws:lb/listener:Listener");
const aclAssociation = of("aws:wafv2/webAclAssociation:WebAclAssociation");
const webAcl = of("aws:wafv2/webAcl:WebAcl");
const webAclLogging = of("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration");

const out = route(
  { routeTableId: UNKNOWN, destinationCidrBlock: "0.0.0.0/0", gatewayId: UNKNOWN },
  { routeTableId: ["RouteTable"], gatewayId: ["InternetGateway"] },
);
const nat = route(
  { routeTableId: UNKNOWN, destinationCidrBlock: "0.0.0.0/0", natGatewayId: UNKNOWN },
  { routeTableId: ["RouteTable"], natGatewayId: ["NatGateway"] },
);
const associated = association(
  { routeTableId: UNKNOWN, subnetId: UNKNOWN },
  { routeTableId: ["RouteTable"], subnetId: ["Subnet"] },
);
const inSubnet = service(
  { networkConfiguration: { subnets: [UNKNOWN] } },
  { networkConfiguration: ["Subnet"] },
);
const balancerInSubnet = balancer({ subnets: [UNKNOWN] }, { subnets: ["Subnet"] });
const group = databaseSubnets({ subnetIds: [UNKNOWN] }, { subnetIds: ["Subnet"] });
const tier = [table(), associated, subnet(), gateway()];
const redirect = { type: "redirect", redirect: { protocol: "HTTPS" } };

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

  fails("vpc-flow-logs", vpc()),
  fails("vpc-flow-logs", vpc(), flowLog({ vpcId: UNKNOWN, trafficType: "REJECT" }, { vpcId: ["Vpc"] })),
  fails("vpc-flow-logs", vpc(), flowLog({ vpcId: UNKNOWN, trafficType: "ALL" }, { vpcId: ["other"] })),
  passes("vpc-flow-logs", vpc(), flowLog({ vpcId: UNKNOWN, trafficType: "ALL" }, { vpcId: ["Vpc"] })),
  unknown("vpc-flow-logs", vpc(), flowLog({ vpcId: UNKNOWN })),

  fails(
    "lb-listener-encrypted",
    listener({ port: 80, protocol: "HTTP", defaultActions: [{ type: "forward" }] }),
  ),
  fails("lb-listener-encrypted", listener({ port: 5432, protocol: "TCP" })),
  fails(
    "lb-listener-encrypted",
    listener({ port: 80, defaultActions: [{ type: "redirect", redirect: { protocol: "#{protocol}" } }] }),
  ),
  passes("lb-listener-encrypted", listener({ port: 443, protocol: "HTTPS" })),
  passes("lb-listener-encrypted", listener({ port: 80, protocol: "HTTP", defaultActions: [redirect] })),
  unknown("lb-listener-encrypted", listener({ port: 80, protocol: UNKNOWN })),

  fails("lb-listener-modern-tls-policy", listener({ protocol: "HTTPS" })),
  fails(
    "lb-listener-modern-tls-policy",
    listener({ protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-2016-08" }),
  ),
  fails(
    "lb-listener-modern-tls-policy",
    listener({ protocol: "TLS", sslPolicy: "ELBSecurityPolicy-TLS13-1-0-2021-06" }),
  ),
  passes(
    "lb-listener-modern-tls-policy",
    listener({ protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06" }),
  ),
  passes(
    "lb-listener-modern-tls-policy",
    listener({ protocol: "TLS", sslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06" }),
  ),
  passes("lb-listener-modern-tls-policy", listener({ port: 80, protocol: "HTTP" })),
  unknown("lb-listener-modern-tls-policy", listener({ protocol: "HTTPS", sslPolicy: UNKNOWN })),

  fails("alb-drop-invalid-headers", balancer()),
  passes("alb-drop-invalid-headers", balancer({ dropInvalidHeaderFields: true })),
  passes("alb-drop-invalid-headers", balancer({ loadBalancerType: "network" })),
  unknown("alb-drop-invalid-headers", balancer({ dropInvalidHeaderFields: UNKNOWN })),

  fails("lb-access-logs", balancer()),
  fails("lb-access-logs", balancer({ accessLogs: { bucket: "logs" } })),
  passes("lb-access-logs", balancer({ accessLogs: { bucket: UNKNOWN, enabled: true } })),
  unknown("lb-access-logs", balancer({ accessLogs: { bucket: "logs", enabled: UNKNOWN } })),

  fails("alb-waf-associated", balancer()),
  fails("alb-waf-associated", balancer(), aclAssociation({ resourceArn: "arn:aws:apigateway:other" })),
  passes(
    "alb-waf-associated",
    balancer(),
    aclAssociation({ resourceArn: UNKNOWN }, { resourceArn: ["LoadBalancer"] }),
  ),
  passes("alb-waf-associated", balancer({ internal: true })),
  passes("alb-waf-associated", balancer({ loadBalancerType: "network" })),
  unknown("alb-waf-associated", balancer({ internal: UNKNOWN })),

  fails("waf-logging", webAcl()),
  passes("waf-logging", webAcl(), webAclLogging({ resourceArn: UNKNOWN }, { resourceArn: ["WebAcl"] })),
  unknown("waf-logging", webAcl(), webAclLogging({ resourceArn: UNKNOWN })),
];
