import { expect } from "chai";
import type { PlanResource } from "../../components/testing/plan.ts";
import { partsOf } from "./parts.ts";
import { find, samplePlan } from "./samples.ts";

describe("partsOf", () => {
  it("gives a component's resources the component's part", () => {
    const plan = samplePlan();
    const parts = partsOf(plan);
    // A security group by itself belongs to the network; this one is a part of the service.
    expect(parts.get(find(plan, "backend-security-group").urn)).to.equal("compute");
    expect(parts.get(find(plan, "orders-database").urn)).to.equal("data");
  });

  it("goes by the service where no component of Strongroom's stands above, and gives a component its children's part", () => {
    const resource = (type: string, name: string, parent?: string): PlanResource => ({
      ...find(samplePlan(), "backend-images"),
      urn: name,
      type,
      name,
      parent,
      custom: !type.startsWith("shop:"),
    });
    const plan = samplePlan();
    plan.resources = [
      resource("shop:index:Web", "web"),
      resource("aws:ecs/service:Service", "service", "web"),
      resource("aws:ecs/taskDefinition:TaskDefinition", "task", "web"),
      resource("aws:ec2/securityGroup:SecurityGroup", "group", "web"),
      resource("aws:ec2/instance:Instance", "machine"),
      resource("random:index/randomPassword:RandomPassword", "password"),
    ];
    expect(Object.fromEntries(partsOf(plan))).to.deep.equal({
      web: "compute",
      service: "compute",
      task: "compute",
      group: "network",
      machine: "compute",
      password: "other",
    });
  });
});
