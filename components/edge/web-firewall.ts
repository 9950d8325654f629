import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import { LogGroup } from "../observability/log-group.ts";
import { retentionDays } from "../observability/log-retention.ts";
import {
  type Metric,
  type Observable,
  type Observables,
  observablesIn,
} from "../observability/observables.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import { requireServices } from "../security/key.ts";
import { placementOf, policyDocument } from "../security/policy-document.ts";
import type { Duration } from "../units.ts";
import { Problems, show } from "../validation.ts";
import {
  addressSets,
  checkFirewallRules,
  firewallRules,
  type FirewallRulesArgs,
  visibility,
} from "./firewall-rules.ts";
import { LogCopy } from "./log-copy.ts";

/** Where a firewall writes what it saw. */
export interface FirewallLogsArgs {
  /**
   * Name of the log group. AWS delivers only to names that begin with `aws-waf-logs-`. A change replaces it.
   * @default "aws-waf-logs-<project>-<stack>-<component>"
   */
  name?: string;
  /**
   * Name of a second log group that gets a copy of every request that was not simply let through, for people and tools
   * that look under a name which AWS does not deliver to, such as `"/aws/wafv2/payment-system-production"`.
   * @default none
   */
  reachableAs?: string;
  /** Customer key; it must let `logs` use it. @default CloudWatch's own key */
  key?: EncryptionKey;
  /** @default "1 year" */
  retention?: Duration;
  /** Headers whose values are left out. @default `["authorization", "cookie"]` */
  redactedHeaders?: string[];
}

/** Arguments of {@link WebFirewall}. */
export interface WebFirewallArgs extends ComponentArgs, FirewallRulesArgs {
  /**
   * `CLOUDFRONT` for a distribution, which the component then makes in us-east-1 whatever `region` says. A change
   * replaces the firewall.
   * @default "REGIONAL": load balancers, API gateways
   */
  scope?: "REGIONAL" | "CLOUDFRONT";
  /** Where every request is logged. @default {@link FirewallLogsArgs} */
  logs?: FirewallLogsArgs;
  transform?: {
    webAcl?: Transform<aws.wafv2.WebAclArgs>;
    logging?: Transform<aws.wafv2.WebAclLoggingConfigurationArgs>;
  };
}

const TOKEN = "strongroom:edge:WebFirewall";
const LOG_PREFIX = "aws-waf-logs-";
/** Everything that was blocked, or had to prove itself first. */
const NOT_LET_THROUGH = '{ $.action != "ALLOW" }';

/**
 * A web application firewall (WAF): a rate limit for each address and AWS's managed rules, with all requests logged.
 *
 * A load balancer's request bodies are looked at up to 8 KB; AWS cannot raise that. The rule `SizeRestrictions_BODY` of
 * the group `core` therefore blocks larger ones: an upload needs `managedRules: { core: { count:
 * ["SizeRestrictions_BODY"] } }`, and then the service itself must bound what it reads.
 *
 * AWS delivers logs only to names that begin with `aws-waf-logs-`. Where another name is wanted too, `logs.reachableAs`
 * adds a log group of that name with a copy of what was not let through (see docs/waf-logs.md for why a copy).
 *
 * ```ts
 * const firewall = new WebFirewall("edge", {
 *   requestsPerFiveMinutes: 1000,
 *   managedRules: { core: { count: ["SizeRestrictions_BODY"] }, anonymousIps: "count" },
 *   logs: { name: "aws-waf-logs-payment-system-production", reachableAs: "/aws/wafv2/payment-system-production" },
 * });
 * ```
 *
 * Cost: 5 USD a month, 1 USD for each rule or group (the default five), 0.60 USD for a million requests; logs 0.50 USD
 * a gigabyte.
 */
export class WebFirewall extends Component implements Observable {
  /** ARN of the web ACL. */
  readonly arn: pulumi.Output<string>;
  /** Name of the log group that AWS delivers to. */
  readonly logGroupName: pulumi.Output<string>;
  readonly observables: Observables;
  /** The resources that the component made. */
  readonly nodes: {
    readonly webAcl: aws.wafv2.WebAcl;
    readonly addressSets: aws.wafv2.IpSet[];
    readonly logGroup: LogGroup;
    readonly logging: aws.wafv2.WebAclLoggingConfiguration;
    readonly logCopy: LogCopy | undefined;
  };

  constructor(name: string, args: WebFirewallArgs = {}, options?: pulumi.ComponentResourceOptions) {
    const { scope = "REGIONAL", logs = {} } = args;
    const unique = `${pulumi.getProject()}-${pulumi.getStack()}-${name}`;
    const logName = logs.name ?? LOG_PREFIX + unique;
    // Stacks share an account's metrics. With the longest rule's name it must keep to AWS's 128 characters.
    const metric = unique.replaceAll(/[^\w-]/g, "-").slice(0, 90);
    check(name, args, logName);
    super(TOKEN, name, scope === "CLOUDFRONT" ? { ...args, region: "us-east-1" } : args, options);

    const sets = addressSets(args).map(({ role, version, addresses }) =>
      this.make(aws.wafv2.IpSet, role, { scope, ipAddressVersion: version, addresses }),
    );
    const webAcl = this.make(
      aws.wafv2.WebAcl,
      "web-acl",
      {
        scope,
        description: `Stands before ${name}`,
        defaultAction: { allow: {} },
        rules: firewallRules(
          args,
          sets.map((set) => set.arn),
          metric,
        ),
        visibilityConfig: visibility(metric),
      },
      { transform: args.transform?.webAcl },
    );
    const logGroup = this.#logGroup(logName, logs);
    const logging = this.#logging(webAcl, logGroup, args);

    this.arn = webAcl.arn;
    this.logGroupName = logGroup.logGroupName;
    this.nodes = {
      webAcl,
      addressSets: sets,
      logGroup,
      logging,
      logCopy: logs.reachableAs === undefined ? undefined : this.#logCopy(logGroup, logs.reachableAs, logs),
    };
    const { region } = placementOf(this.inRegion, this.lookup);
    this.observables = observablesIn(this.region, observablesOf(name, metric, scope, region));
    this.registerOutputs({ arn: this.arn, logGroupName: this.logGroupName });
  }

  #logGroup(name: string, { key, retention = "1 year" }: FirewallLogsArgs): LogGroup {
    return new LogGroup(
      `${this.componentName}-logs`,
      { ...this.inRegion, tags: this.tags, name, retention, ...(key === undefined ? {} : { key }) },
      { parent: this },
    );
  }

  #logging(
    webAcl: aws.wafv2.WebAcl,
    logGroup: LogGroup,
    { logs = {}, transform }: WebFirewallArgs,
  ): aws.wafv2.WebAclLoggingConfiguration {
    const { redactedHeaders = ["authorization", "cookie"] } = logs;
    const { account, partition, region } = placementOf(this.inRegion, this.lookup);
    // Without a policy of its own AWS would add one by itself, under a name that no stack knows.
    const policy = this.make(aws.cloudwatch.LogResourcePolicy, "logs-policy", {
      policyName: `${pulumi.getProject()}-${pulumi.getStack()}-${this.componentName}-waf-logs`,
      policyDocument: policyDocument([
        {
          Sid: "DeliverWafLogs",
          Effect: "Allow",
          Principal: { Service: "delivery.logs.amazonaws.com" },
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: pulumi.interpolate`${logGroup.arn}:*`,
          Condition: {
            StringEquals: { "aws:SourceAccount": account },
            ArnLike: { "aws:SourceArn": pulumi.interpolate`arn:${partition}:logs:${region}:${account}:*` },
          },
        },
      ]),
    });
    return this.make(
      aws.wafv2.WebAclLoggingConfiguration,
      "logging",
      {
        resourceArn: webAcl.arn,
        logDestinationConfigs: [logGroup.arn],
        redactedFields: redactedHeaders.map((header) => ({ singleHeader: { name: header } })),
      },
      { transform: transform?.logging, options: { dependsOn: policy } },
    );
  }

  #logCopy(from: LogGroup, to: string, { key, retention = "1 year" }: FirewallLogsArgs): LogCopy {
    return new LogCopy(
      `${this.componentName}-logs-copy`,
      { ...this.inRegion, tags: this.tags, from, to, filter: NOT_LET_THROUGH, key, retention },
      { parent: this },
    );
  }
}

/** @throws {pulumi.InputPropertiesError} with every mistake. */
function check(name: string, args: WebFirewallArgs, logName: string): void {
  const problems = new Problems(TOKEN, name);
  const { key, retention, reachableAs, redactedHeaders = [] } = args.logs ?? {};
  problems.check(
    logName.startsWith(LOG_PREFIX) && logName.length > LOG_PREFIX.length,
    "logs.name",
    `${show(logName)} does not begin with "${LOG_PREFIX}", which AWS requires; write "${LOG_PREFIX}…" here and the name ` +
      "that people look for in logs.reachableAs",
  );
  for (const [path, value] of Object.entries({ "logs.name": logName, "logs.reachableAs": reachableAs })) {
    problems.check(
      value === undefined || /^[A-Za-z0-9._\-/#]{1,512}$/.test(value),
      path,
      `${show(value)} is not a log group's name; write 1 to 512 letters, digits and "._-/#"`,
    );
  }
  retentionDays(problems, "logs.retention", retention);
  requireServices(problems, "logs.key", key, ["logs"]);
  for (const [index, header] of redactedHeaders.entries()) {
    problems.check(
      /^[a-z0-9-]{1,64}$/.test(header),
      `logs.redactedHeaders[${index}]`,
      `${show(header)} is not a header's name in lower case, of at most 64 characters`,
    );
  }
  checkFirewallRules(problems, args);
  problems.throwIfAny();
}

function observablesOf(
  name: string,
  acl: string,
  scope: "REGIONAL" | "CLOUDFRONT",
  region: pulumi.Output<string>,
): Observables {
  const metric = (metricName: string): Metric => ({
    namespace: "AWS/WAFV2",
    name: metricName,
    // CloudFront's firewalls have no dimension for the region.
    dimensions: { WebACL: acl, Rule: "ALL", ...(scope === "REGIONAL" ? { Region: region } : {}) },
    statistic: "Sum",
    period: 300,
  });
  return {
    name,
    alarms: [
      {
        role: "blocked-requests",
        kind: "blockedRequests",
        description:
          "The firewall blocks far more than usual: an attack, or a new release that a managed rule takes for one. Look " +
          "at the log for terminatingRuleId and the addresses.",
        metric: metric("BlockedRequests"),
        comparison: "above",
        threshold: 1000,
      },
    ],
    widgets: [
      {
        title: "Firewall: allowed and blocked requests",
        group: "load-balancer",
        metrics: [
          { ...metric("AllowedRequests"), label: "allowed" },
          { ...metric("BlockedRequests"), label: "blocked" },
        ],
      },
    ],
  };
}
