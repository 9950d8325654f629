import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import { LogGroup } from "../observability/log-group.ts";
import { retentionDays } from "../observability/log-retention.ts";
import { type Protection, protectionSettings } from "../protection.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import { requireServices } from "../security/key.ts";
import { placementOf, policyDocument } from "../security/policy-document.ts";
import type { Duration } from "../units.ts";
import { Problems, show } from "../validation.ts";
import { type HostedZone, isDomainName } from "./hosted-zone.ts";

/** Arguments of {@link DnsZone}. */
export interface DnsZoneArgs extends Omit<ComponentArgs, "region"> {
  /** Domain of the zone, such as `"pay.example.com"`. A change replaces the zone and everything in it. */
  domain: string;
  /**
   * Certificate authorities that may issue for the domain (CAA records); an empty list leaves the choice open.
   * @default `["amazon.com"]`, which ACM is
   */
  certificateAuthorities?: string[];
  /**
   * A record of each query that Route 53 answers. Its log group must lie in us-east-1, and so must its key.
   * @default none
   */
  queryLogs?: {
    key?: EncryptionKey;
    /** @default "90 days" */
    retention?: Duration;
  };
  /**
   * Signs the zone. The key must be an asymmetric one of KMS (ECC_NIST_P256, sign and verify) in us-east-1 whose policy
   * lets `dnssec-route53.amazonaws.com` use it. The parent zone then needs {@link DnsZone.dsRecord}.
   * @default not signed
   */
  dnssec?: { key: EncryptionKey };
  /**
   * Decides whether a zone that still holds records may be deleted, and whether Pulumi refuses to.
   *
   * @default "standard"
   */
  protection?: Protection;
  transform?: { zone?: Transform<aws.route53.ZoneArgs> };
}

const TOKEN = "strongroom:edge:DnsZone";
/** Where Route 53's query logs and signing keys must lie. */
const DNS_REGION = "us-east-1";

/**
 * A public zone of Route 53.
 *
 * ```ts
 * const zone = new DnsZone("payments", { domain: "pay.example.com", queryLogs: {} });
 * const shared = DnsZone.get({ domain: "example.com" });
 * ```
 *
 * Cost: 0.50 USD a month, and 0.40 USD for a million queries; queries for alias records are free.
 */
export class DnsZone extends Component implements HostedZone {
  readonly zoneId: pulumi.Output<string>;
  readonly domain: pulumi.Output<string>;
  /** Name servers, for the NS record in the parent zone. */
  readonly nameServers: pulumi.Output<string[]>;
  /** The DS record for the parent zone, when the zone is signed. */
  readonly dsRecord: pulumi.Output<string> | undefined;
  /** The resources that the component made. */
  readonly nodes: {
    readonly zone: aws.route53.Zone;
    readonly caa: aws.route53.Record | undefined;
    readonly keySigningKey: aws.route53.KeySigningKey | undefined;
    readonly queryLogGroup: aws.cloudwatch.LogGroup | undefined;
  };

  /** A zone that exists, looked up by its domain or its id. */
  static get(
    args: { domain: string } | { zoneId: pulumi.Input<string> },
    options: pulumi.InvokeOptions = {},
  ): HostedZone {
    const zone = aws.route53.getZoneOutput(
      "domain" in args ? { name: args.domain } : { zoneId: args.zoneId },
      options,
    );
    return { zoneId: zone.zoneId, domain: zone.name.apply((name) => name.replace(/\.$/, "")) };
  }

  constructor(name: string, args: DnsZoneArgs, options?: pulumi.ComponentResourceOptions) {
    check(name, args);
    super(TOKEN, name, args, options);
    const { forceDestroy, protect } = protectionSettings(args.protection);
    const zone = this.make(
      aws.route53.Zone,
      "zone",
      { name: args.domain, comment: `Made for ${name}`, forceDestroy },
      { transform: args.transform?.zone, options: { protect } },
    );
    const caa = this.#caa(zone, args.domain, args.certificateAuthorities ?? ["amazon.com"]);
    const keySigningKey = args.dnssec === undefined ? undefined : this.#sign(zone, args.dnssec.key);
    const queryLogs = args.queryLogs === undefined ? undefined : this.#logQueries(zone, args);

    this.zoneId = zone.zoneId;
    this.domain = pulumi.output(args.domain);
    this.nameServers = zone.nameServers;
    this.dsRecord = keySigningKey?.dsRecord;
    this.nodes = { zone, caa, keySigningKey, queryLogGroup: queryLogs?.nodes.logGroup };
    this.registerOutputs({ zoneId: this.zoneId, nameServers: this.nameServers });
  }

  #caa(zone: aws.route53.Zone, domain: string, authorities: string[]): aws.route53.Record | undefined {
    if (authorities.length === 0) return undefined;
    return this.make(aws.route53.Record, "caa", {
      zoneId: zone.zoneId,
      name: domain,
      type: "CAA",
      ttl: 3600,
      records: authorities.flatMap((authority) => [`0 issue "${authority}"`, `0 issuewild "${authority}"`]),
    });
  }

  #sign(zone: aws.route53.Zone, key: EncryptionKey): aws.route53.KeySigningKey {
    const signingKey = this.make(aws.route53.KeySigningKey, "signing-key", {
      hostedZoneId: zone.zoneId,
      // Letters, digits and underscores only: Pulumi's own names have hyphens.
      name: this.componentName.replaceAll(/[^A-Za-z0-9]/g, "_"),
      keyManagementServiceArn: key.arn,
      status: "ACTIVE",
    });
    this.make(
      aws.route53.HostedZoneDnsSec,
      "dnssec",
      { hostedZoneId: zone.zoneId, signingStatus: "SIGNING" },
      { options: { dependsOn: signingKey } },
    );
    return signingKey;
  }

  #logQueries(zone: aws.route53.Zone, args: DnsZoneArgs): LogGroup {
    const { account, partition } = placementOf({ region: DNS_REGION }, this.lookup);
    const { key, retention = "90 days" } = args.queryLogs ?? {};
    const logGroup = new LogGroup(
      `${this.componentName}-query-logs`,
      {
        region: DNS_REGION,
        tags: this.tags,
        name: `/aws/route53/${args.domain}`,
        retention,
        ...(key === undefined ? {} : { key }),
      },
      { parent: this },
    );
    const policy = this.make(aws.cloudwatch.LogResourcePolicy, "query-logs-policy", {
      region: DNS_REGION,
      // An account has one list of such policies, and a stack must not overwrite another's.
      policyName: `${pulumi.getProject()}-${pulumi.getStack()}-${this.componentName}-query-logs`,
      policyDocument: policyDocument([
        {
          Sid: "WriteQueryLogs",
          Effect: "Allow",
          Principal: { Service: "route53.amazonaws.com" },
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: pulumi.interpolate`${logGroup.arn}:*`,
          Condition: {
            StringEquals: { "aws:SourceAccount": account },
            ArnLike: {
              "aws:SourceArn": pulumi.interpolate`arn:${partition}:route53:::hostedzone/${zone.zoneId}`,
            },
          },
        },
      ]),
    });
    this.make(
      aws.route53.QueryLog,
      "query-log",
      { zoneId: zone.zoneId, cloudwatchLogGroupArn: logGroup.arn },
      { options: { dependsOn: policy } },
    );
    return logGroup;
  }
}

/** @throws {pulumi.InputPropertiesError} with every mistake. */
function check(name: string, args: DnsZoneArgs): void {
  const problems = new Problems(TOKEN, name);
  problems.check(
    isDomainName(args.domain) && !args.domain.startsWith("*"),
    "domain",
    `${show(args.domain)} is not a domain; write one such as "pay.example.com", without a final dot`,
  );
  for (const [index, authority] of (args.certificateAuthorities ?? []).entries()) {
    problems.check(
      isDomainName(authority),
      `certificateAuthorities[${index}]`,
      `${show(authority)} is not a certificate authority's domain; write one such as "amazon.com"`,
    );
  }
  retentionDays(problems, "queryLogs.retention", args.queryLogs?.retention);
  requireServices(problems, "queryLogs.key", args.queryLogs?.key, ["logs"]);
  problems.throwIfAny();
}
