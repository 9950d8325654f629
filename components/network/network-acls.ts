import type { SubnetPlan } from "./subnet-plan.ts";
import type { Tier } from "./network.ts";

/** One rule of a network ACL, as `aws.ec2.NetworkAcl` takes it. */
export interface AclRule {
  ruleNo: number;
  action: "allow";
  protocol: "tcp" | "udp" | "-1";
  cidrBlock: string;
  fromPort: number;
  toPort: number;
}

/** The rules of one tier's ACL. What no rule allows is refused. */
interface AclRules {
  ingress: AclRule[];
  egress: AclRule[];
}

const ANYWHERE = "0.0.0.0/0";

/**
 * Ports on which answers come back. Load balancers, NAT and functions of Lambda send from 1024 and up; only tasks begin at
 * 32768. RDP's port is left out: an ACL that lets the internet reach it fails every benchmark, and a connection from that
 * very port is simply tried again.
 */
const ANSWERS: [number, number][] = [
  [1024, 3388],
  [3390, 65_535],
];
/** Ports of data stores, all of them unprivileged, and of answers to them. */
const UNPRIVILEGED: [number, number] = [1024, 65_535];

/**
 * The stateless rules that stand behind the security groups, by tier (IPv4).
 *
 * - public: the internet on 80 and 443; answers to what load balancers and NAT send; anything with the app tier.
 * - app: load balancers; itself; answers of the data tier; out to `egressPorts` anywhere (NAT, gateway endpoints) and
 *   the answers to that; `clients` beyond the network to internal load balancers on 80 and 443, and the answers to them.
 * - data: the app tier on unprivileged ports, and itself. No rule names the internet.
 *
 * They name whole tiers, not subnets, so that a zone added later changes none of them. Amazon's DNS and time servers
 * need no rules: ACLs do not apply to them. AWS's limit is 20 rules a direction.
 */
export function aclRules(
  tiers: SubnetPlan["tiers"],
  egressPorts: readonly number[],
  clients: readonly string[] = [],
): Record<Tier, AclRules> {
  return {
    public: {
      ingress: numbered(
        tcp(ANYWHERE, [443, 443]),
        tcp(ANYWHERE, [80, 80]),
        ...ANSWERS.map((ports) => tcp(ANYWHERE, ports)),
        all(tiers.app),
      ),
      egress: numbered(
        all(tiers.app),
        tcp(ANYWHERE, UNPRIVILEGED),
        ...egressPorts.map((port) => tcp(ANYWHERE, [port, port])),
      ),
    },
    app: {
      ingress: numbered(
        tcp(tiers.public, [0, 65_535]),
        all(tiers.app),
        tcp(tiers.data, UNPRIVILEGED),
        ...ANSWERS.map((ports) => tcp(ANYWHERE, ports)),
        ...clients.flatMap((client) => [tcp(client, [443, 443]), tcp(client, [80, 80])]),
      ),
      egress: numbered(
        tcp(tiers.public, UNPRIVILEGED),
        all(tiers.app),
        tcp(tiers.data, UNPRIVILEGED),
        ...egressPorts.map((port) => tcp(ANYWHERE, [port, port])),
        ...clients.map((client) => tcp(client, UNPRIVILEGED)),
      ),
    },
    data: {
      ingress: numbered(tcp(tiers.app, UNPRIVILEGED), all(tiers.data)),
      egress: numbered(tcp(tiers.app, UNPRIVILEGED), all(tiers.data)),
    },
  };
}

function numbered(...rules: Omit<AclRule, "ruleNo">[]): AclRule[] {
  return rules.map((rule, index) => ({ ruleNo: 100 + index * 10, ...rule }));
}

function tcp(cidrBlock: string, [fromPort, toPort]: [number, number]): Omit<AclRule, "ruleNo"> {
  return { action: "allow", protocol: "tcp", cidrBlock, fromPort, toPort };
}

/** All protocols; AWS wants both ports as 0 then. */
function all(cidrBlock: string): Omit<AclRule, "ruleNo"> {
  return { action: "allow", protocol: "-1", cidrBlock, fromPort: 0, toPort: 0 };
}
