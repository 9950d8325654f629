import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseDocument } from "yaml";
import { fullKey, ownStackName, type Project } from "../../components/testing/project.ts";
import type { ExitCode } from "../exit.ts";
import { operate } from "./operation.ts";
import { withPolicyPacks } from "./policy-packs.ts";
import { openStack } from "./stack.ts";

/** Runs the engine's own preview of a stack, with policy packs, and passes on what it prints. */
export async function enginePreview(request: {
  cwd: string;
  stack: string | undefined;
  packs: string[];
  /** Configuration for this preview alone. */
  config: Record<string, string>;
  /** File of settings of rules that count more than the stack's. */
  policyConfig?: string;
}): Promise<ExitCode> {
  const { cwd, packs, config, policyConfig } = request;
  const { stack, project } = await openStack(cwd, request.stack);
  const folder = mkdtempSync(path.join(tmpdir(), "strongroom-"));
  try {
    const configFile = configured(project, config, folder);
    const judged = {
      cwd,
      stack: project.stack,
      config,
      ...(policyConfig === undefined ? {} : { policyConfig }),
    };
    return await withPolicyPacks(judged, packs, (policies) =>
      operate((options) => stack.preview({ ...options, ...configFile, ...policies })),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A copy of the stack's file with more configuration in it: the engine's own option would save it in the file. */
function configured(
  { name, stack, root }: Project,
  config: Record<string, string>,
  folder: string,
): { configFile?: string } {
  if (Object.keys(config).length === 0) return {};
  const file = `Pulumi.${ownStackName(stack)}.yaml`;
  const document = parseDocument(readFileSync(path.join(root, file), "utf8"));
  for (const [key, value] of Object.entries(config)) document.setIn(["config", fullKey(name, key)], value);
  const configFile = path.join(folder, file);
  writeFileSync(configFile, document.toString());
  return { configFile };
}
