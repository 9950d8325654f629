import type { Plan, PlanResource } from "../../components/testing/plan.ts";

/** The parts of an architecture, in the order in which reports show them. */
export const PARTS = [
  "network",
  "edge",
  "compute",
  "data",
  "security",
  "observability",
  "delivery",
  "recovery",
  "other",
] as const;

export type Part = (typeof PARTS)[number];

/** Where the services of AWS belong: the module of a type token to its part. */
const SERVICES: Record<string, Part> = {
  ...all(
    "network",
    "ec2transitgateway vpc vpclattice directconnect ram route53 route53resolver servicediscovery",
  ),
  ...all(
    "edge",
    "lb alb elb cloudfront globalaccelerator apigateway apigatewayv2 appsync acm wafv2 waf shield",
  ),
  ...all(
    "compute",
    "ec2 ecs eks lambda autoscaling appautoscaling apprunner batch sfn scheduler elasticbeanstalk",
  ),
  ...all("data", "rds dynamodb elasticache memorydb s3 s3tables efs fsx docdb neptune redshift opensearch"),
  ...all("data", "elasticsearch kinesis firehose sqs sns mq msk athena glue timestreamwrite dax"),
  ...all(
    "security",
    "kms secretsmanager iam cognito guardduty securityhub inspector2 macie2 accessanalyzer ssm",
  ),
  ...all("observability", "cloudwatch cloudtrail cfg xray budgets grafana amp chatbot synthetics rum"),
  ...all("delivery", "ecr codebuild codepipeline codedeploy codeartifact imagebuilder"),
  ...all("recovery", "backup dlm drs"),
};

/** The EC2 service holds both machines and the network; these names are the network's. */
const EC2_NETWORK =
  /vpc|subnet|route|gateway|securitygroup|networkacl|eip|flowlog|endpoint|peering|prefixlist|dhcp|internet/i;

/**
 * The part of each resource, by URN. A resource of one of Strongroom's components belongs to that component's part;
 * any other goes by its service, and a component by what most of its children are.
 */
export function partsOf(plan: Plan): Map<string, Part> {
  const parts = new Map<string, Part>();
  const votes = new Map<string, Map<Part, number>>();
  const parents = new Map(plan.resources.map(({ urn, parent }) => [urn, parent]));
  for (const resource of plan.resources) {
    const part = partOf(resource, parts);
    if (part !== undefined) parts.set(resource.urn, part);
    if (part === undefined || !resource.custom) continue;
    for (let above = resource.parent; above !== undefined; above = parents.get(above)) {
      const count = votes.get(above) ?? new Map<Part, number>();
      votes.set(above, count.set(part, (count.get(part) ?? 0) + 1));
    }
  }
  for (const { urn } of plan.resources) {
    if (!parts.has(urn)) parts.set(urn, mostVotes(votes.get(urn)) ?? "other");
  }
  return parts;
}

function partOf(resource: PlanResource, parts: Map<string, Part>): Part | undefined {
  const [provider, module = ""] = resource.type.split(":");
  if (provider === "strongroom") return PARTS.find((part) => part === module) ?? "other";
  if (resource.parent?.includes("strongroom:") === true) {
    const inherited = parts.get(resource.parent);
    if (inherited !== undefined) return inherited;
  }
  if (!resource.custom) return undefined;
  const [service = "", name = ""] = module.split("/");
  if (provider === "aws" && service === "ec2" && EC2_NETWORK.test(name)) return "network";
  return provider === "aws" ? (SERVICES[service] ?? "other") : "other";
}

function mostVotes(votes: Map<Part, number> | undefined): Part | undefined {
  return [...(votes ?? [])].sort(([, a], [, b]) => b - a)[0]?.[0];
}

function all(part: Part, services: string): Record<string, Part> {
  return Object.fromEntries(services.split(" ").map((service) => [service, part]));
}
