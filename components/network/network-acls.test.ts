import { expect } from "chai";
import { contains, parseCidr } from "./cidr.ts";
import { type AclRule, aclRules } from "./network-acls.ts";
import type { Tier } from "./network.ts";
import { planSubnets } from "./subnet-plan.ts";

/** One address in each place that packets come from or go to. */
const PLACES = {
  internet: "203.0.113.9",
  public: "10.0.128.9",
  app: "10.0.1.9",
  data: "10.0.192.9",
  office: "10.200.3.9",
} as const;
type Place = keyof typeof PLACES;

const { tiers } = planSubnets("10.0.0.0/16", 3);
/** Of a network that an office is let into, and of one without it. */
const rules = aclRules(tiers, [80, 443], ["10.200.0.0/16"]);
const closed = aclRules(tiers, [80, 443]);

function allows(list: AclRule[], address: string, port: number): boolean {
  return list.some(
    ({ protocol, cidrBlock, fromPort, toPort }) =>
      contains(parseCidr(cidrBlock), parseCidr(`${address}/32`)) &&
      (protocol === "-1" || (port >= fromPort && port <= toPort)),
  );
}

/** Whether a TCP packet leaves its subnet and enters the other; what lies beyond the network has no list of its own. */
function passes(from: Place, to: Place, port: number, acls = rules): boolean {
  const leaves = isBeyond(from) || allows(acls[from].egress, PLACES[to], port);
  const enters = isBeyond(to) || allows(acls[to].ingress, PLACES[from], port);
  return leaves && enters;
}

function isBeyond(place: Place): place is Exclude<Place, Tier> {
  return place === "internet" || place === "office";
}

describe("network ACLs", () => {
  /** From where, to where, port, and the port that answers go back to. */
  const connections: [Place, Place, number, number][] = [
    ["internet", "public", 443, 50_000],
    ["internet", "public", 80, 1024],
    ["internet", "public", 8443, 50_000],
    ["public", "app", 8080, 1024],
    ["public", "app", 80, 65_535],
    ["app", "app", 443, 32_768],
    ["app", "app", 8080, 60_999],
    ["app", "data", 5432, 32_768],
    ["app", "data", 6379, 60_999],
    ["data", "data", 5432, 40_000],
    // By NAT: the packet leaves the app tier for the internet, and NAT sends it on with a port of its own.
    ["app", "internet", 443, 32_768],
    // A function of Lambda sends from 1024 and up.
    ["app", "internet", 443, 1024],
    ["public", "internet", 443, 1024],
    ["public", "internet", 80, 65_535],
    // By an internal load balancer, and its listener for tests.
    ["office", "app", 443, 50_000],
    ["office", "app", 80, 1024],
    ["office", "app", 8443, 50_000],
  ];
  for (const [from, to, port, back] of connections) {
    it(`let ${from} reach ${to} on ${port}, and the answers back to ${back}`, () => {
      expect(passes(from, to, port)).to.equal(true);
      expect(passes(to, from, back)).to.equal(true);
    });
  }

  const refused: [Place, Place, number][] = [
    ["internet", "public", 22],
    ["internet", "public", 3389],
    ["internet", "app", 443],
    ["internet", "app", 3389],
    ["internet", "data", 5432],
    ["public", "data", 5432],
    ["app", "data", 22],
    ["app", "internet", 22],
    ["app", "internet", 5432],
    ["data", "internet", 443],
    ["data", "public", 443],
    ["office", "app", 22],
    ["office", "data", 5432],
    ["app", "office", 22],
  ];
  for (const [from, to, port] of refused) {
    it(`keep ${from} from ${to} on ${port}`, () => {
      expect(passes(from, to, port)).to.equal(false);
    });
  }

  it("keep out who is not named: neither the request nor its answer passes", () => {
    expect(passes("office", "app", 443, closed)).to.equal(false);
    expect(passes("app", "office", 50_000, closed)).to.equal(false);
  });

  it("let the app tier out on the ports that are named, within AWS's 20 rules a direction", () => {
    const ports = Array.from({ length: 16 }, (_, index) => 5000 + index);
    const offices = Array.from({ length: 7 }, (_, index) => `10.${index + 1}.0.0/16`);
    const wide = aclRules(tiers, ports, offices.slice(0, 1));
    for (const port of ports) expect(allows(wide.app.egress, PLACES.internet, port)).to.equal(true);
    const lists = [wide, aclRules(tiers, ports.slice(0, 10), offices)];
    for (const { ingress, egress } of lists.flatMap((acls) => Object.values(acls))) {
      for (const list of [ingress, egress]) {
        expect(list.length).to.be.at.most(20);
        expect(new Set(list.map(({ ruleNo }) => ruleNo)).size).to.equal(list.length);
      }
    }
  });
});
