import type { PlanResource } from "../../../components/testing/plan.ts";
import type { Monthly } from "../../cost/cost.ts";
import type { Preview } from "../document.ts";
import type { ResourceChange } from "../diff.ts";
import { brokenMandatory, countByStatus, findingsOf } from "../findings.ts";
import type { Finding } from "../findings.ts";
import type { PropertyChange } from "../structure.ts";

/** `$1,234` from a hundred dollars on, `$12.34` below. */
export function money(dollars: number): string {
  const digits = Math.abs(dollars) >= 100 || dollars === 0 ? 0 : 2;
  return dollars.toLocaleString("en-US", {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** `$12.34`, for columns. */
export function price(dollars: number): string {
  return dollars.toLocaleString("en-US", { style: "currency", currency: "USD" });
}

/** As {@link money}, always with its sign. */
export function signedMoney(dollars: number): string {
  const sign = dollars === 0 ? "±" : dollars < 0 ? "−" : "+";
  return `${sign}${money(Math.abs(dollars))}`;
}

/** `$785 a month ($730–$1,240)`; the range only where there is one. */
export function monthly({ low, expected, high }: Monthly): string {
  const range = money(low) === money(high) ? "" : ` (${money(low)}–${money(high)})`;
  return `${money(expected)} a month${range}`;
}

/** `1 rule`, `2 rules`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString("en-US")} ${number === 1 ? noun : plural}`;
}

/** A value as a report shows it: text quoted, the rest as JSON, cut to `length` characters. */
export function value(of: PropertyChange["before"], length = 120): string {
  const text = of === undefined ? "nothing" : JSON.stringify(of);
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** Both sides of a change. What two long texts begin with alike is left out, so that the difference is seen. */
export function sides({ before, after }: PropertyChange, length = 120): [before: string, after: string] {
  if (typeof before !== "string" || typeof after !== "string")
    return [value(before, length), value(after, length)];
  let alike = 0;
  while (alike < before.length && before[alike] === after[alike]) alike++;
  const cut = (text: string) => value(alike > 30 ? `…${text.slice(alike - 12)}` : text, length);
  return [cut(before), cut(after)];
}

/** `file:line` of a resource in its program; nothing when it is not known. */
export function position({ source }: Pick<PlanResource, "source">): string {
  return source === undefined ? "" : `${source.file}:${source.line}`;
}

/** How a change of a resource is introduced. */
export function replacement({ mayReplace }: ResourceChange): string {
  return mayReplace.length === 0 ? "" : `may be replaced: ${mayReplace.join(", ")} cannot change in place`;
}

/** What every report says first. */
export interface Summary {
  headline: string;
  /** One line for each concern, with its name. */
  facts: { name: "Resources" | "Policies" | "Cost" | "Changes"; text: string }[];
  /** What forbids a deployment. */
  broken: Finding[];
  findings: Finding[];
}

/** Sums a preview up in words. */
export function summarize(preview: Preview): Summary {
  const { plan, judgement, cost, diff } = preview;
  const findings = findingsOf(judgement);
  const broken = brokenMandatory(findings);
  const counts = countByStatus(findings);
  const resources = plan.resources.filter(({ custom }) => custom).length;
  const components = plan.resources.filter(
    ({ custom, type }) => !custom && type !== "pulumi:pulumi:Stack",
  ).length;
  const facts: Summary["facts"] = [
    {
      name: "Resources",
      text:
        count(resources, "resource") +
        (components === 0 ? "" : ` in ${count(components, "component")}`) +
        (judgement.notJudged.length === 0
          ? ""
          : `; ${count(judgement.notJudged.length, "opaque one")} not judged`),
    },
    {
      name: "Policies",
      text: [
        `${broken.length} mandatory broken`,
        `${counts.fail - broken.length} advisory`,
        `${counts.unknown} unknown`,
        `${counts.excepted} excepted`,
        `${judgement.passed.toLocaleString("en-US")} passed`,
      ].join(", "),
    },
  ];
  if (cost !== undefined) facts.push({ name: "Cost", text: `${monthly(cost.total)} at list price` });
  if (diff !== undefined) {
    const difference = diff.cost === undefined ? 0 : diff.cost.after.expected - diff.cost.before.expected;
    const price = diff.cost === undefined ? "" : `, ${signedMoney(difference)} a month`;
    facts.push({
      name: "Changes",
      text: `${diff.added.length} added, ${diff.removed.length} removed, ${diff.changed.length} changed against ${diff.against}${price}`,
    });
  }
  return { headline: headline(broken), facts, broken, findings };
}

function headline(broken: readonly Finding[]): string {
  if (broken.length === 0) return "Ready to deploy: no mandatory rule is broken";
  const rules = new Set(broken.map(({ rule }) => rule)).size;
  return `Do not deploy: ${count(rules, "mandatory rule")} ${rules === 1 ? "is" : "are"} broken`;
}
