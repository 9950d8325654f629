import { count } from "../report/words.ts";
import type { Check } from "../verdict.ts";
import { escape } from "./escape.ts";
import type { View } from "./view.ts";

/** Rules that serve no requirement of a framework stand under this name. */
const NO_FRAMEWORK = "";

/** What was checked, requirement by requirement: what an auditor asks for, also where nothing is wrong. */
export function evidence({ preview }: View): string {
  const { checks = [], packs } = preview.judgement;
  if (checks.length === 0) return "";
  const frameworks = Map.groupBy(
    checks.flatMap((check) =>
      check.requirements.length === 0
        ? [{ check, framework: NO_FRAMEWORK, requirement: "" }]
        : check.requirements.map(({ framework, requirement }) => ({ check, framework, requirement })),
    ),
    ({ framework }) => framework,
  );
  const titleOf = (framework: string) =>
    packs.find(({ title }) => bare(title).startsWith(bare(framework)))?.title ?? framework;
  const blocks = [...frameworks].map(([framework, entries]) => {
    const rules = new Set(entries.map(({ check }) => check));
    const requirements = Map.groupBy(entries, ({ requirement }) => requirement);
    const rows = [...requirements]
      .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
      .map(([requirement, each]) => row(requirement, [...new Set(each.map(({ check }) => check))]));
    const title = framework === NO_FRAMEWORK ? "Of no framework" : titleOf(framework);
    const size =
      framework === NO_FRAMEWORK
        ? count(rules.size, "rule")
        : `${count(requirements.size, "requirement")}, ${count(rules.size, "rule")}`;
    return `<details class="framework-checks"><summary><span class="name">${escape(title)}</span><span class="type">${size}</span>${outcome([...rules])}</summary>
<div class="scroll" tabindex="0" role="region" aria-label="What was checked for ${escape(title)}"><table class="evidence"><thead><tr><th scope="col">Requirement</th><th scope="col">Rule</th><th scope="col" class="number">Resources</th><th scope="col" class="number">Passed</th></tr></thead>${rows.join("")}</table></div></details>`;
  });
  return `<h3>What was checked</h3>
<div class="checks">${blocks.join("\n")}</div>`;
}

/** A requirement with the rules that judge it. */
function row(requirement: string, checks: Check[]): string {
  const lines = checks.map(({ rule, title, looked, passed }, index) => {
    const head =
      index === 0
        ? `<th scope="rowgroup" rowspan="${checks.length}">${escape(requirement === "" ? "none" : requirement)}</th>`
        : "";
    const number = (of: number) => `<td class="number">${of.toLocaleString("en-US")}</td>`;
    return `<tr>${head}<td>${escape(title)} <code class="rule">${escape(rule)}</code></td>${number(looked)}${number(passed)}</tr>`;
  });
  return `<tbody>${lines.join("")}</tbody>`;
}

function outcome(checks: Check[]): string {
  const sum = (of: "looked" | "passed") => checks.reduce((total, check) => total + check[of], 0);
  const [looked, passed] = [sum("looked"), sum("passed")];
  const style = looked === passed ? "excepted" : "low";
  return `<span class="tag ${style}">${passed.toLocaleString("en-US")} of ${looked.toLocaleString("en-US")} passed</span>`;
}

/** Packs spell their frameworks as people do, verdicts as ids. */
function bare(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}
