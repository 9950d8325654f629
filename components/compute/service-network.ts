import type * as pulumi from "@pulumi/pulumi";
import type { Link } from "../link.ts";
import type { Network } from "../network/network.ts";
import { type Problems, show } from "../validation.ts";
import type { ContainerPlan } from "./task-definition.ts";

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

/** Whether a task may go anywhere outside the network, AWS's public addresses included. */
export function opensInternet(internetEgress: true | string[] | undefined): boolean {
  return internetEgress === true || (internetEgress?.includes("0.0.0.0/0") ?? false);
}

/** Records what would leave the task unable to start, or promise a way out that the network does not have. */
export function checkEgress(
  network: Network,
  internetEgress: true | string[] | undefined,
  task: { containers: readonly ContainerPlan[]; exec: boolean },
  problems: Problems,
): void {
  const ranges = Array.isArray(internetEgress) ? internetEgress : [];
  ranges.forEach((cidr, index) => {
    problems.check(
      isCidr(cidr),
      `internetEgress[${index}]`,
      `${show(cidr)} is not an IPv4 range; write one such as "203.0.113.0/24"`,
    );
    problems.check(
      ranges.indexOf(cidr) === index,
      `internetEgress[${index}]`,
      `${show(cidr)} is there twice; write it once`,
    );
  });
  problems.check(
    internetEgress === undefined || network.appTierHasEgress,
    "internetEgress",
    `the network has no way to the internet; give it NAT or leave internetEgress out`,
  );
  if (opensInternet(internetEgress)) return;
  const hasEndpoints = problems.check(
    network.endpointSecurityGroupId !== undefined,
    "internetEgress",
    `${show(internetEgress)} leaves the task unable to pull its image: the network has no interface endpoints; ` +
      `write internetEgress: true or give the network endpoints`,
  );
  if (!hasEndpoints) return;
  const missing = missingEndpoints(network, task);
  problems.check(
    missing.length === 0,
    "internetEgress",
    `${show(internetEgress)} leaves the task unable to start: the network has no endpoint for ` +
      `${missing.map(show).join(", ")}; add it to the network's endpoints or write internetEgress: true`,
  );
  task.containers.forEach(({ name, imageInEcr }, index) =>
    problems.check(
      internetEgress !== undefined || imageInEcr !== false,
      index === 0 ? "image" : `sidecars.${name}.image`,
      "lies outside ECR, and the task has no way to its registry; write internetEgress: true, or copy it to ECR",
    ),
  );
}

/** The services that a task needs to start and has no endpoint of; none where the network does not know its endpoints. */
function missingEndpoints(
  { endpointServices, gatewayPrefixListIds }: Network,
  { containers, exec }: { containers: readonly ContainerPlan[]; exec: boolean },
): string[] {
  if (endpointServices === undefined) return [];
  const kinds = new Set(containers.flatMap(({ environment }) => environment.secret.map(({ kind }) => kind)));
  const fromEcr = containers.some(({ imageInEcr }) => imageInEcr === true);
  const needed = [
    ...(fromEcr ? ["ecr.api", "ecr.dkr"] : []),
    // Layers of images lie in S3, which a gateway endpoint leads to.
    ...(fromEcr && gatewayPrefixListIds.length === 0 ? ["s3"] : []),
    "logs",
    ...(kinds.has("secretsmanager") ? ["secretsmanager"] : []),
    ...(kinds.has("ssm") ? ["ssm"] : []),
    ...(exec ? ["ssmmessages"] : []),
  ];
  return needed.filter((service) => !endpointServices.includes(service));
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
