import { escape } from "./escape.ts";
import type { View } from "./view.ts";
import { prose } from "./view.ts";
import { money, price, signedMoney } from "../report/words.ts";
import { countByStatus } from "../findings.ts";

/** What the whole preview comes to: may it be deployed, and how big, how safe and how dear is it. */
export function overview({ preview, summary }: View): string {
  const { plan, cost, diff, judgement, notes } = preview;
  const fine = summary.broken.length === 0;
  const counts = countByStatus(summary.findings);
  const resources = plan.resources.filter(({ custom }) => custom).length;
  const components = plan.resources.filter(
    ({ custom, type }) => !custom && type !== "pulumi:pulumi:Stack",
  ).length;
  const difference =
    diff?.cost === undefined ? undefined : diff.cost.after.expected - diff.cost.before.expected;
  const figures = [
    figure(
      "policies",
      String(counts.fail),
      counts.fail === 1 ? "rule violation" : "rule violations",
      `${summary.broken.length} mandatory, ${counts.fail - summary.broken.length} advisory; ${judgement.passed.toLocaleString("en-US")} checks passed`,
    ),
    cost === undefined
      ? ""
      : figure(
          "cost",
          money(cost.total.expected),
          "a month, at list price",
          `${price(cost.total.low)} to ${price(cost.total.high)}`,
        ),
    diff === undefined
      ? ""
      : figure(
          "changes",
          String(diff.added.length + diff.removed.length + diff.changed.length),
          `changes against ${diff.against}`,
          `${diff.added.length} added, ${diff.removed.length} removed, ${diff.changed.length} changed${difference === undefined ? "" : `; ${signedMoney(difference)} a month`}`,
        ),
    figure(
      "resources",
      resources.toLocaleString("en-US"),
      resources === 1 ? "resource" : "resources",
      `in ${components} components${judgement.notJudged.length === 0 ? "" : `; ${judgement.notJudged.length} not judged`}`,
    ),
  ];
  const packs = judgement.packs
    .map(({ title, version, rules }) => `${title} (${rules} rules, ${version})`)
    .join(", ");
  const diagnostics = plan.diagnostics.filter(
    ({ severity }) => severity === "warning" || severity === "error",
  );
  const remarks = [...notes, ...diagnostics.map(({ message }) => message)];
  return `<header class="hero ${fine ? "fine" : "broken"}">
<p class="where">${escape(plan.project)} <span aria-hidden="true">/</span> <strong>${escape(plan.stack)}</strong></p>
<h1>${escape(summary.headline)}</h1>
<p class="lead">${fine ? "Every mandatory rule holds" : "Fix what stands under Policies first"}. Region ${escape(plan.aws.region)}${packs === "" ? "" : `; judged by ${escape(packs)}`}.</p>
<div class="figures">${figures.join("")}</div>
${remarks.length === 0 ? "" : `<ul class="notes">${remarks.map((remark) => `<li>${prose(remark)}</li>`).join("")}</ul>`}
</header>`;
}

function figure(section: string, number: string, unit: string, note: string): string {
  return `<a class="figure" href="#${section}"><span class="big">${escape(number)}</span> <span class="unit">${escape(unit)}</span> <span class="note">${escape(note)}</span></a>`;
}
