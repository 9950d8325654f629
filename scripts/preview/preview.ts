import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { PlanError, planProject } from "../../components/testing/index.ts";
import type { Plan } from "../../components/testing/index.ts";
import { projectRoot } from "../../components/testing/project.ts";
import { BaselineError } from "../../policies/baseline.ts";
import { ExemptionsError } from "../../policies/exemptions.ts";
import { SettingsError } from "../../policies/settings.ts";
import type { CostEstimate } from "../cost/cost.ts";
import { CommandError, planFailure } from "../exit.ts";
import { settle } from "../policy/known.ts";
import { packConfigs } from "../policy/packs.ts";
import { policiesOf, type PolicyRequest, type StackPolicies } from "../policy/project.ts";
import { findCommit, readPlan, withCommit } from "./baseline.ts";
import type { Commit } from "./baseline.ts";
import { diffPreviews } from "./diff.ts";
import type { Side } from "./diff.ts";
import type { Preview } from "./document.ts";
import { brokenMandatory, findingsOf } from "./findings.ts";
import { JudgeError, startJudge } from "./judge.ts";
import type { Judge } from "./judge.ts";
import type { Judgement } from "./verdict.ts";

/** What to preview, and what by. */
export interface PreviewRequest extends PolicyRequest {
  /** Go on with placeholders where configuration is missing. */
  placeholders: boolean;
  /** Folders of policy packs. @default Strongroom's own packs */
  packs?: string[];
  /** A saved plan's file or a git ref to compare with. */
  against?: string;
  /** Whether to price. */
  cost: boolean;
  /** Seconds that the program may take, and the packs. */
  timeout: number;
  signal?: AbortSignal;
  /** Told how far the preview is. */
  onProgress?: (message: string) => void;
}

/**
 * Plans a program and says what its policies, its cost and its difference from another Plan are.
 *
 * @throws {CommandError} for a mistake in the request, in the configuration or in a pack (exit code 2), and when the
 *   program fails or takes too long (3).
 */
export async function preview(request: PreviewRequest): Promise<Preview> {
  const { cwd, onProgress, signal } = request;
  const former = await findFormer(request);
  const packs = request.packs ?? ownPacks();
  const { settings, exemptions, baseline: known, notes } = stackPolicies(request);
  // The packs load while the program runs.
  const judge = startJudge(packs, {
    ...(exemptions === undefined ? {} : { exemptions }),
    config: packConfigs(settings, packs),
    timeout: request.timeout * 1000,
  });
  const end = () => judge.stop();
  signal?.addEventListener("abort", end);
  try {
    const [planned, baseline] = await both(
      request.input?.plan ?? planOf(request, cwd),
      baselineOf(request, former),
    );
    // A program's sources are named from its project's folder.
    const plan = fromHere(planned, request.input === undefined ? (projectRoot(cwd) ?? cwd) : cwd);
    onProgress?.(`Judging ${plan.resources.length} resources`);
    const after = await sideOf(request, plan, judge);
    const document: Preview = {
      schemaVersion: 1,
      tool: { name: "strongroom", version: ownVersion() },
      generatedAt: new Date().toISOString(),
      outcome: brokenMandatory(after.findings).length === 0 ? "fine" : "broken",
      plan,
      judgement: after.judgement,
      ...(after.cost === undefined ? {} : { cost: after.cost }),
      notes: [...notes, ...(baseline.note === undefined ? [] : [baseline.note])],
    };
    if (request.against !== undefined && baseline.plan !== undefined) {
      onProgress?.(`Comparing with ${request.against}`);
      document.diff = diffPreviews(request.against, await sideOf(request, baseline.plan, judge), after);
    }
    return known === undefined ? document : settle(document, known.file, known.content);
  } catch (error) {
    throw explained(error);
  } finally {
    signal?.removeEventListener("abort", end);
    judge.stop();
  }
}

/** Strongroom's own policy packs. */
export function ownPacks(): string[] {
  return ["pci-dss", "soc2"].map((name) =>
    fileURLToPath(new URL(`../../policies/packs/${name}`, import.meta.url)),
  );
}

/** The exemptions that count for a project unless others are named. */
export function ownExemptions(cwd: string): string | undefined {
  const file = path.join(cwd, "policies", "exemptions.yaml");
  return existsSync(file) ? file : undefined;
}

function ownVersion(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

async function planOf(
  { stack, config, placeholders, timeout, signal, onProgress }: PreviewRequest,
  cwd: string,
): Promise<Plan> {
  return await planProject({
    cwd,
    ...(stack === undefined ? {} : { stack }),
    config,
    placeholders,
    timeout,
    ...(signal === undefined ? {} : { signal }),
    onProgress: (_, count) => onProgress?.(`Running the program: ${count} resources`),
  });
}

/** A Plan whose sources are named from the current folder, so that terminals and code scanning find them. */
function fromHere(plan: Plan, folder: string): Plan {
  const resources = plan.resources.map((resource) => {
    const { source } = resource;
    if (source === undefined) return resource;
    return { ...resource, source: { ...source, file: path.relative("", path.resolve(folder, source.file)) } };
  });
  return { ...plan, resources };
}

/** What `--against` names: another run's Plan, or a commit whose program is still to be run. */
async function findFormer({ against, cwd }: PreviewRequest): Promise<Plan | Commit | undefined> {
  if (against === undefined) return undefined;
  return existsSync(against) && statSync(against).isFile()
    ? readPlan(against)
    : await findCommit(against, cwd);
}

/** The Plan to compare with, or why there is none. */
interface Baseline {
  plan?: Plan;
  note?: string;
}

async function baselineOf(request: PreviewRequest, former: Plan | Commit | undefined): Promise<Baseline> {
  const { against = "", cwd, signal } = request;
  if (former === undefined) return {};
  if ("resources" in former) return { plan: former };
  const planThere = async (folder: string): Promise<Baseline> => {
    if (!existsSync(folder)) return { note: `Not compared: ${against} does not hold this project.` };
    try {
      return { plan: await planOf({ ...request, onProgress: undefined }, folder) };
    } catch (error) {
      // A branch that is broken must not hide what this one would do.
      if (error instanceof PlanError) return { note: `Not compared: at ${against}, ${error.message}` };
      throw error;
    }
  };
  return await withCommit(former, cwd, planThere, signal);
}

/** Waits for both, so that nothing of the second goes on when the first fails. */
async function both<A, B>(first: A | Promise<A>, second: Promise<B>): Promise<[A, B]> {
  const [a, b] = await Promise.allSettled([first, second]);
  if (a.status === "rejected") throw a.reason;
  if (b.status === "rejected") throw b.reason;
  return [a.value, b.value];
}

async function sideOf(
  request: PreviewRequest,
  plan: Plan,
  judge: Judge,
): Promise<Side & { judgement: Judgement }> {
  const judgement = await judge.plan(plan);
  const cost = request.cost ? await costOf(request, plan) : undefined;
  return { plan, judgement, findings: findingsOf(judgement), ...(cost === undefined ? {} : { cost }) };
}

/** Prices are large tables: loaded only where they are asked for. */
async function costOf({ cwd, config }: PreviewRequest, plan: Plan): Promise<CostEstimate> {
  const [{ estimate }, { usageBeside }, { readUsage, USAGE_KEY }] = await Promise.all([
    import("../cost/estimate.ts"),
    import("../cost/plans.ts"),
    import("../cost/usage.ts"),
  ]);
  const given = config[USAGE_KEY];
  return estimate(plan, { usage: given === undefined ? usageBeside(plan, cwd) : readUsage(given) });
}

/** Errors that are somebody's to mend, as what the command says; any other stays as it is. */
function explained(error: unknown): unknown {
  if (error instanceof PlanError) return planFailure(error);
  const isUsers = [JudgeError, ExemptionsError, BaselineError, SettingsError].some(
    (kind) => error instanceof kind,
  );
  return isUsers ? new CommandError((error as Error).message) : error;
}

/** What the project and the command line say of policies; mistakes in them are their user's. */
function stackPolicies(request: PreviewRequest): StackPolicies {
  try {
    return policiesOf(request);
  } catch (error) {
    throw explained(error);
  }
}
