import { readFileSync } from "node:fs";
import type { Plan, PlanResource } from "../../components/testing/plan.ts";
import type { CostEstimate } from "../cost/cost.ts";
import { diffPreviews } from "./diff.ts";
import type { Preview } from "./document.ts";
import { findingsOf } from "./findings.ts";
import type { Judgement } from "./verdict.ts";

/** What the tests of the reports look at: a small payment system with some of everything that a report can show. */
export function samplePlan(): Plan {
  return fixture("plan.json") as Plan;
}

/** The same system some weeks ago: no bucket of statements, a smaller database without encryption, one topic more. */
export function sampleBase(): Plan {
  const plan = samplePlan();
  plan.resources = plan.resources.filter(({ name }) => !name.startsWith("statements"));
  Object.assign(find(plan, "orders-database").inputs, {
    instanceClass: "db.t4g.medium",
    storageEncrypted: false,
  });
  delete find(plan, "orders-database").inputs.performanceInsightsEnabled;
  find(plan, "backend-service").inputs.desiredCount = 9;
  const task = find(plan, "backend-task").inputs;
  task.containerDefinitions = (task.containerDefinitions as string).replace(":1.4.2", ":1.4.1");
  const topic = find(plan, "alerts-topic");
  plan.resources.push({
    ...topic,
    name: "former-topic",
    urn: topic.urn.replace("alerts-topic", "former-topic"),
  });
  return plan;
}

export function sampleJudgement(): Judgement {
  return fixture("judgement.json") as Judgement;
}

function sampleCost(): CostEstimate {
  return fixture("cost.json") as CostEstimate;
}

/** A preview of all this, compared with {@link sampleBase}. */
export function samplePreview(): Preview {
  const [plan, judgement, cost] = [samplePlan(), sampleJudgement(), sampleCost()];
  const findings = findingsOf(judgement);
  const baseCost = sampleCost();
  baseCost.total.expected -= 210;
  for (const { part, monthly } of baseCost.parts) if (part === "database") monthly.expected -= 210;
  const baseFindings = findings.filter(({ rule }) => rule !== "s3-access-logging");
  const former = { ...findings[0], rule: "rds-storage-encrypted", title: "Databases are encrypted" };
  return {
    schemaVersion: 1,
    tool: { name: "strongroom", version: "0.1.0" },
    generatedAt: "2026-11-22T01:00:00.000Z",
    outcome: "broken",
    plan,
    judgement,
    cost,
    diff: diffPreviews(
      "main",
      {
        plan: sampleBase(),
        findings: [...baseFindings, former as (typeof findings)[number]],
        cost: baseCost,
      },
      { plan, findings, cost },
    ),
    notes: [],
  };
}

/** The sample's resource of that name. */
export function find(plan: Plan, name: string): PlanResource {
  const found = plan.resources.find((resource) => resource.custom && resource.name === name);
  if (found === undefined) throw new Error(`the sample plan has no resource "${name}"`);
  return found;
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8"));
}
