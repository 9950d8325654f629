import type { PlanResource } from "../../../components/testing/plan.ts";
import { beyond, fixed, times } from "../monthly.ts";
import { isOn, numberAt, textAt } from "../site.ts";
import type { Site } from "../site.ts";
import type { Charge, Pricers } from "./pricer.ts";

/** Route 53 and CloudFront, whose prices have no region, and API Gateway. */
export const edge: Pricers = {
  "aws:route53/zone:Zone": zone,
  "aws:route53/healthCheck:HealthCheck": healthCheck,
  "aws:cloudfront/distribution:Distribution": distribution,
  "aws:apigateway/restApi:RestApi": (_, site) => [
    {
      part: "edge",
      what: "REST API calls",
      price: "apigateway.rest",
      quantity: site.assumed(site.usage.requests),
    },
  ],
  "aws:apigatewayv2/api:Api": (_, site) => [
    {
      part: "edge",
      what: "HTTP API calls",
      price: "apigateway.http",
      quantity: site.assumed(site.usage.requests),
    },
  ],
};

function zone(_: PlanResource, site: Site): Charge[] {
  return [
    { part: "edge", what: "hosted zone", price: "route53.zone", quantity: fixed(1), global: true },
    {
      part: "edge",
      what: "DNS queries",
      price: "route53.queries",
      quantity: site.assumed(site.usage.dnsQueries),
      global: true,
    },
  ];
}

function healthCheck({ inputs }: PlanResource): Charge[] {
  const type = textAt(inputs, "type");
  // Calculated checks and those of alarms are charged as AWS endpoints.
  const ours = /\.(elb\.amazonaws\.com|cloudfront\.net|amazonaws\.com)$/.test(textAt(inputs, "fqdn"));
  const list =
    ours || ["CALCULATED", "CLOUDWATCH_METRIC", "RECOVERY_CONTROL"].includes(type)
      ? "route53.health-check"
      : "route53.health-check.external";
  const features =
    Number(type.startsWith("HTTPS")) +
    Number(type.endsWith("_STR_MATCH")) +
    Number(numberAt(inputs, "requestInterval", 30) === 10) +
    Number(isOn(inputs, "measureLatency"));
  const charges: Charge[] = [
    { part: "edge", what: "DNS health check", price: list, quantity: fixed(1), global: true },
  ];
  if (features > 0) {
    charges.push({
      part: "edge",
      what: "health check features",
      price: `${list}.feature`,
      quantity: fixed(features),
      global: true,
    });
  }
  return charges;
}

function distribution(resource: PlanResource, site: Site): Charge[] {
  const { cdnGb, cdnFreeGb, requests } = site.usage;
  const free = site.position(resource) === 0 ? cdnFreeGb : 0;
  return [
    {
      part: "edge",
      what: "CloudFront delivery",
      price: "cloudfront.gb",
      quantity: beyond(site.assumed(cdnGb), free),
      how: free > 0 ? `(${cdnGb} GB − ${free} GB free)` : `${cdnGb} GB`,
      global: true,
    },
    {
      part: "edge",
      what: "CloudFront requests",
      price: "cloudfront.requests",
      quantity: times(site.assumed(requests), 100),
      how: `${requests} million`,
      global: true,
    },
  ];
}
