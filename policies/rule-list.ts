import { FRAMEWORKS } from "./frameworks/index.ts";
import { enforcementOf, type Rule } from "./rule.ts";
import { RULES } from "./rules/index.ts";

const BEGIN = "<!-- rules: generated from policies/rules, see policies/rule-list.test.ts -->";
const END = "<!-- end of rules -->";

/** The document with its list of rules made anew. Everything outside of the markers is kept. */
export function withRuleList(document: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`the document has no ${BEGIN} … ${END}`);
  return [document.slice(0, begin), BEGIN, "\n\n", ruleList(), "\n\n", document.slice(end)].join("");
}

function ruleList(): string {
  return RULES.toSorted((a, b) => a.id.localeCompare(b.id))
    .map(section)
    .join("\n\n");
}

function section(rule: Rule): string {
  const requirements = FRAMEWORKS.flatMap(({ name, rules }) => {
    const numbers = (rules[rule.id] ?? []).map(
      ({ requirement, sources }) => `${requirement} (${sources.join(", ")})`,
    );
    return numbers.length === 0 ? [] : [`- ${name}: ${numbers.join("; ")}`];
  });
  const parameters = Object.entries(rule.parameters ?? {}).map(
    ([name, { description, default: value }]) =>
      `- Parameter \`${name}\` (default \`${JSON.stringify(value)}\`): ${description ?? ""}`,
  );
  const joins = rule.kind === "stack" && rule.joins.length > 0 ? [`- Joins: ${tokens(rule.joins)}`] : [];
  const remediates =
    rule.kind === "resource" && rule.remediate ? ["- Can be configured as `remediate`."] : [];
  return [
    `### ${rule.id}`,
    "",
    `${rule.title}. **${rule.severity}**, ${enforcementOf(rule)}.`,
    "",
    `- Fix: ${rule.remedy}`,
    `- Judges: ${tokens(rule.types)}`,
    ...joins,
    ...requirements,
    ...parameters,
    ...remediates,
  ].join("\n");
}

function tokens(types: readonly string[]): string {
  return types.map((type) => `\`${type}\``).join(", ");
}
