import { expect } from "chai";
import type { Json } from "../../../components/testing/plan.ts";
import type { CostLine } from "../cost.ts";
import { estimate } from "../estimate.ts";
import { PlanBuilder } from "../plan-builder.test-support.ts";
import type { Usage } from "../usage.ts";

/** Lines of a Plan by what they charge. */
export function lines(builder: PlanBuilder, usage: Partial<Usage> = {}): Record<string, CostLine> {
  const { parts, notPriced } = estimate(builder.plan, { usage });
  expect(notPriced).to.deep.equal([]);
  return Object.fromEntries(parts.flatMap((part) => part.lines.map((line) => [line.what, line])));
}

/** Lines of a single resource. */
export const priced = (type: string, inputs: Record<string, Json> = {}, usage: Partial<Usage> = {}) =>
  lines(new PlanBuilder().add(type, "it", inputs), usage);

/** Expected dollars a month, to a hundredth of a cent. */
export const dollars = (all: Record<string, CostLine>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(all).map(([what, { monthly }]) => [what, Math.round(monthly.expected * 1e4) / 1e4]),
  );
