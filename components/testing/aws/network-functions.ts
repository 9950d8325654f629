import { UNKNOWN } from "../plan.ts";
import { dnsSuffix, loadBalancerZone } from "./cloud.ts";
import { type Answer, type Args, arn, of, text } from "./lookup.ts";

/** AWS accounts of the load balancers' access logs, for regions older than August 2022. */
const LOG_ACCOUNTS: Record<string, string> = {
  "us-east-1": "127311923021",
  "us-east-2": "033677994240",
  "us-west-1": "027434742980",
  "us-west-2": "797873946194",
  "ca-central-1": "985666609251",
  "eu-central-1": "054676820928",
  "eu-west-1": "156460612806",
  "eu-west-2": "652711504416",
  "eu-west-3": "009996457667",
  "eu-north-1": "897822967062",
  "ap-northeast-1": "582318560864",
  "ap-northeast-2": "600734575887",
  "ap-southeast-1": "114774131450",
  "ap-southeast-2": "783225319266",
  "ap-south-1": "718504428378",
  "sa-east-1": "507241528517",
};

function subnetsOf(args: Args): string[] {
  return [1, 2, 3].map((index) => `subnet-${of(args, 17, String(index))}`);
}

/** Look-ups of networks, machine images, zones and load balancers. */
export const NETWORK_ANSWERS: Record<string, Answer> = {
  "aws:ec2/getVpc:getVpc": (args, cloud) => {
    const id = text(args.id) ?? `vpc-${of(args, 17)}`;
    return {
      ...args,
      id,
      arn: arn(cloud, "ec2", `vpc/${id}`),
      cidrBlock: args.cidrBlock ?? (args.default === true ? "172.31.0.0/16" : "10.0.0.0/16"),
      cidrBlockAssociations: [],
      default: args.default ?? false,
      enableDnsHostnames: true,
      enableDnsSupport: true,
      instanceTenancy: "default",
      mainRouteTableId: `rtb-${of(args, 17, "main")}`,
      ownerId: cloud.account,
      tags: args.tags ?? {},
    };
  },
  "aws:ec2/getVpcs:getVpcs": (args, { region }) => ({ ...args, id: region, ids: [`vpc-${of(args, 17)}`] }),
  "aws:ec2/getSubnet:getSubnet": (args, cloud) => {
    const id = text(args.id) ?? `subnet-${of(args, 17)}`;
    return {
      ...args,
      id,
      arn: arn(cloud, "ec2", `subnet/${id}`),
      availabilityZone: args.availabilityZone ?? `${cloud.region}a`,
      cidrBlock: args.cidrBlock ?? "10.0.0.0/24",
      vpcId: args.vpcId ?? `vpc-${of(args, 17)}`,
      ownerId: cloud.account,
      tags: args.tags ?? {},
    };
  },
  "aws:ec2/getSubnets:getSubnets": (args, { region }) => ({
    ...args,
    id: region,
    ids: subnetsOf(args),
    tags: args.tags ?? {},
  }),
  "aws:ec2/getSubnetIds:getSubnetIds": (args) => ({ ...args, id: args.vpcId ?? "", ids: subnetsOf(args) }),
  "aws:ec2/getSecurityGroup:getSecurityGroup": (args, cloud) => {
    const id = text(args.id) ?? `sg-${of(args, 17)}`;
    return {
      ...args,
      id,
      arn: arn(cloud, "ec2", `security-group/${id}`),
      name: args.name ?? "default",
      vpcId: args.vpcId ?? UNKNOWN,
    };
  },
  "aws:ec2/getSecurityGroups:getSecurityGroups": (args, { region }) => ({
    ...args,
    id: region,
    ids: [`sg-${of(args, 17)}`],
  }),
  "aws:ec2/getRouteTable:getRouteTable": (args, cloud) => {
    const id = text(args.routeTableId) ?? `rtb-${of(args, 17)}`;
    return {
      ...args,
      id,
      routeTableId: id,
      arn: arn(cloud, "ec2", `route-table/${id}`),
      vpcId: args.vpcId ?? UNKNOWN,
      associations: [],
      routes: [],
    };
  },
  "aws:ec2/getRouteTables:getRouteTables": (args, { region }) => ({
    ...args,
    id: region,
    ids: [`rtb-${of(args, 17)}`],
  }),
  "aws:ec2/getInternetGateway:getInternetGateway": (args) => ({
    ...args,
    id: `igw-${of(args, 17)}`,
    internetGatewayId: `igw-${of(args, 17)}`,
  }),
  "aws:ec2/getNatGateway:getNatGateway": (args) => ({ ...args, id: text(args.id) ?? `nat-${of(args, 17)}` }),
  "aws:ec2/getAmi:getAmi": (args, { region, partition }) => {
    const id = `ami-${of(args, 17)}`;
    return {
      ...args,
      id,
      imageId: id,
      arn: `arn:${partition}:ec2:${region}::image/${id}`,
      name: args.nameRegex ?? "simulated",
      architecture: "x86_64",
      rootDeviceName: "/dev/xvda",
      rootDeviceType: "ebs",
      virtualizationType: "hvm",
      ownerId: "137112412989",
      state: "available",
      blockDeviceMappings: [],
    };
  },
  "aws:ec2/getAmiIds:getAmiIds": (args) => ({ ...args, id: of(args, 10), ids: [`ami-${of(args, 17)}`] }),
  "aws:ec2/getPrefixList:getPrefixList": (args) => ({
    ...args,
    id: `pl-${of(args, 8)}`,
    cidrBlocks: ["192.0.2.0/24"],
    name: args.name ?? "",
  }),
  "aws:ec2/getManagedPrefixList:getManagedPrefixList": (args, cloud) => {
    const id = text(args.id) ?? `pl-${of(args, 8)}`;
    return {
      ...args,
      id,
      arn: arn(cloud, "ec2", `prefix-list/${id}`),
      name: args.name ?? "",
      addressFamily: "IPv4",
      entries: [],
      maxEntries: 60,
      ownerId: "AWS",
      version: 1,
    };
  },
  "aws:ec2/getInstanceType:getInstanceType": (args) => ({ ...args, id: args.instanceType ?? "" }),
  "aws:route53/getZone:getZone": (args, { partition }) => {
    const zoneId = text(args.zoneId) ?? `Z${of(args, 20).toUpperCase()}`;
    return {
      ...args,
      id: zoneId,
      zoneId,
      arn: `arn:${partition}:route53:::hostedzone/${zoneId}`,
      name: (text(args.name) ?? "example.com").replace(/\.$/, ""),
      nameServers: ["ns-1.awsdns-01.org", "ns-2.awsdns-02.co.uk"],
      primaryNameServer: "ns-1.awsdns-01.org",
      callerReference: "simulated",
      comment: "",
      resourceRecordSetCount: 2,
    };
  },
  "aws:elb/getServiceAccount:getServiceAccount": (args, { region, partition }) => {
    const account = LOG_ACCOUNTS[text(args.region) ?? region] ?? LOG_ACCOUNTS["us-east-1"] ?? "";
    return { ...args, id: account, arn: `arn:${partition}:iam::${account}:root` };
  },
  "aws:elb/getHostedZoneId:getHostedZoneId": (_, { region }) => ({ id: loadBalancerZone(region) ?? UNKNOWN }),
  "aws:lb/getHostedZoneId:getHostedZoneId": (_, { region }) => ({ id: loadBalancerZone(region) ?? UNKNOWN }),
  "aws:lb/getLoadBalancer:getLoadBalancer": (args, cloud) => {
    const name = text(args.name) ?? "simulated";
    const loadBalancer =
      text(args.arn) ?? arn(cloud, "elasticloadbalancing", `loadbalancer/app/${name}/${of(args, 16)}`);
    return {
      ...args,
      id: loadBalancer,
      arn: loadBalancer,
      arnSuffix: loadBalancer.split("loadbalancer/")[1] ?? "",
      name,
      dnsName: `${name}-${of(args, 10)}.${cloud.region}.elb.${dnsSuffix(cloud.partition)}`,
      zoneId: loadBalancerZone(cloud.region) ?? UNKNOWN,
      vpcId: UNKNOWN,
      securityGroups: UNKNOWN,
      subnets: UNKNOWN,
    };
  },
};
