import { expect } from "chai";
import { mistakesOf, type Plan, resource, resources } from "../../components/testing/index.ts";
import { parseConfig } from "../config.ts";
import { enterprisePayments } from "./enterprise-payments.ts";
import { configOf, everywhere, type Inputs, inputsOf, planned } from "./test-surroundings.ts";

const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const ANYWHERE = ["0.0.0.0/0", "::/0"];

/** Subnets whose route table has a route, and which route that is. */
function defaultRoutes(plan: Plan): Map<string, Inputs> {
  const routes = new Map<string, Inputs>();
  for (const { routeTableId, subnetId } of inputsOf(
    plan,
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
  )) {
    const route = inputsOf(plan, "aws:ec2/route:Route").find((each) => each.routeTableId === routeTableId);
    if (route) routes.set(subnetId as string, route);
  }
  return routes;
}

describe("enterprise-payments: network", () => {
  describe("E1: network and tiers", () => {
    it(
      "E1: lets the internet reach the load balancer, on its two ports, and nothing else",
      everywhere((plan) => {
        const edge = resource(plan, "aws:ec2/securityGroup:SecurityGroup", "edge-security-group");
        const open = inputsOf(plan, INGRESS).filter(
          ({ cidrIpv4, cidrIpv6 }) => ANYWHERE.includes(cidrIpv4 as string) || cidrIpv6 !== undefined,
        );
        expect(open).not.to.be.empty;
        for (const rule of open) {
          expect(rule.securityGroupId).to.equal(edge.id);
          expect(rule.fromPort).to.equal(rule.toPort).and.to.be.oneOf([80, 443]);
        }
        for (const { inputs } of resources(plan, "aws:ecs/service:Service")) {
          expect((inputs.networkConfiguration as Inputs).assignPublicIp).to.be.false;
        }
        for (const { publiclyAccessible } of inputsOf(plan, "aws:rds/instance:Instance")) {
          expect(publiclyAccessible).to.be.false;
        }
      }),
    );

    it(
      "E1: puts only the load balancer and NAT into public subnets",
      everywhere((plan) => {
        const open = [...defaultRoutes(plan)].filter(([, route]) => route.gatewayId !== undefined);
        expect(open).to.have.length.at.least(2);
        const users = new Set<string>();
        for (const [subnet] of open) {
          for (const { type, inputs } of plan.resources) {
            if (JSON.stringify(inputs).includes(`"${subnet}"`)) users.add(type);
          }
        }
        expect([...users]).to.have.members([
          "aws:ec2/routeTableAssociation:RouteTableAssociation",
          "aws:ec2/networkAcl:NetworkAcl",
          "aws:ec2/natGateway:NatGateway",
          "aws:lb/loadBalancer:LoadBalancer",
        ]);
      }),
    );

    it(
      "E1: gives the data tier no route out, and the app tier one through NAT",
      everywhere((plan) => {
        const routes = defaultRoutes(plan);
        const data = resource(plan, "aws:rds/subnetGroup:SubnetGroup").inputs.subnetIds as string[];
        expect(data).to.have.length.at.least(2);
        expect(resource(plan, "aws:elasticache/subnetGroup:SubnetGroup").inputs.subnetIds).to.deep.equal(
          data,
        );
        for (const subnet of data) expect(routes.get(subnet)).to.be.undefined;
        for (const { inputs } of resources(plan, "aws:ecs/service:Service")) {
          for (const subnet of (inputs.networkConfiguration as { subnets: string[] }).subnets) {
            expect(routes.get(subnet)).to.have.property("natGatewayId").that.is.a("string");
          }
        }
      }),
    );

    it(
      "E1: passes requests on by security group alone: load balancer, services, data stores",
      everywhere((plan) => {
        const groups = new Map(
          resources(plan, "aws:ec2/securityGroup:SecurityGroup").map(({ id, name }) => [id, name]),
        );
        const paths = inputsOf(plan, INGRESS)
          .filter(({ referencedSecurityGroupId }) => referencedSecurityGroupId !== undefined)
          .map(
            ({ referencedSecurityGroupId, securityGroupId, fromPort, toPort }) =>
              `${groups.get(referencedSecurityGroupId as string) ?? ""} → ${groups.get(securityGroupId as string) ?? ""}:${String(fromPort)}${fromPort === toPort ? "" : "…"}`,
          );
        expect(paths).to.have.members([
          "edge-security-group → backend-tasks:3000",
          "edge-security-group → frontend-tasks:8080",
          "backend-tasks → payments-security-group:5432",
          "backend-tasks → payments-security-group:6379",
        ]);
      }),
    );

    it("E1: ends TLS 1.2 or better at the load balancer, and sends plain HTTP there", async () => {
      const production = await planned("production");
      const staging = await planned("staging");
      for (const plan of [production, staging]) {
        const tls = inputsOf(plan, "aws:lb/listener:Listener").filter(({ protocol }) => protocol === "HTTPS");
        expect(tls).not.to.be.empty;
        for (const { sslPolicy } of tls) expect(sslPolicy).to.equal("ELBSecurityPolicy-TLS13-1-2-2021-06");
        const redirect = resource(plan, "aws:lb/listener:Listener", "edge-redirect");
        expect(redirect.inputs).to.deep.include({
          port: 80,
          protocol: "HTTP",
          defaultActions: [
            { type: "redirect", redirect: { port: "443", protocol: "HTTPS", statusCode: "HTTP_301" } },
          ],
        });
      }
    });

    it("E1: runs PostgreSQL in two zones and a cache with TLS and a token", async () => {
      const production = await planned("production");
      const database = resource(production, "aws:rds/instance:Instance");
      expect(database.inputs).to.deep.include({ engine: "postgres", multiAz: true, storageEncrypted: true });
      expect(resource(production, "aws:rds/parameterGroup:ParameterGroup").inputs.parameters).to.deep.include(
        { applyMethod: "pending-reboot", name: "rds.force_ssl", value: "1" },
      );
      const cache = resource(production, "aws:elasticache/replicationGroup:ReplicationGroup");
      expect(cache.inputs).to.deep.include({
        engine: "valkey",
        transitEncryptionEnabled: true,
        transitEncryptionMode: "required",
        atRestEncryptionEnabled: true,
        authTokenWo: "[secret]",
      });
    });
  });

  describe("E2: optional domain", () => {
    it("E2: stands up without a domain outside production, with an HTTP listener only", async () => {
      const bare = await planned("bare");
      expect(
        inputsOf(bare, "aws:lb/listener:Listener").map(({ port, protocol }) => [port, protocol]),
      ).to.deep.equal([[80, "HTTP"]]);
      expect(resources(bare, "aws:acm/certificate:Certificate")).to.be.empty;
      expect(resources(bare, "aws:route53/zone:Zone")).to.be.empty;
      expect(bare.outputs.url).to.match(/^http:\/\//);
      expect((await planned("staging")).outputs.url).to.equal("https://payments.staging.example.com");
    });

    it("E2: refuses production without TLS", async () => {
      const config = configOf("production", { "strongroom:domain": undefined });
      expect(await mistakesOf(() => enterprisePayments(parseConfig(config, "production")))).to.equal(
        'The configuration of stack "production" has 1 mistake:\n' +
          "  - production needs TLS: set strongroom:domain, such as {name: payments.example.com}",
      );
    });
  });

  it(
    "E3: filters requests by rate and OWASP rule groups, and logs them under both names",
    everywhere((plan, environment) => {
      const firewall = resource(plan, "aws:wafv2/webAcl:WebAcl");
      const rules = firewall.inputs.rules as { name: string; action?: Inputs; statement: Inputs }[];
      expect(rules.map(({ name }) => name)).to.have.members([
        "rate-limit",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesSQLiRuleSet",
        "AWSManagedRulesAmazonIpReputationList",
      ]);
      const rate = rules.find(({ name }) => name === "rate-limit");
      expect(rate?.statement).to.deep.equal({
        rateBasedStatement: { aggregateKeyType: "IP", evaluationWindowSec: 300, limit: 2000 },
      });
      expect(rate?.action).to.have.property("block");
      expect(resource(plan, "aws:wafv2/webAclAssociation:WebAclAssociation").inputs).to.include({
        resourceArn: resource(plan, "aws:lb/loadBalancer:LoadBalancer").outputs.arn,
        webAclArn: firewall.outputs.arn,
      });
      const { logDestinationConfigs } = resource(
        plan,
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
      ).inputs;
      expect((logDestinationConfigs as string[]).join()).to.match(
        new RegExp(`:log-group:aws-waf-logs-payment-system-${environment}$`),
      );
      expect(inputsOf(plan, "aws:cloudwatch/logGroup:LogGroup").map(({ name }) => name)).to.include.members([
        `aws-waf-logs-payment-system-${environment}`,
        `/aws/wafv2/payment-system-${environment}`,
      ]);
    }),
  );

  it(
    "E14: sends the health endpoints to the backend and takes its readiness for the target's",
    everywhere((plan) => {
      const { conditions } = resource(plan, "aws:lb/listenerRule:ListenerRule", "backend-rule").inputs;
      const { values } = (conditions as { pathPattern: { values: string[] } }[])[0]?.pathPattern ?? {};
      const reaches = (path: string) => values?.some((each) => path.startsWith(each.replace("*", "")));
      for (const path of ["/health", "/api/v1/actuator/health", "/api/v1/actuator/health/liveness"]) {
        expect(reaches(path), path).to.be.true;
      }
      expect(reaches("/index.html")).to.be.false;
      expect(
        (resource(plan, "aws:lb/targetGroup:TargetGroup", "backend-targets").inputs.healthCheck as Inputs)
          .path,
      ).to.equal("/api/v1/actuator/health/readiness");
    }),
  );

  describe("E15: endpoints and least access", () => {
    it(
      "E15: reaches the AWS services of the tasks by endpoints, with private names",
      everywhere((plan) => {
        const endpoints = inputsOf(plan, "aws:ec2/vpcEndpoint:VpcEndpoint");
        expect(
          endpoints.map(({ serviceName }) => String(serviceName).replace("com.amazonaws.us-east-1.", "")),
        ).to.have.members([
          "s3",
          "dynamodb",
          "ecr.api",
          "ecr.dkr",
          "kms",
          "logs",
          "secretsmanager",
          "ssmmessages",
          "sts",
        ]);
        for (const { vpcEndpointType, privateDnsEnabled } of endpoints) {
          if (vpcEndpointType === "Interface") expect(privateDnsEnabled).to.be.true;
        }
      }),
    );

    it(
      "E15: admits security groups and the network's own addresses only, but for the load balancer",
      everywhere((plan) => {
        const edge = resource(plan, "aws:ec2/securityGroup:SecurityGroup", "edge-security-group").id;
        const rules = inputsOf(plan, INGRESS);
        expect(rules).not.to.be.empty;
        for (const { referencedSecurityGroupId, cidrIpv4, securityGroupId, fromPort, ipProtocol } of rules) {
          expect(ipProtocol).to.equal("tcp");
          if (referencedSecurityGroupId !== undefined) continue;
          if (securityGroupId === edge && (fromPort === 80 || fromPort === 443)) continue;
          expect(cidrIpv4).to.match(/^10\.0\.\d+\.0\/(1[6-9]|2\d)$/);
        }
        expect(resource(plan, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs).to.deep.include({
          ingress: [],
          egress: [],
        });
      }),
    );

    it(
      "E15: lets only the backend and its migration out to the internet, on HTTPS",
      everywhere((plan) => {
        const out = resources(plan, EGRESS).filter(({ inputs }) =>
          ANYWHERE.includes(inputs.cidrIpv4 as string),
        );
        expect(out.map(({ name }) => name)).to.have.members([
          "backend-to-internet-1",
          "backend-migration-runner-to-internet-1",
        ]);
        for (const { inputs } of out) expect(inputs).to.include({ fromPort: 443, toPort: 443 });
      }),
    );
  });
});
