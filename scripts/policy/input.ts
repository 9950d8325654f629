import { readFileSync } from "node:fs";
import type { Json, Plan } from "../../components/testing/plan.ts";
import { isObject } from "../../components/testing/wire.ts";
import { CommandError } from "../exit.ts";
import { configOfDigest, isDigest, planOfDigest } from "./digest.ts";
import { isState, planOfState } from "./state.ts";

/** What a file holds that can be judged. */
export interface Input {
  plan: Plan;
  /** Configuration that the file itself brings along. @default none */
  config?: Record<string, Json>;
}

/** What files are called in messages. */
const STATE = "the state of a stack, as `pulumi stack export` writes it";
const PLAN = "a preview, as `pulumi preview --json` or `strongroom preview --save-plan` writes it";

/** Reads the state of a deployed stack. @throws {CommandError} naming the file, what it is and what to do instead */
export function readState(file: string): Input {
  const document = readDocument(file, STATE);
  if (isState(document)) return { plan: withoutLoops(planOfState(document, file), file) };
  throw new CommandError(`${file} is not ${STATE}${whatElse(document, "--state")}.`);
}

/** Reads what a stack would become. @throws {CommandError} naming the file, what it is and what to do instead */
export function readPreview(file: string): Input {
  const document = readDocument(file, PLAN);
  if (isDigest(document))
    return { plan: withoutLoops(planOfDigest(document, file), file), config: configOfDigest(document) };
  const plan = savedPlanIn(document, file);
  if (plan !== undefined) return { plan };
  throw new CommandError(`${file} is not ${PLAN}${whatElse(document, "--plan")}.`);
}

/**
 * The Plan that another run saved, by itself or as part of its JSON report; undefined where a document is neither.
 *
 * @throws {CommandError} when it is another version's, or damaged
 */
export function savedPlanIn(document: Json, file: string): Plan | undefined {
  const saved = isObject(document) && isObject(document.plan) ? document.plan : document;
  return isSavedPlan(saved) ? withoutLoops(current(saved, file), file) : undefined;
}

function isSavedPlan(document: Json): document is Record<string, Json> {
  return isObject(document) && "schemaVersion" in document && Array.isArray(document.resources);
}

function current(plan: Record<string, Json>, file: string): Plan {
  if (plan.schemaVersion === 1) {
    if (isPlan(plan)) return plan as unknown as Plan;
    throw new CommandError(
      `${file} looks like a saved plan, but parts of it are missing. Make it anew with \`strongroom preview --save-plan FILE\`.`,
    );
  }
  throw new CommandError(
    `${file} was saved by another version of strongroom, whose plans this one cannot read. Save it anew.`,
  );
}

/** Whether a plan has the parts that everything relies on. */
function isPlan({ project, stack, aws, resources }: Record<string, Json>): boolean {
  return (
    [project, stack].every((each) => typeof each === "string") &&
    isObject(aws) &&
    [aws.region, aws.account, aws.partition].every((each) => typeof each === "string") &&
    Array.isArray(resources) &&
    resources.every(
      (resource) =>
        isObject(resource) &&
        [resource.urn, resource.type, resource.name].every((each) => typeof each === "string") &&
        [resource.inputs, resource.outputs, resource.options, resource.propertyDependencies].every(
          isObject,
        ) &&
        [resource.dependencies, resource.secretPaths].every(Array.isArray),
    )
  );
}

/** The plan, of which no resource may lie within itself: whoever follows parents upwards must come to an end. */
function withoutLoops(plan: Plan, file: string): Plan {
  const parents = new Map(plan.resources.map(({ urn, parent }) => [urn, parent]));
  const fine = new Set<string>();
  for (const { urn } of plan.resources) {
    const way = new Set<string>();
    for (let at: string | undefined = urn; at !== undefined && !fine.has(at); at = parents.get(at)) {
      if (way.has(at)) throw new CommandError(`${file} is damaged: ${at} is its own parent. Export it anew.`);
      way.add(at);
    }
    for (const each of way) fine.add(each);
  }
  return plan;
}

/** What a document of the wrong kind is, where that can be told, and what it is good for. */
function whatElse(document: Json, option: "--state" | "--plan"): string {
  if (!isObject(document)) return `, but ${Array.isArray(document) ? "a list" : "a single value"}`;
  const { plan, manifest, resources } = document;
  if (option === "--plan" && isState(document)) return `, but ${STATE}: give it as --state`;
  if (option === "--state" && (isDigest(document) || isSavedPlan(document) || isObject(plan)))
    return `, but ${PLAN}: give it as --plan`;
  if (isObject(manifest) && Array.isArray(resources))
    return ', but only its "deployment": export the whole state';
  if ("resourcePlans" in document)
    return ", but an update plan of `pulumi preview --save-plan`, which holds no full resources: use --json";
  if ("terraform_version" in document)
    return ", but a state or plan of Terraform, which only Terraform's tools read";
  return "";
}

/** Says of the engine's events why they cannot be judged; they are one JSON text a line. */
function engineEvents(file: string): CommandError {
  return new CommandError(
    `${file} holds the engine's events, which do not tell where values come from. Make it with ` +
      "`pulumi preview --json`, without --event-log and PULUMI_ENABLE_STREAMING_JSON_PREVIEW.",
  );
}

function isEngineEvent(document: Json | undefined): boolean {
  return isObject(document) && "sequence" in document && "timestamp" in document;
}

function readDocument(file: string, wanted: string): Json {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${(error as Error).message}.`);
  }
  const text = bytes.toString("utf8").replace(/^\u{feff}/u, "");
  const document = parsed(text);
  if (isEngineEvent(document ?? parsed(text.split("\n", 1)[0]))) throw engineEvents(file);
  if (isObject(document) && "sops" in document)
    throw new CommandError(`${file} is encrypted by SOPS. Decrypt it first: sops --decrypt ${file}.`);
  if (document !== undefined) return document;
  throw new CommandError(`${file} is not JSON${whatText(bytes, text)}; it should be ${wanted}.`);
}

/** What a text says as JSON; undefined where it is none. */
function parsed(text = ""): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** What a file is that is no JSON, by how it begins. */
function whatText(bytes: Buffer, text: string): string {
  if (bytes.length === 0) return ", but empty";
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return ", but compressed: unpack it with gunzip first";
  if (/^(-----BEGIN |age-encryption\.org)/.test(text)) return ", but encrypted as a whole: decrypt it first";
  return text.trimStart().startsWith("{") ? ", or is cut off" : "";
}
