import { expect } from "chai";
import { mistakesOf, type Plan, resource, resources } from "../../components/testing/index.ts";
import { parseConfig } from "../config.ts";
import { enterprisePayments } from "./enterprise-payments.ts";
import { configOf, containers, everywhere, type Inputs, inputsOf, planned } from "./test-surroundings.ts";

const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const LISTENER_RULE = "aws:lb/listenerRule:ListenerRule";
const ACTUATOR = "/api/v1/actuator/health";
const ANYWHERE = ["0.0.0.0/0", "::/0"];

/** Path patterns of a listener's rule. */
function pathsOf({ conditions }: Inputs): string[] {
  return (conditions as { pathPattern?: { values: string[] } }[]).flatMap(
    ({ pathPattern }) => pathPattern?.values ?? [],
  );
}

/** The service that a path leads to: by the first rule, in their order, whose pattern matches. */
function tierOf(plan: Plan, path: string): string | undefined {
  const matches = (pattern: string) =>
    pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
  return resources(plan, LISTENER_RULE)
    .filter(({ name }) => !name.includes("test"))
    .toSorted((one, other) => (one.inputs.priority as number) - (other.inputs.priority as number))
    .find(({ inputs }) => pathsOf(inputs).some(matches))
    ?.name.replace(/-rule$/, "");
}

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
      const core = rules.find(({ name }) => name === "AWSManagedRulesCommonRuleSet");
      expect(core?.statement.managedRuleGroupStatement).to.have.deep.property("ruleActionOverrides", [
        { name: "SizeRestrictions_BODY", actionToUse: { count: {} } },
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
      for (const path of [
        "/health",
        ...["", "/liveness", "/readiness"].map((each) => `${ACTUATOR}${each}`),
      ]) {
        expect(tierOf(plan, path), path).to.equal("backend");
      }
      const { inputs } = resource(plan, "aws:lb/targetGroup:TargetGroup", "backend-targets");
      expect((inputs.healthCheck as Inputs).path).to.equal(`${ACTUATOR}/readiness`);
    }),
  );

  it(
    "E14: replaces a task whose process hangs within a minute, but none while the database fails over",
    everywhere((plan) => {
      const backend = containers(plan).find(({ name }) => name === "backend");
      const alive = backend?.healthCheck;
      expect(alive?.command.join(" ")).to.include("/live");
      expect((alive?.interval ?? 0) * (alive?.retries ?? 0)).to.be.within(1, 60);
      const { healthCheck } = resource(plan, "aws:lb/targetGroup:TargetGroup", "backend-targets").inputs;
      const { interval, unhealthyThreshold } = healthCheck as {
        interval: number;
        unhealthyThreshold: number;
      };
      expect(interval * unhealthyThreshold).to.be.at.least(120);
    }),
  );

  it(
    "E17: sends the API, its documentation and its public keys to the backend, and pages to the frontend",
    everywhere((plan) => {
      for (const path of ["/v1/payments", "/docs", "/docs/static/index.html", "/.well-known/jwks.json"]) {
        expect(tierOf(plan, path), path).to.equal("backend");
      }
      for (const path of ["/", "/index.html", "/payments/1", "/metrics"]) {
        expect(tierOf(plan, path), path).to.equal("frontend");
      }
      const redirects = resources(plan, LISTENER_RULE).flatMap(({ inputs }) =>
        (inputs.actions as { redirect?: { path: string } }[]).flatMap(({ redirect }) =>
          redirect === undefined ? [] : [[...pathsOf(inputs), redirect.path]],
        ),
      );
      expect(redirects).to.have.deep.members([
        ["/openapi.json", "/docs/json"],
        ["/swagger-ui.html", "/docs"],
      ]);
      for (const [, target = ""] of redirects) expect(tierOf(plan, target), target).to.equal("backend");
    }),
  );

  it(
    "keeps idle connections to the load balancer longer than it does, and lets requests finish",
    everywhere((plan) => {
      const { idleTimeout } = resource(plan, "aws:lb/loadBalancer:LoadBalancer").inputs;
      const backend = containers(plan).find(({ name }) => name === "backend");
      const setting = (name: string) => backend?.environment.find((each) => each.name === name)?.value;
      expect(Number(setting("KEEP_ALIVE_TIMEOUT"))).to.be.above(idleTimeout as number);
      expect(setting("TRUST_PROXY")).to.equal("1");
      const { deregistrationDelay } = resource(
        plan,
        "aws:lb/targetGroup:TargetGroup",
        "backend-targets",
      ).inputs;
      expect(deregistrationDelay).to.be.at.least(backend?.stopTimeout ?? Infinity);
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
