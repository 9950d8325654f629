import { expect } from "chai";
import { expectGolden, mistakesOf, type Plan, planOf, resource, resources } from "../testing/index.ts";
import { Vpc } from "./index.ts";
import type { Network } from "./network.ts";
import type { VpcArgs } from "./vpc-args.ts";
import { zoneAt } from "./zones.ts";

function vpcPlan(args: VpcArgs): Promise<Plan> {
  return planOf(
    () => {
      const { vpcId, subnetIds, endpointServices, gatewayPrefixListIds, natPublicIps, appTierHasEgress } =
        new Vpc("net", args);
      return { vpcId, subnetIds, endpointServices, gatewayPrefixListIds, natPublicIps, appTierHasEgress };
    },
    { region: "eu-west-1" },
  );
}

/** Names of the route tables that have a default route, with what it leads to. */
function defaultRoutes(plan: Plan): Record<string, string> {
  return Object.fromEntries(
    resources(plan, "aws:ec2/route:Route").map(({ name, inputs }) => [
      name,
      Object.keys(inputs).find((key) => /Gateway|gateway|networkInterface/.test(key)) ?? "nothing",
    ]),
  );
}

describe("Vpc", () => {
  it("E1: three zones and tiers as agreed (golden)", async () => {
    const plan = await vpcPlan({ zones: 3, nat: "perZone", tags: { system: "payments" } });
    await expectGolden(plan, new URL("golden/vpc.json", import.meta.url));
  });

  const egress = {
    none: { target: undefined, gateways: 0, addresses: 0 },
    single: { target: "natGatewayId", gateways: 1, addresses: 1 },
    perZone: { target: "natGatewayId", gateways: 2, addresses: 2 },
    regional: { target: "natGatewayId", gateways: 1, addresses: 0 },
    instance: { target: "networkInterfaceId", gateways: 0, addresses: 1 },
  } as const;
  it("gives a NAT instance an address of its own, so that a gateway can take its place and give it up again", async () => {
    const addresses = async (nat: "single" | "instance") =>
      resources(await vpcPlan({ nat }), "aws:ec2/eip:Eip").map(({ name }) => name);
    expect(await addresses("instance")).to.not.have.members(await addresses("single"));
  });

  for (const [mode, { target, gateways, addresses }] of Object.entries(egress)) {
    it(`E1: lets the app tier out by NAT "${mode}", the data tier never, and gives nobody a public address`, async () => {
      const plan = await vpcPlan({ nat: mode as keyof typeof egress });
      expect(defaultRoutes(plan)).to.deep.equal({
        "net-public-default": "gatewayId",
        ...(target === undefined ? {} : { "net-app-1-default": target, "net-app-2-default": target }),
      });
      expect(resources(plan, "aws:ec2/natGateway:NatGateway")).to.have.length(gateways);
      expect(resources(plan, "aws:ec2/eip:Eip")).to.have.length(addresses);
      const dataTable = resource(plan, "aws:ec2/routeTable:RouteTable", "net-data-routes");
      for (const { inputs } of resources(plan, "aws:ec2/route:Route")) {
        expect(inputs.routeTableId).to.not.equal(dataTable.id);
      }
      for (const { inputs } of resources(plan, "aws:ec2/subnet:Subnet")) {
        expect(inputs.mapPublicIpOnLaunch).to.equal(false);
      }
    });
  }

  it("changes no resource that is there when a zone is added, but for the lists that the new subnets join", async () => {
    const [before, after] = [
      await vpcPlan({ zones: 2, nat: "perZone" }),
      await vpcPlan({ zones: 3, nat: "perZone" }),
    ];
    const joined = ["subnetIds", "routeTableIds"];
    const fixed = ({ inputs }: { inputs: object }) =>
      Object.fromEntries(Object.entries(inputs).filter(([property]) => !joined.includes(property)));
    for (const one of before.resources) {
      expect(fixed(resource(after, one.type, one.name)), one.name).to.deep.equal(fixed(one));
    }
    expect(after.resources.length).to.be.greaterThan(before.resources.length);
  });

  it("spreads a regional NAT gateway over the network, and takes addresses that exist", async () => {
    const { inputs } = resource(await vpcPlan({ nat: "regional" }), "aws:ec2/natGateway:NatGateway");
    expect(inputs).to.include({ availabilityMode: "regional", connectivityType: "public" });
    expect(inputs).to.not.have.any.keys("subnetId", "allocationId", "availabilityZoneAddresses");
    const elasticIps = ["eipalloc-1", "eipalloc-2"];
    const own = await vpcPlan({ nat: { mode: "regional", elasticIps } });
    expect(resource(own, "aws:ec2/natGateway:NatGateway").inputs.availabilityZoneAddresses).to.deep.equal([
      { availabilityZone: "eu-west-1a", allocationIds: ["eipalloc-1"] },
      { availabilityZone: "eu-west-1b", allocationIds: ["eipalloc-2"] },
    ]);
    const zonal = await vpcPlan({ nat: { mode: "perZone", elasticIps } });
    expect(resources(zonal, "aws:ec2/eip:Eip")).to.deep.equal([]);
    expect(
      resources(zonal, "aws:ec2/natGateway:NatGateway").map(({ inputs: { allocationId } }) => allocationId),
    ).to.deep.equal(elasticIps);
  });

  it("hardens a NAT instance, which forwards for the app tier only", async () => {
    const plan = await vpcPlan({ nat: "instance" });
    const { inputs, options } = resource(plan, "aws:ec2/instance:Instance");
    expect(inputs).to.deep.include({
      instanceType: "t4g.nano",
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    });
    expect(inputs.rootBlockDevice).to.include({ encrypted: true });
    expect(options).to.deep.include({ deleteBeforeReplace: true, ignoreChanges: ["ami"] });
    expect(resource(plan, "aws:ec2/networkInterface:NetworkInterface").inputs.sourceDestCheck).to.equal(
      false,
    );
    const admitted = resources(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
      .filter(({ name }) => name.startsWith("net-nat-"))
      .map((rule) => rule.inputs.cidrIpv4);
    expect(admitted).to.deep.equal(["10.0.0.0/19", "10.0.32.0/19"]);
  });

  it("E15: reaches what tasks use through endpoints that admit HTTPS from the app tier and own identities only", async () => {
    const plan = await vpcPlan({});
    const endpoints = resources(plan, "aws:ec2/vpcEndpoint:VpcEndpoint");
    expect(
      endpoints.map(({ inputs }) => (inputs.serviceName as string).replace("com.amazonaws.eu-west-1.", "")),
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
    for (const { inputs } of endpoints) {
      const [first] = (
        JSON.parse(inputs.policy as string) as { Statement: { Condition: { StringEquals: object } }[] }
      ).Statement;
      expect(first?.Condition.StringEquals).to.have.property("aws:PrincipalAccount", plan.aws.account);
    }
    const rules = resources(plan, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    expect(
      rules.map(({ inputs: { cidrIpv4, fromPort, toPort, ipProtocol } }) => ({
        cidrIpv4,
        fromPort,
        toPort,
        ipProtocol,
      })),
    ).to.deep.equal([
      { cidrIpv4: "10.0.0.0/19", fromPort: 443, toPort: 443, ipProtocol: "tcp" },
      { cidrIpv4: "10.0.32.0/19", fromPort: 443, toPort: 443, ipProtocol: "tcp" },
    ]);
    expect(resources(plan, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")).to.deep.equal([]);
  });

  it("makes the endpoints that are asked for, or none", async () => {
    const some = await vpcPlan({ endpoints: { gateway: ["s3"], interface: ["sqs"] } });
    expect(resources(some, "aws:ec2/vpcEndpoint:VpcEndpoint").map(({ name }) => name)).to.deep.equal([
      "net-endpoints-s3",
      "net-endpoints-sqs",
    ]);
    const gatewayOnly = await vpcPlan({ endpoints: { interface: [] } });
    expect(resources(gatewayOnly, "aws:ec2/securityGroup:SecurityGroup")).to.deep.equal([]);
    expect(resources(await vpcPlan({ endpoints: "none" }), "aws:ec2/vpcEndpoint:VpcEndpoint")).to.deep.equal(
      [],
    );
  });

  it("empties the default security group, network ACL and route table", async () => {
    const plan = await vpcPlan({});
    const closed = { ingress: [], egress: [] };
    expect(resource(plan, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs).to.deep.include(
      closed,
    );
    expect(resource(plan, "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl").inputs).to.deep.include(closed);
    expect(resource(plan, "aws:ec2/defaultRouteTable:DefaultRouteTable").inputs.routes).to.deep.equal([]);
  });

  it("logs flows to a group that only its own role can write to, or to a bucket", async () => {
    const plan = await vpcPlan({ flowLogs: { retention: "90 days", interval: "1 minute" } });
    expect(resource(plan, "aws:cloudwatch/logGroup:LogGroup").inputs.retentionInDays).to.equal(90);
    expect(resource(plan, "aws:ec2/flowLog:FlowLog").inputs).to.include({
      trafficType: "ALL",
      maxAggregationInterval: 60,
      logDestinationType: "cloud-watch-logs",
    });
    const trust = resource(plan, "aws:iam/role:Role").inputs.assumeRolePolicy;
    expect(trust).to.contain("vpc-flow-logs.amazonaws.com").and.to.contain('"aws:SourceAccount"');

    const bucketArn = "arn:aws:s3:::flow-logs";
    const toBucket = await vpcPlan({ flowLogs: { bucketArn } });
    expect(resource(toBucket, "aws:ec2/flowLog:FlowLog").inputs).to.include({
      logDestinationType: "s3",
      logDestination: bucketArn,
    });
    expect(resources(toBucket, "aws:iam/role:Role")).to.deep.equal([]);
    expect(resources(await vpcPlan({ flowLogs: "none" }), "aws:ec2/flowLog:FlowLog")).to.deep.equal([]);
  });

  it("reaches every child with region and tags, and each kind with its transform", async () => {
    const plan = await planOf(
      () =>
        new Vpc("net", {
          region: "us-west-2",
          zones: ["us-west-2a", "us-west-2b"],
          nat: "single",
          tags: { team: "pay" },
          transform: {
            subnet: { enableDns64: false },
            endpoint: (args) => ({ ...args, tags: { own: "yes" } }),
          },
        }),
      { region: "eu-west-1" },
    );
    for (const one of plan.resources.filter(({ custom, type }) => custom && type.startsWith("aws:ec2/"))) {
      expect(one.inputs.region, one.name).to.equal("us-west-2");
    }
    expect(resource(plan, "aws:ec2/vpc:Vpc").inputs.tags).to.deep.equal({ team: "pay", Name: "net" });
    expect(
      resources(plan, "aws:ec2/subnet:Subnet").map(({ inputs }) => inputs.availabilityZone),
    ).to.include.members(["us-west-2a", "us-west-2b"]);
    for (const { inputs } of resources(plan, "aws:ec2/subnet:Subnet"))
      expect(inputs.enableDns64).to.equal(false);
    for (const { inputs } of resources(plan, "aws:ec2/vpcEndpoint:VpcEndpoint")) {
      expect(inputs.tags).to.deep.equal({ own: "yes" });
    }
  });

  it("watches each NAT gateway", async () => {
    const roles: string[] = [];
    await planOf(() => {
      const network = new Vpc("net", { nat: "perZone" });
      roles.push(...network.observables.alarms.map(({ role }) => role));
      expect(new Vpc("quiet").observables.alarms).to.deep.equal([]);
      expect(new Vpc("small", { nat: "instance" }).observables.alarms).to.have.length(1);
    });
    expect(roles).to.deep.equal([
      "nat-1-port-allocation",
      "nat-1-dropped-packets",
      "nat-2-port-allocation",
      "nat-2-dropped-packets",
    ]);
  });

  it("names all mistakes at once", async () => {
    const message = await mistakesOf(
      () =>
        new Vpc("net", {
          region: "eu-west-1",
          cidr: "10.0.0.0/24",
          zones: ["eu-west-1a", "us-east-1b", "eu-west-1a"],
          nat: { mode: "perZone", elasticIps: ["eipalloc-1"], instanceType: "t3.nano" },
          endpoints: { gateway: ["s3", "s3"], interface: ["s3", "com.amazonaws.eu-west-1.sqs"] },
          flowLogs: { bucketArn: "arn:aws:s3:::logs", retention: "100 days" },
          egressPorts: [443, 70_000],
        }),
    );
    expect(message.split("\n")).to.deep.equal([
      'Vpc "net" has wrong arguments:',
      '  zones[1]: "us-east-1b" is not the name of a zone; write one such as "eu-west-1a"',
      '  zones[2]: "eu-west-1a" is there twice; write it once',
      `  cidr: "10.0.0.0/24" has a prefix of /24; a network with room for four tiers in four zones is /16 (AWS's largest) to /23, such as "10.0.0.0/16"`,
      '  nat.elasticIps: has 1 addresses, and "perZone" in 3 zones takes 3',
      '  nat.instanceType: is for the mode "instance", and the mode is "perZone"; leave it out',
      '  nat.instanceType: "t3.nano" is not of the arm64 kind that the image is for; write one such as "t4g.nano"',
      '  endpoints.interface[0]: "s3" is reached free of charge; name it under endpoints.gateway',
      '  endpoints.interface[1]: "com.amazonaws.eu-west-1.sqs" is not the last part of a service\'s name; write one such as "secretsmanager" or "ecr.api"',
      '  endpoints.gateway: names "s3" twice; write it once',
      '  flowLogs.retention: CloudWatch Logs cannot keep events for "100 days"; write "90 days" or "120 days"',
      "  flowLogs.bucketArn: the bucket decides encryption and retention; leave out key and retention, or the bucket",
      "  egressPorts: [443,70000] is not a list of at most 16 ports of 1 to 65535",
    ]);
  });

  it("refuses clients that the ACL has no room for, that are itself, or the internet", async () => {
    const reasons = async (args: VpcArgs) =>
      (await mistakesOf(() => new Vpc("net", args))).split("\n").slice(1);
    expect(
      await reasons({ clients: ["10.0.4.0/24", "0.0.0.0/0", "10.9.0.1/16", "10.9.0.0/16", "10.9.0.0/16"] }),
    ).to.deep.equal([
      `  clients[0]: "10.0.4.0/24" overlaps the network's own range, which is let in anyhow; leave it out`,
      '  clients[1]: "0.0.0.0/0" is a good part of the internet, whose clients come by a load balancer with exposure "internet"; write ranges of /8 and narrower',
      `  clients[1]: "0.0.0.0/0" overlaps the network's own range, which is let in anyhow; leave it out`,
      '  clients[2]: "10.9.0.1/16" has bits set beyond its prefix; write "10.9.0.0/16"',
      '  clients[4]: "10.9.0.0/16" is there twice; write it once',
    ]);
    const clients = Array.from({ length: 7 }, (_, index) => `10.${index + 1}.0.0/16`);
    const egressPorts = Array.from({ length: 11 }, (_, index) => index + 1);
    expect(await reasons({ clients, egressPorts })).to.deep.equal([
      "  clients: has 7 ranges beside 11 egressPorts; write at most 7, and of both at most 17, or wider ranges",
    ]);
  });

  it("refuses public, oversized and misaligned ranges, and a single zone", async () => {
    for (const [args, reason] of [
      [{ cidr: "10.0.0.0/12" }, '"10.0.0.0/12" has a prefix of /12'],
      [{ cidr: "8.0.0.0/16" }, '"8.0.0.0/16" is not a private range'],
      [{ cidr: "10.0.1.0/16" }, 'has bits set beyond its prefix; write "10.0.0.0/16"'],
      [{ zones: ["eu-west-1a"] }, 'zones: ["eu-west-1a"] is not 2, 3 or a list of two to four names'],
    ] as const) {
      expect(await mistakesOf(() => new Vpc("net", args as VpcArgs))).to.contain(reason);
    }
  });

  it("says so when a region has fewer zones than wanted", () => {
    const names = ["us-west-1a", "us-west-1c"];
    expect(zoneAt(names, 1, 2, "net")).to.equal("us-west-1c");
    expect(() => zoneAt(names, 2, 3, "net")).to.throw(
      'Vpc "net" wants 3 zones, and the region has 2: us-west-1a, us-west-1c',
    );
  });
});

describe("Vpc.get", () => {
  const subnetIds = {
    public: ["subnet-p1", "subnet-p2"],
    app: ["subnet-a1", "subnet-a2"],
    data: ["subnet-d1", "subnet-d2"],
  };

  it("uses a network that exists without making anything", async () => {
    const plan = await planOf(() => {
      const network: Network = Vpc.get({
        vpcId: "vpc-1",
        cidr: "10.9.0.0/16",
        zones: ["eu-west-1a", "eu-west-1b"],
        subnetIds,
        appTierHasEgress: true,
        endpointSecurityGroupId: "sg-1",
        endpointServices: ["logs"],
      });
      expect(network.appTierHasEgress).to.equal(true);
      expect(network.endpointServices).to.deep.equal(["logs"]);
      return { cidr: network.cidrBlock, app: network.subnetIds.app, group: network.endpointSecurityGroupId };
    });
    expect(plan.resources.filter(({ custom }) => custom)).to.deep.equal([]);
    expect(plan.outputs).to.deep.equal({ cidr: "10.9.0.0/16", app: subnetIds.app, group: "sg-1" });
  });

  it("refuses tiers that do not match", async () => {
    const adopt = (data: string[]) =>
      Vpc.get({ vpcId: "vpc-1", subnetIds: { ...subnetIds, data }, appTierHasEgress: false });
    expect(await mistakesOf(() => adopt(["subnet-d1"]))).to.equal(
      'Vpc "adopted" has wrong arguments:\n  subnetIds.data: has 1 subnets, and the app tier has 2; write one a zone in every tier',
    );
  });
});
