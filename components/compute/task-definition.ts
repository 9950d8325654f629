import * as pulumi from "@pulumi/pulumi";
import { parseImage } from "../delivery/image-reference.ts";
import type { Link } from "../link.ts";
import { megabytes, type Size } from "../units.ts";
import { known, type Problems, show, within } from "../validation.ts";
import { type Environment, mergeEnvironment } from "./environment.ts";
import type { ContainerArgs, ContainerHealthArgs, SidecarArgs } from "./task-args.ts";

/** Where ECS Exec's agent writes; needed when the root file system is read-only. */
const EXEC_AGENT_PATHS = ["/var/lib/amazon", "/var/log/amazon"];
const DEFAULT_TMP_SIZE: Size = "64 MB";

/** A container with every default filled in and every unit in ECS's own. */
export interface ContainerPlan {
  name: string;
  image: pulumi.Input<string>;
  /** Whether the image lies in a private repository of ECR; undefined where nobody knows its name yet. */
  imageInEcr: boolean | undefined;
  essential: boolean;
  command?: string[];
  entryPoint?: string[];
  environment: Environment;
  user: string;
  readonlyRootFilesystem: boolean;
  /** Mounts in memory: path and MiB. */
  tmpfs: { path: string; mebibytes: number }[];
  /** Mounts on the task's disk: path and volume. */
  volumes: { path: string; volume: string }[];
  healthCheck?: {
    command: string[];
    interval: number;
    timeout: number;
    retries: number;
    startPeriod: number;
  };
  stopTimeout: number;
  port?: number;
  dependsOn: { containerName: string; condition: "START" | "HEALTHY" }[];
}

/** Where containers log to. */
export interface LogTarget {
  group: pulumi.Input<string>;
  region: pulumi.Input<string>;
}

/**
 * Plans the containers of a task, the main one first. Mistakes are recorded in `problems`.
 *
 * @param main its `name`, arguments, and the port it listens on.
 */
export function planContainers(
  main: { name: string; args: ContainerArgs; port?: number; links: readonly Link[]; exec?: boolean },
  sidecars: Readonly<Record<string, SidecarArgs>>,
  problems: Problems,
): ContainerPlan[] {
  const beside = Object.entries(sidecars).map(([name, args]) => {
    const path = `sidecars.${name}`;
    problems.check(
      /^[A-Za-z0-9_-]{1,255}$/.test(name) && name !== main.name,
      path,
      `${show(name)} cannot name a sidecar; write letters, digits, "-" and "_", and not the main container's name`,
    );
    problems.check(
      args.before !== "healthy" || args.healthCheck !== undefined,
      `${path}.before`,
      `"healthy" needs a healthCheck; write one, or before: "started"`,
    );
    const plan = planContainer(name, args, { path: `${path}.`, links: [], exec: main.exec }, problems);
    return { ...plan, essential: args.essential ?? false, port: args.port };
  });
  const ports = [main.port, ...beside.map(({ port }) => port)];
  beside.forEach(({ name, port }, index) =>
    problems.check(
      port === undefined ||
        (Number.isInteger(port) && port >= 1 && port <= 65_535 && ports.indexOf(port) === index + 1),
      `sidecars.${name}.port`,
      `${show(port)} is not possible; write a port from 1 to 65535 that no other container of the task has`,
    ),
  );
  const own = planContainer(main.name, main.args, { path: "", links: main.links, exec: main.exec }, problems);
  const dependsOn = Object.entries(sidecars).flatMap(([containerName, { before }]) =>
    before === undefined
      ? []
      : [{ containerName, condition: before === "healthy" ? ("HEALTHY" as const) : ("START" as const) }],
  );
  return [{ ...own, port: main.port, dependsOn }, ...beside];
}

function planContainer(
  name: string,
  args: ContainerArgs,
  { path, links, exec = false }: { path: string; links: readonly Link[]; exec?: boolean },
  problems: Problems,
): ContainerPlan {
  const image = known(args.image);
  const reference = image === undefined ? undefined : problems.parse(`${path}image`, () => parseImage(image));
  const user = args.user ?? "1000:1000";
  problems.check(
    /^[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)?$/.test(user),
    `${path}user`,
    `${show(user)} is not a user; write "<user>" or "<user>:<group>", as names or numbers`,
  );
  problems.check(
    args.allowRoot === true || !/^(root|0+)(:|$)/.test(user),
    `${path}user`,
    `${show(user)} is root; write another user, such as "1000:1000", or allowRoot: true where the image cannot do without`,
  );
  const readonlyRootFilesystem = args.readonlyRootFilesystem ?? true;
  const mounts = planMounts(name, args.tmp ?? {}, `${path}tmp`, problems);
  const agent = exec && readonlyRootFilesystem ? EXEC_AGENT_PATHS : [];
  const volumes = [
    ...mounts.volumes,
    ...agent.map((mount) => ({ path: mount, volume: volumeName(name, mount) })),
  ];
  const mounted = [...mounts.tmpfs, ...volumes].map((mount) => mount.path);
  const twice = mounted.find((mount, index) => mounted.indexOf(mount) !== index);
  problems.check(
    twice === undefined,
    `${path}tmp`,
    `${show(twice)} is mounted twice; write it once${agent.includes(twice ?? "") ? ": exec mounts it by itself" : ""}`,
  );
  return {
    name,
    image: args.image,
    imageInEcr: reference === undefined ? undefined : reference.ecr !== undefined,
    essential: true,
    command: args.command,
    entryPoint: args.entryPoint,
    environment: mergeEnvironment(args, links, problems),
    user,
    readonlyRootFilesystem,
    tmpfs: mounts.tmpfs,
    volumes,
    healthCheck: args.healthCheck && planHealth(args.healthCheck, `${path}healthCheck`, problems),
    stopTimeout: within(problems, `${path}stopTimeout`, args.stopTimeout ?? "30 seconds", 2, 120),
    dependsOn: [],
  };
}

function planMounts(
  container: string,
  tmp: NonNullable<ContainerArgs["tmp"]>,
  propertyPath: string,
  problems: Problems,
): Pick<ContainerPlan, "tmpfs" | "volumes"> {
  const wanted: [string, Size | "disk"][] = Array.isArray(tmp)
    ? tmp.map((path) => [path, DEFAULT_TMP_SIZE])
    : Object.entries(tmp);
  const plan: Pick<ContainerPlan, "tmpfs" | "volumes"> = { tmpfs: [], volumes: [] };
  for (const [path, size] of wanted.sort(([a], [b]) => (a < b ? -1 : 1))) {
    problems.check(
      /^(\/[A-Za-z0-9._-]+)+$/.test(path) && !path.split("/").includes(".."),
      propertyPath,
      `${show(path)} is not an absolute path below "/"; write one such as "/tmp"`,
    );
    if (size === "disk") {
      plan.volumes.push({ path, volume: volumeName(container, path) });
      continue;
    }
    const mebibytes = problems.parse(propertyPath, () => megabytes(size));
    if (mebibytes === undefined) continue;
    problems.check(
      Number.isInteger(mebibytes) && mebibytes >= 1,
      propertyPath,
      `${show(size)} for ${show(path)} is not a whole number of MB from 1`,
    );
    plan.tmpfs.push({ path, mebibytes });
  }
  return plan;
}

function volumeName(container: string, path: string): string {
  return `${container}${path.replaceAll(/[^A-Za-z0-9_]+/g, "-")}`;
}

function planHealth(
  args: ContainerHealthArgs,
  path: string,
  problems: Problems,
): NonNullable<ContainerPlan["healthCheck"]> {
  const command = typeof args.command === "string" ? ["CMD-SHELL", args.command] : ["CMD", ...args.command];
  problems.check(
    command.length > 1 && command[1] !== "",
    `${path}.command`,
    `${show(args.command)} is empty; write the command that exits with 0 when all is well`,
  );
  const retries = args.retries ?? 3;
  problems.check(
    Number.isInteger(retries) && retries >= 1 && retries <= 10,
    `${path}.retries`,
    `${retries} is not possible; write a whole number from 1 to 10`,
  );
  return {
    command,
    retries,
    interval: within(problems, `${path}.interval`, args.interval ?? "30 seconds", 5, 300),
    timeout: within(problems, `${path}.timeout`, args.timeout ?? "5 seconds", 2, 60),
    startPeriod: within(problems, `${path}.startPeriod`, args.startPeriod ?? "30 seconds", 0, 300),
  };
}

/** Names of the volumes on disk that the containers mount. */
export function volumesOf(containers: readonly ContainerPlan[]): { name: string }[] {
  return containers.flatMap(({ volumes }) => volumes.map(({ volume }) => ({ name: volume })));
}

/**
 * The containers as the JSON that ECS takes. Keys are in alphabetical order, as ECS answers them, and the same plan
 * always gives the same text.
 */
export function containerDefinitions(
  containers: readonly ContainerPlan[],
  logs: LogTarget,
): pulumi.Output<string> {
  return pulumi.jsonStringify(containers.map((container) => sortKeys(definition(container, logs))));
}

function definition(container: ContainerPlan, logs: LogTarget): Record<string, unknown> {
  const { tmpfs, volumes, port, dependsOn } = container;
  return {
    name: container.name,
    image: container.image,
    essential: container.essential,
    command: container.command,
    entryPoint: container.entryPoint,
    dependsOn: dependsOn.length === 0 ? undefined : dependsOn,
    environment: container.environment.plain,
    secrets: container.environment.secret.map(({ name, valueFrom }) => ({ name, valueFrom })),
    healthCheck: container.healthCheck,
    // Fargate lets capabilities be dropped; the only one it would add is SYS_PTRACE.
    linuxParameters: {
      capabilities: { add: [], drop: ["ALL"] },
      initProcessEnabled: true,
      tmpfs:
        tmpfs.length === 0
          ? undefined
          : tmpfs.map(({ path, mebibytes }) => ({
              containerPath: path,
              mountOptions: ["rw", "noexec", "nosuid", "nodev"],
              size: mebibytes,
            })),
    },
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": logs.group,
        "awslogs-region": logs.region,
        "awslogs-stream-prefix": container.name,
        // A payment must not wait for CloudWatch: what the buffer cannot hold is lost instead.
        "max-buffer-size": "25m",
        mode: "non-blocking",
      },
    },
    mountPoints: volumes.map(({ path, volume }) => ({
      containerPath: path,
      readOnly: false,
      sourceVolume: volume,
    })),
    portMappings: port === undefined ? [] : [{ containerPort: port, hostPort: port, protocol: "tcp" }],
    privileged: false,
    readonlyRootFilesystem: container.readonlyRootFilesystem,
    stopTimeout: container.stopTimeout,
    user: container.user,
  };
}

/** The same value with the keys of every plain object in alphabetical order; undefined properties are left out. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (
    typeof value !== "object" ||
    value === null ||
    pulumi.Output.isInstance(value) ||
    value instanceof Promise
  ) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, property]) => property !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, property]) => [key, sortKeys(property)]),
  );
}
