import { expect } from "chai";
import { estimate } from "../estimate.ts";
import { PlanBuilder } from "../plan-builder.test-support.ts";
import { dollars, lines, priced } from "./lines.test-support.ts";

describe("pricers: compute", () => {
  it("price Fargate tasks by vCPU and GB, low at the scaling minimum and high at its maximum", () => {
    const found = lines(new PlanBuilder().fargate("api", { vcpu: 1, gb: 2 }, { min: 2, max: 20 }));
    // 2 × 1 × 730 × 0.04048 and 2 × 2 × 730 × 0.004445
    expect(found["Fargate: 1 vCPU a task"]?.monthly.expected).to.be.closeTo(59.1008, 1e-6);
    expect(found["Fargate: 1 vCPU a task"]?.monthly.low).to.be.closeTo(59.1008, 1e-6);
    expect(found["Fargate: 1 vCPU a task"]?.monthly.high).to.be.closeTo(591.008, 1e-6);
    expect(found["Fargate: 2 GB a task"]?.monthly.expected).to.be.closeTo(12.9794, 1e-6);
    expect(found["Fargate: 1 vCPU a task"]?.formula).to.equal(
      "2 tasks (2–20) × 1 vCPU × 730 h × $0.04048 per vCPU-hour",
    );
  });

  it("take the average number of tasks from the usage, by the component's name, within the bounds", () => {
    const builder = new PlanBuilder().fargate("api", { vcpu: 0.5, gb: 1, arm: true }, { min: 1, max: 4 });
    const vcpu = (average: number) =>
      lines(builder, { averageTasks: { "api-service": average } })["Fargate ARM64: 0.5 vCPU a task"]?.monthly
        .expected;
    expect(vcpu(3)).to.be.closeTo(3 * 0.5 * 730 * 0.03238, 1e-9);
    expect(vcpu(9)).to.be.closeTo(4 * 0.5 * 730 * 0.03238, 1e-9);
    expect(vcpu(0)).to.be.closeTo(1 * 0.5 * 730 * 0.03238, 1e-9);
  });

  it("share tasks between on demand and Spot by the strategy's weights, and mark Spot approximate", () => {
    const found = lines(new PlanBuilder().fargate("web", { vcpu: 1, gb: 2 }, { min: 4, spot: 75 }));
    expect(found["Fargate: 1 vCPU a task"]?.monthly.expected).to.be.closeTo(1 * 730 * 0.04048, 1e-9);
    expect(found["Fargate Spot: 1 vCPU a task"]?.monthly.expected).to.be.closeTo(3 * 730 * 0.012144, 1e-9);
    expect(found["Fargate Spot: 1 vCPU a task"]?.approximate).to.equal(true);
    expect(found["Fargate: 1 vCPU a task"]).not.to.have.property("approximate");
  });

  it("charge ephemeral storage from 20 GB on", () => {
    const found = lines(new PlanBuilder().fargate("api", { vcpu: 1, gb: 2, storage: 50 }, { min: 1 }));
    expect(found["Fargate: ephemeral storage beyond 20 GB"]?.monthly.expected).to.be.closeTo(
      30 * 730 * 0.000111,
      1e-9,
    );
    expect(
      lines(new PlanBuilder().fargate("api", { vcpu: 1, gb: 2, storage: 20 }, { min: 1 })),
    ).not.to.have.any.keys("Fargate: ephemeral storage beyond 20 GB");
  });

  it("do not price services on instances, on Windows, or without a task definition", () => {
    const why = (builder: PlanBuilder) => estimate(builder.plan).notPriced.map((each) => each.why);
    const service = "aws:ecs/service:Service";
    const task = "aws:ecs/taskDefinition:TaskDefinition";
    const refers = { taskDefinition: "task" };
    expect(
      why(new PlanBuilder().add(service, "s", { launchType: "FARGATE", taskDefinition: "elsewhere:1" })),
    ).to.deep.equal(["its task definition is not part of the Plan"]);
    expect(
      why(
        new PlanBuilder()
          .add(task, "task", { cpu: "256" })
          .add(service, "s", { launchType: "EC2" }, { refers }),
      ),
    ).to.deep.equal(["its tasks run on instances, which are charged where they are made"]);
    const windows = { operatingSystemFamily: "WINDOWS_SERVER_2022_CORE" };
    expect(
      why(
        new PlanBuilder()
          .add(task, "task", { runtimePlatform: windows })
          .add(service, "s", { launchType: "FARGATE" }, { refers }),
      ),
    ).to.deep.equal(["no price known for Windows on Fargate"]);
  });

  it("price instances with their volumes, and NAT instances as network", () => {
    const nat = new PlanBuilder().add("aws:ec2/instance:Instance", "nat", {
      instanceType: "t4g.nano",
      sourceDestCheck: false,
    });
    expect(dollars(lines(nat))).to.deep.equal({ "EC2 t4g.nano": 3.066, "EBS gp3": 0.64 });
    expect(estimate(nat.plan).parts.map(({ part }) => part)).to.deep.equal(["compute", "network"]);
    expect(
      dollars(priced("aws:ebs/volume:Volume", { type: "gp3", size: 100, iops: 4000, throughput: 225 })),
    ).to.deep.equal({ "EBS gp3": 8, "EBS gp3 IOPS": 5, "EBS gp3 throughput": 4 });
  });

  it("price a group's instances with the volumes of its launch template, as many as there may be", () => {
    const ebs = { volumeSize: 100, volumeType: "gp3" };
    const group = new PlanBuilder()
      .add("aws:ec2/launchTemplate:LaunchTemplate", "template", {
        instanceType: "t3.micro",
        blockDeviceMappings: [
          { deviceName: "/dev/xvda", ebs },
          { deviceName: "/dev/sdf", ebs: { volumeSize: 50, volumeType: "io1", iops: 100 } },
          { deviceName: "/dev/sdg", virtualName: "ephemeral0" },
        ],
      })
      .add(
        "aws:autoscaling/group:Group",
        "group",
        { minSize: 2, maxSize: 4 },
        { refers: { launchTemplate: "template" } },
      );
    const found = lines(group);
    expect(dollars(found)).to.deep.equal({
      "EC2 t3.micro": 15.184,
      "EBS gp3": 16,
      "EBS io1": 12.5,
      "EBS io1 IOPS": 13,
    });
    expect(found["EBS gp3"]?.monthly).to.deep.equal({ low: 16, expected: 16, high: 32 });
  });

  it("charge the public addresses that tasks and instances draw", () => {
    const address = (builder: PlanBuilder) => lines(builder)["public IPv4 address"]?.monthly.expected;
    const instance = { instanceType: "t3.micro", associatePublicIpAddress: true };
    expect(address(new PlanBuilder().add("aws:ec2/instance:Instance", "it", instance))).to.equal(3.65);
    const group = new PlanBuilder()
      .add("aws:ec2/launchTemplate:LaunchTemplate", "template", {
        instanceType: "t3.micro",
        networkInterfaces: [{ associatePublicIpAddress: "true" }],
      })
      .add("aws:autoscaling/group:Group", "it", { minSize: 2 }, { refers: { launchTemplate: "template" } });
    expect(address(group)).to.equal(7.3);
    const tasks = new PlanBuilder().fargate("web", { vcpu: 1, gb: 2 }, { min: 3 });
    expect(address(tasks)).to.equal(undefined);
    Object.assign(tasks.plan.resources.at(-1)?.inputs ?? {}, {
      networkConfiguration: { assignPublicIp: true },
    });
    expect(address(tasks)).to.be.closeTo(10.95, 1e-9);
  });

  it("price functions by calls and GB-seconds", () => {
    const usage = { functionCalls: 3, functionSeconds: 0.5 };
    // 3 million × 0.5 s × 0.25 GB = 375,000 GB-s
    expect(dollars(priced("aws:lambda/function:Function", { memorySize: 256 }, usage))).to.deep.equal({
      "Lambda calls": 0.6,
      "Lambda: 0.25 GB": 6.25,
    });
    expect(
      dollars(priced("aws:lambda/function:Function", { memorySize: 256, architectures: ["arm64"] }, usage))[
        "Lambda: 0.25 GB"
      ],
    ).to.equal(5);
  });
});
