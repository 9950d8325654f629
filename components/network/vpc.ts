import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs } from "../component.ts";
import { type Observable, type Observables, observablesIn } from "../observability/observables.ts";
import { adoptNetwork, type AdoptedNetworkArgs } from "./adopted-network.ts";
import { Endpoints, TASK_SERVICES } from "./endpoints.ts";
import { FlowLogs } from "./flow-logs.ts";
import { type NatArgs, NatEgress } from "./nat.ts";
import { aclRules } from "./network-acls.ts";
import type { Network, Tier } from "./network.ts";
import type { SubnetPlan } from "./subnet-plan.ts";
import { normalizeVpc, VPC_TOKEN, type VpcArgs } from "./vpc-args.ts";
import { zoneAt } from "./zones.ts";

/**
 * A network in three tiers over two to four zones, which lets nothing in or out that is not asked for.
 *
 * - public: load balancers and NAT; the only tier with a route to the internet's gateway. Nothing gets a public address
 *   by being started there.
 * - app: tasks and interface endpoints; out through NAT, if there is any.
 * - data: data stores; its route table never has a default route.
 *
 * What AWS makes by default (security group, network ACL, main route table) is emptied, so that a resource which
 * forgets to name its own is cut off instead of open. Each tier's network ACL backs the security groups.
 *
 * ```ts
 * const network = new Vpc("payments", { zones: 3, nat: "perZone", flowLogs: { key } });
 * const adopted = Vpc.get({ vpcId: "vpc-0ab…", subnetIds: { public: […], app: […], data: […] }, appTierHasEgress: true });
 * ```
 *
 * Cost: the network itself nothing. See `nat` (0 to about 110 USD a month in three zones), endpoints (7.30 USD a month
 * for each interface endpoint and zone: the default seven in two zones are 102 USD) and flow logs (0.50 USD a gigabyte).
 */
export class Vpc extends Component implements Network, Observable {
  readonly vpcId: pulumi.Output<string>;
  readonly cidrBlock: pulumi.Output<string>;
  readonly subnetIds: Readonly<Record<Tier, pulumi.Output<string>[]>>;
  readonly zones: pulumi.Output<string>[];
  readonly endpointSecurityGroupId?: pulumi.Output<string>;
  readonly endpointServices: readonly string[];
  readonly gatewayPrefixListIds: pulumi.Output<string>[];
  readonly appTierClients: readonly string[];
  readonly appTierHasEgress: boolean;
  readonly ready: readonly pulumi.Resource[];
  /** Ranges of tiers and subnets. */
  readonly plan: SubnetPlan;
  /** Addresses that partners see, for their allow-lists; empty without NAT, or where AWS manages or you gave them. */
  readonly natPublicIps: pulumi.Output<string>[];
  /** The resources that the component made. */
  readonly nodes: {
    readonly vpc: aws.ec2.Vpc;
    readonly internetGateway: aws.ec2.InternetGateway;
    readonly subnets: Readonly<Record<Tier, aws.ec2.Subnet[]>>;
    readonly networkAcls: Readonly<Record<Tier, aws.ec2.NetworkAcl>>;
    readonly routeTables: Readonly<Record<Tier, aws.ec2.RouteTable[]>>;
    readonly nat: NatEgress["nodes"] | undefined;
    readonly endpoints: Endpoints["nodes"] | undefined;
    readonly flowLogs: FlowLogs["nodes"] | undefined;
  };

  readonly #args: VpcArgs;
  readonly #routes: pulumi.Resource[] = [];
  readonly #nat: NatEgress | undefined;

  /**
   * The network of a VPC that exists, with its subnets by tier.
   *
   * @throws {pulumi.InputPropertiesError} when a tier has no subnet, or not as many as the others.
   */
  static get(args: AdoptedNetworkArgs, options: pulumi.InvokeOptions = {}): Network {
    return adoptNetwork(args, options);
  }

  constructor(name: string, args: VpcArgs = {}, options?: pulumi.ComponentResourceOptions) {
    const { cidr, plan, nat, zoneCount, egressPorts, clients } = normalizeVpc(name, args);
    super(VPC_TOKEN, name, args, options);
    this.#args = args;
    this.plan = plan;
    this.zones = this.#zoneNames(zoneCount);

    const vpc = this.make(
      aws.ec2.Vpc,
      "vpc",
      {
        cidrBlock: cidr,
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: { Name: name },
      },
      { transform: args.transform?.vpc },
    );
    this.#closeDefaults(vpc);
    const internetGateway = this.make(aws.ec2.InternetGateway, "internet-gateway", {
      vpcId: vpc.id,
      tags: { Name: name },
    });
    const subnets = this.#subnets(vpc);
    this.subnetIds = perTier((tier) => subnets[tier].map((subnet) => subnet.id));
    const networkAcls = this.#networkAcls(vpc, egressPorts, clients);
    this.#nat = this.#makeNat(nat, vpc, internetGateway);
    const routeTables = this.#routeTables(vpc, subnets, internetGateway);
    const endpoints = this.#endpoints(vpc, routeTables);
    const flowLogs = this.#flowLogs(vpc);

    this.vpcId = vpc.id;
    this.cidrBlock = vpc.cidrBlock;
    this.appTierClients = [cidr, ...clients];
    this.appTierHasEgress = this.#nat !== undefined;
    this.natPublicIps = this.#nat?.publicIps ?? [];
    if (endpoints?.securityGroupId !== undefined) this.endpointSecurityGroupId = endpoints.securityGroupId;
    this.endpointServices = endpoints?.services ?? [];
    this.gatewayPrefixListIds = endpoints?.prefixListIds ?? [];
    this.ready = [
      ...Object.values(networkAcls),
      ...this.#routes,
      ...(endpoints?.nodes.gateway ?? []),
      ...(endpoints?.nodes.interface ?? []),
    ];
    this.nodes = {
      vpc,
      internetGateway,
      subnets,
      networkAcls,
      routeTables,
      nat: this.#nat?.nodes,
      endpoints: endpoints?.nodes,
      flowLogs: flowLogs?.nodes,
    };
    this.registerOutputs({
      vpcId: this.vpcId,
      cidrBlock: this.cidrBlock,
      subnetIds: this.subnetIds,
      zones: this.zones,
    });
  }

  /** The region's own zones; ones that an account must opt into (local zones) are left out. */
  #zoneNames(count: number): pulumi.Output<string>[] {
    if (Array.isArray(this.#args.zones)) return this.#args.zones.map((zone) => pulumi.output(zone));
    const available = aws.getAvailabilityZonesOutput(
      {
        state: "available",
        filters: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
        ...this.inRegion,
      },
      this.lookup,
    );
    return Array.from({ length: count }, (_, index) =>
      available.names.apply((names) => zoneAt(names, index, count, this.componentName)),
    );
  }

  /** Empties what AWS made with the network: whatever forgets to name its own is cut off. */
  #closeDefaults(vpc: aws.ec2.Vpc): void {
    const tags = { Name: `${this.componentName}-default-closed` };
    this.make(aws.ec2.DefaultSecurityGroup, "default-security-group", {
      vpcId: vpc.id,
      ingress: [],
      egress: [],
      tags,
    });
    this.make(
      aws.ec2.DefaultNetworkAcl,
      "default-network-acl",
      { defaultNetworkAclId: vpc.defaultNetworkAclId, ingress: [], egress: [], tags },
      // Subnets are in it for the moment between being made and joining their tier's.
      { options: { ignoreChanges: ["subnetIds"] } },
    );
    this.make(aws.ec2.DefaultRouteTable, "default-route-table", {
      defaultRouteTableId: vpc.defaultRouteTableId,
      routes: [],
      tags,
    });
  }

  #subnets(vpc: aws.ec2.Vpc): Record<Tier, aws.ec2.Subnet[]> {
    return perTier((tier) =>
      this.zones.map((availabilityZone, index) =>
        this.make(
          aws.ec2.Subnet,
          `${tier}-${index + 1}`,
          {
            vpcId: vpc.id,
            availabilityZone,
            cidrBlock: this.plan.subnets[tier][index],
            mapPublicIpOnLaunch: false,
            tags: { Name: `${this.componentName}-${tier}-${index + 1}`, Tier: tier },
          },
          { transform: this.#args.transform?.subnet },
        ),
      ),
    );
  }

  #networkAcls(vpc: aws.ec2.Vpc, egressPorts: number[], clients: string[]): Record<Tier, aws.ec2.NetworkAcl> {
    const rules = aclRules(this.plan.tiers, egressPorts, clients);
    return perTier((tier) =>
      this.make(
        aws.ec2.NetworkAcl,
        `${tier}-acl`,
        {
          vpcId: vpc.id,
          subnetIds: this.subnetIds[tier],
          ...rules[tier],
          tags: { Name: `${this.componentName}-${tier}` },
        },
        { transform: this.#args.transform?.networkAcl },
      ),
    );
  }

  #makeNat(nat: NatArgs, vpc: aws.ec2.Vpc, internetGateway: aws.ec2.InternetGateway): NatEgress | undefined {
    const { mode } = nat;
    if (mode === "none") return undefined;
    return new NatEgress(
      `${this.componentName}-nat`,
      {
        ...this.#shared(),
        nat: { ...nat, mode },
        vpcId: vpc.id,
        internetGateway,
        publicSubnetIds: this.subnetIds.public,
        zones: this.zones,
        appRanges: this.plan.subnets.app,
      },
      { parent: this },
    );
  }

  /** One table for the public tier, one a zone for the app tier, one for the data tier: the last without default route. */
  #routeTables(
    vpc: aws.ec2.Vpc,
    subnets: Record<Tier, aws.ec2.Subnet[]>,
    internetGateway: aws.ec2.InternetGateway,
  ): Record<Tier, aws.ec2.RouteTable[]> {
    const table = (role: string, members: aws.ec2.Subnet[]): aws.ec2.RouteTable => {
      const routeTable = this.make(
        aws.ec2.RouteTable,
        `${role}-routes`,
        { vpcId: vpc.id, tags: { Name: `${this.componentName}-${role}` } },
        { transform: this.#args.transform?.routeTable },
      );
      members.forEach((subnet, index) =>
        this.#routes.push(
          this.make(aws.ec2.RouteTableAssociation, `${role}-routes-${index + 1}`, {
            routeTableId: routeTable.id,
            subnetId: subnet.id,
          }),
        ),
      );
      return routeTable;
    };

    const defaultRoute = (role: string, routeTable: aws.ec2.RouteTable, target: Partial<aws.ec2.RouteArgs>) =>
      this.#routes.push(
        this.make(aws.ec2.Route, `${role}-default`, {
          routeTableId: routeTable.id,
          destinationCidrBlock: "0.0.0.0/0",
          ...target,
        }),
      );

    const publicTable = table("public", subnets.public);
    defaultRoute("public", publicTable, { gatewayId: internetGateway.id });
    const appTables = subnets.app.map((subnet, index) => table(`app-${index + 1}`, [subnet]));
    appTables.forEach((appTable, index) => {
      const target = this.#nat?.targets[index];
      if (target !== undefined) defaultRoute(`app-${index + 1}`, appTable, target);
    });
    return { public: [publicTable], app: appTables, data: [table("data", subnets.data)] };
  }

  #endpoints(vpc: aws.ec2.Vpc, routeTables: Record<Tier, aws.ec2.RouteTable[]>): Endpoints | undefined {
    const { endpoints = {} } = this.#args;
    if (endpoints === "none") return undefined;
    return new Endpoints(
      `${this.componentName}-endpoints`,
      {
        ...this.#shared(),
        gateway: endpoints.gateway ?? ["s3", "dynamodb"],
        interface: endpoints.interface ?? TASK_SERVICES,
        vpcId: vpc.id,
        subnetIds: this.subnetIds.app,
        appRanges: this.plan.subnets.app,
        routeTableIds: routeTables.app.map((table) => table.id),
      },
      { parent: this },
    );
  }

  #flowLogs(vpc: aws.ec2.Vpc): FlowLogs | undefined {
    const { flowLogs = {} } = this.#args;
    if (flowLogs === "none") return undefined;
    return new FlowLogs(
      `${this.componentName}-flow-logs`,
      { ...this.#shared(), ...flowLogs, vpcId: vpc.id },
      { parent: this },
    );
  }

  #shared(): ComponentArgs & { transform: VpcArgs["transform"] } {
    return {
      ...this.inRegion,
      tags: this.tags,
      transform: this.#args.transform,
    };
  }

  /** Alarms and graphs of NAT; none without it. */
  get observables(): Observables {
    return observablesIn(this.region, {
      name: this.componentName,
      alarms: this.#nat?.alarms ?? [],
      widgets: this.#nat?.widgets ?? [],
    });
  }
}

function perTier<T>(make: (tier: Tier) => T): Record<Tier, T> {
  return { public: make("public"), app: make("app"), data: make("data") };
}
