import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import type { Json } from "../../components/testing/plan.ts";
import { ownStackName, projectRoot, readProject } from "../../components/testing/project.ts";
import { isObject } from "../../components/testing/wire.ts";
import { type Baseline, readBaseline } from "../../policies/baseline.ts";
import { RULES } from "../../policies/rules/index.ts";
import { mergeSettings, readSettings, type Settings, SETTINGS_KEY } from "../../policies/settings.ts";
import { CommandError } from "../exit.ts";
import type { Input } from "./input.ts";

/** Whose policies are asked for, and what its user says of them. */
export interface PolicyRequest {
  /** Folder of the Pulumi project. */
  cwd: string;
  /** @default the only stack there is */
  stack?: string;
  /** Configuration on top of the stack's file. */
  config: Record<string, string>;
  /** A state or a preview of the engine's to judge in place of the program. */
  input?: Input;
  /** File of exemptions. @default the project's `policies/exemptions.yaml`, where there is one */
  exemptions?: string;
  /** File of what is known to be broken; `none` for none. @default the project's `policies/baseline.yaml`, where there is one */
  baseline?: string;
  /** File of settings that count more than the stack's. @default none */
  policyConfig?: string;
}

/** What counts for a stack beside the rules themselves. */
export interface StackPolicies {
  settings: Settings;
  exemptions?: string;
  baseline?: { file: string; content: Baseline };
  notes: string[];
}

/** Finds what a project, its stack and the command line say of policies. */
export function policiesOf(asked: PolicyRequest): StackPolicies {
  const request = { ...asked, cwd: rootOf(asked.cwd) };
  const { cwd, input, policyConfig } = request;
  const stranger = input === undefined ? undefined : strangerIn(cwd, input.plan.project);
  const own = (name: string) => (stranger === undefined ? ownFile(cwd, name) : undefined);
  const exemptions = request.exemptions ?? own("exemptions.yaml");
  const file = request.baseline === "none" ? undefined : (request.baseline ?? own("baseline.yaml"));
  return {
    settings: mergeSettings(
      stackSettings(request, stranger === undefined),
      policyConfig === undefined ? {} : readSettings(readYaml(policyConfig), RULES, policyConfig),
    ),
    ...(exemptions === undefined ? {} : { exemptions }),
    ...(file === undefined ? {} : { baseline: { file, content: readBaseline(file) } }),
    notes: stranger === undefined ? [] : [stranger],
  };
}

/** Where a project keeps its baseline, whichever of its folders is named. */
export function ownBaseline(cwd: string): string {
  return path.join(rootOf(cwd), "policies", "baseline.yaml");
}

/** The folder of the project that a folder lies in, where its policies lie too; else the folder itself. */
function rootOf(cwd: string): string {
  return projectRoot(cwd) ?? cwd;
}

function ownFile(cwd: string, name: string): string | undefined {
  const file = path.join(cwd, "policies", name);
  return existsSync(file) ? file : undefined;
}

/** What to know where the folder is another project's than what is judged: its files count for that one alone. */
function strangerIn(cwd: string, project: string): string | undefined {
  const file = path.join(cwd, "Pulumi.yaml");
  const content = existsSync(file) ? readYaml(file) : undefined;
  if (!isObject(content) || typeof content.name !== "string" || content.name === project) return undefined;
  return (
    `This folder is the project ${content.name}, and ${project} is judged: the exemptions, the baseline and the ` +
    "settings of this folder do not count."
  );
}

function stackSettings({ cwd, stack, config, input }: PolicyRequest, isOwn: boolean): Settings {
  const given = config[SETTINGS_KEY];
  if (given !== undefined) return readSettings(given, RULES, `--config ${SETTINGS_KEY}`);
  if (input === undefined) {
    const project = readProject(cwd, stack);
    return readSettings(
      project.configuration.values.get(SETTINGS_KEY),
      RULES,
      `${stackFile(project.stack)}, ${SETTINGS_KEY}`,
    );
  }
  if (input.config !== undefined) return readSettings(input.config[SETTINGS_KEY], RULES, SETTINGS_KEY);
  const file = stackFile(input.plan.stack);
  if (!isOwn || !existsSync(path.join(cwd, file))) return {};
  const content = readYaml(path.join(cwd, file));
  const values = isObject(content) && isObject(content.config) ? content.config : {};
  return readSettings(values[SETTINGS_KEY], RULES, `${file}, ${SETTINGS_KEY}`);
}

function stackFile(stack: string): string {
  return `Pulumi.${ownStackName(stack)}.yaml`;
}

function readYaml(file: string): Json {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${(error as Error).message}.`);
  }
  try {
    return parse(text, { logLevel: "error" }) as Json;
  } catch (error) {
    throw new CommandError(`${file}: ${(error as Error).message}`);
  }
}
