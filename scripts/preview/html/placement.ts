import type { PlanResource } from "../../../components/testing/plan.ts";
import { isRecord, text } from "./references.ts";
import type { References } from "./references.ts";

/** The tiers of a network, from the internet inwards. */
export const TIERS = ["public", "app", "data"] as const;
export type Tier = (typeof TIERS)[number];

const SUBNET = "aws:ec2/subnet:Subnet";
const GATEWAY_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";

/** Where a resource stands. */
export interface Place {
  /** The VPC, where the program makes or reads it. */
  vpc?: PlanResource;
  vpcId: string;
  tier: Tier;
  /** Availability zones of the whole tier. */
  zones: string[];
}

/** Finds the network and tier that resources stand in. */
export class Placement {
  readonly #references: References;
  readonly #tiers = new Map<PlanResource, Tier>();

  constructor(references: References) {
    this.#references = references;
  }

  /** The place of a resource; undefined for what stands in no network. */
  of(resource: PlanResource): Place | undefined {
    const [subnet] = this.#subnetsOf(resource);
    if (subnet === undefined) return undefined;
    const tier = this.#tierOf(subnet);
    const { vpcId } = subnet.inputs;
    const [vpc] = this.#references.of(subnet, "vpcId").filter(({ type }) => type === "aws:ec2/vpc:Vpc");
    const zones = this.#references
      .ofType(SUBNET)
      .filter((each) => each.inputs.vpcId === vpcId && this.#tierOf(each) === tier)
      .map(({ inputs }) => text(inputs.availabilityZone))
      .filter((zone) => zone !== "");
    return {
      ...(vpc === undefined ? {} : { vpc }),
      vpcId: text(vpcId),
      tier,
      zones: [...new Set(zones)].sort(),
    };
  }

  /** Subnets that the resource names itself or by its subnet group. */
  #subnetsOf(resource: PlanResource): PlanResource[] {
    const referred = this.#references.of(resource);
    const direct = referred.filter(({ type }) => type === SUBNET);
    if (direct.length > 0) return direct;
    const groups = referred.filter(({ type }) => /subnetGroup/i.test(type));
    const grouped = groups.flatMap((group) => this.#references.of(group, "subnetIds"));
    if (grouped.length > 0) return grouped.filter(({ type }) => type === SUBNET);
    return resource.type === GATEWAY_ENDPOINT ? this.#innerSubnets(resource) : [];
  }

  /** An endpoint without subnets of its own is in the route tables of those that services run in. */
  #innerSubnets({ inputs }: PlanResource): PlanResource[] {
    const subnets = this.#references.ofType(SUBNET).filter((each) => each.inputs.vpcId === inputs.vpcId);
    return subnets.filter((each) => this.#tierOf(each) === "app");
  }

  #tierOf(subnet: PlanResource): Tier {
    const tier = this.#tiers.get(subnet) ?? this.#findTier(subnet);
    this.#tiers.set(subnet, tier);
    return tier;
  }

  /** By its tag or name, else by where its routes lead. */
  #findTier(subnet: PlanResource): Tier {
    const { tags, mapPublicIpOnLaunch } = subnet.inputs;
    const tag = isRecord(tags) ? text(tags.Tier).toLowerCase() : "";
    const words = subnet.name.toLowerCase().split(/[^a-z]+/);
    const named = TIERS.find((tier) => tag === tier || words.includes(tier));
    if (named !== undefined) return named;
    if (words.some((word) => ["isolated", "database", "intra"].includes(word))) return "data";
    if (words.includes("private")) return "app";
    const references = this.#references;
    const tables = references
      .ofType("aws:ec2/routeTableAssociation:RouteTableAssociation")
      .filter((association) => references.of(association, "subnetId").includes(subnet))
      .flatMap((association) => references.of(association, "routeTableId"));
    const routes = references
      .ofType("aws:ec2/route:Route")
      .filter((route) => references.of(route, "routeTableId").some((table) => tables.includes(table)));
    const ways = [
      ...routes.flatMap((route) => references.of(route)),
      ...tables.flatMap((table) => references.of(table, "routes")),
    ];
    const leadTo = (type: string) => ways.some((way) => way.type === type);
    if (mapPublicIpOnLaunch === true || leadTo("aws:ec2/internetGateway:InternetGateway")) return "public";
    return tables.length === 0 || leadTo("aws:ec2/natGateway:NatGateway") ? "app" : "data";
  }
}

/** Web firewalls with what they protect. */
export function firewalled(references: References): { firewall: PlanResource; target: PlanResource }[] {
  return references
    .ofType("aws:wafv2/webAclAssociation:WebAclAssociation")
    .flatMap((association) =>
      references
        .of(association, "webAclArn")
        .flatMap((firewall) =>
          references.of(association, "resourceArn").map((target) => ({ firewall, target })),
        ),
    );
}
