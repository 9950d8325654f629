import { statementsOf, type Statement } from "../policy-document.ts";
import { resourceRule, stackRule } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { allOf, some, visit, type Props } from "../values.ts";
import { everyAction, nameOf } from "./shared/resource-policies.ts";

const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const ENDPOINT_POLICY = "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy";
const ENDPOINT_SUBNETS = ["aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation"];
const ENDPOINT_SERVICE = "aws:ec2/vpcEndpointService:VpcEndpointService";
const ALLOWED_PRINCIPAL = "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple";
const VPC = "aws:ec2/vpc:Vpc";
const SUBNETS = ["aws:ec2/subnet:Subnet"];

/** Kinds of workloads: the property that names their subnets, and the services of AWS that they cannot do without. */
const WORKLOADS: Record<string, { subnets: string; services: readonly string[] }> = {
  "aws:ecs/service:Service": { subnets: "networkConfiguration.subnets", services: ["ecr.api", "ecr.dkr"] },
  "aws:eks/cluster:Cluster": { subnets: "vpcConfig.subnetIds", services: ["ec2", "ecr.api", "ecr.dkr"] },
  "aws:ec2/instance:Instance": { subnets: "subnetId", services: ["ssm", "ssmmessages"] },
  "aws:autoscaling/group:Group": { subnets: "vpcZoneIdentifiers", services: ["ssm", "ssmmessages"] },
};

/** Names of AWS's own services, after the region; `vpce` there marks services that others offer. */
const AWS_SERVICE = /^(?:cn\.)?com\.amazonaws\.(?!vpce\.)[a-z0-9-]+\.(.+)$/;

/** The service of AWS behind an endpoint, such as `ecr.api`; empty for services of others. */
function serviceOf(endpoint: Props): string {
  return AWS_SERVICE.exec(endpoint.text("serviceName"))?.[1] ?? "";
}

/** Whether workloads of the type stand in one of the subnets. */
function standsIn(stack: Stack, type: string, property: string, subnets: readonly StackResource[]): boolean {
  return some(subnets, (subnet) => stack.hasReferring([type], property, subnet));
}

/** Whether a statement lets anybody do everything that the service offers with anything. */
function grantsEverything(statement: Statement, service: string): boolean {
  return allOf(
    () => statement.isPublic(),
    () => statement.coversAllActions(service.split(".")[0]),
    () => statement.coversAllResources(),
    // Tied to resources of the own account or organisation it lets nothing out.
    () => !statement.conditions.some(({ key }) => key.startsWith("aws:resource")),
  );
}

/** Whether the endpoint is of a kind that has interfaces in subnets. */
function hasInterfaces(endpoint: Props): boolean {
  return endpoint.text("vpcEndpointType") === "Interface";
}

export const vpcEndpointRules = [
  stackRule({
    id: "vpce-core-services-present",
    title: "Networks reach the services of AWS that their workloads need by private endpoints",
    severity: "medium",
    types: [VPC],
    joins: [ENDPOINT, ...SUBNETS, ...Object.keys(WORKLOADS)],
    why:
      "Calls to AWS then leave the network, so that its way out must stay open and no endpoint policy limits to whom " +
      "data go.",
    remedy:
      'Declare an `aws.ec2.VpcEndpoint` for each, such as `serviceName: "com.amazonaws.eu-west-1.ecr.api"`, ' +
      '`vpcEndpointType: "Interface"` and `privateDnsEnabled: true`.',
    parameters: {
      services: {
        type: "array",
        items: { type: "string" },
        description:
          "Services that every network must have an endpoint for, whatever runs in it, such as `ec2`.",
        default: [],
      },
    },
    check(vpc, stack, fail, parameters) {
      const subnets = stack.referring(SUBNETS, "vpcId", vpc);
      const needed = new Set(parameters.texts("services"));
      for (const [type, { subnets: property, services }] of Object.entries(WORKLOADS)) {
        if (standsIn(stack, type, property, subnets)) for (const service of services) needed.add(service);
      }
      visit(needed, (service) => {
        const isPresent = stack.hasReferring(
          [ENDPOINT],
          "vpcId",
          vpc,
          ({ props }) => serviceOf(props) === service,
        );
        if (!isPresent) fail(`no endpoint for ${service}`);
      });
    },
  }),
  stackRule({
    id: "vpce-policy-restricted",
    title: "Endpoint policies are narrower than full access",
    severity: "medium",
    types: [ENDPOINT, ENDPOINT_POLICY],
    joins: [],
    why: "An intruder carries data out through the endpoint into an account of their own, with credentials of that account.",
    remedy:
      "Set `policy` to statements that hold for the own account only, by a condition on `aws:PrincipalAccount` or " +
      "`aws:ResourceAccount` (or on the organisation).",
    check(resource, stack, fail) {
      const { props, type } = resource;
      const endpoint = type === ENDPOINT ? resource : stack.referred(resource, "vpcEndpointId", [ENDPOINT]);
      const service = endpoint === undefined ? "" : serviceOf(endpoint.props);
      if (type === ENDPOINT) {
        // Endpoints for services of others, firewalls and lattices take no policy.
        const takesPolicy =
          service !== "" && ["", "Gateway", "Interface"].includes(props.text("vpcEndpointType"));
        if (!takesPolicy) return;
        if (!props.declares("policy")) {
          if (!stack.hasReferring([ENDPOINT_POLICY], "vpcEndpointId", resource))
            fail("policy is not given, and AWS's default allows everything");
          return;
        }
      }
      visit(statementsOf(props.json("policy")), (statement) => {
        if (grantsEverything(statement, service))
          fail(`${nameOf(statement)} allows ${everyAction(statement)} on everything to everyone`);
      });
    },
  }),
  stackRule({
    id: "vpce-multi-az",
    title: "Interface endpoints have interfaces in several zones",
    severity: "medium",
    types: [ENDPOINT],
    joins: ENDPOINT_SUBNETS,
    why: "When the only zone of an endpoint fails, the workloads of all other zones lose the service, too.",
    remedy: "Set `subnetIds` to a subnet in each zone that has workloads.",
    parameters: {
      minimum: { type: "integer", minimum: 1, description: "Zones that an endpoint must be in.", default: 2 },
    },
    check(endpoint, stack, fail, parameters) {
      const { props } = endpoint;
      if (!hasInterfaces(props)) return;
      const minimum = parameters.number("minimum") ?? 2;
      const listed = Math.max(props.list("subnetIds").length, props.list("subnetConfigurations").length);
      if (listed >= minimum) return;
      // An endpoint takes one subnet of a zone, so subnets count zones.
      const zones = listed + stack.referring(ENDPOINT_SUBNETS, "vpcEndpointId", endpoint).length;
      if (zones < minimum) fail(`is in ${zones === 1 ? "one zone" : `${zones} zones`}`);
    },
  }),
  resourceRule({
    id: "vpce-service-manual-accept",
    title: "Offered endpoint services accept connections one by one, from named principals",
    severity: "medium",
    types: [ENDPOINT_SERVICE, ALLOWED_PRINCIPAL],
    why: "Anybody with an AWS account can plug their network into the service, and nobody notices.",
    remedy:
      "Set `acceptanceRequired: true`, and name accounts or roles in `allowedPrincipals` instead of `*`.",
    check(props, fail, _parameters, type) {
      visit(["allowedPrincipals", "principalArn"], (path) => {
        if (some(props.list(path), (principal) => principal.text() === "*")) fail(`${path} has *`);
      });
      if (type === ENDPOINT_SERVICE && !props.flag("acceptanceRequired")) fail("acceptanceRequired is off");
    },
  }),
];
