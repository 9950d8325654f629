import { expect } from "chai";
import fc from "fast-check";
import { Key } from "../security/key.ts";
import { expectGolden, mistakesOf, type Plan, planOf, resource, resources } from "../testing/index.ts";
import { capacityOf, firewallRules, type FirewallRulesArgs, MANAGED_GROUPS } from "./firewall-rules.ts";
import { WebFirewall, type WebFirewallArgs } from "./index.ts";

function firewallPlan(args: WebFirewallArgs, region = "eu-west-1"): Promise<Plan> {
  return planOf(() => new WebFirewall("edge", args), {
    region,
    project: "strongroom",
    stack: "production",
  });
}

const uses = fc.constantFrom("block" as const, "count" as const, "off" as const);
const rulesArgs: fc.Arbitrary<FirewallRulesArgs> = fc.record({
  managedRules: fc.dictionary(fc.constantFrom(...Object.keys(MANAGED_GROUPS)), uses),
  blockedAddresses: fc.uniqueArray(fc.constantFrom("192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32")),
  allowedAddresses: fc.uniqueArray(fc.constantFrom("203.0.113.0/24", "2001:db8:1::/48")),
  blockedCountries: fc.uniqueArray(fc.constantFrom("KP", "IR")),
});

describe("rules of a web ACL", () => {
  it("have unique priorities and metrics, block lists first and dear groups last", () => {
    fc.assert(
      fc.property(rulesArgs, (args) => {
        const rules = firewallRules(args, ["a", "b", "c", "d"], "edge");
        const priorities = rules.map(({ priority }) => Number(priority));
        expect(priorities).to.deep.equal(priorities.toSorted((one, other) => one - other));
        expect(new Set(priorities).size).to.equal(rules.length);
        expect(new Set(rules.map(({ name }) => name)).size).to.equal(rules.length);
        const kinds = rules.map(({ statement }) => Object.keys(statement as object)[0] ?? "");
        const ranks = [
          "ipSetReferenceStatement",
          "geoMatchStatement",
          "rateBasedStatement",
          "managedRuleGroupStatement",
        ];
        const order = kinds.map((kind) => ranks.indexOf(kind));
        expect(order).to.deep.equal(order.toSorted((one, other) => one - other));
      }),
    );
  });

  it("take the capacity that AWS publishes for them", () => {
    expect(capacityOf({})).to.equal(25 + 200 + 700 + 200 + 2);
    expect(
      capacityOf({
        managedRules: { core: "off", anonymousIps: "count" },
        blockedCountries: ["KP"],
        blockedAddresses: ["192.0.2.0/24", "2001:db8::/32"],
      }),
    ).to.equal(25 + 50 + 200 + 200 + 2 + 1 + 2);
  });
});

describe("WebFirewall", () => {
  it("E3: rate limit, OWASP groups and logs as agreed (golden)", async () => {
    const plan = await firewallPlan({
      requestsPerFiveMinutes: 1000,
      logs: {
        name: "aws-waf-logs-payment-system-production",
        reachableAs: "/aws/wafv2/payment-system-production",
      },
    });
    await expectGolden(plan, new URL("golden/web-firewall.json", import.meta.url));
  });

  it("E3: logs to aws-waf-logs-…, without authorization and cookies, where only AWS's delivery may write", async () => {
    const plan = await firewallPlan({});
    expect(resource(plan, "aws:cloudwatch/logGroup:LogGroup").inputs.name).to.equal(
      "aws-waf-logs-strongroom-production-edge",
    );
    expect(
      resource(plan, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration").inputs.redactedFields,
    ).to.deep.equal([{ singleHeader: { name: "authorization" } }, { singleHeader: { name: "cookie" } }]);
    const policy = resource(plan, "aws:cloudwatch/logResourcePolicy:LogResourcePolicy").inputs.policyDocument;
    expect(policy).to.contain('"Service":"delivery.logs.amazonaws.com"');
    expect(policy).to.contain(`"aws:SourceAccount":"${plan.aws.account}"`);
    expect(policy).to.contain("log-group:aws-waf-logs-strongroom-production-edge:*");
  });

  it("E3: is reachable as /aws/wafv2/payment-system-<env> by a copy of what was not let through", async () => {
    const plan = await firewallPlan({ logs: { reachableAs: "/aws/wafv2/payment-system-production" } });
    const names = resources(plan, "aws:cloudwatch/logGroup:LogGroup").map(({ inputs }) => inputs.name);
    expect(names).to.include("/aws/wafv2/payment-system-production");
    const subscription = resource(plan, "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter");
    expect(subscription.inputs).to.include({
      filterPattern: '{ $.action != "ALLOW" }',
      logGroup: "aws-waf-logs-strongroom-production-edge",
    });
    const copy = resource(plan, "aws:lambda/function:Function");
    expect(subscription.inputs.destinationArn).to.equal(copy.outputs.arn);
    expect(copy.inputs).not.to.have.property("environment");
    expect(resource(plan, "aws:lambda/permission:Permission").inputs).to.include({
      principal: "logs.amazonaws.com",
      sourceAccount: plan.aws.account,
    });
  });

  it("counts instead of blocking where that is asked for", async () => {
    const plan = await firewallPlan({
      managedRules: {
        core: { count: ["SizeRestrictions_BODY"], version: "Version_1.20" },
        sqlInjection: "count",
        ipReputation: "off",
      },
      rateLimit: { requests: 100, window: "1 minute" },
    });
    const rules = resource(plan, "aws:wafv2/webAcl:WebAcl").inputs.rules as {
      name: string;
      overrideAction?: object;
      statement: Record<string, object>;
    }[];
    const named = (name: string) => rules.find((rule) => rule.name === name);
    expect(named("AWSManagedRulesCommonRuleSet")).to.deep.include({
      overrideAction: { none: {} },
      statement: {
        managedRuleGroupStatement: {
          vendorName: "AWS",
          name: "AWSManagedRulesCommonRuleSet",
          version: "Version_1.20",
          ruleActionOverrides: [{ name: "SizeRestrictions_BODY", actionToUse: { count: {} } }],
        },
      },
    });
    expect(named("AWSManagedRulesSQLiRuleSet")?.overrideAction).to.deep.equal({ count: {} });
    expect(named("AWSManagedRulesAmazonIpReputationList")).to.equal(undefined);
    expect(named("rate-limit")?.statement.rateBasedStatement).to.deep.equal({
      aggregateKeyType: "IP",
      limit: 100,
      evaluationWindowSec: 60,
    });
  });

  it("keeps IPv4 and IPv6 addresses in sets of their own", async () => {
    const plan = await firewallPlan({ blockedAddresses: ["192.0.2.0/24", "2001:db8::/32"] });
    expect(
      resources(plan, "aws:wafv2/ipSet:IpSet").map(({ inputs: { ipAddressVersion, addresses } }) => [
        ipAddressVersion,
        addresses,
      ]),
    ).to.deep.equal([
      ["IPV4", ["192.0.2.0/24"]],
      ["IPV6", ["2001:db8::/32"]],
    ]);
  });

  it("refuses what is no range of addresses", async () => {
    const ranges = ["300.1.2.3/24", "192.0.2.0/33", "2001:db8::/129", "abc/12", "0.0.0.0/0", "192.0.2.0"];
    const message = await mistakesOf(() => new WebFirewall("edge", { blockedAddresses: ranges }));
    expect(message.match(/blockedAddresses\[\d\]/g)).to.have.length(ranges.length);
  });

  it("stands in us-east-1 for CloudFront, whatever the region", async () => {
    const plan = await firewallPlan({ scope: "CLOUDFRONT", region: "eu-west-1" });
    for (const type of ["aws:wafv2/webAcl:WebAcl", "aws:cloudwatch/logGroup:LogGroup"]) {
      expect(resource(plan, type).inputs.region).to.equal("us-east-1");
    }
  });

  it("proposes an alarm on blocked requests by its own metric's name", async () => {
    await planOf(() => {
      const { observables } = new WebFirewall("edge");
      expect(observables.alarms.map(({ kind }) => kind)).to.deep.equal(["blockedRequests"]);
      expect(observables.alarms[0]?.metric.dimensions).to.include({
        WebACL: "project-stack-edge",
        Rule: "ALL",
      });
    });
  });

  it("names all mistakes at once", async () => {
    const message = await mistakesOf(
      () =>
        new WebFirewall("edge", {
          requestsPerFiveMinutes: 5,
          rateLimit: { requests: 100, window: "1 minute" },
          managedRules: { adminPages: "block", linux: "block", posix: "count" },
          blockedCountries: ["North Korea"],
          allowedAddresses: ["192.0.2.1", "0.0.0.0/0"],
          logs: {
            name: "/aws/wafv2/payment-system-production",
            retention: "2 days",
            redactedHeaders: ["Cookie"],
            key: new Key("waf", { services: ["sns"] }),
          },
        }),
    );
    expect(message.split("\n")).to.deep.equal([
      'WebFirewall "edge" has wrong arguments:',
      '  logs.name: "/aws/wafv2/payment-system-production" does not begin with "aws-waf-logs-", which AWS requires; write "aws-waf-logs-…" here and the name that people look for in logs.reachableAs',
      '  logs.retention: CloudWatch Logs cannot keep events for "2 days"; write "1 days" or "3 days"',
      `  logs.key: the key's policy keeps out "logs"; write services: ["sns", "logs"] at the key`,
      '  logs.redactedHeaders[0]: "Cookie" is not a header\'s name in lower case, of at most 64 characters',
      "  rateLimit: stands beside requestsPerFiveMinutes; write one of them",
      "  requestsPerFiveMinutes: 5 is not a whole number of 10 to 2000000000",
      '  blockedCountries[0]: "North Korea" is not an ISO 3166-1 code of two capital letters; write one such as "KP"',
      '  allowedAddresses[0]: "192.0.2.1" is not a range with a prefix of at least /1; write one such as "192.0.2.0/24" or "2001:db8::/32"',
      '  allowedAddresses[1]: "0.0.0.0/0" is not a range with a prefix of at least /1; write one such as "192.0.2.0/24" or "2001:db8::/32"',
      '  managedRules: the rules take 1529 units of capacity, and a web ACL has 1500 (ipReputation 25, knownBadInputs 200, core 700, sqlInjection 200, adminPages 100, linux 200, posix 100); switch a group "off"',
    ]);
  });
});
