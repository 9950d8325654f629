import { fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const acl = of("aws:ec2/networkAcl:NetworkAcl");
const defaultAcl = of("aws:ec2/defaultNetworkAcl:DefaultNetworkAcl");
const rule = of("aws:ec2/networkAclRule:NetworkAclRule");
const vpc = of("aws:ec2/vpc:Vpc");
const subnet = of("aws:ec2/subnet:Subnet");
const defaultSubnet = of("aws:ec2/defaultSubnet:DefaultSubnet");
const association = of("aws:ec2/networkAclAssociation:NetworkAclAssociation");

const world = { cidrBlock: "0.0.0.0/0", protocol: "tcp" };
const allow = (ruleNo: number, fromPort: number, toPort = fromPort) => ({
  action: "allow",
  ruleNo,
  fromPort,
  toPort,
  ...world,
});
const deny = (ruleNo: number, fromPort: number, toPort = fromPort) => ({
  ...allow(ruleNo, fromPort, toPort),
  action: "deny",
});
const inline = (...ingress: object[]) => acl({ vpcId: "vpc-1", ingress });
const everything = { ...world, action: "allow", ruleNo: 100, protocol: "-1", fromPort: 0, toPort: 0 };
const inAcl = { networkAclId: ["NetworkAcl"] };
const standalone = (ruleAction: string, ruleNumber: number, fromPort: number, toPort = fromPort) =>
  rule({ networkAclId: UNKNOWN, ruleAction, ruleNumber, fromPort, toPort, ...world }, inAcl);

/** The same questions for every rule on a group of ports. */
const portCases = (id: string, port: number) => [
  fails(id, inline(allow(100, port))),
  fails(id, inline(allow(100, 0, 65535))),
  fails(id, inline(everything)),
  fails(id, inline({ ...allow(100, port), cidrBlock: undefined, ipv6CidrBlock: "::/0" })),
  fails(id, inline({ ...allow(100, port), protocol: UNKNOWN }, allow(110, port))),
  fails(id, defaultAcl({ defaultNetworkAclId: "acl-1", ingress: [allow(100, port)] })),
  fails(id, standalone("allow", 100, port), acl()),
  fails(id, rule({ networkAclId: "acl-1", ruleAction: "allow", ruleNumber: 1, ...world, fromPort: port })),
  // Denied too late, for others, or in part.
  fails(id, inline(allow(100, 0, 65535), deny(110, port))),
  fails(id, inline({ ...deny(90, 0, 65535), cidrBlock: "10.0.0.0/8" }, allow(100, port))),
  fails(id, inline({ ...deny(90, 0, 65535), protocol: "udp" }, allow(100, port))),
  passes(id, inline(allow(100, 443))),
  passes(id, inline({ ...allow(100, port), cidrBlock: "10.0.0.0/8" })),
  passes(id, inline({ ...allow(100, port), protocol: "udp" })),
  passes(id, inline(deny(90, 0, 65535), allow(100, port))),
  passes(id, acl({ egress: [allow(100, port)] })),
  passes(id, rule({ egress: true, ruleAction: "allow", ruleNumber: 100, fromPort: port, ...world })),
  passes(id, standalone("allow", 100, port), acl({ ingress: [deny(90, 0, 65535)] })),
  unknown(id, acl({ ingress: UNKNOWN })),
  unknown(id, inline({ ...allow(100, port), cidrBlock: UNKNOWN })),
  unknown(id, inline({ ...deny(90, 0, 65535), protocol: UNKNOWN }, allow(100, port))),
];

export default [
  ...portCases("nacl-no-public-admin-ports", 22),
  ...portCases("nacl-no-public-admin-ports", 3389),
  // The entry for answers takes in RDP.
  fails("nacl-no-public-admin-ports", inline(allow(100, 443), allow(110, 1024, 65535))),
  passes("nacl-no-public-admin-ports", inline(deny(90, 3389), allow(110, 1024, 65535))),
  passes("nacl-no-public-admin-ports", inline(allow(100, 1024, 3388), allow(110, 3390, 65535))),

  ...portCases("nacl-no-public-ftp", 21),
  fails("nacl-no-public-ftp", inline(deny(90, 21), allow(100, 0, 1023))),

  fails("nacl-no-all-ports", inline(everything)),
  fails("nacl-no-all-ports", inline(allow(100, 0, 65535))),
  fails("nacl-no-all-ports", inline(allow(100, 1, 65535))),
  fails("nacl-no-all-ports", defaultAcl({ ingress: [everything] })),
  fails("nacl-no-all-ports", standalone("allow", 100, 0, 65535), acl()),
  fails("nacl-no-all-ports", inline(deny(90, 22), everything)),
  passes("nacl-no-all-ports", inline(allow(100, 443), allow(110, 1024, 65535))),
  passes("nacl-no-all-ports", inline({ ...everything, cidrBlock: "10.0.0.0/16" })),
  passes("nacl-no-all-ports", defaultAcl({ defaultNetworkAclId: "acl-1" })),
  unknown("nacl-no-all-ports", inline({ ...everything, action: UNKNOWN })),

  fails("nacl-in-use", acl({ vpcId: "vpc-1" })),
  fails(
    "nacl-in-use",
    acl({ vpcId: UNKNOWN }, { vpcId: ["Vpc"] }),
    vpc(),
    subnet({ vpcId: UNKNOWN }, { vpcId: ["Vpc"] }),
    defaultSubnet({ availabilityZone: "eu-west-1a" }),
  ),
  fails("nacl-in-use", acl(), association({ networkAclId: UNKNOWN }, { networkAclId: ["other"] })),
  passes("nacl-in-use", acl({ vpcId: "vpc-1", subnetIds: [UNKNOWN] })),
  passes("nacl-in-use", acl(), association({ networkAclId: UNKNOWN, subnetId: UNKNOWN }, inAcl)),
  passes("nacl-in-use", acl({ id: "acl-1" }), association({ networkAclId: "acl-1", subnetId: "subnet-1" })),
  unknown("nacl-in-use", acl(), association({ networkAclId: UNKNOWN })),
];
