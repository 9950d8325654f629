import path from "node:path";

import { PlanError } from "./errors.ts";
import { explain, isRefusal } from "./failure.ts";
import { namedBy } from "./missing-config.ts";
import { Monitor } from "./monitor.ts";
import type { Json, Plan, PlanResource } from "./plan.ts";
import { type Ended, runProgram } from "./program.ts";
import { type Project, configText, fullKey, ownStackName, placeholder, readProject } from "./project.ts";
import { serve } from "./server.ts";

/** Which program to plan, and how. */
export interface PlanProjectOptions {
  /** Folder of the project, or one below it. @default the working directory */
  cwd?: string;
  /** Stack, whose file is Pulumi.<stack>.yaml. @default the only one there is, or "dev" where there is none */
  stack?: string;
  /** @default that of `stack`, where it is given as `organization/project/stack`, else "organization" */
  organization?: string;
  /** Configuration on top of the files'; a key without a namespace is the project's own. */
  config?: Record<string, Json>;
  /** Go on with placeholders of the expected type where configuration is missing. @default false */
  placeholders?: boolean;
  /** AWS region of the default provider. @default `aws:region`, else AWS_REGION, else "us-east-1" */
  region?: string;
  /** Seconds that the program may take. @default 120 */
  timeout?: number;
  /** Variables added to the program's environment. */
  environment?: Record<string, string>;
  signal?: AbortSignal;
  /** Called for every resource as it is registered, with the number of resources so far. */
  onProgress?: (resource: PlanResource, count: number) => void;
  /** Called for each line that the program writes. */
  onOutput?: (line: string) => void;
}

const UNFINISHED =
  "The program's process ended before the program was done. Look for a call of process.exit(), or for an `await` of a promise that never resolves.";

/** Most runs in search of missing configuration; a program that still asks for more asks for ever new keys. */
const MOST_RUNS = 10;

/**
 * Runs any Pulumi Node.js program and returns its Plan: what it would make, with simulated answers in the place of AWS.
 *
 * The program runs in a process of its own, with the runner and the version of its own SDK.
 *
 * @throws PlanError telling what is wrong with the request (usage), the program (program) or its duration (timeout)
 */
export async function planProject(options: PlanProjectOptions = {}): Promise<Plan> {
  const named = readProject(options.cwd ?? process.cwd(), options.stack);
  const project = { ...named, stack: ownStackName(named.stack) };
  const { configuration } = project;
  const config = new Map(configuration.values);
  for (const [key, value] of Object.entries(options.config ?? {})) {
    config.set(fullKey(project.name, key), configText(value));
    configuration.missing.delete(fullKey(project.name, key));
    configuration.standIns.delete(fullKey(project.name, key));
  }
  const missing = new Map(configuration.missing);
  const timeLimit = options.timeout ?? 120;
  const deadline = performance.now() + timeLimit * 1000;
  for (let run = 1; ; run++) {
    const standIns = [...missing].map(([key, type]) => [key, configText(standIn(key, type))] as const);
    const values = new Map([...config, ...standIns]);
    const limits = { deadline, timeLimit, listen: run > 1 };
    const { plan, ended, failure, finished } = await runOnce(project, values, options, limits);
    const named = namedBy(failure.join("\n"));
    const asked = ended.missing.filter((each) => !missing.has(each.key));
    for (const { key, type } of asked) missing.set(key, type);
    // The first run tells one key only: listening, the next ones tell them all, as far as the placeholders carry.
    const unfinished = asked.length > 0 && (ended.code !== 0 || options.placeholders === true);
    if (run < MOST_RUNS && (unfinished || (run === 1 && named !== undefined))) continue;
    if (named !== undefined && !missing.has(named)) missing.set(named, "string");
    if (missing.size > 0 && options.placeholders !== true) throw missingConfiguration(project, missing);
    if (ended.code !== 0) {
      const kind = isRefusal(failure) ? "usage" : "program";
      throw new PlanError(kind, explain(project, failure, ended));
    }
    if (!finished) throw new PlanError("program", UNFINISHED);
    return withNotes(plan, project, missing);
  }
}

async function runOnce(
  project: Project,
  config: Map<string, string>,
  options: PlanProjectOptions,
  { deadline, timeLimit, listen }: { deadline: number; timeLimit: number; listen: boolean },
): Promise<{ plan: Plan; ended: Ended; failure: string[]; finished: boolean }> {
  const { organization = organizationIn(options.stack), environment = {} } = options;
  const { secretKeys, standIns } = project.configuration;
  const region = options.region ?? regionOf(config);
  let count = 0;
  const monitor = new Monitor({
    project: project.name,
    stack: project.stack,
    organization,
    region,
    defaultTags: config.get("aws:defaultTags"),
    root: project.root,
    entryFolder: project.folder,
    secrets: [...secretKeys].filter((key) => !standIns.has(key)).map((key) => config.get(key) ?? ""),
    ...(options.onProgress && { onResource: (resource) => options.onProgress?.(resource, ++count) }),
  });
  const server = await serve(monitor);
  try {
    const ended = await runProgram(project, {
      address: server.address,
      organization,
      config,
      secretKeys,
      listen,
      // Programs that read the provider's region must see the simulated one.
      environment: { AWS_REGION: region, ...environment },
      timeout: Math.max(0, Math.round(deadline - performance.now())),
      timeLimit,
      ...(options.signal && { signal: options.signal }),
      ...(options.onOutput && { onOutput: options.onOutput }),
    });
    return {
      plan: monitor.plan(),
      ended: { ...ended, errors: monitor.scrub(ended.errors) },
      failure: monitor.errors,
      finished: monitor.finished,
    };
  } finally {
    server.close();
    monitor.close();
  }
}

function organizationIn(stack = ""): string {
  const [organization, ...others] = stack.split("/");
  return organization === undefined || others.length === 0 ? "organization" : organization;
}

function regionOf(config: Map<string, string>): string {
  return config.get("aws:region") ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? "us-east-1";
}

/** A value that the program will take for a key of this type; "one of […]" lists the legal ones. */
function standIn(key: string, type: string): Json {
  const [, legal] = /^one of (.*)$/.exec(type) ?? [];
  const [first] = legal === undefined ? [] : (JSON.parse(legal) as Json[]);
  return first ?? placeholder(key, type);
}

function missingConfiguration(project: Project, missing: ReadonlyMap<string, string>): PlanError {
  const keys = [...missing]
    .map(([key, type]) => `  ${key}${type === "string" ? "" : ` (${type})`}`)
    .toSorted();
  return new PlanError(
    "usage",
    [
      `Configuration is missing for stack ${project.stack} of ${project.name}:`,
      ...keys,
      `Give it with --config key=value or in ${path.join(project.root, `Pulumi.${project.stack}.yaml`)}, or go on with --placeholders.`,
    ].join("\n"),
  );
}

function withNotes(plan: Plan, project: Project, missing: ReadonlyMap<string, string>): Plan {
  const notes = [
    ...project.configuration.notes,
    ...[...missing.keys()].map((key) => `${key} is not configured: a placeholder stands for it.`),
  ];
  return {
    ...plan,
    diagnostics: [...notes.map((message) => ({ severity: "info" as const, message })), ...plan.diagnostics],
  };
}
