import type { PlanResource } from "../../../components/testing/plan.ts";
import { fixed, HOURS } from "../monthly.ts";
import { beyond, times, atLeast } from "../monthly.ts";
import { isOn, listAt, textAt } from "../site.ts";
import type { Site } from "../site.ts";
import type { Charge, Pricers, Unpriced } from "./pricer.ts";

const EIP = "aws:ec2/eip:Eip";
/** What one LCU covers each hour; the dimension that uses most is charged. */
const LCU = { newConnections: 25, gb: 1 };
const NLCU = { newConnections: 800, gb: 1 };

/** NAT, public addresses, endpoints, load balancers, transit gateways. Flow logs cost where they are stored. */
export const network: Pricers = {
  "aws:ec2/natGateway:NatGateway": natGateway,
  [EIP]: () => [{ part: "network", what: "public IPv4 address", price: "ipv4.hour", quantity: fixed(HOURS) }],
  "aws:ec2/vpcEndpoint:VpcEndpoint": endpoint,
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment": () => [
    {
      part: "network",
      what: "transit gateway attachment",
      price: "transit-gateway.attachment",
      quantity: fixed(HOURS),
    },
  ],
  "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  "aws:alb/loadBalancer:LoadBalancer": loadBalancer,
};

function natGateway(resource: PlanResource, site: Site): Charge[] {
  const gb = site.usage.natGb;
  // A regional gateway is charged in each zone that it serves.
  const zones = textAt(resource.inputs, "availabilityMode") === "regional" ? zonesServed(resource, site) : 1;
  return [
    {
      part: "network",
      what: zones === 1 ? "NAT gateway" : "regional NAT gateway",
      price: "nat.hour",
      quantity: fixed(zones * HOURS),
      how: zones === 1 ? `${HOURS} h` : `${zones} zones × ${HOURS} h`,
    },
    { part: "network", what: "NAT gateway data", price: "nat.gb", quantity: site.assumed(gb) },
  ];
}

/** Zones that a regional NAT gateway is given, else those of the Plan's subnets. */
function zonesServed(resource: PlanResource, site: Site): number {
  const given = listAt(resource.inputs, "availabilityZoneAddresses").length;
  if (given > 0) return given;
  const zones = site
    .all("aws:ec2/subnet:Subnet")
    .map(({ inputs }) => inputs.availabilityZone ?? inputs.availabilityZoneId);
  return Math.max(1, new Set(zones.filter((zone) => zone !== undefined)).size);
}

function endpoint(resource: PlanResource, site: Site): (Charge | Unpriced)[] {
  const type = textAt(resource.inputs, "vpcEndpointType", "Gateway");
  // Gateway endpoints (S3, DynamoDB) are free.
  if (type === "Gateway") return [];
  if (type !== "Interface") return [{ why: `no price known for endpoints of the type ${type}` }];
  const zones = listAt(resource.inputs, "subnetIds").length;
  const service = textAt(resource.inputs, "serviceName").replace(/^com\.amazonaws\.[^.]+\./, "");
  return [
    {
      part: "network",
      what: `endpoint ${service}`,
      price: "endpoint.hour",
      quantity: fixed(Math.max(1, zones) * HOURS),
      how: `${Math.max(1, zones)} zones × ${HOURS} h`,
    },
    {
      part: "network",
      what: `endpoint ${service} data`,
      price: "endpoint.gb",
      quantity: site.assumed(site.usage.endpointGb),
    },
  ];
}

function loadBalancer(resource: PlanResource, site: Site): (Charge | Unpriced)[] {
  const type = textAt(resource.inputs, "loadBalancerType", "application");
  if (type === "gateway") return [{ why: "no price known for gateway load balancers" }];
  const isNetwork = type === "network";
  const kind = isNetwork ? "nlb" : "alb";
  const name = isNetwork ? "NLB" : "ALB";
  const covers = isNetwork ? NLCU : LCU;
  const { loadBalancerGb, newConnections, internetGb, internetFreeGb } = site.usage;
  const units = Math.max(newConnections / covers.newConnections, loadBalancerGb / HOURS / covers.gb);
  const charges: Charge[] = [
    { part: "load balancing", what: name, price: `${kind}.hour`, quantity: fixed(HOURS) },
    {
      part: "load balancing",
      what: `${name} capacity units`,
      price: `${kind}.lcu`,
      quantity: times(site.assumed(units), HOURS),
      how: `${Math.round(units * 1000) / 1000} LCU × ${HOURS} h`,
    },
  ];
  if (!isPublic(resource)) return charges;
  const zones = Math.max(
    1,
    listAt(resource.inputs, "subnets").length,
    listAt(resource.inputs, "subnetMappings").length,
  );
  const free = site.all(resource.type).find(isPublic) === resource ? internetFreeGb : 0;
  const out = beyond(site.assumed(internetGb), free);
  return [
    ...charges,
    {
      part: "load balancing",
      what: `${name}: public IPv4 addresses`,
      price: "ipv4.hour",
      quantity: fixed(zones * HOURS),
      how: `${zones} zones × ${HOURS} h`,
    },
    {
      part: "load balancing",
      what: "answers to the internet",
      price: "transfer.out",
      quantity: atLeast(out, 0),
      how: free > 0 ? `(${internetGb} GB − ${free} GB free)` : `${internetGb} GB`,
    },
  ];
}

const isPublic = ({ inputs }: PlanResource): boolean => !isOn(inputs, "internal");
