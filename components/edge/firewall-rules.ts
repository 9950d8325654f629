import { isIP } from "node:net";
import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Problems, show } from "../validation.ts";

/** AWS's managed rule groups, by the words that they are chosen with. */
export const MANAGED_GROUPS = {
  /** Where botnets and scanners come from. */
  ipReputation: { name: "AWSManagedRulesAmazonIpReputationList", capacity: 25 },
  /** Anonymisers, and hosting providers that no customer browses from. */
  anonymousIps: { name: "AWSManagedRulesAnonymousIpList", capacity: 50 },
  /** Requests that exploit known holes, such as Log4j's. */
  knownBadInputs: { name: "AWSManagedRulesKnownBadInputsRuleSet", capacity: 200 },
  /** The OWASP ten: cross-site scripting, file inclusion, oversized parts. */
  core: { name: "AWSManagedRulesCommonRuleSet", capacity: 700 },
  sqlInjection: { name: "AWSManagedRulesSQLiRuleSet", capacity: 200 },
  /** Paths of administration pages. */
  adminPages: { name: "AWSManagedRulesAdminProtectionRuleSet", capacity: 100 },
  linux: { name: "AWSManagedRulesLinuxRuleSet", capacity: 200 },
  posix: { name: "AWSManagedRulesUnixRuleSet", capacity: 100 },
} as const;

export type ManagedGroup = keyof typeof MANAGED_GROUPS;

/** How one managed group is used. */
export interface ManagedGroupArgs {
  /** `count` lets everything through and only counts, to try the group on live traffic. @default "block" */
  mode?: "block" | "count";
  /** Version, such as `"Version_1.20"`. @default AWS's default version, which AWS moves forward after notice */
  version?: string;
  /** Rules of the group that only count, by name: `"SizeRestrictions_BODY"`. @default none */
  count?: string[];
}

/** What the rules of a web ACL are made from. */
export interface FirewallRulesArgs {
  /** Requests of one address in five minutes before it is blocked: 10 to 2,000,000,000. @default 2000 */
  requestsPerFiveMinutes?: number;
  /** The same with a window of its own, instead of `requestsPerFiveMinutes`. */
  rateLimit?: { requests: number; window: keyof typeof WINDOWS };
  /**
   * Managed groups in use, by name: how, or `"off"`. What is not named keeps its default.
   * @default `ipReputation`, `knownBadInputs`, `core` and `sqlInjection` block; the others are off
   */
  managedRules?: Partial<Record<ManagedGroup, "block" | "count" | "off" | ManagedGroupArgs>>;
  /** Countries whose requests are blocked, as ISO 3166-1 codes of two letters. @default none */
  blockedCountries?: string[];
  /** Ranges that are blocked, IPv4 or IPv6, with prefix: `"192.0.2.0/24"`. @default none */
  blockedAddresses?: string[];
  /** Ranges that no other rule looks at, such as a partner's or a load test's. @default none */
  allowedAddresses?: string[];
}

/** AWS's evaluation windows, in seconds. */
const WINDOWS = { "1 minute": 60, "2 minutes": 120, "5 minutes": 300, "10 minutes": 600 } as const;
const DEFAULT_GROUPS: readonly ManagedGroup[] = ["ipReputation", "knownBadInputs", "core", "sqlInjection"];
/** Units of capacity that a web ACL has at its basic price. */
const INCLUDED_CAPACITY = 1500;
/** Units of the rules that are not groups. */
const CAPACITY = { addresses: 1, countries: 1, rateLimit: 2 } as const;

/** A set of addresses that a rule refers to. */
interface AddressSet {
  role: "blocked-ipv4" | "blocked-ipv6" | "allowed-ipv4" | "allowed-ipv6";
  version: "IPV4" | "IPV6";
  addresses: string[];
}

type Rule = aws.types.input.wafv2.WebAclRule;
/** A rule that has no place yet. */
type Unplaced = Omit<Rule, "priority" | "visibilityConfig" | "name"> & { name: string };

/** The address sets that the arguments ask for: AWS keeps IPv4 and IPv6 apart. */
export function addressSets(args: FirewallRulesArgs): AddressSet[] {
  const { blockedAddresses = [], allowedAddresses = [] } = args;
  const isIpv6 = (range: string) => range.includes(":");
  const sets: AddressSet[] = [
    { role: "blocked-ipv4", version: "IPV4", addresses: blockedAddresses.filter((range) => !isIpv6(range)) },
    { role: "blocked-ipv6", version: "IPV6", addresses: blockedAddresses.filter(isIpv6) },
    { role: "allowed-ipv4", version: "IPV4", addresses: allowedAddresses.filter((range) => !isIpv6(range)) },
    { role: "allowed-ipv6", version: "IPV6", addresses: allowedAddresses.filter(isIpv6) },
  ];
  return sets.filter(({ addresses }) => addresses.length > 0);
}

/**
 * The rules of a web ACL in their order: blocked addresses, allowed addresses, countries, the rate limit, then the
 * managed groups from cheap to dear. A request that is blocked early costs no work later, and allowed addresses pass
 * everything but the block list.
 *
 * @param setArns ARN of each address set, in the order of {@link addressSets}
 * @param metric begins the rules' metric names
 */
export function firewallRules(
  args: FirewallRulesArgs,
  setArns: pulumi.Input<string>[],
  metric: string,
): Rule[] {
  const rules: Unplaced[] = [
    ...addressSets(args).map((set, index) => addressRule(set, setArns[index] ?? "")),
    ...countryRule(args.blockedCountries ?? []),
    rateRule(args),
    ...groupsInUse(args).map(groupRule),
  ];
  return rules.map((rule, index) => ({
    ...rule,
    // With gaps, so that a rule added by a transform finds a place.
    priority: (index + 1) * 10,
    visibilityConfig: visibility(`${metric}-${rule.name}`),
  }));
}

/** Metrics and sampled requests of a rule or a web ACL. */
export function visibility(metricName: string) {
  return { cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName };
}

/** Units of capacity that the rules take, by AWS's published numbers. */
export function capacityOf(args: FirewallRulesArgs): number {
  const groups = groupsInUse(args).map(([group]) => MANAGED_GROUPS[group].capacity);
  return (
    addressSets(args).length * CAPACITY.addresses +
    ((args.blockedCountries ?? []).length > 0 ? CAPACITY.countries : 0) +
    CAPACITY.rateLimit +
    groups.reduce((sum, capacity) => sum + capacity, 0)
  );
}

/** Finds mistakes in what the rules are made from. */
export function checkFirewallRules(problems: Problems, args: FirewallRulesArgs): void {
  const { requestsPerFiveMinutes, rateLimit, managedRules = {}, blockedCountries = [] } = args;
  problems.check(
    requestsPerFiveMinutes === undefined || rateLimit === undefined,
    "rateLimit",
    "stands beside requestsPerFiveMinutes; write one of them",
  );
  checkRequests(problems, "requestsPerFiveMinutes", requestsPerFiveMinutes);
  checkRequests(problems, "rateLimit.requests", rateLimit?.requests);
  problems.check(
    rateLimit === undefined || rateLimit.window in WINDOWS,
    "rateLimit.window",
    `${show(rateLimit?.window)} is not one of ${Object.keys(WINDOWS).map(show).join(", ")}`,
  );
  for (const [group, use] of Object.entries(managedRules)) checkGroup(problems, group, use);
  for (const [index, country] of blockedCountries.entries()) {
    problems.check(
      /^[A-Z]{2}$/.test(country),
      `blockedCountries[${index}]`,
      `${show(country)} is not an ISO 3166-1 code of two capital letters; write one such as "KP"`,
    );
  }
  problems.check(
    blockedCountries.length <= 50,
    "blockedCountries",
    "has more than the 50 that AWS takes in a rule",
  );
  for (const property of ["blockedAddresses", "allowedAddresses"] as const) {
    for (const [index, range] of (args[property] ?? []).entries()) {
      problems.check(
        isRange(range),
        `${property}[${index}]`,
        `${show(range)} is not a range with a prefix of at least /1; write one such as "192.0.2.0/24" or "2001:db8::/32"`,
      );
    }
  }
  const unknownGroup = Object.keys(managedRules).some((group) => !(group in MANAGED_GROUPS));
  if (unknownGroup) return;
  const capacity = capacityOf(args);
  problems.check(
    capacity <= INCLUDED_CAPACITY,
    "managedRules",
    `the rules take ${capacity} units of capacity, and a web ACL has ${INCLUDED_CAPACITY} (` +
      `${groupsInUse(args)
        .map(([group]) => `${group} ${MANAGED_GROUPS[group].capacity}`)
        .join(", ")}); switch a group "off"`,
  );
}

/** Bits of an address, by the version of IP. */
const LONGEST_PREFIX: Readonly<Record<number, number>> = { 4: 32, 6: 128 };

/** Whether a text is a range of IPv4 or IPv6 as WAF takes it: never all addresses. */
function isRange(text: string): boolean {
  const [, address = "", prefix] = /^([^/]+)\/([1-9]\d{0,2})$/.exec(text) ?? [];
  return Number(prefix) <= (LONGEST_PREFIX[isIP(address)] ?? 0);
}

function checkRequests(problems: Problems, path: string, requests: number | undefined): void {
  problems.check(
    requests === undefined || (Number.isInteger(requests) && requests >= 10 && requests <= 2_000_000_000),
    path,
    `${show(requests)} is not a whole number of 10 to 2000000000`,
  );
}

function checkGroup(problems: Problems, group: string, use: string | ManagedGroupArgs | undefined): void {
  const path = `managedRules.${group}`;
  problems.check(
    group in MANAGED_GROUPS,
    path,
    `is not a group; write one of ${Object.keys(MANAGED_GROUPS).map(show).join(", ")}`,
  );
  const mode = typeof use === "object" ? (use.mode ?? "block") : (use ?? "block");
  problems.check(
    ["block", "count", "off"].includes(mode),
    path,
    `${show(mode)} is not one of "block", "count", "off"`,
  );
  const { version, count = [] } = typeof use === "object" ? use : {};
  problems.check(
    version === undefined || /^[\w#:./-]{1,64}$/.test(version),
    `${path}.version`,
    `${show(version)} is not a version; write one such as "Version_1.20"`,
  );
  problems.check(count.length <= 100, `${path}.count`, "names more than the 100 rules that AWS takes");
}

/** The groups that are not off, in the order in which they are tried. */
function groupsInUse({ managedRules = {} }: FirewallRulesArgs): [ManagedGroup, ManagedGroupArgs][] {
  return (Object.keys(MANAGED_GROUPS) as ManagedGroup[]).flatMap(
    (group): [ManagedGroup, ManagedGroupArgs][] => {
      const use = managedRules[group] ?? (DEFAULT_GROUPS.includes(group) ? "block" : "off");
      if (use === "off") return [];
      return [[group, typeof use === "string" ? { mode: use } : use]];
    },
  );
}

function addressRule({ role }: AddressSet, arn: pulumi.Input<string>): Unplaced {
  return {
    name: role,
    action: role.startsWith("blocked") ? { block: {} } : { allow: {} },
    statement: { ipSetReferenceStatement: { arn } },
  };
}

function countryRule(countryCodes: string[]): Unplaced[] {
  if (countryCodes.length === 0) return [];
  return [
    { name: "blocked-countries", action: { block: {} }, statement: { geoMatchStatement: { countryCodes } } },
  ];
}

function rateRule({ requestsPerFiveMinutes = 2000, rateLimit }: FirewallRulesArgs): Unplaced {
  const { requests, window } = rateLimit ?? { requests: requestsPerFiveMinutes, window: "5 minutes" };
  return {
    name: "rate-limit",
    action: { block: { customResponse: { responseCode: 429 } } },
    statement: {
      rateBasedStatement: { aggregateKeyType: "IP", limit: requests, evaluationWindowSec: WINDOWS[window] },
    },
  };
}

function groupRule([group, { mode, version, count = [] }]: [ManagedGroup, ManagedGroupArgs]): Unplaced {
  return {
    name: MANAGED_GROUPS[group].name,
    // A group's own actions stand, or all of them become counts.
    overrideAction: mode === "count" ? { count: {} } : { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: "AWS",
        name: MANAGED_GROUPS[group].name,
        ...(version === undefined ? {} : { version }),
        ...(count.length === 0
          ? {}
          : { ruleActionOverrides: count.map((name) => ({ name, actionToUse: { count: {} } })) }),
      },
    },
  };
}
