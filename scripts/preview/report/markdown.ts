import type { PreviewDiff } from "../diff.ts";
import type { Preview } from "../document.ts";
import { byRule } from "../findings.ts";
import type { Finding } from "../findings.ts";
import type { CostEstimate } from "../../cost/cost.ts";
import { nameOf, shortType } from "../urn.ts";
import { code, details, longestRun, table, text } from "./markup.ts";
import { count, monthly, position, price, replacement, sides, signedMoney, summarize } from "./words.ts";

/** Longest comment that GitHub takes, in characters. */
export const LONGEST_COMMENT = 65_536;

/** Most places of one rule, and most lines of the comparison, that a comment lists. */
const MOST = 200;

const CUT = "\n\n_The report is cut here, since a comment holds no more; the HTML report has all of it._\n";

/** What a workflow finds its own former comment by, so that it updates it instead of adding one more. */
export function commentMarker({ plan }: Pick<Preview, "plan">): string {
  return `<!-- strongroom-preview ${plan.project.replace(/--|>/g, "")}/${plan.stack.replace(/--|>/g, "")} -->`;
}

/** The report as a comment of a pull request: GitHub's Markdown, details folded. */
export function markdownReport(preview: Preview): string {
  const { plan, cost, diff, notes } = preview;
  const { headline, facts, broken, findings } = summarize(preview);
  const sources = new Map(plan.resources.map((resource) => [resource.urn, position(resource)]));
  const others = findings.filter((finding) => !broken.includes(finding));
  const blocks = [
    commentMarker(preview),
    `## ${broken.length === 0 ? "✅" : "❌"} ${headline}`,
    `**${text(`${plan.project}/${plan.stack}`)}** in ${text(plan.aws.region)}`,
    facts.map(({ name, text: fact }) => `- **${name}:** ${text(fact)}`).join("\n"),
    ...notes.map((note) => `> ${text(note)}`),
    ...byRule(broken).map(({ rule, findings: each }) => ruleBlock(rule, each, sources)),
    ...(diff === undefined ? [] : [diffBlock(diff)]),
    ...(cost === undefined ? [] : [costBlock(cost)]),
    ...(others.length === 0 ? [] : [othersBlock(others)]),
  ];
  return fit(blocks);
}

function ruleBlock(rule: Finding, findings: Finding[], sources: Map<string, string>): string {
  const places = findings.slice(0, MOST).map(({ urn, message }) => {
    const source = urn === undefined ? "" : (sources.get(urn) ?? "");
    return `- ${target(urn)}${source === "" ? "" : ` (${code(source)})`}: ${text(message)}`;
  });
  const requirements = rule.requirements
    .map(({ framework, requirement }) => `${framework} ${requirement}`)
    .join(", ");
  return [
    `### ${text(rule.title)}`,
    `${rule.severity}, ${rule.enforcement} · ${code(rule.rule)}${requirements === "" ? "" : ` · ${text(requirements)}`}`,
    [...places, ...(findings.length <= MOST ? [] : [`- … ${findings.length - MOST} more`])].join("\n"),
    `**Fix:** ${text(rule.remedy)}`,
  ].join("\n\n");
}

function diffBlock(diff: PreviewDiff): string {
  const lines = [
    ...diff.added.map(({ type, name }) => `+ ${shortType(type)} ${name}`),
    ...diff.removed.map(({ type, name }) => `- ${shortType(type)} ${name}`),
    ...diff.changed.flatMap((change) => [
      `! ${shortType(change.type)} ${change.name} ${replacement(change)}`.trimEnd(),
      ...change.changes.map((each) => {
        const [before, after] = sides(each);
        return `    ${each.path}: ${before} → ${after}`;
      }),
    ]),
  ];
  const verdicts = [
    ...diff.appeared.map(({ rule, urn }) => `- ❌ newly broken: ${code(rule)} on ${target(urn)}`),
    ...diff.fixed.map(({ rule, urn }) => `- ✅ fixed: ${code(rule)} on ${target(urn)}`),
  ];
  const total = count(diff.added.length + diff.removed.length + diff.changed.length, "resource");
  return [
    ...(verdicts.length === 0 ? [] : [verdicts.join("\n")]),
    details(
      `Changes against ${diff.against}: ${total}`,
      lines.length === 0 ? "Nothing changes." : fence("diff", lines),
    ),
    ...(diff.cost === undefined ? [] : [costDifference(diff.cost)]),
  ].join("\n\n");
}

function costDifference({ before, after, parts }: NonNullable<PreviewDiff["cost"]>): string {
  const head = `**Cost:** ${monthly(before)} → ${monthly(after)}, **${signedMoney(after.expected - before.expected)}**`;
  if (parts.length === 0) return head;
  const rows = parts.map((part) => [
    part.part,
    price(part.before),
    price(part.after),
    signedMoney(part.after - part.before),
  ]);
  return `${head}\n\n${table(["Part", "Before", "After", "Difference"], rows)}`;
}

function costBlock(cost: CostEstimate): string {
  const row = (name: string, { low, expected, high }: CostEstimate["total"]) => [
    name,
    price(low),
    price(expected),
    price(high),
  ];
  const rows = [...cost.parts.map(({ part, monthly: sum }) => row(part, sum)), row("together", cost.total)];
  return details(
    `Cost: ${monthly(cost.total)}`,
    `${table(["Part", "Low", "Expected", "High"], rows)}\n\nList prices of ${cost.pricesAsOf}, in US dollars a month.`,
  );
}

function othersBlock(findings: Finding[]): string {
  const rows = byRule(findings).map(({ rule, findings: each }) => [
    rule.severity,
    rule.status === "fail" ? rule.enforcement : rule.status,
    code(rule.rule),
    each.length > 1 ? count(each.length, "resource") : target(each[0]?.urn),
    text(
      rule.exemption === undefined
        ? rule.remedy
        : `${rule.exemption.reason} (until ${rule.exemption.expires})`,
    ),
  ]);
  const title = `Advisory, unknown and excepted: ${count(rows.length, "rule")}`;
  return details(title, table(["Severity", "Standing", "Rule", "Resource", "Fix or reason"], rows));
}

function target(urn: string | undefined): string {
  return urn === undefined ? "the stack" : code(nameOf(urn));
}

/** A code block that its content cannot end. */
function fence(language: string, lines: string[]): string {
  const rest = lines.length <= MOST ? [] : [`… ${lines.length - MOST} more lines`];
  const body = [...lines.slice(0, MOST), ...rest].map((line) => line.replace(/\p{Cc}/gu, "")).join("\n");
  const ticks = "`".repeat(Math.max(3, longestRun(body) + 1));
  return `${ticks}${language}\n${body}\n${ticks}`;
}

/** As many whole blocks as fit, and a note when that is not all. */
function fit(blocks: string[]): string {
  let report = "";
  for (const block of blocks) {
    const longer = report === "" ? block : `${report}\n\n${block}`;
    if (longer.length > LONGEST_COMMENT - CUT.length) return report + CUT;
    report = longer;
  }
  return `${report}\n`;
}
