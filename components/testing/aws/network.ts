import { type Json, UNKNOWN } from "../plan.ts";
import { dnsSuffix, loadBalancerZone } from "./cloud.ts";
import {
  type Draft,
  type Shape,
  type Shapes,
  arn,
  digest,
  fill,
  globalArn,
  input,
  text,
  uuid,
} from "./template.ts";

/** A resource of EC2: id with a prefix, and an ARN that names its kind. */
function ec2(prefix: string, kind: string, outputs: Shape["outputs"] = {}): Shape {
  return {
    id: `${prefix}-{#17}`,
    outputs: { arn: arn("ec2", `${kind}/{id}`), ownerId: "{account}", ...outputs },
  };
}

/** What AWS makes with a VPC is named after the VPC, so that `DefaultSecurityGroup` and its like find it again. */
function ofVpc(prefix: string, salt: string) {
  return (draft: Draft): string => {
    const vpc = text(draft, "vpcId");
    return vpc === UNKNOWN ? UNKNOWN : `${prefix}-${digest(`${vpc}/${salt}`, 17)}`;
  };
}

/** An address of the ranges that are kept for documentation. */
function publicIp(draft: Draft): string {
  return `203.0.113.${1 + (parseInt(draft.hex(4, "public-ip"), 16) % 254)}`;
}

function endpointDns(draft: Draft): Json {
  if (input(draft, "vpcEndpointType") !== "Interface") return [];
  const service = text(draft, "serviceName").split(".").slice(3).join(".") || "service";
  const host = `${draft.id}-${draft.hex(8, "dns")}.${service}.${draft.cloud.region}.vpce`;
  return [
    {
      dnsName: `${host}.${dnsSuffix(draft.cloud.partition)}`,
      hostedZoneId: `Z${draft.hex(13, "zone").toUpperCase()}`,
    },
  ];
}

export const EC2: Shapes = {
  Vpc: ec2("vpc", "vpc", {
    defaultSecurityGroupId: "sg-{#17:default-sg}",
    defaultNetworkAclId: "acl-{#17:default-acl}",
    defaultRouteTableId: "rtb-{#17:main-rtb}",
    mainRouteTableId: "rtb-{#17:main-rtb}",
    dhcpOptionsId: "dopt-{#17:dhcp}",
    enableDnsSupport: true,
    enableDnsHostnames: false,
    instanceTenancy: "default",
    ipv6CidrBlock: (draft) => (input(draft, "assignGeneratedIpv6CidrBlock") === true ? "2001:db8::/56" : ""),
  }),
  DefaultVpc: ec2("vpc", "vpc", {
    cidrBlock: "172.31.0.0/16",
    defaultSecurityGroupId: "sg-{#17:default-sg}",
    defaultNetworkAclId: "acl-{#17:default-acl}",
    defaultRouteTableId: "rtb-{#17:main-rtb}",
    mainRouteTableId: "rtb-{#17:main-rtb}",
  }),
  DefaultSubnet: ec2("subnet", "subnet"),
  DefaultSecurityGroup: { ...ec2("sg", "security-group"), id: ofVpc("sg", "default-sg") },
  DefaultNetworkAcl: { ...ec2("acl", "network-acl"), id: "{defaultNetworkAclId}" },
  DefaultRouteTable: { ...ec2("rtb", "route-table"), id: "{defaultRouteTableId}" },
  VpcIpv4CidrBlockAssociation: { id: "vpc-cidr-assoc-{#17}" },
  VpcDhcpOptions: ec2("dopt", "dhcp-options"),
  VpcDhcpOptionsAssociation: { id: "{dhcpOptionsId}-{vpcId}" },
  Subnet: ec2("subnet", "subnet", {
    availabilityZone: (draft) => input(draft, "availabilityZone") ?? UNKNOWN,
    mapPublicIpOnLaunch: false,
    ipv6CidrBlockAssociationId: "",
  }),
  SecurityGroup: { ...ec2("sg", "security-group", { vpcId: "vpc-{#17:vpc}" }), named: "name", limit: 255 },
  SecurityGroupRule: { id: "sgrule-{#10}", outputs: { securityGroupRuleId: "sgr-{#17}" } },
  InternetGateway: ec2("igw", "internet-gateway"),
  InternetGatewayAttachment: { id: "{internetGatewayId}:{vpcId}" },
  EgressOnlyInternetGateway: { id: "eigw-{#17}" },
  NatGateway: {
    id: "nat-{#17}",
    outputs: {
      arn: arn("ec2", "natgateway/{id}"),
      publicIp,
      networkInterfaceId: "eni-{#17:eni}",
      associationId: "eipassoc-{#17:eip}",
    },
  },
  RouteTable: ec2("rtb", "route-table"),
  RouteTableAssociation: { id: "rtbassoc-{#17}" },
  MainRouteTableAssociation: {
    id: "rtbassoc-{#17}",
    outputs: { originalRouteTableId: "rtb-{#17:original}" },
  },
  Route: { id: "r-{routeTableId}{#10}", outputs: { state: "active", origin: "CreateRoute" } },
  NetworkAcl: ec2("acl", "network-acl"),
  NetworkAclRule: { id: "nacl-{#10}" },
  NetworkAclAssociation: { id: "aclassoc-{#17}" },
  FlowLog: { id: "fl-{#17}", outputs: { arn: arn("ec2", "vpc-flow-log/{id}") } },
  VpcEndpoint: ec2("vpce", "vpc-endpoint", {
    vpcEndpointType: "Gateway",
    state: "available",
    prefixListId: (draft) =>
      input(draft, "vpcEndpointType") === "Interface"
        ? UNKNOWN
        : `pl-${digest(`${text(draft, "serviceName")}/${draft.cloud.region}`, 8)}`,
    dnsEntries: endpointDns,
  }),
  VpcEndpointService: ec2("vpce-svc", "vpc-endpoint-service", {
    serviceName: "com.amazonaws.vpce.{region}.{id}",
  }),
  VpcEndpointRouteTableAssociation: { id: "a-{vpcEndpointId}{#10}" },
  VpcEndpointSubnetAssociation: { id: "a-{vpcEndpointId}{#10}" },
  VpcPeeringConnection: { id: "pcx-{#17}", outputs: { acceptStatus: "active" } },
  VpcPeeringConnectionAccepter: { id: "{vpcPeeringConnectionId}" },
  Eip: {
    id: "eipalloc-{#17}",
    outputs: {
      arn: arn("ec2", "elastic-ip/{id}"),
      allocationId: "{id}",
      publicIp,
      publicDns: (draft) =>
        `ec2-${publicIp(draft).replaceAll(".", "-")}.compute.${dnsSuffix(draft.cloud.partition)}`,
    },
  },
  EipAssociation: { id: "eipassoc-{#17}" },
  NetworkInterface: ec2("eni", "network-interface"),
  Instance: {
    id: "i-{#17}",
    outputs: {
      arn: arn("ec2", "instance/{id}"),
      availabilityZone: "{region}a",
      instanceState: "running",
      primaryNetworkInterfaceId: "eni-{#17:eni}",
      publicIp,
      publicDns: (draft) =>
        `ec2-${publicIp(draft).replaceAll(".", "-")}.${draft.cloud.region}.compute.${dnsSuffix(draft.cloud.partition)}`,
    },
  },
  KeyPair: {
    named: "keyName",
    id: "{name}",
    outputs: { arn: arn("ec2", "key-pair/{name}"), keyPairId: "key-{#17}", fingerprint: "{#32}" },
  },
  LaunchTemplate: {
    named: "name",
    id: "lt-{#17}",
    outputs: { arn: arn("ec2", "launch-template/{id}"), latestVersion: 1, defaultVersion: 1 },
  },
  ManagedPrefixList: { ...ec2("pl", "prefix-list", { version: 1 }), named: "name" },
  VolumeAttachment: { id: "vai-{#10}" },
  Ami: { named: "name", id: "ami-{#17}", outputs: { arn: "arn:{partition}:ec2:{region}::image/{id}" } },
  VpnGateway: ec2("vgw", "vpn-gateway"),
  CustomerGateway: ec2("cgw", "customer-gateway"),
  VpnConnection: ec2("vpn", "vpn-connection"),
};

export const EC2_TRANSIT_GATEWAY: Shapes = {
  TransitGateway: ec2("tgw", "transit-gateway", { associationDefaultRouteTableId: "tgw-rtb-{#17:rtb}" }),
  VpcAttachment: ec2("tgw-attach", "transit-gateway-attachment"),
  RouteTable: ec2("tgw-rtb", "transit-gateway-route-table"),
};

const securityGroupRule = ec2("sgr", "security-group-rule", { securityGroupRuleId: "{id}" });

export const VPC: Shapes = {
  SecurityGroupIngressRule: securityGroupRule,
  SecurityGroupEgressRule: securityGroupRule,
};

export const EBS: Shapes = {
  Volume: { id: "vol-{#17}", outputs: { arn: arn("ec2", "volume/{id}") } },
  Snapshot: { id: "snap-{#17}", outputs: { arn: "arn:{partition}:ec2:{region}::snapshot/{id}" } },
};

function loadBalancerPath(draft: Draft): string {
  const kinds: Record<string, string> = { network: "net", gateway: "gwy" };
  const kind = kinds[text(draft, "loadBalancerType")] ?? "app";
  return `${kind}/${draft.name}/${draft.hex(16)}`;
}

function loadBalancerDns(draft: Draft): Json {
  const suffix = dnsSuffix(draft.cloud.partition);
  if (input(draft, "loadBalancerType") === "network") {
    return fill(`{name}-{#16}.elb.{region}.${suffix}`, draft);
  }
  const number = BigInt(`0x${draft.hex(9)}`)
    .toString()
    .slice(0, 10);
  return fill(
    `${input(draft, "internal") === true ? "internal-" : ""}{name}-${number}.{region}.elb.${suffix}`,
    draft,
  );
}

/** The child's ARN begins like the parent's, with another kind and a number more. */
function below(parent: string, from: string, to: string) {
  return (draft: Draft): string => {
    const above = text(draft, parent);
    return above === UNKNOWN ? UNKNOWN : `${above.replace(`:${from}/`, `:${to}/`)}/${draft.hex(16)}`;
  };
}

const listenerArn = below("loadBalancerArn", "loadbalancer", "listener");
const ruleArn = below("listenerArn", "listener", "listener-rule");

function loadBalancerArn(draft: Draft): Json {
  return fill(arn("elasticloadbalancing", `loadbalancer/${loadBalancerPath(draft)}`), draft);
}

const targetGroupArn = arn("elasticloadbalancing", "targetgroup/{name}/{#16}");

export const LB: Shapes = {
  LoadBalancer: {
    named: "name",
    limit: 32,
    id: loadBalancerArn,
    outputs: {
      arn: loadBalancerArn,
      arnSuffix: loadBalancerPath,
      dnsName: loadBalancerDns,
      zoneId: (draft) => loadBalancerZone(draft.cloud.region) ?? `Z${draft.hex(13).toUpperCase()}`,
      ipAddressType: "ipv4",
      loadBalancerType: "application",
    },
  },
  TargetGroup: {
    named: "name",
    limit: 32,
    id: targetGroupArn,
    outputs: { arn: targetGroupArn, arnSuffix: "targetgroup/{name}/{#16}" },
  },
  Listener: { id: listenerArn, outputs: { arn: listenerArn } },
  ListenerRule: { id: ruleArn, outputs: { arn: ruleArn } },
  ListenerCertificate: { id: "{listenerArn}_{certificateArn}" },
  TargetGroupAttachment: { id: "{targetGroupArn}-{#16}" },
};

export const ELB: Shapes = {
  LoadBalancer: {
    named: "name",
    limit: 32,
    id: "{name}",
    outputs: {
      arn: arn("elasticloadbalancing", "loadbalancer/{name}"),
      dnsName: "{name}-{#10}.{region}.elb.{suffix}",
      zoneId: (draft) => loadBalancerZone(draft.cloud.region) ?? `Z${draft.hex(13).toUpperCase()}`,
    },
  },
};

function zoneId(draft: Draft): string {
  return `Z${draft.hex(20).toUpperCase()}`;
}

export const ROUTE53: Shapes = {
  Zone: {
    named: "name",
    id: zoneId,
    outputs: {
      arn: "arn:{partition}:route53:::hostedzone/{id}",
      zoneId: "{id}",
      nameServers: ["ns-1.awsdns-01.org", "ns-2.awsdns-02.co.uk", "ns-3.awsdns-03.com", "ns-4.awsdns-04.net"],
      primaryNameServer: "ns-1.awsdns-01.org",
    },
  },
  Record: { id: "{zoneId}_{name}_{type}", named: "name", outputs: { fqdn: "{name}" } },
  HealthCheck: { id: uuid, outputs: { arn: "arn:{partition}:route53:::healthcheck/{id}" } },
  ZoneAssociation: { id: "{zoneId}:{vpcId}" },
};

const distributionId = (draft: Draft): string => `E${draft.hex(13).toUpperCase()}`;

export const CLOUDFRONT: Shapes = {
  Distribution: {
    id: distributionId,
    outputs: {
      arn: globalArn("cloudfront", "distribution/{id}"),
      domainName: "d{#13}.cloudfront.net",
      hostedZoneId: "Z2FDTNDATAQYW2",
      status: "Deployed",
      etag: "E{#13:etag}",
    },
  },
  OriginAccessIdentity: {
    id: distributionId,
    outputs: {
      iamArn: "arn:{partition}:iam::cloudfront:user/CloudFront Origin Access Identity {id}",
      cloudfrontAccessIdentityPath: "origin-access-identity/cloudfront/{id}",
      s3CanonicalUserId: "{#64}",
    },
  },
  OriginAccessControl: {
    named: "name",
    id: distributionId,
    outputs: { arn: globalArn("cloudfront", "origin-access-control/{id}") },
  },
  Function: {
    named: "name",
    id: "{name}",
    outputs: { arn: globalArn("cloudfront", "function/{name}"), status: "UNPUBLISHED" },
  },
  CachePolicy: { named: "name", id: uuid, outputs: { arn: globalArn("cloudfront", "cache-policy/{id}") } },
  OriginRequestPolicy: {
    named: "name",
    id: uuid,
    outputs: { arn: globalArn("cloudfront", "origin-request-policy/{id}") },
  },
  ResponseHeadersPolicy: {
    named: "name",
    id: uuid,
    outputs: { arn: globalArn("cloudfront", "response-headers-policy/{id}") },
  },
};
