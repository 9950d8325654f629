import { expect } from "chai";
import { estimate } from "../estimate.ts";
import { PlanBuilder } from "../plan-builder.test-support.ts";
import { dollars, lines, priced } from "./lines.test-support.ts";

describe("pricers: network and load balancing", () => {
  it("price NAT gateways by hour and GB, regional ones in every zone", () => {
    expect(dollars(priced("aws:ec2/natGateway:NatGateway", {}, { natGb: 100 }))).to.deep.equal({
      "NAT gateway": 32.85,
      "NAT gateway data": 4.5,
    });
    const regional = new PlanBuilder()
      .add("aws:ec2/subnet:Subnet", "a", { availabilityZone: "us-east-1a" })
      .add("aws:ec2/subnet:Subnet", "a2", { availabilityZone: "us-east-1a" })
      .add("aws:ec2/subnet:Subnet", "b", { availabilityZone: "us-east-1b" })
      .add("aws:ec2/natGateway:NatGateway", "nat", { availabilityMode: "regional" });
    expect(dollars(lines(regional))["regional NAT gateway"]).to.equal(65.7);
  });

  it("price public addresses, and interface endpoints in each zone; gateway endpoints are free", () => {
    expect(dollars(priced("aws:ec2/eip:Eip"))).to.deep.equal({ "public IPv4 address": 3.65 });
    const endpoint = {
      vpcEndpointType: "Interface",
      serviceName: "com.amazonaws.us-east-1.ecr.api",
      subnetIds: ["a", "b", "c"],
    };
    expect(dollars(priced("aws:ec2/vpcEndpoint:VpcEndpoint", endpoint, { endpointGb: 5 }))).to.deep.equal({
      "endpoint ecr.api": 21.9,
      "endpoint ecr.api data": 0.05,
    });
    expect(priced("aws:ec2/vpcEndpoint:VpcEndpoint", { vpcEndpointType: "Gateway" })).to.deep.equal({});
  });

  it("say of endpoints of firewalls that no price is known", () => {
    const type = "aws:ec2/vpcEndpoint:VpcEndpoint";
    const { notPriced } = estimate(
      new PlanBuilder().add(type, "it", { vpcEndpointType: "GatewayLoadBalancer" }).plan,
    );
    expect(notPriced.map(({ why }) => why)).to.deep.equal([
      "no price known for endpoints of the type GatewayLoadBalancer",
    ]);
  });

  it("price load balancers by hour, by the dimension that needs most capacity, by address and by what leaves", () => {
    const usage = { newConnections: 50, loadBalancerGb: 365, internetGb: 300, internetFreeGb: 100 };
    const found = priced("aws:lb/loadBalancer:LoadBalancer", { subnets: ["a", "b"] }, usage);
    // connections: 50/25 = 2 LCU; bytes: 365/730 = 0.5 LCU
    expect(dollars(found)).to.deep.equal({
      ALB: 16.425,
      "ALB capacity units": 11.68,
      "ALB: public IPv4 addresses": 7.3,
      "answers to the internet": 18,
    });
    // half of 300 GB is 50 GB above the free ones, twice is 500 GB
    expect(found["answers to the internet"]?.monthly).to.deep.equal({ low: 4.5, expected: 18, high: 45 });
  });

  it("charge internal load balancers neither addresses nor traffic, and the free traffic only once", () => {
    expect(Object.keys(priced("aws:lb/loadBalancer:LoadBalancer", { internal: true }))).to.deep.equal([
      "ALB",
      "ALB capacity units",
    ]);
    const two = new PlanBuilder()
      .add("aws:lb/loadBalancer:LoadBalancer", "inner", { internal: true })
      .add("aws:lb/loadBalancer:LoadBalancer", "a")
      .add("aws:lb/loadBalancer:LoadBalancer", "b");
    const out = estimate(two.plan, { usage: { internetGb: 100, internetFreeGb: 100 } })
      .parts.flatMap((part) => part.lines)
      .filter(({ what }) => what === "answers to the internet");
    expect(out.map(({ monthly }) => monthly.expected)).to.deep.equal([0, 9]);
  });
});
