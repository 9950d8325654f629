import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { CommandError } from "../exit.ts";
import { folder } from "./options.ts";

/** Options of the verbs that judge: by which packs, and what need not hold. */
export const POLICY_OPTIONS = {
  pack: { type: "string", array: true, describe: "Folder of a policy pack [default: pci-dss and soc2]" },
  framework: {
    type: "string",
    array: true,
    describe: "Framework whose pack judges, such as pci-dss [default: pci-dss and soc2]",
  },
  "policy-config": {
    type: "string",
    describe: "File of levels and parameters of rules, on top of strongroom:policies of the stack",
  },
  exemptions: { type: "string", describe: "File of exemptions [default: policies/exemptions.yaml]" },
  baseline: {
    type: "string",
    describe: "File of what is known to be broken, or none [default: policies/baseline.yaml]",
  },
} as const;

/** What the options say, as the command line hands them over. */
interface PolicyArguments {
  pack: string[] | undefined;
  framework: string[] | undefined;
  policyConfig: string | undefined;
  exemptions: string | undefined;
  baseline: string | undefined;
}

/** What a preview is asked for by the options. @throws {CommandError} for what is not there */
export async function policyRequest(args: PolicyArguments): Promise<{
  packs?: string[];
  policyConfig?: string;
  exemptions?: string;
  baseline?: string;
}> {
  const { policyConfig, exemptions, baseline } = args;
  const chosen = await packs(args);
  return {
    ...(chosen === undefined ? {} : { packs: chosen }),
    ...(policyConfig === undefined ? {} : { policyConfig: existing(policyConfig, "--policy-config") }),
    ...(exemptions === undefined ? {} : { exemptions: existing(exemptions, "--exemptions") }),
    ...(baseline === undefined
      ? {}
      : { baseline: baseline === "none" ? baseline : existing(baseline, "--baseline") }),
  };
}

/** Folders of the packs that are named; nothing where none is. */
async function packs({
  pack,
  framework,
}: Pick<PolicyArguments, "pack" | "framework">): Promise<string[] | undefined> {
  if (pack === undefined && framework === undefined) return undefined;
  const named = (pack ?? []).map((each) => folder(each, "--pack"));
  if (framework === undefined) return named;
  const { packsFor } = await import("../policy/packs.ts");
  return [...packsFor(framework), ...named];
}

/** A file's path as it was given: it stands in reports. */
function existing(file: string, option: string): string {
  if (!existsSync(file) || !statSync(file).isFile())
    throw new CommandError(`${option} ${file} is not a file.`);
  return path.normalize(file);
}
