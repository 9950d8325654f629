import type { Json, PlanResource } from "../../../components/testing/plan.ts";
import type { Monthly } from "../cost.ts";
import { runningShare, tasksOf } from "../hours.ts";
import { fixed, HOURS, times } from "../monthly.ts";
import { isOn, listAt, numberAt, objectAt, objectsAt, textAt } from "../site.ts";
import type { Site } from "../site.ts";
import type { Charge, Pricers, Unpriced } from "./pricer.ts";

const TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";
const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
/** GB of ephemeral storage that a Fargate task has without charge. */
const INCLUDED_STORAGE = 20;
/** What io and gp3 volumes bring without charge. */
const INCLUDED_GP3 = { iops: 3000, throughput: 125 };

/** ECS services on Fargate, EC2 instances and volumes, Lambda functions, EKS control planes. */
export const compute: Pricers = {
  "aws:ecs/service:Service": fargateService,
  "aws:ec2/instance:Instance": instance,
  "aws:autoscaling/group:Group": instanceGroup,
  "aws:ebs/volume:Volume": ({ inputs }) => volume(inputs),
  "aws:lambda/function:Function": lambda,
  "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": provisionedConcurrency,
  "aws:eks/cluster:Cluster": () => [
    { part: "compute", what: "EKS control plane", price: "eks.cluster", quantity: fixed(HOURS) },
  ],
};

function fargateService(service: PlanResource, site: Site): (Charge | Unpriced)[] {
  const definition = site.referred(service, "taskDefinition", TASK_DEFINITION);
  if (definition === undefined) return [{ why: "its task definition is not part of the Plan" }];
  const strategies = objectsAt(service.inputs, "capacityProviderStrategies");
  const providers = strategies.map((each) => textAt(each, "capacityProvider"));
  const onFargate =
    textAt(service.inputs, "launchType") === "FARGATE" ||
    (providers.length > 0
      ? providers.every((name) => name.startsWith("FARGATE"))
      : requiresFargate(definition));
  if (!onFargate) return [{ why: "its tasks run on instances, which are charged where they are made" }];
  const platform = objectAt(definition.inputs, "runtimePlatform") ?? {};
  if (textAt(platform, "operatingSystemFamily").startsWith("WINDOWS")) {
    return [{ why: "no price known for Windows on Fargate" }];
  }
  const vcpu = numberAt(definition.inputs, "cpu") / 1024;
  const memory = numberAt(definition.inputs, "memory") / 1024;
  const storage = numberAt(
    objectAt(definition.inputs, "ephemeralStorage") ?? {},
    "sizeInGib",
    INCLUDED_STORAGE,
  );
  const arm = textAt(platform, "cpuArchitecture") === "ARM64" ? ".arm" : "";
  const tasks = tasksOf(service, site);
  const spot = spotShare(strategies, tasks.expected);
  const charges: Charge[] = [];
  for (const [kind, share] of [["", 1 - spot] as const, [".spot", spot] as const]) {
    if (share === 0) continue;
    const words = `${tasks.words}${spot > 0 ? ` × ${share} ${kind === "" ? "on demand" : "Spot"}` : ""}`;
    const where = `Fargate${kind === "" ? "" : " Spot"}${arm === "" ? "" : " ARM64"}`;
    const hours = times(tasks, HOURS * share);
    charges.push(
      {
        part: "compute",
        what: `${where}: ${vcpu} vCPU a task`,
        price: `fargate${kind}${arm}.vcpu`,
        quantity: times(hours, vcpu),
        how: `${words} × ${vcpu} vCPU × ${HOURS} h`,
      },
      {
        part: "compute",
        what: `${where}: ${memory} GB a task`,
        price: `fargate${kind}${arm}.memory`,
        quantity: times(hours, memory),
        how: `${words} × ${memory} GB × ${HOURS} h`,
      },
    );
  }
  const extra = storage - INCLUDED_STORAGE;
  if (extra > 0) {
    charges.push({
      part: "compute",
      what: `Fargate: ephemeral storage beyond ${INCLUDED_STORAGE} GB`,
      price: "fargate.storage",
      quantity: times(tasks, HOURS * extra),
      how: `${tasks.words} × ${extra} GB × ${HOURS} h`,
    });
  }
  if (isOn(objectAt(service.inputs, "networkConfiguration") ?? {}, "assignPublicIp")) {
    charges.push(publicAddress(times(tasks, HOURS), `${tasks.words} × ${HOURS} h`));
  }
  return charges;
}

const requiresFargate = (definition: PlanResource): boolean =>
  listAt(definition.inputs, "requiresCompatibilities").includes("FARGATE");

/** Share of the tasks that the strategy's base and weights put on Spot. */
function spotShare(strategies: Record<string, Json>[], tasks: number): number {
  const base = strategies.reduce((sum, each) => sum + numberAt(each, "base"), 0);
  const weights = strategies.reduce((sum, each) => sum + numberAt(each, "weight"), 0);
  const spot = strategies.find((each) => textAt(each, "capacityProvider") === "FARGATE_SPOT");
  if (spot === undefined) return 0;
  if (tasks <= 0 || weights === 0) return numberAt(spot, "base") > 0 ? 1 : 0;
  const above = Math.max(0, tasks - base);
  const onSpot = Math.min(numberAt(spot, "base"), tasks) + (above * numberAt(spot, "weight")) / weights;
  return Math.round((onSpot / tasks) * 1000) / 1000;
}

function instance(resource: PlanResource, site: Site): (Charge | Unpriced)[] {
  const type = textAt(resource.inputs, "instanceType");
  if (type === "") return [{ why: "its instance type is not in the Plan" }];
  const share = runningShare(resource, site);
  return [
    {
      part: partOf(resource),
      what: `EC2 ${type}`,
      price: `ec2.${type}`,
      quantity: fixed(HOURS * share),
      how: hoursInWords(share),
    },
    ...volumesOf(resource.inputs).flatMap((each) => volume(each)),
    ...(isOn(resource.inputs, "associatePublicIpAddress")
      ? [publicAddress(fixed(HOURS * share), hoursInWords(share))]
      : []),
  ];
}

/** The address that AWS draws for a task or an instance; elastic ones are charged where they are made. */
function publicAddress(hours: Monthly, how: string): Charge {
  return { part: "network", what: "public IPv4 address", price: "ipv4.hour", quantity: hours, how };
}

/** A NAT instance belongs to the network. */
const partOf = ({ inputs }: PlanResource) => (inputs.sourceDestCheck === false ? "network" : "compute");

/** What images call the volume that they start from. */
const ROOT_DEVICES = ["/dev/xvda", "/dev/sda1"];

/**
 * The volumes that an instance starts with, as instances, launch configurations and launch templates declare them.
 * Amazon Linux's image brings a root volume of 8 GB, gp3 where nothing else is said.
 */
function volumesOf(inputs: Record<string, Json>): Record<string, Json>[] {
  const mapped = objectsAt(inputs, "blockDeviceMappings").flatMap((mapping) => {
    const ebs = objectAt(mapping, "ebs");
    return ebs === undefined ? [] : [{ ebs, isRoot: ROOT_DEVICES.includes(textAt(mapping, "deviceName")) }];
  });
  const root = objectAt(inputs, "rootBlockDevice") ?? mapped.find(({ isRoot }) => isRoot)?.ebs ?? {};
  const others = mapped.filter(({ isRoot }) => !isRoot).map(({ ebs }) => ebs);
  return [root, ...objectsAt(inputs, "ebsBlockDevices"), ...others].map((device) => ({
    type: device.volumeType ?? "gp3",
    size: device.volumeSize ?? 8,
    ...pick(device),
  }));
}

const pick = (device: Record<string, Json>) => ({
  ...(device.iops === undefined ? {} : { iops: device.iops }),
  ...(device.throughput === undefined ? {} : { throughput: device.throughput }),
});

function instanceGroup(group: PlanResource, site: Site): (Charge | Unpriced)[] {
  const template = [LAUNCH_TEMPLATE, "aws:ec2/launchConfiguration:LaunchConfiguration"]
    .flatMap((type) =>
      ["launchTemplate", "launchConfiguration", "mixedInstancesPolicy"].map((property) =>
        site.referred(group, property, type),
      ),
    )
    .find((found) => found !== undefined);
  const type = textAt(template?.inputs ?? {}, "instanceType");
  if (type === "") return [{ why: "the instance type of its launch template is not in the Plan" }];
  const min = numberAt(group.inputs, "minSize");
  const max = Math.max(min, numberAt(group.inputs, "maxSize", min));
  const expected = Math.min(Math.max(numberAt(group.inputs, "desiredCapacity", min), min), max);
  const instances = { low: min, expected, high: max };
  const how = `${expected} (${min}–${max}) × ${HOURS} h`;
  return [
    {
      part: template?.inputs.sourceDestCheck === false ? "network" : "compute",
      what: `EC2 ${type}`,
      price: `ec2.${type}`,
      quantity: times(instances, HOURS),
      how,
    },
    ...volumesOf(template?.inputs ?? {}).flatMap((each) => volume(each, instances)),
    ...(drawsPublicAddress(template?.inputs ?? {}) ? [publicAddress(times(instances, HOURS), how)] : []),
  ];
}

/** Launch templates say so of a network interface, as a text; launch configurations of themselves. */
function drawsPublicAddress(template: Record<string, Json>): boolean {
  return (
    isOn(template, "associatePublicIpAddress") ||
    objectsAt(template, "networkInterfaces").some(
      (each) => textAt(each, "associatePublicIpAddress") === "true",
    )
  );
}

/** @param count volumes of this kind */
function volume(inputs: Record<string, Json>, count: Monthly = fixed(1)): Charge[] {
  const type = textAt(inputs, "type", "gp2");
  const charges: Charge[] = [
    {
      part: "compute",
      what: `EBS ${type}`,
      price: `ebs.${type}.storage`,
      quantity: times(count, numberAt(inputs, "size", 1)),
    },
  ];
  const iops = numberAt(inputs, "iops") - (type === "gp3" ? INCLUDED_GP3.iops : 0);
  if (["gp3", "io1", "io2"].includes(type) && iops > 0) {
    charges.push({
      part: "compute",
      what: `EBS ${type} IOPS`,
      price: `ebs.${type}.iops`,
      quantity: times(count, iops),
    });
  }
  const throughput = numberAt(inputs, "throughput") - INCLUDED_GP3.throughput;
  if (type === "gp3" && throughput > 0) {
    charges.push({
      part: "compute",
      what: "EBS gp3 throughput",
      price: "ebs.gp3.throughput",
      quantity: times(count, throughput),
    });
  }
  return charges;
}

const isArm = (resource: PlanResource): boolean => listAt(resource.inputs, "architectures").includes("arm64");
const gbOf = (resource: PlanResource): number => numberAt(resource.inputs, "memorySize", 128) / 1024;

function lambda(resource: PlanResource, site: Site): Charge[] {
  const { functionCalls, functionSeconds } = site.usage;
  const calls = site.assumed(functionCalls);
  const gb = gbOf(resource);
  return [
    { part: "compute", what: "Lambda calls", price: "lambda.requests", quantity: calls },
    {
      part: "compute",
      what: `Lambda: ${gb} GB`,
      price: isArm(resource) ? "lambda.arm.duration" : "lambda.duration",
      quantity: times(calls, 1e6 * functionSeconds * gb),
      how: `${functionCalls} million calls × ${functionSeconds} s × ${gb} GB`,
    },
  ];
}

function provisionedConcurrency(resource: PlanResource, site: Site): (Charge | Unpriced)[] {
  const called = site.referred(resource, "functionName", "aws:lambda/function:Function");
  if (called === undefined) return [{ why: "its function is not part of the Plan" }];
  const count = numberAt(resource.inputs, "provisionedConcurrentExecutions");
  const gb = gbOf(called);
  return [
    {
      part: "compute",
      what: "Lambda provisioned concurrency",
      price: isArm(called) ? "lambda.arm.provisioned" : "lambda.provisioned",
      quantity: fixed(count * gb * HOURS * 3600),
      how: `${count} × ${gb} GB × ${HOURS} h × 3600 s`,
    },
  ];
}

/** `730 h`, or how much of it schedules leave. */
export function hoursInWords(share: number): string {
  return share === 1 ? `${HOURS} h` : `${HOURS} h × ${Math.round(share * 1000) / 10} % (as scheduled)`;
}
