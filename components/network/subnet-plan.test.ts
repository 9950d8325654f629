import { expect } from "chai";
import fc from "fast-check";
import { contains, formatCidr, overlaps, parseCidr } from "./cidr.ts";
import { MAX_ZONES, planSubnets, type SubnetPlan } from "./subnet-plan.ts";

/** Private networks of every size that there is. */
const networks = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 24 - 1 }), fc.integer({ min: 16, max: 23 }))
  .map(([offset, prefix]) =>
    formatCidr({ base: 10 * 2 ** 24 + offset - (offset % 2 ** (32 - prefix)), prefix }),
  );
const zoneCounts = fc.integer({ min: 1, max: MAX_ZONES });
const TIERS = ["public", "app", "data", "spare"] as const;

function allSubnets(plan: SubnetPlan) {
  return TIERS.flatMap((tier) => plan.subnets[tier].map(parseCidr));
}

describe("planSubnets", () => {
  it("never overlaps, and stays inside the network", () => {
    fc.assert(
      fc.property(networks, zoneCounts, (network, zones) => {
        const subnets = allSubnets(planSubnets(network, zones));
        expect(subnets).to.have.length(TIERS.length * zones);
        subnets.forEach((subnet, index) => {
          expect(contains(parseCidr(network), subnet)).to.equal(true);
          for (const other of subnets.slice(index + 1)) expect(overlaps(subnet, other)).to.equal(false);
        });
      }),
    );
  });

  it("keeps every range when a zone or a tier is added later", () => {
    fc.assert(
      fc.property(networks, zoneCounts, zoneCounts, (network, before, after) => {
        fc.pre(before <= after);
        const [then, now] = [planSubnets(network, before), planSubnets(network, after)];
        expect(now.tiers).to.deep.equal(then.tiers);
        for (const tier of TIERS)
          expect(now.subnets[tier].slice(0, before)).to.deep.equal(then.subnets[tier]);
      }),
    );
  });

  it("holds each subnet in its tier, and each within AWS's /16 to /28, public ones at least /27", () => {
    fc.assert(
      fc.property(networks, zoneCounts, (network, zones) => {
        const plan = planSubnets(network, zones);
        for (const tier of TIERS) {
          for (const subnet of plan.subnets[tier].map(parseCidr)) {
            expect(contains(parseCidr(plan.tiers[tier]), subnet)).to.equal(true);
            expect(subnet.prefix).to.be.within(16, tier === "public" ? 27 : 28);
          }
        }
      }),
    );
  });

  it("gives tasks the most room", () => {
    expect(planSubnets("10.0.0.0/16", 3).subnets).to.deep.equal({
      app: ["10.0.0.0/19", "10.0.32.0/19", "10.0.64.0/19"],
      public: ["10.0.128.0/20", "10.0.144.0/20", "10.0.160.0/20"],
      data: ["10.0.192.0/21", "10.0.200.0/21", "10.0.208.0/21"],
      spare: ["10.0.224.0/21", "10.0.232.0/21", "10.0.240.0/21"],
    });
  });
});
