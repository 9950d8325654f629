import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

import { parseDocument } from "yaml";

import { PlanError } from "./errors.ts";
import type { Json } from "./plan.ts";
import { isObject } from "./wire.ts";

/** A Pulumi project and one of its stacks, as its files describe them. */
export interface Project {
  name: string;
  /** The stack as it was named, perhaps by `organization/project/stack`. */
  stack: string;
  /** Folder of Pulumi.yaml. */
  root: string;
  /** Folder that the program runs in. */
  folder: string;
  /** The program within `folder`: a file's name, or "." for whatever package.json names. */
  entry: string;
  options: RuntimeOptions;
  configuration: Configuration;
}

/** Options of Pulumi's Node.js runtime. */
export interface RuntimeOptions {
  typescript: boolean;
  tsconfig?: string;
  /** Arguments for Node itself. */
  nodeArguments: string[];
}

/** Configuration of a stack by full key (`project:key`), in Pulumi's text form. */
export interface Configuration {
  values: Map<string, string>;
  secretKeys: Set<string>;
  /** Keys whose value is a placeholder, because the real one is encrypted. */
  standIns: Set<string>;
  /** Keys that the project declares without a default, and the stack does not set, with their type. */
  missing: Map<string, string>;
  /** What a reader should know: values that could not be read. */
  notes: string[];
}

/**
 * Reads Pulumi.yaml and Pulumi.<stack>.yaml.
 *
 * @throws PlanError (usage) naming the file, and the line where there is one
 */
export function readProject(cwd: string, stackName?: string): Project {
  const root = findRoot(cwd);
  const file = projectFile(root) ?? "";
  const project = readYaml(path.join(root, file));
  if (!isObject(project)) throw new PlanError("usage", `${file} must hold the project's name and runtime.`);
  const { name } = project;
  if (typeof name !== "string" || name === "") throw new PlanError("usage", `${file} has no "name".`);
  const [runtime, options] = isObject(project.runtime)
    ? [project.runtime.name, isObject(project.runtime.options) ? project.runtime.options : {}]
    : [project.runtime, {}];
  if (runtime !== "nodejs") {
    const found = typeof runtime === "string" ? `the runtime "${runtime}"` : "no runtime";
    throw new PlanError("usage", `${file} names ${found}; only programs for "nodejs" can be previewed.`);
  }
  const configFolder =
    typeof project.stackConfigDir === "string" ? path.join(root, project.stackConfigDir) : root;
  const stack = stackName ?? onlyStack(configFolder);
  return {
    name,
    stack,
    root,
    ...entryOf(root, typeof project.main === "string" ? project.main : "."),
    options: {
      typescript: options.typescript !== false,
      ...(typeof options.tsconfig === "string" && { tsconfig: options.tsconfig }),
      nodeArguments: typeof options.nodeargs === "string" ? words(options.nodeargs) : [],
    },
    configuration: readConfiguration(name, project.config, configFolder, stack),
  };
}

function findRoot(cwd: string): string {
  const start = path.resolve(cwd);
  if (!existsSync(start)) throw new PlanError("usage", `The folder ${start} does not exist.`);
  const root = projectRoot(start);
  if (root === undefined) throw new PlanError("usage", `There is no Pulumi.yaml in ${start} or above it.`);
  return root;
}

/** The folder of Pulumi.yaml: the given one, or the nearest above it; undefined where there is none. */
export function projectRoot(cwd: string): string | undefined {
  const folder = path.resolve(cwd);
  if (projectFile(folder) !== undefined) return folder;
  const parent = path.dirname(folder);
  return parent === folder ? undefined : projectRoot(parent);
}

function projectFile(folder: string): string | undefined {
  return ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"].find((file) => existsSync(path.join(folder, file)));
}

/** Where the program runs, as Pulumi decides it: in a folder that `main` names, else in the file's own folder. */
function entryOf(root: string, main: string): { folder: string; entry: string } {
  const target = path.resolve(root, main);
  if (!existsSync(target))
    throw new PlanError("usage", `Pulumi.yaml names "main: ${main}", which does not exist.`);
  return statSync(target).isDirectory()
    ? { folder: target, entry: "." }
    : { folder: path.dirname(target), entry: path.basename(target) };
}

/** The stack to take when none is named. */
function onlyStack(folder: string): string {
  const stacks = stacksIn(folder);
  if (stacks.length > 1) throw new PlanError("usage", `Name a stack: ${stacks.join(", ")}.`);
  return stacks[0] ?? "dev";
}

function stacksIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((file) => /^Pulumi\.(.+)\.ya?ml$/.exec(file)?.[1])
    .filter((stack) => stack !== undefined)
    .toSorted();
}

function readConfiguration(
  project: string,
  declared: Json | undefined,
  folder: string,
  stack: string,
): Configuration {
  const short = ownStackName(stack);
  const configuration: Configuration = {
    values: new Map(),
    secretKeys: new Set(),
    standIns: new Set(),
    missing: new Map(),
    notes: [],
  };
  const { values, secretKeys, missing } = configuration;
  const types = new Map<string, string>();
  for (const [key, declaration] of Object.entries(isObject(declared) ? declared : {})) {
    const full = fullKey(project, key);
    if (!isObject(declaration)) {
      values.set(full, configText(declaration));
      continue;
    }
    types.set(full, typeof declaration.type === "string" ? declaration.type : "string");
    const value = declaration.value ?? declaration.default;
    if (value !== undefined) values.set(full, configText(value));
    else if (full.startsWith(`${project}:`)) missing.set(full, types.get(full) ?? "string");
    if (declaration.secret === true) secretKeys.add(full);
  }
  const file = [`Pulumi.${short}.yaml`, `Pulumi.${short}.yml`].find((each) =>
    existsSync(path.join(folder, each)),
  );
  if (file === undefined) {
    const stacks = stacksIn(folder);
    if (stacks.length > 0) {
      throw new PlanError(
        "usage",
        `There is no stack "${short}" (Pulumi.${short}.yaml). There are: ${stacks.join(", ")}.`,
      );
    }
    return configuration;
  }
  // What stands there otherwise would be passed over, and the stack planned without it.
  const settings = mappingIn(readYaml(path.join(folder, file)), file);
  if (settings.environment !== undefined) {
    configuration.notes.push(`${file} takes values from a Pulumi ESC environment, which are not known here.`);
  }
  const given = mappingIn(settings.config, `"config" of ${file}`);
  for (const [key, value] of Object.entries(given)) {
    const full = fullKey(project, key);
    missing.delete(full);
    if (holdsCiphertext(value)) {
      secretKeys.add(full);
      configuration.standIns.add(full);
      values.set(full, configText(revealed(value, full, types.get(full))));
      configuration.notes.push(`${full} is encrypted: a placeholder stands for it.`);
    } else {
      values.set(full, configText(value));
    }
  }
  return configuration;
}

/** A mapping; one that is left empty holds nothing. @throws PlanError (usage) for anything else */
function mappingIn(value: Json | undefined, what: string): Record<string, Json> {
  if (value === undefined || value === null) return {};
  if (isObject(value)) return value;
  throw new PlanError("usage", `${what} must be a mapping of names to values.`);
}

/** A stack's own name: the last part of `organization/project/stack`, by which its file is named too. */
export function ownStackName(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}

/** A key with its namespace; the project's own need none. */
export function fullKey(project: string, key: string): string {
  const parts = key.split(":");
  if (parts.length === 3 && parts[1] === "config") return `${parts[0] ?? ""}:${parts[2] ?? ""}`;
  return parts.length === 1 ? `${project}:${key}` : key;
}

/** Configuration as programs get it: texts as they are, everything else as JSON. */
export function configText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Texts that programs are likely to accept, by what the key is called. */
const LIKELY: [RegExp, string][] = [
  [/email/i, "someone@example.com"],
  [/ur[il]$/i, "https://example.com"],
  [/domain|host/i, "example.com"],
  [/cidr/i, "10.0.0.0/16"],
  [/region/i, "us-east-1"],
  [/account/i, "123456789012"],
  [/path|folder|dir(ectory)?$/i, "."],
];

/** A value that stands in for one that is not known, of the type that the program expects. */
export function placeholder(key: string, type: string | undefined): Json {
  switch (type) {
    case "boolean":
      return false;
    case "integer":
    case "number":
      return 1;
    case "array":
      return [];
    case "object":
      return {};
    default:
      return LIKELY.find(([pattern]) => pattern.test(key))?.[1] ?? "placeholder";
  }
}

function holdsCiphertext(value: Json): boolean {
  if (Array.isArray(value)) return value.some(holdsCiphertext);
  if (!isObject(value)) return false;
  return isCiphertext(value) || Object.values(value).some(holdsCiphertext);
}

function isCiphertext(value: Record<string, Json>): boolean {
  return typeof value.secure === "string" && Object.keys(value).length === 1;
}

function revealed(value: Json, key: string, type?: string): Json {
  if (Array.isArray(value)) return value.map((each) => revealed(each, key));
  if (!isObject(value)) return value;
  if (isCiphertext(value)) return placeholder(key, type);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, revealed(each, name)]));
}

function readYaml(file: string): Json {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new PlanError("usage", `${file} cannot be read: ${(error as Error).message}.`);
  }
  const document = parseDocument(text, { prettyErrors: true });
  const [mistake] = document.errors;
  if (mistake) {
    const [at] = mistake.linePos ?? [];
    const [message = ""] = mistake.message.split(/ at line \d+/);
    throw new PlanError(
      "usage",
      `${path.basename(file)}:${at?.line ?? 1}:${at?.col ?? 1}: ${message.replace(/:$/, "")}.`,
    );
  }
  try {
    return document.toJS() as Json;
  } catch (error) {
    // Aliases are followed only now.
    throw new PlanError("usage", `${path.basename(file)}: ${(error as Error).message}.`);
  }
}

/** Words of a command line; quotes hold a word together. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
}
