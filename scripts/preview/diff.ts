import type { Json, Plan, PlanOptions, PlanResource } from "../../components/testing/plan.ts";
import type { CostEstimate, Monthly } from "../cost/cost.ts";
import type { Finding } from "./findings.ts";
import { replacingProperties } from "./replacement.ts";
import { changesBetween } from "./structure.ts";
import type { PropertyChange } from "./structure.ts";
import { keyOf } from "./urn.ts";

/** How one preview differs from another. Components are left out: they are names for what stands below them. */
export interface PreviewDiff {
  /** What it is compared with, as the user named it. */
  against: string;
  added: ResourceRef[];
  removed: ResourceRef[];
  changed: ResourceChange[];
  /** Resources that are the same in both. */
  unchanged: number;
  outputs: PropertyChange[];
  cost?: CostDifference;
  /** Broken rules that were not broken there. */
  appeared: Finding[];
  /** Broken rules there that are not broken here. */
  fixed: Finding[];
}

export interface ResourceRef {
  urn: string;
  type: string;
  name: string;
}

export interface ResourceChange extends ResourceRef {
  changes: PropertyChange[];
  /** Changed properties that AWS cannot change in place, as far as Strongroom knows: the resource is replaced. */
  mayReplace: string[];
}

export interface CostDifference {
  before: Monthly;
  after: Monthly;
  /** Expected dollars a month by part, of the parts that differ. */
  parts: { part: string; before: number; after: number }[];
}

/** One side of a comparison. */
export interface Side {
  plan: Plan;
  findings: readonly Finding[];
  cost?: CostEstimate;
}

/** Compares two previews. The order of resources and of properties makes no difference. */
export function diffPreviews(against: string, before: Side, after: Side): PreviewDiff {
  const old = new Map(
    before.plan.resources.filter(isShown).map((resource) => [keyOf(resource.urn), resource]),
  );
  const diff: PreviewDiff = {
    against,
    added: [],
    removed: [],
    changed: [],
    unchanged: 0,
    outputs: changesBetween(before.plan.outputs, after.plan.outputs),
    ...diffFindings(before.findings, after.findings),
  };
  for (const resource of after.plan.resources.filter(isShown)) {
    const former = takeFormer(old, resource);
    if (former === undefined) {
      diff.added.push(ref(resource));
      continue;
    }
    const changes = changesOf(former, resource);
    if (changes.length === 0) diff.unchanged++;
    else diff.changed.push({ ...ref(resource), changes, mayReplace: replacingProperties(resource, changes) });
  }
  diff.removed = [...old.values()].map(ref);
  if (before.cost !== undefined && after.cost !== undefined) diff.cost = diffCost(before.cost, after.cost);
  return diff;
}

function isShown({ custom, opaque, read }: PlanResource): boolean {
  return (custom || opaque) && !read;
}

function ref({ urn, type, name }: PlanResource): ResourceRef {
  return { urn, type, name };
}

/** Takes the resource's counterpart out of `old`: by its own name, else by one of its aliases. */
function takeFormer(old: Map<string, PlanResource>, resource: PlanResource): PlanResource | undefined {
  const names = [resource.urn, ...(resource.options.aliases ?? [])].map(keyOf);
  const key = names.find((name) => old.has(name));
  if (key === undefined) return undefined;
  const former = old.get(key);
  old.delete(key);
  return former;
}

function changesOf(before: PlanResource, after: PlanResource): PropertyChange[] {
  const ignored = after.options.ignoreChanges ?? [];
  const inputs = changesBetween(before.inputs, after.inputs).filter(({ path }) => !isCovered(path, ignored));
  const options = changesBetween(comparable(before.options), comparable(after.options), "options");
  const region: PropertyChange[] =
    before.region === after.region || before.inputs.region !== undefined || after.inputs.region !== undefined
      ? []
      : [{ path: "region", before: before.region ?? null, after: after.region ?? null }];
  return [...inputs, ...region, ...options];
}

/** Options without those that change nothing in AWS: a new version of the provider's SDK, and other names. */
function comparable(options: PlanOptions): Record<string, Json> {
  const entries = Object.entries(options).filter(([name]) => name !== "version" && name !== "aliases");
  return Object.fromEntries(entries);
}

/** Whether Pulumi leaves the property alone: `ignoreChanges` names it, or something that it is part of. */
function isCovered(path: string, ignored: readonly string[]): boolean {
  return ignored.some(
    (each) => each === "*" || path === each || path.startsWith(`${each}.`) || path.startsWith(`${each}[`),
  );
}

function diffFindings(before: readonly Finding[], after: readonly Finding[]) {
  const broken = (findings: readonly Finding[]) => findings.filter(({ status }) => status === "fail");
  const key = ({ rule, urn = "" }: Finding) => `${rule} ${keyOf(urn)}`;
  const brokenBefore = new Set(broken(before).map(key));
  const brokenAfter = new Set(broken(after).map(key));
  return {
    appeared: broken(after).filter((finding) => !brokenBefore.has(key(finding))),
    fixed: broken(before).filter((finding) => !brokenAfter.has(key(finding))),
  };
}

function diffCost(before: CostEstimate, after: CostEstimate): CostDifference {
  const expected = (estimate: CostEstimate, name: string) =>
    estimate.parts.find(({ part }) => part === name)?.monthly.expected ?? 0;
  const names = new Set([...after.parts, ...before.parts].map(({ part }) => part));
  const parts = [...names].map((part) => ({
    part,
    before: expected(before, part),
    after: expected(after, part),
  }));
  return {
    before: before.total,
    after: after.total,
    parts: parts.filter((part) => Math.abs(part.after - part.before) >= 0.005),
  };
}
