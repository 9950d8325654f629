import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import type { AlarmProposal, Metric, WidgetProposal } from "../observability/observables.ts";

/**
 * How the app tier reaches the internet.
 *
 * - `none`: it does not; AWS is reached through endpoints.
 * - `single`: one NAT gateway; when its zone fails, no zone gets out.
 * - `perZone`: one NAT gateway a zone; zones fail alone, and no traffic is paid for crossing zones.
 * - `regional`: one NAT gateway that AWS spreads over the zones where there are tasks.
 * - `instance`: one small EC2 instance; for development, where 32 USD a month matter more than a reboot.
 */
export type NatMode = "none" | "single" | "perZone" | "regional" | "instance";

/** The long form of `nat`. */
export interface NatArgs {
  mode: NatMode;
  /**
   * Allocation ids of elastic IPs that exist, so that partners' allow-lists stay right: one a gateway (`single`,
   * `instance`: one; `perZone`, `regional`: one a zone). A change replaces the gateways.
   * @default new ones; for `regional`, AWS's own
   */
  elasticIps?: pulumi.Input<string>[];
  /** Type of the instance, of the arm64 kind (`instance` only). @default "t4g.nano" */
  instanceType?: string;
}

/** The child resources that can be changed on their way. */
export interface NatTransforms {
  elasticIp?: Transform<aws.ec2.EipArgs>;
  natGateway?: Transform<aws.ec2.NatGatewayArgs>;
  natInstance?: Transform<aws.ec2.InstanceArgs>;
}

/** Where a route table of the app tier sends what is for the internet. */
type EgressTarget = { natGatewayId: pulumi.Output<string> } | { networkInterfaceId: pulumi.Output<string> };

/** What {@link NatEgress} needs of its network. */
interface NatEgressArgs extends ComponentArgs {
  nat: NatArgs & { mode: Exclude<NatMode, "none"> };
  vpcId: pulumi.Input<string>;
  internetGateway: aws.ec2.InternetGateway;
  publicSubnetIds: pulumi.Output<string>[];
  zones: pulumi.Output<string>[];
  /** Ranges of the app tier's subnets: the only ones that an instance forwards for. */
  appRanges: string[];
  transform?: NatTransforms | undefined;
}

/** Kernel and rules of a NAT instance: forwards for the network, masquerades, accepts nothing for itself. */
const FORWARDING = `#!/bin/bash
set -euo pipefail
for attempt in $(seq 30); do dnf install --assumeyes nftables && break; sleep 10; done
echo 'net.ipv4.ip_forward = 1' > /etc/sysctl.d/90-nat.conf
sysctl --system
device=$(ip -4 route show default | awk '{ print $5; exit }')
cat > /etc/sysconfig/nftables.conf <<RULES
table ip nat {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "$device" masquerade
  }
}
RULES
systemctl enable nftables
systemctl restart nftables
`;

/** AMI of Amazon Linux 2023 for arm64, which AWS keeps current under this public parameter. */
const AMI_PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

/**
 * The way of the app tier to the internet: NAT gateways, a regional one, or an instance. `Vpc` makes it.
 *
 * Cost: a NAT gateway about 33 USD a month and 0.045 USD a gigabyte (a regional one the same for each zone it is in);
 * an instance of t4g.nano about 3 USD; a public IPv4 address 3.65 USD.
 */
export class NatEgress extends Component {
  /** Targets by zone, in the zones' order. */
  readonly targets: EgressTarget[];
  /** Addresses that the network is seen with from outside; empty for a regional gateway whose addresses AWS manages. */
  readonly publicIps: pulumi.Output<string>[];
  readonly alarms: AlarmProposal[];
  readonly widgets: WidgetProposal[];
  readonly nodes: {
    readonly elasticIps: aws.ec2.Eip[];
    readonly natGateways: aws.ec2.NatGateway[];
    readonly natInstance?: aws.ec2.Instance;
  };

  readonly #args: NatEgressArgs;
  readonly #elasticIps: aws.ec2.Eip[] = [];

  constructor(name: string, args: NatEgressArgs, options?: pulumi.ComponentResourceOptions) {
    super("strongroom:network:NatEgress", name, args, options);
    this.#args = args;
    const { zones } = args;

    if (args.nat.mode === "instance") {
      const { instance, networkInterface } = this.#instance();
      this.targets = zones.map(() => ({ networkInterfaceId: networkInterface.id }));
      this.nodes = { elasticIps: this.#elasticIps, natGateways: [], natInstance: instance };
      this.alarms = [instanceAlarm(instance)];
      this.widgets = [instanceWidget(instance)];
    } else {
      const gateways = this.#gateways(args.nat.mode);
      this.targets = zones.map((_, zone) => ({ natGatewayId: at(gateways, zone % gateways.length).id }));
      this.nodes = { elasticIps: this.#elasticIps, natGateways: gateways };
      this.alarms = gateways.flatMap(gatewayAlarms);
      this.widgets = [gatewayWidget(gateways)];
    }
    this.publicIps = this.#elasticIps.map((eip) => eip.publicIp);
    this.registerOutputs({ publicIps: this.publicIps });
  }

  #gateways(mode: "single" | "perZone" | "regional"): aws.ec2.NatGateway[] {
    const { vpcId, internetGateway, publicSubnetIds, zones, nat, transform } = this.#args;
    if (mode === "regional") {
      const addresses = nat.elasticIps?.map((allocationId, zone) => ({
        availabilityZone: at(zones, zone),
        allocationIds: [allocationId],
      }));
      const gateway = this.make(
        aws.ec2.NatGateway,
        "gateway",
        {
          vpcId,
          availabilityMode: "regional",
          connectivityType: "public",
          ...(addresses === undefined ? {} : { availabilityZoneAddresses: addresses }),
          tags: { Name: this.componentName },
        },
        { transform: transform?.natGateway, options: { dependsOn: internetGateway } },
      );
      return [gateway];
    }
    const subnets = mode === "single" ? publicSubnetIds.slice(0, 1) : publicSubnetIds;
    return subnets.map((subnetId, index) =>
      this.make(
        aws.ec2.NatGateway,
        `gateway-${index + 1}`,
        {
          subnetId,
          connectivityType: "public",
          allocationId: this.#elasticIp(index, `eip-${index + 1}`),
          tags: { Name: `${this.componentName}-${index + 1}` },
        },
        { transform: transform?.natGateway, options: { dependsOn: internetGateway } },
      ),
    );
  }

  /**
   * The instance's interface is a resource of its own, so that route and address survive when the instance is
   * replaced, and the address is there before the first boot needs it.
   */
  #instance(): { instance: aws.ec2.Instance; networkInterface: aws.ec2.NetworkInterface } {
    const { vpcId, internetGateway, publicSubnetIds, nat, transform } = this.#args;
    const securityGroup = this.#securityGroup(vpcId);
    const networkInterface = this.make(aws.ec2.NetworkInterface, "interface", {
      subnetId: at(publicSubnetIds, 0),
      securityGroups: [securityGroup.id],
      sourceDestCheck: false,
      description: "NAT instance: forwards for the app tier",
      tags: { Name: this.componentName },
    });
    const address = this.make(aws.ec2.EipAssociation, "address", {
      // Not a gateway's: one that changes from a gateway to an instance holds both for a moment.
      allocationId: this.#elasticIp(0, "eip-instance"),
      networkInterfaceId: networkInterface.id,
    });
    const instance = this.make(
      aws.ec2.Instance,
      "instance",
      {
        ami: aws.ssm.getParameterOutput({ name: AMI_PARAMETER, ...this.inRegion }, this.lookup).insecureValue,
        instanceType: nat.instanceType ?? "t4g.nano",
        primaryNetworkInterface: { networkInterfaceId: networkInterface.id },
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        rootBlockDevice: { encrypted: true, volumeType: "gp3", volumeSize: 8, deleteOnTermination: true },
        creditSpecification: { cpuCredits: "standard" },
        userData: FORWARDING,
        userDataReplaceOnChange: true,
        tags: { Name: this.componentName },
      },
      {
        transform: transform?.natInstance,
        options: {
          dependsOn: [internetGateway, address],
          // The interface can be attached to one instance at a time.
          deleteBeforeReplace: true,
          // A new image every few weeks is no reason to cut the app tier off during an unrelated update.
          ignoreChanges: ["ami"],
        },
      },
    );
    return { instance, networkInterface };
  }

  #securityGroup(vpcId: pulumi.Input<string>): aws.ec2.SecurityGroup {
    const securityGroup = this.make(aws.ec2.SecurityGroup, "security-group", {
      vpcId,
      description: "NAT instance: forwards for the app tier",
      tags: { Name: this.componentName },
    });
    this.#args.appRanges.forEach((cidrIpv4, index) =>
      this.make(aws.vpc.SecurityGroupIngressRule, `from-app-${index + 1}`, {
        securityGroupId: securityGroup.id,
        description: `What app subnet ${index + 1} sends to the internet`,
        cidrIpv4,
        ipProtocol: "-1",
      }),
    );
    this.make(aws.vpc.SecurityGroupEgressRule, "to-internet", {
      securityGroupId: securityGroup.id,
      description: "What the app tier sends to the internet",
      cidrIpv4: "0.0.0.0/0",
      ipProtocol: "-1",
    });
    return securityGroup;
  }

  /** Allocation id of the address number `index`: the given one, or that of a new child. */
  #elasticIp(index: number, role: string): pulumi.Input<string> {
    const { nat, internetGateway, transform } = this.#args;
    if (nat.elasticIps !== undefined) return at(nat.elasticIps, index);
    const eip = this.make(
      aws.ec2.Eip,
      role,
      { domain: "vpc", tags: { Name: `${this.componentName}-${index + 1}` } },
      { transform: transform?.elasticIp, options: { dependsOn: internetGateway } },
    );
    this.#elasticIps.push(eip);
    return eip.allocationId;
  }
}

/** How many elastic IPs a mode takes in `zones` zones. */
export function elasticIpCount(mode: NatMode, zones: number): number {
  return { none: 0, single: 1, perZone: zones, regional: zones, instance: 1 }[mode];
}

function gatewayMetric(gateway: aws.ec2.NatGateway, name: string): Metric {
  return { namespace: "AWS/NATGateway", name, dimensions: { NatGatewayId: gateway.id }, statistic: "Sum" };
}

function gatewayAlarms(gateway: aws.ec2.NatGateway, index: number): AlarmProposal[] {
  return [
    {
      role: `nat-${index + 1}-port-allocation`,
      kind: "errors",
      description:
        "The NAT gateway has no port left for a destination: new connections from the app tier fail. Look for a client " +
        "without connection reuse, or give the gateway more addresses.",
      metric: gatewayMetric(gateway, "ErrorPortAllocation"),
      comparison: "above",
      threshold: 0,
    },
    {
      role: `nat-${index + 1}-dropped-packets`,
      kind: "errors",
      description:
        "The NAT gateway drops packets: connections from the app tier stall. Look at AWS's health page for the zone.",
      metric: gatewayMetric(gateway, "PacketsDropCount"),
      comparison: "above",
      threshold: 100,
    },
  ];
}

function gatewayWidget(gateways: aws.ec2.NatGateway[]): WidgetProposal {
  return {
    title: "NAT gateway traffic",
    group: "network",
    metrics: gateways.flatMap((gateway, index) => [
      { ...gatewayMetric(gateway, "BytesOutToDestination"), label: `out ${index + 1}` },
      { ...gatewayMetric(gateway, "BytesInFromDestination"), label: `in ${index + 1}` },
    ]),
  };
}

function instanceAlarm(instance: aws.ec2.Instance): AlarmProposal {
  return {
    role: "nat-instance-status",
    kind: "errors",
    description:
      "The NAT instance fails its status checks: the app tier has no way to the internet. EC2 recovers it by itself; " +
      "when it does not, stop and start it.",
    metric: {
      namespace: "AWS/EC2",
      name: "StatusCheckFailed",
      dimensions: { InstanceId: instance.id },
      statistic: "Maximum",
    },
    comparison: "above",
    threshold: 0,
    missingData: "breaching",
  };
}

function instanceWidget(instance: aws.ec2.Instance): WidgetProposal {
  return {
    title: "NAT instance traffic",
    group: "network",
    metrics: ["NetworkOut", "NetworkIn"].map((name) => ({
      namespace: "AWS/EC2",
      name,
      dimensions: { InstanceId: instance.id },
      statistic: "Sum",
      label: name,
    })),
  };
}

/** The item at `index`, which is known to be there. */
function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new Error(`there is no item ${index} among ${items.length}`);
  return item;
}
