import { createHash } from "node:crypto";
import type { Framework, Evidence as Shown } from "../../policies/framework.ts";
import type { Rule } from "../../policies/rule.ts";
import { RULES } from "../../policies/rules/index.ts";
import type { Preview } from "../preview/document.ts";
import type { Severity, Verdict } from "../preview/verdict.ts";

/**
 * How a rule or a requirement stands in a stack.
 *
 * `pass`: every resource that it concerns keeps it. `fail`: one breaks it. `unknown`: nothing is known to be broken, but a
 * value that decides is not known before deployment. `excepted`: broken only where a valid exemption covers it. `not
 * applicable`: the stack has nothing that it concerns; never counted as passed. `disabled`: the stack's settings switch it off, so that nothing is
 * known. The other two are of requirements that no
 * rule answers: `documented`: by evidence, `outside`: by somebody outside infrastructure.
 */
export type Status =
  "fail" | "unknown" | "disabled" | "excepted" | "pass" | "not applicable" | "documented" | "outside";

/** Worst first: a requirement stands as the worst of its rules, a rule as the worst of its resources. */
export const STATUSES: readonly Status[] = [
  "fail",
  "unknown",
  "disabled",
  "excepted",
  "pass",
  "not applicable",
  "documented",
  "outside",
];

/** How one resource stands by one rule. */
export interface ResourceEvidence {
  /** Absent for what concerns the stack as a whole. */
  urn?: string;
  status: "fail" | "unknown" | "excepted" | "pass";
  /** What is wrong, or which values are not known yet. */
  message?: string;
  exemption?: { reason: string; owner: string; expires: string };
}

/** How one rule stands. */
export interface RuleEvidence {
  id: string;
  title: string;
  severity: Severity;
  /** Who says that the rule serves the requirement. */
  source: string;
  url?: string;
  status: Status;
  resources: ResourceEvidence[];
}

/** How one requirement stands. */
export interface RequirementEvidence {
  number: string;
  title: string;
  /** Points of focus, where the framework has them. */
  points?: readonly string[];
  /** Requirements of other frameworks that answer it, such as `PCI DSS 3.5.1`. */
  refersTo?: string[];
  status: Status;
  rules: RuleEvidence[];
  /** What shows it beside rules. */
  evidence: readonly Shown[];
  /** Who answers for what infrastructure cannot show. */
  outside?: string;
}

/** What an auditor is handed: how each requirement of a framework stands in one stack, at one commit. */
export interface EvidenceReport {
  /** Version of this document's shape; raised when a reader of the former shape would misread it. */
  schemaVersion: 1;
  tool: Preview["tool"];
  /** ISO 8601, UTC. */
  generatedAt: string;
  framework: {
    id: string;
    name: string;
    version: string;
    url: string;
    /** Headings by the beginning of the numbers under them. */
    sections: Readonly<Record<string, string>>;
  };
  subject: {
    project: string;
    stack: string;
    region: string;
    resources: number;
    /** URNs of resources that no rule can look into: inside components of other languages. */
    notJudged: string[];
    /** What was judged where it was not the program: a file, by its name, and what it is. */
    origin?: { kind: "state" | "preview"; file: string };
    /** Commit of the program, where its folder belongs to a git repository. */
    commit?: { hash: string; /** Whether files differ from it. */ changed: boolean };
    /** SHA-256 of the Plan that was judged; the same wherever the command runs. */
    planDigest: string;
  };
  /** Seal of the evidence before this one, where it is given: files form a chain. */
  previous?: string;
  counts: Record<Status, number>;
  requirements: RequirementEvidence[];
  /** Exemptions that cover something here. */
  exemptions: { rule: string; urn?: string; reason: string; owner: string; expires: string }[];
}

/** Says how each requirement of a framework stands, from what a preview judged. */
export function evidenceOf(
  preview: Preview,
  framework: Framework,
  about: { commit?: EvidenceReport["subject"]["commit"]; previous?: string },
): EvidenceReport {
  const { plan, judgement } = preview;
  const rules = new Map(
    (judgement.checks ?? []).map((check) => {
      const said = judgement.verdicts.filter(({ rule }) => rule === check.rule);
      const urns = check.resources.flatMap((index) => plan.resources[index]?.urn ?? []);
      return [check.rule, { check, resources: resourcesOf(urns, said), url: said[0]?.url }];
    }),
  );
  const serving = Map.groupBy(
    Object.entries(framework.rules).flatMap(([id, mappings]) =>
      mappings.map(({ requirement, sources }) => ({ id, requirement, source: sources.join(", ") })),
    ),
    ({ requirement }) => requirement,
  );
  const requirements = Object.entries(framework.requirements).map(
    ([number, { title, points, refersTo = [], evidence = [], outside }]): RequirementEvidence => {
      const its = (serving.get(number) ?? []).flatMap(({ id, source }): RuleEvidence[] => {
        const judged = rules.get(id);
        // Every rule is asked, unless it is switched off.
        if (judged === undefined)
          return RULES.filter((rule) => rule.id === id).map((rule) => disabledRule(rule, source));
        const { check, resources, url } = judged;
        const status = worst(resources.map((resource) => resource.status)) ?? "not applicable";
        return [{ id, title: check.title, severity: check.severity, source, url, status, resources }];
      });
      const unjudged = evidence.length > 0 ? "documented" : "outside";
      const status = worst(its.map((rule) => rule.status)) ?? unjudged;
      const references = refersTo.map((reference) => `${reference.framework} ${reference.requirement}`);
      return { number, title, points, refersTo: references, status, rules: its, evidence, outside };
    },
  );
  return {
    schemaVersion: 1,
    tool: preview.tool,
    generatedAt: preview.generatedAt,
    framework: {
      id: framework.id,
      name: framework.name,
      version: framework.version,
      url: framework.url,
      sections: framework.sections ?? {},
    },
    subject: {
      project: plan.project,
      stack: plan.stack,
      region: plan.aws.region,
      resources: plan.resources.length,
      notJudged: judgement.notJudged,
      origin: preview.origin,
      commit: about.commit,
      planDigest: digestOf(plan),
    },
    previous: about.previous,
    counts: countsOf(requirements),
    requirements,
    exemptions: judgement.verdicts.flatMap(({ rule, urn, exemption }) =>
      exemption && framework.rules[rule] ? [{ rule, urn, ...exemption }] : [],
    ),
  };
}

/** Sources are left out: they are named from whichever folder the command runs in. */
function digestOf(plan: Preview["plan"]): string {
  const resources = plan.resources.map((resource) => ({ ...resource, source: undefined }));
  return `sha256:${createHash("sha256")
    .update(JSON.stringify({ ...plan, resources }))
    .digest("hex")}`;
}

/** A rule that the stack's settings switch off. An auditor must see that it was. */
function disabledRule({ id, title, severity }: Rule, source: string): RuleEvidence {
  return { id, title, severity, source, status: "disabled", resources: [] };
}

/** Each resource that a rule looked at, with what is said of it; those that nothing is said of pass. */
function resourcesOf(urns: readonly string[], verdicts: readonly Verdict[]): ResourceEvidence[] {
  const said = verdicts.map(({ urn, status, message, exemption }) => ({ urn, status, message, exemption }));
  const named = new Set(said.map(({ urn }) => urn));
  const passed = urns.filter((urn) => !named.has(urn)).map((urn) => ({ urn, status: "pass" as const }));
  return [...said, ...passed];
}

function worst(statuses: readonly Status[]): Status | undefined {
  return STATUSES.find((status) => statuses.includes(status));
}

function countsOf(requirements: readonly RequirementEvidence[]): Record<Status, number> {
  const count = (status: Status) =>
    requirements.filter((requirement) => requirement.status === status).length;
  return Object.fromEntries(STATUSES.map((status) => [status, count(status)])) as Record<Status, number>;
}
