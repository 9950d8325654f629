import { fileURLToPath } from "node:url";
import { configText, readProject } from "../../components/testing/project.ts";
import {
  type Json,
  type Plan,
  type PlanResource,
  planOf,
  resources,
} from "../../components/testing/index.ts";
import { parseConfig } from "../config.ts";
import { enterprisePayments } from "./enterprise-payments.ts";

/** What tests of systems stand on: the stacks' own files, with changes, planned in this process. */

/** Folder of Pulumi.yaml. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Configuration of a stack as its file has it, with changes; `undefined` takes a key away. */
export function configOf(
  stack: string,
  changes: Record<string, Json | undefined> = {},
): Record<string, string> {
  const config = readProject(ROOT, stack).configuration.values;
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) config.delete(key);
    else config.set(key, configText(value));
  }
  return Object.fromEntries(config);
}

/** The Plan of `enterprise-payments` for a stack's file, with changes to its configuration. */
export function planStack(stack: string, changes: Record<string, Json | undefined> = {}): Promise<Plan> {
  const config = configOf(stack, changes);
  return planOf(() => enterprisePayments(parseConfig(config, stack)), {
    project: "strongroom",
    stack,
    config,
    secretKeys: ["strongroom:pagerDutyUrl"],
  });
}

/** PagerDuty's address in the samples, which no Plan may show. */
const PLANTED = "https://events.pagerduty.com/integration/0123456789planted/enqueue";

/** What tests look at: the two stacks, and one of default sizes with two replicas, but without a domain and hours. */
const SAMPLES = {
  production: () => planStack("production", { "strongroom:pagerDutyUrl": PLANTED }),
  staging: () =>
    planStack("staging", {
      "strongroom:notify": {
        emails: ["platform@example.com"],
        slack: { workspace: "T0123456789", channel: "C0123456789" },
      },
    }),
  bare: () =>
    planStack("staging", {
      "strongroom:domain": undefined,
      "strongroom:backend": undefined,
      "strongroom:frontend": undefined,
      "strongroom:database": { replicas: 2 },
      "strongroom:offHours": undefined,
    }),
};

const plans = new Map<keyof typeof SAMPLES, Promise<Plan>>();

/** The Plan of a sample, made once for all tests. */
export function planned(sample: keyof typeof SAMPLES): Promise<Plan> {
  const plan = plans.get(sample) ?? SAMPLES[sample]();
  plans.set(sample, plan);
  return plan;
}

/** A test of every sample. */
export function everywhere(check: (plan: Plan, environment: string) => void): () => Promise<void> {
  return async () => {
    check(await planned("production"), "production");
    check(await planned("staging"), "staging");
    check(await planned("bare"), "staging");
  };
}

/** Some of a resource's inputs, which a test knows the shape of. */
export type Inputs = Record<string, unknown>;

/** Inputs of all resources of a type. */
export function inputsOf(plan: Plan, type: string): Inputs[] {
  return resources(plan, type).map(({ inputs }) => inputs);
}

/** A property of a resource that holds a JSON document. */
export function document(resource: PlanResource, property: string): unknown {
  return JSON.parse(resource.inputs[property] as string);
}

/** A container as a task definition writes it. */
export interface Container {
  name: string;
  image: string;
  command?: string[];
  user: string;
  readonlyRootFilesystem: boolean;
  privileged: boolean;
  linuxParameters: { capabilities: { drop: string[] } };
  environment: { name: string; value: string }[];
  secrets: { name: string; valueFrom: string }[];
  healthCheck?: { command: string[]; interval: number; retries: number };
  stopTimeout: number;
  logConfiguration: { options: Record<string, string> };
}

/** All containers of a Plan. */
export function containers(plan: Plan): Container[] {
  return resources(plan, "aws:ecs/taskDefinition:TaskDefinition").flatMap(
    (task) => document(task, "containerDefinitions") as Container[],
  );
}

/** `AWS/RDS CPUUtilization` … : the metrics that a dashboard draws. */
export function drawn(dashboard: PlanResource): string[] {
  const { widgets } = document(dashboard, "dashboardBody") as {
    widgets: { properties: { metrics?: [string, string, ...unknown[]][] } }[];
  };
  return widgets.flatMap(({ properties }) =>
    (properties.metrics ?? []).map(([namespace, name]) => `${namespace} ${name}`),
  );
}
