import type * as pulumi from "@pulumi/pulumi";
import type { Link } from "../link.ts";
import type { Network } from "../network/network.ts";
import { type Problems, show } from "../validation.ts";

/** One way out of a task's security group, all over TCP. */
export interface EgressRule {
  /** Part of the rule's child name. */
  role: string;
  description: string;
  port: pulumi.Input<number>;
  to:
    | { referencedSecurityGroupId: pulumi.Input<string> }
    | { prefixListId: pulumi.Input<string> }
    | { cidrIpv4: string };
}

/**
 * Ways to AWS's own services and, where asked for, to the internet. Names are resolved by the network's own resolver,
 * which security groups do not filter.
 */
export function platformEgress(network: Network, internetEgress: true | string[] | undefined): EgressRule[] {
  const endpoints = network.endpointSecurityGroupId;
  const cidrs = internetEgress === true ? ["0.0.0.0/0"] : (internetEgress ?? []);
  const tls = { port: 443 };
  return [
    ...(endpoints === undefined
      ? []
      : [
          {
            ...tls,
            role: "to-endpoints",
            description: "AWS services by interface endpoints",
            to: { referencedSecurityGroupId: endpoints },
          },
        ]),
    ...network.gatewayPrefixListIds.map((prefixListId, index) => ({
      ...tls,
      role: `to-gateway-${index + 1}`,
      description: "AWS services by a gateway endpoint",
      to: { prefixListId },
    })),
    ...cidrs.map((cidrIpv4, index) => ({
      ...tls,
      role: `to-internet-${index + 1}`,
      description: `Destinations outside the network: ${cidrIpv4}`,
      to: { cidrIpv4 },
    })),
  ];
}

/** One way out for every link that has a network address. */
export function linkEgress(links: readonly Link[]): EgressRule[] {
  return links.flatMap(({ name, network }) =>
    network === undefined
      ? []
      : [
          {
            role: `to-${name}`,
            description: `Uses ${name}`,
            port: network.port,
            to: { referencedSecurityGroupId: network.securityGroupId },
          },
        ],
  );
}

/** Records what would leave the task unable to start, or promise a way out that the network does not have. */
export function checkEgress(
  network: Network,
  internetEgress: true | string[] | undefined,
  problems: Problems,
): void {
  if (Array.isArray(internetEgress)) {
    internetEgress.forEach((cidr, index) =>
      problems.check(
        isCidr(cidr),
        `internetEgress[${index}]`,
        `${show(cidr)} is not an IPv4 range; write one such as "203.0.113.0/24"`,
      ),
    );
  }
  if (internetEgress !== undefined) {
    problems.check(
      network.appTierHasEgress,
      "internetEgress",
      `the network has no way to the internet; give it NAT or leave internetEgress out`,
    );
    return;
  }
  problems.check(
    network.endpointSecurityGroupId !== undefined,
    "internetEgress",
    `undefined leaves the task unable to pull its image: the network has no interface endpoints; ` +
      `write internetEgress: true or give the network endpoints`,
  );
}

function isCidr(cidr: string): boolean {
  const [, address = "", bits] = /^([\d.]+)\/(\d{1,2})$/.exec(cidr) ?? [];
  const parts = address.split(".");
  return (
    parts.length === 4 &&
    parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255) &&
    Number(bits) <= 32
  );
}
