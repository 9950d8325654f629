import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { expect } from "chai";

import { SECRET, UNKNOWN, mistakesOf, planOf, resource, resources } from "./index.ts";

class Pair extends pulumi.ComponentResource {
  constructor(name: string, options?: pulumi.ComponentResourceOptions) {
    super("test:index:Pair", name, {}, options);
    const topic = new aws.sns.Topic(`${name}-topic`, {}, { parent: this });
    new aws.sqs.Queue(`${name}-queue`, { tags: { topic: topic.arn } }, { parent: this, dependsOn: topic });
    this.registerOutputs({ topic: topic.arn });
  }
}

describe("planOf", () => {
  it("computes URNs, parents and dependencies as the engine does", async () => {
    const plan = await planOf(() => new Pair("two"), { project: "shop", stack: "test" });
    const pair = resource(plan, "test:index:Pair");
    const topic = resource(plan, "aws:sns/topic:Topic");
    const queue = resource(plan, "aws:sqs/queue:Queue");
    expect(pair.urn).to.equal("urn:pulumi:test::shop::test:index:Pair::two");
    expect(queue.urn).to.equal("urn:pulumi:test::shop::test:index:Pair$aws:sqs/queue:Queue::two-queue");
    expect(queue.parent).to.equal(pair.urn);
    expect(queue.dependencies).to.deep.equal([topic.urn]);
    expect(queue.propertyDependencies).to.deep.equal({ tags: [topic.urn] });
    expect(queue.inputs.tags).to.deep.equal({ topic: topic.outputs.arn ?? null });
    expect(pair.outputs).to.deep.equal({ topic: topic.outputs.arn ?? null });
    expect(plan.resources.map((each) => each.type).indexOf("test:index:Pair")).to.equal(1);
  });

  it("answers the same to the same program, and keeps two programs apart", async () => {
    const program = () => new Pair("two");
    const [first, second] = await Promise.all([planOf(program), planOf(program)]);
    expect(first).to.deep.equal(second);
    expect(resources(await planOf(() => undefined), "aws:sqs/queue:Queue")).to.deep.equal([]);
  });

  it("shows resource options", async () => {
    const plan = await planOf(() => {
      new aws.sqs.Queue(
        "jobs",
        {},
        {
          protect: true,
          retainOnDelete: true,
          ignoreChanges: ["tags"],
          replaceOnChanges: ["name"],
          deleteBeforeReplace: true,
          customTimeouts: { create: "5m" },
          aliases: [{ name: "old-jobs" }],
          hooks: { afterCreate: [new pulumi.ResourceHook("told", () => undefined)] },
        },
      );
      new aws.sqs.Queue("found", {}, { import: "https://sqs.example/found" });
    });
    const { version, ...options } = resource(plan, "aws:sqs/queue:Queue", "jobs").options;
    expect(version).to.match(/^7\./);
    expect(options).to.deep.equal({
      protect: true,
      retainOnDelete: true,
      ignoreChanges: ["tags"],
      replaceOnChanges: ["name"],
      deleteBeforeReplace: true,
      customTimeouts: { create: "5m" },
      aliases: ["urn:pulumi:stack::project::aws:sqs/queue:Queue::old-jobs"],
    });
    const found = resource(plan, "aws:sqs/queue:Queue", "found");
    expect([found.id, found.options.import]).to.deep.equal([
      "https://sqs.example/found",
      "https://sqs.example/found",
    ]);
  });

  it("runs transforms of the resource, its parents and the stack, and those of functions", async () => {
    const tagged =
      (key: string): pulumi.ResourceTransform =>
      ({ props, opts, type }) =>
        type.startsWith("aws:")
          ? { props: { ...props, tags: { ...(props as { tags?: object }).tags, [key]: "yes" } }, opts }
          : undefined;
    const plan = await planOf(async () => {
      pulumi.runtime.registerResourceTransform(tagged("stack"));
      pulumi.runtime.registerInvokeTransform(({ opts }) => ({ args: { name: "moved.example" }, opts }));
      const parent = new pulumi.ComponentResource(
        "test:index:Parent",
        "parent",
        {},
        { transforms: [tagged("parent")] },
      );
      new aws.sqs.Queue("jobs", {}, { parent, transforms: [tagged("own")] });
      return { zone: (await aws.route53.getZone({ name: "example.com" })).name };
    });
    const { tags } = resource(plan, "aws:sqs/queue:Queue").inputs;
    expect(tags).to.deep.equal({ own: "yes", parent: "yes", stack: "yes" });
    expect(plan.outputs.zone).to.equal("moved.example");
  });

  it("hides secrets wherever they end up, and tells where they were given", async () => {
    const plan = await planOf(
      () => {
        const planted = new pulumi.Config().requireSecret("planted");
        const parameter = new aws.ssm.Parameter("token", { type: "SecureString", value: planted });
        const topic = new aws.sns.Topic("named", { name: planted });
        return {
          whole: planted,
          part: pulumi.interpolate`a ${planted} b`,
          again: parameter.value,
          arn: topic.arn,
        };
      },
      { config: { "project:planted": "s3cr3t-value" }, secretKeys: ["project:planted"] },
    );
    expect(JSON.stringify(plan)).not.to.include("s3cr3t-value");
    expect(plan.outputs).to.deep.equal({ whole: SECRET, part: SECRET, again: SECRET, arn: SECRET });
    expect(resource(plan, "aws:ssm/parameter:Parameter").secretPaths).to.deep.equal(["value"]);
  });

  it("marks what a provider makes secret, and leaves unknown what only it can know", async () => {
    let ran = false;
    const plan = await planOf(() => {
      const password = new random.RandomPassword("password", { length: 20 });
      const subnet = new aws.ec2.Subnet("subnet", { vpcId: "vpc-1", cidrBlock: "10.0.0.0/24" });
      subnet.availabilityZone.apply(() => (ran = true));
      new aws.ssm.Parameter("token", { type: "SecureString", value: password.result });
      return { zone: subnet.availabilityZone };
    });
    expect(ran, "an .apply on an unknown value").to.equal(false);
    expect(plan.outputs.zone).to.equal(UNKNOWN);
    expect(resource(plan, "aws:ssm/parameter:Parameter").inputs.value).to.equal(SECRET);
  });

  it("takes the region from the resource, then its provider, then the configuration", async () => {
    const plan = await planOf(
      () => {
        const provider = new aws.Provider("tokyo", {
          region: "ap-northeast-1",
          assumeRoles: [{ roleArn: "arn:aws:iam::999999999999:role/deploy" }],
        });
        const arns = [
          new aws.sns.Topic("default").arn,
          new aws.sns.Topic("provided", {}, { provider }).arn,
          new aws.sns.Topic("own", { region: "cn-north-1" }).arn,
        ];
        return {
          arns,
          here: aws.getRegionOutput().region,
          there: aws.getRegionOutput({}, { provider }).region,
        };
      },
      { config: { "aws:region": "eu-west-3" } },
    );
    expect((plan.outputs.arns as string[]).map((arn) => arn.replace(/[^:]*$/, ""))).to.deep.equal([
      "arn:aws:sns:eu-west-3:123456789012:",
      "arn:aws:sns:ap-northeast-1:999999999999:",
      "arn:aws-cn:sns:cn-north-1:123456789012:",
    ]);
    expect([plan.outputs.here, plan.outputs.there]).to.deep.equal(["eu-west-3", "ap-northeast-1"]);
    expect(resource(plan, "aws:sns/topic:Topic", "provided").provider).to.match(
      /::pulumi:providers:aws::tokyo$/,
    );
  });

  it("says of a function it does not simulate that its result is unknown", async () => {
    const plan = await planOf(() => ({ value: aws.ec2.getSpotPriceOutput().spotPrice }));
    expect(plan.outputs.value).to.equal(UNKNOWN);
    expect(plan.diagnostics).to.deep.equal([
      {
        severity: "info",
        message: "aws:ec2/getSpotPrice:getSpotPrice is not simulated: its result stays unknown.",
      },
    ]);
  });

  it("shows remote components as opaque, with unknown outputs", async () => {
    class Remote extends pulumi.ComponentResource {
      declare readonly vpcId: pulumi.Output<string>;
      constructor(name: string) {
        super("awsx:ec2:Vpc", name, { cidrBlock: "10.0.0.0/16", vpcId: undefined }, {}, true);
      }
    }
    const plan = await planOf(() => ({ vpc: new Remote("net").vpcId }));
    const net = resource(plan, "awsx:ec2:Vpc");
    expect([net.opaque, net.custom, net.inputs.cidrBlock]).to.deep.equal([true, false, "10.0.0.0/16"]);
    expect(plan.outputs.vpc).to.equal(UNKNOWN);
  });

  it("keeps what the program logs, except debug messages", async () => {
    const plan = await planOf(async () => {
      await pulumi.log.warn("careful");
      await pulumi.log.debug("noise");
    });
    expect(plan.diagnostics).to.deep.equal([{ severity: "warning", message: "careful" }]);
  });
});

describe("mistakesOf", () => {
  it("gives the plain message of errors in the program, in .apply and in a registration", async () => {
    const queue = () => new aws.sqs.Queue("jobs");
    expect(
      await mistakesOf(() => {
        throw new Error("in the program");
      }),
    ).to.equal("in the program");
    expect(
      await mistakesOf(() => {
        queue().arn.apply(() => {
          throw new Error("in apply");
        });
      }),
    ).to.equal("in apply");
    expect(await mistakesOf(() => [queue(), queue()])).to.match(/Duplicate resource URN .*::jobs'/);
    expect(await mistakesOf(() => new pulumi.Config().require("key"))).to.match(
      /^Missing required .* 'project:key'/,
    );
  });

  it("fails when the program does not", async () => {
    let message = "";
    await mistakesOf(() => undefined).catch((error: unknown) => (message = String(error)));
    expect(message).to.equal("Error: Expected the program to fail, but it planned 1 resources.");
  });
});

describe("resource", () => {
  it("tells what there is when there is not exactly one", async () => {
    const plan = await planOf(() => [new aws.sqs.Queue("a"), new aws.sqs.Queue("b")]);
    expect(() => resource(plan, "aws:sqs/queue:Queue")).to.throw(
      'Expected one aws:sqs/queue:Queue, found 2. The Plan has "a", "b".',
    );
    expect(() => resource(plan, "aws:sns/topic:Topic")).to.throw(
      "Expected one aws:sns/topic:Topic, found 0. The Plan has aws:sqs/queue:Queue, pulumi:pulumi:Stack.",
    );
  });
});
