import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Vpc } from "../network/vpc.ts";
import { Key } from "../security/key.ts";
import { expectGolden, mistakesOf, planOf, resource, resources } from "../testing/index.ts";
import { Cluster, type ClusterArgs } from "./cluster.ts";
import { key, standInNetwork } from "../stand-ins.test-support.ts";

const cluster = (args: Partial<ClusterArgs> = {}): Cluster =>
  new Cluster("payments", { network: standInNetwork(), key, ...args });

describe("Cluster", () => {
  it("runs tasks on Fargate and Spot, measures them, and records shell sessions encrypted", async () => {
    const plan = await planOf(() => {
      cluster({ tags: { system: "payments" } });
    });
    await expectGolden(plan, new URL("golden/cluster.json", import.meta.url));
  });

  it("takes the default strategy, insights and storage key that it is given", async () => {
    const plan = await planOf(() => {
      cluster({ insights: "enhanced", spot: 0.75, storageKey: key, clusterName: "payments" });
    });
    const { inputs } = resource(plan, "aws:ecs/cluster:Cluster");
    expect(inputs).to.deep.include({
      name: "payments",
      settings: [{ name: "containerInsights", value: "enhanced" }],
    });
    expect(inputs.configuration).to.deep.include({
      managedStorageConfiguration: { fargateEphemeralStorageKmsKeyId: key.arn },
    });
    const providers = resource(plan, "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders");
    expect(providers.inputs.defaultCapacityProviderStrategies).to.deep.equal([
      { base: 1, capacityProvider: "FARGATE", weight: 25 },
      { capacityProvider: "FARGATE_SPOT", weight: 75 },
    ]);
  });

  it("holds tasks back until the network's routes and endpoints stand", async () => {
    await planOf(() => {
      const network = new Vpc("net", { nat: "single" });
      expect(network.ready).to.include.members(network.nodes.endpoints?.interface ?? [undefined]);
      expect(cluster({ network }).ready).to.include.members([...network.ready]);
    });
  });

  it("can do without insights", async () => {
    const plan = await planOf(() => {
      cluster({ insights: false });
    });
    expect(resource(plan, "aws:ecs/cluster:Cluster").inputs.settings).to.deep.equal([
      { name: "containerInsights", value: "disabled" },
    ]);
  });

  it("puts every child into its region and lets transforms have the last word", async () => {
    const plan = await planOf(() => {
      cluster({
        region: "eu-central-1",
        transform: { cluster: { name: "own" }, capacityProviders: { capacityProviders: ["FARGATE"] } },
      });
    });
    const children = plan.resources.filter(({ custom, type }) => custom && type.startsWith("aws:"));
    expect(children.map(({ region }) => region)).to.deep.equal(children.map(() => "eu-central-1"));
    expect(resource(plan, "aws:ecs/cluster:Cluster").inputs.name).to.equal("own");
  });

  it("names every mistake at once", async () => {
    const message = await mistakesOf(() => {
      const key = new Key("key", { services: ["cloudwatch"] });
      cluster({
        key,
        storageKey: key,
        insights: "all" as unknown as false,
        spot: 2,
        clusterName: "my cluster",
      });
    });
    expect(message).to.equal(
      'Cluster "payments" has wrong arguments:\n' +
        '  insights: "all" is not possible; write "enhanced", "enabled" or false\n' +
        "  spot: 2 is not a share of Spot; write a number from 0 (none) to 1 (all above the base)\n" +
        '  clusterName: "my cluster" is not a name of a cluster; write up to 255 letters, digits, "-" and "_"\n' +
        '  key: the key\'s policy keeps out "logs"; write services: ["cloudwatch", "logs"] at the key\n' +
        '  storageKey: the key\'s policy keeps out "fargate"; write services: ["cloudwatch", "fargate"] at the key',
    );
  });

  it("can be one that exists", async () => {
    const plan = await planOf(() => {
      const found = Cluster.get("shared", { network: standInNetwork(), key, execLogGroupArn: "arn:logs" });
      return { arn: found.arn, name: found.name, logs: found.execLogGroupArn ?? pulumi.output("none") };
    });
    expect(resources(plan, "aws:ecs/cluster:Cluster")).to.deep.equal([]);
    expect(plan.outputs.name).to.equal("shared");
    expect(plan.outputs.logs).to.equal("arn:logs");
  });
});
