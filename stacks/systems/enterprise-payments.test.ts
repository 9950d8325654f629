import { expect } from "chai";
import { type Plan, planOf, resource, resources } from "../../components/testing/index.ts";
import { parseConfig } from "../config.ts";
import { enterprisePayments } from "./enterprise-payments.ts";

const IMAGES = '{"backend":{"tag":"1.0.0"},"frontend":{"tag":"1.0.0"}}';

function planned(values: Record<string, string> = {}): Promise<Plan> {
  return planOf(() => enterprisePayments(parseConfig({ "strongroom:images": IMAGES, ...values }, "test")));
}

describe("enterprise-payments", () => {
  const optional = [
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:backup/vault:Vault",
    "aws:cloudtrail/trail:Trail",
    "aws:appautoscaling/target:Target",
    "aws:lambda/invocation:Invocation",
  ];

  let whole: Plan;
  before(async () => {
    whole = await planned();
  });

  it("stands without what emulators of AWS lack", async () => {
    for (const type of optional) expect(resources(whole, type), type).to.not.be.empty;

    const plan = await planned({
      "strongroom:cache": '{"nodes":0}',
      "strongroom:backups": "false",
      "strongroom:auditTrail": "false",
      "strongroom:backend": '{"min":1,"max":1}',
      "strongroom:frontend": '{"min":2,"max":2}',
      "strongroom:waitForServices": "false",
    });
    for (const type of optional) expect(resources(plan, type), type).to.be.empty;
    expect(plan.outputs).to.not.have.any.keys("cache", "backupVault");
    expect(resource(plan, "aws:ecs/service:Service", "frontend-service").inputs.desiredCount).to.equal(2);
    const { containerDefinitions } = resource(
      plan,
      "aws:ecs/taskDefinition:TaskDefinition",
      "backend-task",
    ).inputs;
    expect(containerDefinitions).to.include("DATABASE_HOST").and.not.include("REDIS");
  });

  it("E12: lets a service out to the registry of its image, where that is not the stack's own", async () => {
    const ways = (plan: Plan) =>
      resources(plan, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
        .filter(({ inputs }) => inputs.cidrIpv4 === "0.0.0.0/0")
        .map(({ name }) => name);
    const plan = await planned({
      "strongroom:images": '{"backend":{"tag":"1.0.0"},"frontend":"ghcr.io/example/frontend:1.0.0"}',
    });
    expect(ways(plan)).to.include("frontend-to-internet-1");
    expect(ways(whole)).to.not.include("frontend-to-internet-1");
  });

  it("E15: asks ECS for the migration by an endpoint where there is no NAT", async () => {
    const name = "payments-endpoints-ecs";
    const closed = await planned({ "strongroom:nat": "none" });
    expect(resource(closed, "aws:ec2/vpcEndpoint:VpcEndpoint", name).inputs.serviceName).to.match(/\.ecs$/);
    const endpoints = resources(whole, "aws:ec2/vpcEndpoint:VpcEndpoint");
    expect(endpoints.map((endpoint) => endpoint.name)).to.not.include(name);
  });
});
