import type { Plan } from "../../components/testing/plan.ts";
import type { CostEstimate } from "../cost/cost.ts";
import type { PreviewDiff } from "./diff.ts";
import type { Judgement } from "./verdict.ts";

/** All that a preview found out; `--format json` writes it as it stands, and every other report is made from it. */
export interface Preview {
  /** Version of this document's shape; raised when a reader of the former shape would misread it. */
  schemaVersion: 1;
  tool: { name: "strongroom"; version: string };
  /** ISO 8601, UTC. */
  generatedAt: string;
  /** `broken` when a mandatory rule is broken and not exempted. */
  outcome: "fine" | "broken";
  plan: Plan;
  judgement: Judgement;
  /** Absent with `--no-cost`. */
  cost?: CostEstimate;
  /** Present with `--against`. */
  diff?: PreviewDiff;
  /** What a reader must know about this preview itself, such as why a comparison could not be made. */
  notes: string[];
}
