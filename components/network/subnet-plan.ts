import { type Cidr, formatCidr, isPrivate, parseCidr, part } from "./cidr.ts";
import type { Tier } from "./network.ts";

/** The tiers, and room for one that a later version may bring. */
type PlannedTier = Tier | "spare";

/** Zones that room is kept for, however many are used. */
export const MAX_ZONES = 4;

/** Smallest and largest network, as prefixes: AWS's own /16, and what still gives a load balancer its /27. */
const LARGEST_PREFIX = 16;
const SMALLEST_PREFIX = 23;

/**
 * Where each tier lies in the network: part `index` of 2^`bits`. The parts are disjoint and fill the network.
 *
 * Tasks take an address each, so their tier has half of the network; load balancers grow by some addresses a zone;
 * data stores have few. A load balancer needs subnets of at least /27, which bounds how small a network can be.
 */
const TIER_PARTS: Readonly<Record<PlannedTier, { bits: number; index: number }>> = {
  app: { bits: 1, index: 0 },
  public: { bits: 2, index: 2 },
  data: { bits: 3, index: 6 },
  spare: { bits: 3, index: 7 },
};

/** The ranges of one network. */
export interface SubnetPlan {
  /** All zones of a tier together: also those that are not used yet, so that rules written with it stay right. */
  readonly tiers: Readonly<Record<PlannedTier, string>>;
  /** One range a zone, in the zones' order. */
  readonly subnets: Readonly<Record<PlannedTier, string[]>>;
}

/**
 * Lays out a network. Every tier has a fixed part of it, and every zone a fixed quarter of that part: a zone or a tier
 * that is added later takes room that was kept for it, and no existing subnet changes its range.
 *
 * | network | app, a zone | public, a zone | data, a zone |
 * |---------|-------------|----------------|--------------|
 * | /16     | /19 (8,187) | /20 (4,091)    | /21 (2,043)  |
 * | /20     | /23 (507)   | /24 (251)      | /25 (123)    |
 * | /23     | /26 (59)    | /27 (27)       | /28 (11)     |
 *
 * In brackets: usable addresses, without the five that AWS keeps in each subnet.
 *
 * @throws {Error} when the range is not private, or larger than /16, or smaller than /23.
 */
export function planSubnets(cidr: string, zones: number): SubnetPlan {
  const network = parseCidr(cidr);
  if (!isPrivate(network)) {
    throw new Error(
      `"${cidr}" is not a private range; write one within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10`,
    );
  }
  if (network.prefix < LARGEST_PREFIX || network.prefix > SMALLEST_PREFIX) {
    throw new Error(
      `"${cidr}" has a prefix of /${network.prefix}; a network with room for four tiers in four zones is /${LARGEST_PREFIX} ` +
        `(AWS's largest) to /${SMALLEST_PREFIX}, such as "${formatCidr({ ...network, prefix: LARGEST_PREFIX, base: baseAt(network, LARGEST_PREFIX) })}"`,
    );
  }
  const tierOf = (tier: PlannedTier): Cidr => part(network, TIER_PARTS[tier].bits, TIER_PARTS[tier].index);
  const subnetsOf = (tier: PlannedTier): string[] =>
    Array.from({ length: zones }, (_, zone) => formatCidr(part(tierOf(tier), Math.log2(MAX_ZONES), zone)));
  return {
    tiers: {
      app: formatCidr(tierOf("app")),
      public: formatCidr(tierOf("public")),
      data: formatCidr(tierOf("data")),
      spare: formatCidr(tierOf("spare")),
    },
    subnets: {
      app: subnetsOf("app"),
      public: subnetsOf("public"),
      data: subnetsOf("data"),
      spare: subnetsOf("spare"),
    },
  };
}

/** The first address of the range of this prefix that holds `cidr`'s first address. */
function baseAt({ base }: Cidr, prefix: number): number {
  return base - (base % 2 ** (32 - prefix));
}
