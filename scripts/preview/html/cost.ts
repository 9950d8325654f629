import type { CostEstimate, CostPart, Monthly } from "../../cost/cost.ts";
import { monthly, price } from "../report/words.ts";
import { shortType } from "../urn.ts";
import { escape } from "./escape.ts";
import { resourceLink } from "./view.ts";
import type { View } from "./view.ts";

/** The estimate: a bar for each part, from its low to its high, with the lines that make it up. */
export function costSection(view: View): string {
  const { cost } = view.preview;
  if (cost === undefined) return "";
  const parts = [...cost.parts].sort((a, b) => b.monthly.expected - a.monthly.expected);
  const highest = Math.max(1, ...parts.map((part) => part.monthly.high));
  return `<p class="lead"><strong>${escape(monthly(cost.total))}</strong> at the list prices of ${escape(cost.pricesAsOf)}.</p>
<p class="legend"><svg width="88" height="12" aria-hidden="true"><rect class="range" x="0" y="3" width="88" height="6" rx="3"/><rect class="sure" x="0" y="3" width="40" height="6" rx="3"/><rect class="tick" x="51" y="0" width="2" height="12"/></svg>always <span aria-hidden="true">·</span> expected (mark) <span aria-hidden="true">·</span> at most</p>
<div class="parts">${parts.map((part) => partBlock(view, part, highest)).join("")}</div>
${unpriced(view, cost)}
${assumptions(cost)}`;
}

function partBlock(view: View, { part, lines, monthly: sum }: CostPart, highest: number): string {
  const rows = lines.map(
    (line) =>
      `<tr><td>${resourceLink(view, line.urn)}</td><td>${escape(line.what)}<span class="formula">${escape(line.formula)}</span></td>${amounts(line.monthly)}</tr>`,
  );
  return `<details class="part"><summary><span class="part-name">${escape(part)}</span>${bar(sum, highest)}<span class="amount">${price(sum.expected)}</span></summary>
<div class="scroll" tabindex="0" role="region" aria-label="Cost of ${escape(part)}"><table><thead><tr><th scope="col">Resource</th><th scope="col">What</th><th scope="col" class="number">Low</th><th scope="col" class="number">Expected</th><th scope="col" class="number">High</th></tr></thead><tbody>${rows.join("")}</tbody><tfoot><tr><th scope="row" colspan="2">Together</th>${amounts(sum)}</tr></tfoot></table></div></details>`;
}

function amounts({ low, expected, high }: Monthly): string {
  return [low, expected, high].map((amount) => `<td class="number">${price(amount)}</td>`).join("");
}

/** Drawn to the scale of the dearest part; the page's policy allows no style attributes, hence SVG. */
function bar({ low, expected, high }: Monthly, highest: number): string {
  const at = (amount: number) => Math.round((amount / highest) * 1000) / 10;
  return `<svg class="bar" width="100%" height="14" aria-hidden="true"><rect class="range" width="${Math.max(0.4, at(high))}%" height="8" y="3" rx="4"/><rect class="sure" width="${Math.max(0.4, at(low))}%" height="8" y="3" rx="4"/><svg x="${at(expected)}%" overflow="visible"><rect class="tick" x="-1" width="2" height="14"/></svg></svg>`;
}

function unpriced(view: View, { notPriced }: CostEstimate): string {
  if (notPriced.length === 0) return "";
  const items = notPriced.map(
    ({ urn, type, why }) => `<li>${escape(shortType(type))} ${resourceLink(view, urn)}: ${escape(why)}</li>`,
  );
  return `<details class="words"><summary>Not in the estimate: ${notPriced.length}</summary><ul>${items.join("")}</ul></details>`;
}

function assumptions({ assumptions: all }: CostEstimate): string {
  const rows = Object.entries(all).map(
    ([name, number]) =>
      `<tr><th scope="row">${escape(name)}</th><td class="number">${escape(number.toLocaleString("en-US"))}</td></tr>`,
  );
  if (rows.length === 0) return "";
  return `<details class="words"><summary>Usage assumptions</summary><table class="narrow"><tbody>${rows.join("")}</tbody></table></details>`;
}
