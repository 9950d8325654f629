import type { Judgement, Severity, Verdict } from "./verdict.ts";

/** A rule's verdict on one resource, with all the packs that say so: packs share rules. */
export interface Finding extends Omit<Verdict, "pack"> {
  packs: string[];
}

/** What one rule says, of however many resources. */
export interface RuleFindings {
  /** Stands for all that is the same in each: title, severity, remedy, requirements. */
  rule: Finding;
  findings: Finding[];
}

/** Worst first. */
const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low"];

const STATUSES: readonly Verdict["status"][] = ["fail", "unknown", "excepted"];

/** Each verdict once, the ones to act on first: broken mandatory rules, then by severity. */
export function findingsOf(judgement: Judgement): Finding[] {
  const merged = new Map<string, Finding>();
  for (const { pack, ...verdict } of judgement.verdicts) {
    const key = JSON.stringify([verdict.rule, verdict.urn, verdict.status, verdict.message]);
    const former = merged.get(key);
    if (former === undefined) {
      merged.set(key, { ...verdict, packs: [pack], requirements: [...verdict.requirements] });
      continue;
    }
    if (!former.packs.includes(pack)) former.packs.push(pack);
    if (verdict.enforcement === "mandatory") former.enforcement = "mandatory";
    for (const requirement of verdict.requirements) {
      if (!former.requirements.some((other) => sameRequirement(other, requirement))) {
        former.requirements.push(requirement);
      }
    }
  }
  return [...merged.values()].sort(byUrgency);
}

/** Findings that forbid a deployment. */
export function brokenMandatory(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ status, enforcement }) => status === "fail" && enforcement === "mandatory");
}

/** Findings grouped by rule and status, in the findings' order. */
export function byRule(findings: readonly Finding[]): RuleFindings[] {
  const groups = new Map<string, RuleFindings>();
  for (const finding of findings) {
    const key = `${finding.status} ${finding.enforcement} ${finding.rule}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { rule: finding, findings: [finding] });
    else group.findings.push(finding);
  }
  return [...groups.values()];
}

/** How many findings there are of each status. */
export function countByStatus(findings: readonly Finding[]): Record<Verdict["status"], number> {
  const counts = { fail: 0, unknown: 0, excepted: 0 };
  for (const { status } of findings) counts[status]++;
  return counts;
}

function byUrgency(a: Finding, b: Finding): number {
  return (
    STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) ||
    Number(a.enforcement === "advisory") - Number(b.enforcement === "advisory") ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compare(a.rule, b.rule) ||
    compare(a.urn ?? "", b.urn ?? "")
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type Requirement = Verdict["requirements"][number];

function sameRequirement(a: Requirement, b: Requirement): boolean {
  return a.framework === b.framework && a.requirement === b.requirement;
}
