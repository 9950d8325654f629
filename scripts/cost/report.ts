import type { CostEstimate, CostLine, Monthly } from "./cost.ts";
import { nameOf } from "./difference.ts";
import type { CostDifference } from "./difference.ts";
import { sum } from "./monthly.ts";
import { ASSUMPTIONS } from "./usage.ts";
import * as markup from "../preview/report/markup.ts";
import { table } from "../preview/report/table.ts";
import type { Column } from "../preview/report/table.ts";
import { count, monthly, price, signedMoney } from "../preview/report/words.ts";

/** An estimate and what it is compared with. */
export interface CostReport {
  project: string;
  stack: string;
  region: string;
  estimate: CostEstimate;
  difference?: CostDifference;
}

const MONEY: Column = { align: "right" };
const COLUMNS: Column[] = [{ flexible: true }, { flexible: true }, MONEY, MONEY, MONEY];

/** As JSON, for other programs. */
export const jsonCost = (report: CostReport): string => `${JSON.stringify(report, undefined, 2)}\n`;

/** As text, no line longer than `width` where its words allow that. */
export function terminalCost(report: CostReport, width: number): string {
  const { estimate, difference } = report;
  const rows: string[][] = [["US dollars a month", "", "low", "expected", "high"]];
  for (const { part, lines, monthly: subtotal } of estimate.parts) {
    rows.push(["", "", "", "", ""], [part, "", ...figures(subtotal)]);
    for (const { name, what, formula, monthly: own } of together(lines)) {
      rows.push([` ${name}: ${what}`, formula, ...figures(own)]);
    }
  }
  rows.push(["", "", "", "", ""], ["together", "", ...figures(estimate.total)]);
  const blocks = [
    [`${report.project}/${report.stack} in ${report.region}: ${monthly(estimate.total)} at list price`],
    table(rows, COLUMNS, width),
    ...(difference === undefined ? [] : [differenceLines(difference, width)]),
    ...(estimate.notPriced.length === 0 ? [] : [notPriced(estimate, width)]),
    [footnote(estimate)],
  ];
  return `${blocks.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function differenceLines(
  { against, before, after, lines, cautions }: CostDifference,
  width: number,
): string[] {
  const rows = lines.map((line) => [
    ` ${line.name}: ${line.what}`,
    `${price(line.before.expected)} → ${price(line.after.expected)}`,
    signedMoney(line.after.expected - line.before.expected),
  ]);
  return [
    `Against ${against}: ${price(before.expected)} → ${price(after.expected)}, ${signedMoney(after.expected - before.expected)} a month`,
    ...table(rows, [{ flexible: true }, MONEY, MONEY], width),
    ...cautions.map((caution) => `  ${caution}`),
  ];
}

function notPriced({ notPriced: without }: CostEstimate, width: number): string[] {
  return [
    `Not priced: ${count(without.length, "resource")}`,
    ...table(
      without.map(({ urn, why }) => [` ${nameOf(urn)}`, why]),
      [{ flexible: true }, { flexible: true }],
      width,
    ),
  ];
}

/** Lines that several resources have in common (51 alarms of a dollar's tenth) as one, in the place of the first. */
function together(
  lines: readonly CostLine[],
): { name: string; what: string; formula: string; monthly: Monthly }[] {
  const alike = Map.groupBy(lines, ({ what, formula }) => `${what}\n${formula}`);
  return [...alike.values()].map((group) => {
    const [first, ...others] = group as [CostLine, ...CostLine[]];
    const { urn, what, formula } = first;
    if (others.length === 0) return { name: nameOf(urn), what, formula, monthly: first.monthly };
    return {
      name: `${nameOf(urn)} and ${others.length} more`,
      what,
      formula: `${group.length} × (${formula})`,
      monthly: sum(group.map((line) => line.monthly)),
    };
  });
}

/** As Markdown, for pull requests and documents. */
export function markdownCost({ project, stack, region, estimate, difference }: CostReport): string {
  const parts = [
    ...estimate.parts.map(({ part, monthly: subtotal }) => [part, ...figures(subtotal)]),
    ["**together**", ...figures(estimate.total)],
  ];
  const lines = estimate.parts.flatMap(({ part, lines: own }) =>
    together(own).map(({ name, what, formula, monthly: each }) => [
      part,
      ...[name, what, formula].map(markup.text),
      ...figures(each),
    ]),
  );
  const blocks = [
    `## Cost of ${project}/${stack} (${region})`,
    `${monthly(estimate.total)} at list price.`,
    markup.table(["Part", "Low", "Expected", "High"], parts, 1),
    ...(difference === undefined ? [] : [differenceBlock(difference)]),
    markup.details(
      count(lines.length, "line"),
      markup.table(["Part", "Resource", "What", "How", "Low", "Expected", "High"], lines, 4),
    ),
    ...(estimate.notPriced.length === 0
      ? []
      : [
          `Not priced:\n\n${estimate.notPriced.map(({ urn, why }) => `- ${markup.text(nameOf(urn))}: ${markup.text(why)}`).join("\n")}`,
        ]),
    footnote(estimate),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function differenceBlock({ against, before, after, lines, cautions }: CostDifference): string {
  const head = `Against ${markup.text(against)}: ${price(before.expected)} → ${price(after.expected)}, **${signedMoney(after.expected - before.expected)}** a month.`;
  const rows = lines.map((line) => [
    line.part,
    markup.text(line.name),
    markup.text(line.what),
    price(line.before.expected),
    price(line.after.expected),
    signedMoney(line.after.expected - line.before.expected),
  ]);
  const changes =
    rows.length === 0
      ? []
      : [markup.table(["Part", "Resource", "What", "Before", "After", "Change"], rows, 3)];
  return [head, ...changes, ...cautions].join("\n\n");
}

const figures = ({ low, expected, high }: Monthly): string[] => [price(low), price(expected), price(high)];

function footnote({ pricesAsOf, assumptions, parts }: CostEstimate): string {
  const approximate = parts.flatMap(({ lines }) => lines).filter((line) => line.approximate === true).length;
  const changed = Object.entries(assumptions)
    .filter(
      ([name, value]) =>
        (ASSUMPTIONS as Record<string, { value: number } | undefined>)[name]?.value !== value,
    )
    .map(([name, value]) => `${name} ${value}`);
  return [
    `List prices of ${pricesAsOf}, without taxes, discounts and free trials.`,
    approximate === 0 ? "" : `${count(approximate, "figure")} only about ("about $…").`,
    changed.length === 0
      ? "Usage as assumed by default."
      : `Usage assumed by the stack: ${changed.join(", ")}.`,
    "`strongroom cost --format json` shows all assumptions; docs/cost.md explains them.",
  ]
    .filter((sentence) => sentence !== "")
    .join(" ");
}
