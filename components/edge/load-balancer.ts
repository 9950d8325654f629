import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component.ts";
import type { Network } from "../network/network.ts";
import { type Observable, type Observables, observablesIn } from "../observability/observables.ts";
import { protectionSettings } from "../protection.ts";
import { Bucket } from "../security/bucket.ts";
import { seconds } from "../units.ts";
import { Certificate } from "./certificate.ts";
import type { Entrance } from "./entrance.ts";
import { checkLoadBalancer, LOAD_BALANCER_TOKEN, type LoadBalancerArgs } from "./load-balancer-args.ts";
import { loadBalancerAlarms, loadBalancerWidgets } from "./load-balancer-observables.ts";
import { PriorityPlanner, type RuleClaim } from "./priorities.ts";
import { WebFirewall } from "./web-firewall.ts";

/** Who may connect to a port: each becomes one rule of the security group. */
type Source = { role: string; text: string } & (
  { cidrIpv4: pulumi.Input<string> } | { cidrIpv6: string } | { prefixListId: pulumi.Input<string> }
);

const HSTS = "max-age=31536000; includeSubDomains";
/** Where the bucket's two kinds of logs lie. */
const LOG_PREFIXES = { access: "access", connection: "connections" } as const;

/**
 * An application load balancer that several services share: each adds its rules to the listener.
 *
 * Closed until told otherwise: within the network, TLS 1.2 and later, redirect from HTTP, 404 for what no service
 * claims, requests that could be smuggled are refused, and everything is logged. It may send only where a service that
 * uses it says so: the services make its egress rules.
 *
 * ```ts
 * const edge = new LoadBalancer("edge", {
 *   network, exposure: "internet",
 *   domain: { name: "pay.example.com", zone: DnsZone.get({ domain: "example.com" }) },
 *   firewall: { requestsPerFiveMinutes: 1000 },
 * });
 * new FargateService("backend", { route: { loadBalancer: edge, paths: ["/api/*"] }, … });
 * ```
 *
 * Cost: 16.43 USD a month and 5.84 USD for each capacity unit in use (25 new connections a second, 3,000 active ones, 1
 * GB an hour); public IPv4 addresses 3.65 USD a zone; logs 0.023 USD a gigabyte and month; see `WebFirewall`.
 */
export class LoadBalancer extends Component implements Entrance, Observable {
  readonly network: Network;
  readonly arn: pulumi.Output<string>;
  readonly arnSuffix: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  readonly listenerArn: pulumi.Output<string>;
  readonly testListenerArn: pulumi.Output<string> | undefined;
  readonly url: pulumi.Output<string>;
  /** AWS's own name for it, for records that you make yourself. */
  readonly dnsName: pulumi.Output<string>;
  /** Zone of {@link dnsName}, for alias records. */
  readonly dnsZoneId: pulumi.Output<string>;
  /** Whether clients are served over TLS. */
  readonly tls: boolean;
  /** The firewall that stands before it, if any. */
  readonly firewall: WebFirewall | undefined;
  readonly observables: Observables;
  /** The resources that the component made. */
  readonly nodes: {
    readonly loadBalancer: aws.lb.LoadBalancer;
    readonly securityGroup: aws.ec2.SecurityGroup;
    readonly listener: aws.lb.Listener;
    readonly redirect: aws.lb.Listener | undefined;
    readonly testListener: aws.lb.Listener | undefined;
    readonly certificate: Certificate | undefined;
    readonly logBucket: Bucket | undefined;
    readonly records: aws.route53.Record[];
  };

  readonly #args: LoadBalancerArgs;
  readonly #priorities = new PriorityPlanner();

  constructor(name: string, args: LoadBalancerArgs, options?: pulumi.ComponentResourceOptions) {
    checkLoadBalancer(name, args);
    super(LOAD_BALANCER_TOKEN, name, args, options);
    this.#args = args;
    this.network = args.network;

    const certificate = this.#certificate();
    const certificateArn = certificate?.arn ?? givenArn(args.certificate);
    this.tls = certificateArn !== undefined;
    const ports = this.tls ? { live: 443, test: 8443 } : { live: 80, test: 8080 };
    const securityGroup = this.#securityGroup(ports);
    const logBucket = this.#logBucket();
    const loadBalancer = this.#loadBalancer(securityGroup, logBucket);
    const listener = this.#listener("listener", loadBalancer, ports.live, certificateArn);
    const redirect = this.tls ? this.#redirect(loadBalancer) : undefined;
    const testListener = this.#wantsTestListener
      ? this.#listener("test-listener", loadBalancer, ports.test, certificateArn)
      : undefined;
    this.#redirectPaths(listener);
    this.firewall = this.#firewall(loadBalancer);

    this.arn = loadBalancer.arn;
    this.arnSuffix = loadBalancer.arnSuffix;
    this.securityGroupId = securityGroup.id;
    this.listenerArn = listener.arn;
    this.testListenerArn = testListener?.arn;
    this.dnsName = loadBalancer.dnsName;
    this.dnsZoneId = loadBalancer.zoneId;
    this.url = pulumi.interpolate`${this.tls ? "https" : "http"}://${args.domain?.name ?? loadBalancer.dnsName}`;
    this.nodes = {
      loadBalancer,
      securityGroup,
      listener,
      redirect,
      testListener,
      certificate,
      logBucket,
      records: this.#records(loadBalancer),
    };
    this.observables = observablesIn(this.region, {
      name,
      alarms: [
        ...loadBalancerAlarms(this.arnSuffix, certificateArn),
        ...(this.#ownFirewall?.observables.alarms ?? []),
      ],
      widgets: [...loadBalancerWidgets(this.arnSuffix), ...(this.#ownFirewall?.observables.widgets ?? [])],
    });
    this.registerOutputs({ arn: this.arn, url: this.url, dnsName: this.dnsName });
  }

  reservePriority(rule: RuleClaim): number {
    return this.#priorities.reserve(rule);
  }

  #certificate(): Certificate | undefined {
    const { domain, certificate } = this.#args;
    if (domain?.zone === undefined || certificate !== undefined) return undefined;
    return new Certificate(
      `${this.componentName}-certificate`,
      {
        ...this.inRegion,
        tags: this.tags,
        domain: domain.name,
        alternativeNames: domain.alternativeNames ?? [],
        zone: domain.zone,
      },
      { parent: this },
    );
  }

  #securityGroup(ports: { live: number; test: number }): aws.ec2.SecurityGroup {
    const securityGroup = this.make(
      aws.ec2.SecurityGroup,
      "security-group",
      {
        vpcId: this.network.vpcId,
        description: `Load balancer ${this.componentName}`,
        tags: { Name: this.componentName },
      },
      { transform: this.#args.transform?.securityGroup },
    );
    const admit = (port: number, what: string, sources: Source[]): void => {
      for (const { role, text, ...source } of sources) {
        this.make(aws.vpc.SecurityGroupIngressRule, `${what}-from-${role}`, {
          securityGroupId: securityGroup.id,
          description: `${what} from ${text}`,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
          ...source,
        });
      }
    };
    const clients = this.#clients();
    admit(ports.live, this.tls ? "https" : "http", clients);
    // Only to be sent on to HTTPS.
    if (this.tls) admit(80, "redirect", clients);
    if (this.#wantsTestListener) admit(ports.test, "test", this.#testers());
    return securityGroup;
  }

  #clients(): Source[] {
    const { allowFrom, exposure, addresses } = this.#args;
    if (allowFrom !== undefined) {
      const { cidrs = [], prefixLists = [] } = allowFrom;
      return [
        ...cidrs.map(rangeSource),
        ...prefixLists.map((prefixListId, index) => ({
          role: `prefix-list-${index + 1}`,
          text: `prefix list ${index + 1}`,
          prefixListId,
        })),
      ];
    }
    if (exposure !== "internet") return [this.#networkSource];
    const everybody: Source[] = [{ role: "internet", text: "the internet", cidrIpv4: "0.0.0.0/0" }];
    if (addresses === "dualstack")
      everybody.push({ role: "internet-ipv6", text: "the internet", cidrIpv6: "::/0" });
    return everybody;
  }

  #testers(): Source[] {
    const { testListener } = this.#args;
    return typeof testListener === "object" ? testListener.allowFrom.map(rangeSource) : [this.#networkSource];
  }

  #logBucket(): Bucket | undefined {
    const { accessLogs = {}, protection } = this.#args;
    if (accessLogs === "none" || accessLogs.bucket !== undefined) return undefined;
    return new Bucket(
      `${this.componentName}-logs`,
      {
        ...this.inRegion,
        tags: this.tags,
        // Load balancers cannot write under a customer key.
        key: "s3-managed",
        accepts: ["load-balancer-logs", ...(accessLogs.accepts ?? [])],
        lifecycle: { expire: accessLogs.retention ?? "1 year" },
        ...(protection === undefined ? {} : { protection }),
      },
      { parent: this },
    );
  }

  #loadBalancer(securityGroup: aws.ec2.SecurityGroup, logBucket: Bucket | undefined): aws.lb.LoadBalancer {
    const {
      exposure,
      accessLogs = {},
      protection,
      idleTimeout,
      clientKeepAlive,
      addresses,
      transform,
    } = this.#args;
    const { deletionProtection } = protectionSettings(protection);
    const bucket = accessLogs === "none" ? undefined : (logBucket?.bucketName ?? accessLogs.bucket);
    const isPublic = exposure === "internet";
    return this.make(
      aws.lb.LoadBalancer,
      "alb",
      {
        loadBalancerType: "application",
        internal: !isPublic,
        ipAddressType: addresses ?? "ipv4",
        subnets: this.network.subnetIds[isPublic ? "public" : "app"],
        securityGroups: [securityGroup.id],
        enableDeletionProtection: deletionProtection,
        dropInvalidHeaderFields: true,
        desyncMitigationMode: "strictest",
        xffHeaderProcessingMode: "append",
        enableHttp2: true,
        enableCrossZoneLoadBalancing: true,
        enableWafFailOpen: false,
        idleTimeout: seconds(idleTimeout ?? "60 seconds"),
        clientKeepAlive: seconds(clientKeepAlive ?? "1 hour"),
        ...(bucket === undefined
          ? {}
          : {
              accessLogs: { enabled: true, bucket, prefix: LOG_PREFIXES.access },
              connectionLogs: { enabled: true, bucket, prefix: LOG_PREFIXES.connection },
            }),
        tags: { Name: this.componentName },
      },
      {
        transform: transform?.loadBalancer,
        options: {
          dependsOn: [
            // AWS refuses one on the internet in a network without a way there.
            ...(this.network.ready ?? []),
            // AWS tries to write at once, which the bucket's policy allows.
            ...(logBucket === undefined ? [] : [logBucket.nodes.policy]),
          ],
        },
      },
    );
  }

  #listener(
    role: "listener" | "test-listener",
    loadBalancer: aws.lb.LoadBalancer,
    port: number,
    certificateArn: pulumi.Input<string> | undefined,
  ): aws.lb.Listener {
    const { tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06", transform } = this.#args;
    return this.make(
      aws.lb.Listener,
      role,
      {
        loadBalancerArn: loadBalancer.arn,
        port,
        ...(certificateArn === undefined
          ? { protocol: "HTTP" }
          : {
              protocol: "HTTPS",
              certificateArn,
              sslPolicy: tlsPolicy,
              routingHttpResponseStrictTransportSecurityHeaderValue: HSTS,
            }),
        // The answer does not say which software gave it.
        routingHttpResponseServerEnabled: false,
        defaultActions: [
          {
            type: "fixed-response",
            fixedResponse: { statusCode: "404", contentType: "text/plain", messageBody: "Not found" },
          },
        ],
      },
      { transform: role === "listener" ? transform?.listener : transform?.testListener },
    );
  }

  #redirect(loadBalancer: aws.lb.LoadBalancer): aws.lb.Listener {
    return this.make(
      aws.lb.Listener,
      "redirect",
      {
        loadBalancerArn: loadBalancer.arn,
        port: 80,
        protocol: "HTTP",
        routingHttpResponseServerEnabled: false,
        defaultActions: [
          { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
        ],
      },
      { transform: this.#args.transform?.redirect },
    );
  }

  #redirectPaths(listener: aws.lb.Listener): void {
    const roles = new Set<string>();
    for (const [from, path] of Object.entries(this.#args.redirects ?? {})) {
      const words = from.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
      const plain = ["redirect", ...(words.length === 0 ? ["root"] : words)].join("-");
      // "/docs" and "/docs/" are two paths of the same words.
      const role = roles.has(plain) ? `${plain}--${roles.size + 1}` : plain;
      roles.add(role);
      const claim = { name: `${this.componentName}-${role}`, paths: [from], hosts: [] };
      this.make(aws.lb.ListenerRule, role, {
        listenerArn: listener.arn,
        priority: this.reservePriority(claim),
        conditions: [{ pathPattern: { values: [from] } }],
        actions: [{ type: "redirect", redirect: { path, statusCode: "HTTP_302" } }],
      });
    }
  }

  #firewall(loadBalancer: aws.lb.LoadBalancer): WebFirewall | undefined {
    const { exposure, firewall = exposure === "internet" ? {} : "none" } = this.#args;
    if (firewall === "none") return undefined;
    const standing =
      firewall instanceof WebFirewall
        ? firewall
        : new WebFirewall(
            `${this.componentName}-firewall`,
            { ...this.inRegion, tags: this.tags, ...firewall },
            { parent: this },
          );
    this.make(aws.wafv2.WebAclAssociation, "firewall", {
      resourceArn: loadBalancer.arn,
      webAclArn: standing.arn,
    });
    return standing;
  }

  /** Alias records for the domain's names; a wildcard would catch names that are meant for others. */
  #records(loadBalancer: aws.lb.LoadBalancer): aws.route53.Record[] {
    const { domain, addresses } = this.#args;
    const zone = domain?.zone;
    if (domain === undefined || zone === undefined) return [];
    const names = [domain.name, ...(domain.alternativeNames ?? [])].filter((name) => !name.startsWith("*"));
    const types = addresses === "dualstack" ? (["A", "AAAA"] as const) : (["A"] as const);
    return names.flatMap((name, index) =>
      types.map((type) =>
        this.make(aws.route53.Record, `${type.toLowerCase()}-${index + 1}`, {
          zoneId: zone.zoneId,
          name,
          type,
          aliases: [{ name: loadBalancer.dnsName, zoneId: loadBalancer.zoneId, evaluateTargetHealth: true }],
        }),
      ),
    );
  }

  get #wantsTestListener(): boolean {
    return this.#args.testListener !== undefined && this.#args.testListener !== false;
  }

  get #networkSource(): Source {
    return { role: "network", text: "the network", cidrIpv4: this.network.cidrBlock };
  }

  /** A firewall that was given is watched by whoever made it. */
  get #ownFirewall(): WebFirewall | undefined {
    return this.#args.firewall instanceof WebFirewall ? undefined : this.firewall;
  }
}

function rangeSource(cidrIpv4: string): Source {
  return { role: cidrIpv4.replaceAll(/[./]/g, "-"), text: cidrIpv4, cidrIpv4 };
}

function givenArn(certificate: LoadBalancerArgs["certificate"]): pulumi.Input<string> | undefined {
  const isHolder =
    typeof certificate === "object" && "arn" in certificate && !pulumi.Output.isInstance(certificate);
  return isHolder ? certificate.arn : certificate;
}
