import type { PlanResource } from "../../../components/testing/plan.ts";
import { fixed } from "../monthly.ts";
import { objectAt, textAt } from "../site.ts";
import type { Site } from "../site.ts";
import type { Charge, Pricers, Unpriced } from "./pricer.ts";

/** CodeBuild and CodePipeline. */
export const delivery: Pricers = {
  "aws:codebuild/project:Project": project,
  "aws:codepipeline/pipeline:Pipeline": pipeline,
};

function project({ inputs }: PlanResource, site: Site): (Charge | Unpriced)[] {
  const environment = objectAt(inputs, "environment") ?? {};
  const size = /^BUILD_GENERAL1_(SMALL|MEDIUM|LARGE)$/
    .exec(textAt(environment, "computeType"))?.[1]
    ?.toLowerCase();
  const type = textAt(environment, "type");
  const arm = type === "ARM_CONTAINER" ? "arm." : "";
  if (size === undefined || (arm !== "" && size === "medium") || (arm === "" && type !== "LINUX_CONTAINER")) {
    return [{ why: `no price known for ${type} on ${textAt(environment, "computeType")}` }];
  }
  return [
    {
      part: "delivery",
      what: "builds",
      price: `codebuild.${arm}${size}`,
      quantity: site.assumed(site.usage.buildMinutes),
    },
  ];
}

function pipeline({ inputs }: PlanResource, site: Site): Charge[] {
  return textAt(inputs, "pipelineType", "V1") === "V2"
    ? [
        {
          part: "delivery",
          what: "pipeline actions",
          price: "codepipeline.minute",
          quantity: site.assumed(site.usage.buildMinutes),
        },
      ]
    : [{ part: "delivery", what: "pipeline", price: "codepipeline.pipeline", quantity: fixed(1) }];
}
