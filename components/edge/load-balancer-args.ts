import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ComponentArgs, Transform } from "../component.ts";
import { contains, parseCidr } from "../network/cidr.ts";
import type { Network } from "../network/network.ts";
import type { Protection } from "../protection.ts";
import type { BucketDelivery } from "../security/bucket-deliveries.ts";
import { days, type Duration, seconds } from "../units.ts";
import { Problems, show } from "../validation.ts";
import { type HostedZone, isDomainName } from "./hosted-zone.ts";
import type { WebFirewall, WebFirewallArgs } from "./web-firewall.ts";

/**
 * Security policies of load balancers that speak TLS 1.2 or later with forward secrecy only. `Res` leaves out CBC
 * ciphers, `1-3` speaks TLS 1.3 alone, `FIPS` uses validated modules, `PQ` adds key exchange that withstands quantum
 * computers.
 */
export const TLS_POLICIES = [
  "ELBSecurityPolicy-TLS13-1-2-2021-06",
  "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
  "ELBSecurityPolicy-TLS13-1-3-2021-06",
  "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04",
  "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
  "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
  "ELBSecurityPolicy-TLS13-1-2-PQ-2025-09",
  "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
  "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
  "ELBSecurityPolicy-TLS13-1-2-FIPS-PQ-2025-09",
  "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09",
  "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09",
] as const;

export type TlsPolicy = (typeof TLS_POLICIES)[number];

/** The names that a load balancer is reached by. */
export interface DomainArgs {
  /** Such as `"pay.example.com"`; services' links and {@link Entrance.url} use it. */
  name: string;
  /** More names, which get records too, but for wildcards. @default none */
  alternativeNames?: string[];
  /** Zone of all the names. Without it you make the records, and give a `certificate`. @default none */
  zone?: HostedZone;
}

/** Where a load balancer writes who asked for what. */
export interface AccessLogsArgs {
  /** Name of a bucket that accepts load balancers' logs (`Bucket` with `accepts: ["load-balancer-logs"]`). @default a new one */
  bucket?: pulumi.Input<string>;
  /** How long a new bucket keeps them. @default "1 year" */
  retention?: Duration;
  /** What else a new bucket takes, such as `["access-logs"]` of other buckets. @default nothing */
  accepts?: BucketDelivery[];
}

/** Arguments of {@link LoadBalancer}. */
export interface LoadBalancerArgs extends ComponentArgs {
  network: Network;
  /** `internet` opens 80 and 443 to everybody, unless `allowFrom` says who. A change replaces it. @default "internal" */
  exposure?: "internet" | "internal";
  /** Makes a certificate (unless one is given) and records. @default the load balancer's own name, which no certificate is for */
  domain?: DomainArgs;
  /** A certificate that exists, by ARN, or a `Certificate`. @default one for `domain` */
  certificate?: pulumi.Input<string> | { readonly arn: pulumi.Input<string> };
  /** Serve without TLS where there is neither domain nor certificate; never for card data. @default false */
  allowPlainHttp?: boolean;
  /** @default "ELBSecurityPolicy-TLS13-1-2-2021-06" */
  tlsPolicy?: TlsPolicy;
  /**
   * Who may connect: ranges, and prefix lists such as CloudFront's. An internal one stands in the app tier, whose network
   * ACL lets in the network itself and the `clients` of its `Vpc`: who else is meant to come must be among those.
   * @default everybody (`internet`) or the network (`internal`)
   */
  allowFrom?: { cidrs?: string[]; prefixLists?: pulumi.Input<string>[] };
  /** A firewall's arguments, a firewall that exists, or `"none"`. @default a `WebFirewall` where the exposure is `internet` */
  firewall?: WebFirewallArgs | WebFirewall | "none";
  /** @default a bucket of its own, kept for a year */
  accessLogs?: AccessLogsArgs | "none";
  /**
   * Paths (exact) that are answered with a temporary redirect to another path of the same host. They need no service, and
   * so no place among the five conditions of a service's rule.
   * @default none
   */
  redirects?: Record<string, string>;
  /** How long a connection may be silent: 1 to 4000 seconds. @default "60 seconds" */
  idleTimeout?: Duration;
  /** How long a client's connection may be kept at all: 60 seconds to 7 days. @default "1 hour" */
  clientKeepAlive?: Duration;
  /**
   * A second listener on port 8443 (8080 without TLS), for trying a roll-out's new tasks before they get traffic.
   * `true` admits the network only.
   * @default false
   */
  testListener?: boolean | { allowFrom: string[] };
  /** `dualstack` needs public subnets with IPv6 ranges. @default "ipv4" */
  addresses?: "ipv4" | "dualstack";
  /** Decides deletion protection and what becomes of the logs. @default "standard" */
  protection?: Protection;
  transform?: {
    loadBalancer?: Transform<aws.lb.LoadBalancerArgs>;
    listener?: Transform<aws.lb.ListenerArgs>;
    redirect?: Transform<aws.lb.ListenerArgs>;
    testListener?: Transform<aws.lb.ListenerArgs>;
    securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  };
}

export const LOAD_BALANCER_TOKEN = "strongroom:edge:LoadBalancer";
/** AWS's 32 characters, less what the component's child and Pulumi add: "-alb" and "-" with seven digits. */
const MAX_NAME = 20;

/** @throws {pulumi.InputPropertiesError} with every mistake. */
export function checkLoadBalancer(name: string, args: LoadBalancerArgs): void {
  const problems = new Problems(LOAD_BALANCER_TOKEN, name);
  problems.check(
    /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) && !name.startsWith("internal-") && name.length <= MAX_NAME,
    "name",
    `${show(name)} becomes part of names that AWS bounds; write at most ${MAX_NAME} lower-case letters, digits and ` +
      'single hyphens, not beginning with "internal-"',
  );
  checkTls(problems, args);
  problems.check(
    args.exposure === undefined || ["internet", "internal"].includes(args.exposure),
    "exposure",
    `${show(args.exposure)} is not one of "internet", "internal"`,
  );
  checkRanges(problems, "allowFrom.cidrs", args.allowFrom?.cidrs ?? [], args);
  if (typeof args.testListener === "object") {
    checkRanges(problems, "testListener.allowFrom", args.testListener.allowFrom, args);
  }
  if (args.allowFrom !== undefined) {
    const { cidrs = [], prefixLists = [] } = args.allowFrom;
    problems.check(
      cidrs.length + prefixLists.length > 0,
      "allowFrom",
      "admits nobody; name a range or a prefix list, or leave it out",
    );
  }
  checkRedirects(problems, args.redirects ?? {});
  checkDuration(problems, "idleTimeout", args.idleTimeout, 1, 4000);
  checkDuration(problems, "clientKeepAlive", args.clientKeepAlive, 60, 604_800);
  if (args.accessLogs !== undefined && args.accessLogs !== "none") {
    const { retention, bucket, accepts } = args.accessLogs;
    if (retention !== undefined) problems.parse("accessLogs.retention", () => days(retention));
    problems.check(
      bucket === undefined || retention === undefined,
      "accessLogs.retention",
      "is the given bucket's own affair; leave out the retention, or the bucket",
    );
    problems.check(
      bucket === undefined || accepts === undefined,
      "accessLogs.accepts",
      "is the given bucket's own affair; leave it out, or the bucket",
    );
  }
  problems.throwIfAny();
}

function checkTls(problems: Problems, args: LoadBalancerArgs): void {
  const { domain, certificate, allowPlainHttp = false, tlsPolicy } = args;
  const hasTls = domain !== undefined || certificate !== undefined;
  problems.check(
    hasTls || allowPlainHttp,
    "domain",
    "there is neither a domain nor a certificate, so that requests would travel in plain text; write " +
      'domain: { name: "pay.example.com", zone }, or certificate: "arn:…", or, outside production, allowPlainHttp: true',
  );
  problems.check(
    !hasTls || !allowPlainHttp,
    "allowPlainHttp",
    "stands beside a domain or certificate, with which everything is redirected to HTTPS; leave it out",
  );
  problems.check(
    tlsPolicy === undefined || TLS_POLICIES.includes(tlsPolicy),
    "tlsPolicy",
    `${show(tlsPolicy)} is not a policy of TLS 1.2 and later; write one of ${TLS_POLICIES.join(", ")}`,
  );
  if (domain === undefined) return;
  problems.check(
    domain.zone !== undefined || certificate !== undefined,
    "domain.zone",
    "is needed to prove the domain; write the DnsZone (or DnsZone.get), or give a certificate",
  );
  const names = [domain.name, ...(domain.alternativeNames ?? [])];
  for (const [index, name] of names.entries()) {
    const path = index === 0 ? "domain.name" : `domain.alternativeNames[${index - 1}]`;
    problems.check(
      isDomainName(name),
      path,
      `${show(name)} is not a domain name; write one such as "pay.example.com"`,
    );
    problems.check(names.indexOf(name) === index, path, `${show(name)} is there twice; write it once`);
  }
}

function checkRedirects(problems: Problems, redirects: Record<string, string>): void {
  for (const [from, to] of Object.entries(redirects)) {
    for (const path of [from, to]) {
      problems.check(
        /^\/[A-Za-z0-9_\-.~@:+/]{0,127}$/.test(path),
        `redirects[${show(from)}]`,
        `${show(path)} is not a path; write up to 128 characters beginning with "/" and without wildcards, such as "/docs"`,
      );
    }
    problems.check(from !== to, `redirects[${show(from)}]`, "leads to itself; write another path");
  }
}

function checkRanges(
  problems: Problems,
  path: string,
  ranges: string[],
  { exposure, network: { appTierClients } }: LoadBalancerArgs,
): void {
  // Only an internal one stands behind the app tier's network ACL.
  const admitted = exposure === "internet" ? undefined : appTierClients?.map(parseCidr);
  for (const [index, text] of ranges.entries()) {
    const at = `${path}[${index}]`;
    const range = problems.parse(at, () => parseCidr(text));
    problems.check(ranges.indexOf(text) === index, at, `${show(text)} is there twice; write it once`);
    problems.check(
      range === undefined || admitted === undefined || admitted.some((outer) => contains(outer, range)),
      at,
      `${show(text)} reaches beyond the network, whose ACLs shut it out of the app tier that an internal load balancer ` +
        `stands in; write it into the Vpc's clients too, or exposure: "internet"`,
    );
  }
}

function checkDuration(
  problems: Problems,
  path: string,
  duration: Duration | undefined,
  least: number,
  most: number,
): void {
  if (duration === undefined) return;
  const count = problems.parse(path, () => seconds(duration));
  problems.check(
    count === undefined || (Number.isInteger(count) && count >= least && count <= most),
    path,
    `"${duration}" is not ${least} to ${most} seconds`,
  );
}
