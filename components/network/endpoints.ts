import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import { type Placement, placementOf, policyDocument } from "../security/policy-document.ts";
import { type Problems, show } from "../validation.ts";

/** Services that are reached through route tables, free of charge. */
export type GatewayService = "s3" | "dynamodb";

const GATEWAY_SERVICES: readonly string[] = ["s3", "dynamodb"] satisfies GatewayService[];

/** Which AWS services the network reaches without the internet. */
export interface EndpointsArgs {
  /** @default `["s3", "dynamodb"]` */
  gateway?: GatewayService[];
  /**
   * The last part of the service's name: `"secretsmanager"`, `"ecr.api"`. Each is an address in every app subnet.
   * @default {@link TASK_SERVICES}
   */
  interface?: string[];
}

/** What a Fargate task uses: its image, logs, secrets and their key, a shell (ECS Exec), and its own credentials. */
export const TASK_SERVICES: readonly string[] = [
  "ecr.api",
  "ecr.dkr",
  "kms",
  "logs",
  "secretsmanager",
  "ssmmessages",
  "sts",
];

/** Finds mistakes in `endpoints`. */
export function checkEndpoints(problems: Problems, args: EndpointsArgs): void {
  for (const [index, service] of (args.gateway ?? []).entries()) {
    problems.check(
      GATEWAY_SERVICES.includes(service),
      `endpoints.gateway[${index}]`,
      `${show(service)} has no gateway endpoint; write "s3" or "dynamodb", or name it under endpoints.interface`,
    );
  }
  for (const [index, service] of (args.interface ?? []).entries()) {
    const path = `endpoints.interface[${index}]`;
    if (GATEWAY_SERVICES.includes(service)) {
      problems.add(path, `${show(service)} is reached free of charge; name it under endpoints.gateway`);
      continue;
    }
    problems.check(
      /^[a-z0-9]+([.-][a-z0-9]+)*$/.test(service) && !service.startsWith("com.amazonaws."),
      path,
      `${show(service)} is not the last part of a service's name; write one such as "secretsmanager" or "ecr.api"`,
    );
  }
  for (const list of ["gateway", "interface"] as const) {
    const services: readonly string[] = args[list] ?? [];
    const twice = services.find((service, index) => services.indexOf(service) !== index);
    problems.check(twice === undefined, `endpoints.${list}`, `names ${show(twice)} twice; write it once`);
  }
}

/** The child resources that can be changed on their way. */
export interface EndpointTransforms {
  endpoint?: Transform<aws.ec2.VpcEndpointArgs>;
  endpointSecurityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
}

/** What {@link Endpoints} needs of its network. */
interface PrivateEndpointsArgs extends ComponentArgs {
  gateway: readonly GatewayService[];
  interface: readonly string[];
  vpcId: pulumi.Input<string>;
  /** Where the interface endpoints get their addresses. */
  subnetIds: pulumi.Output<string>[];
  /** Who may use the interface endpoints. */
  appRanges: string[];
  /** Route tables that learn the way to the gateway endpoints. */
  routeTableIds: pulumi.Output<string>[];
  transform?: EndpointTransforms | undefined;
}

/**
 * Private ways to AWS's services, which only this account's identities may use. `Vpc` makes it.
 *
 * The S3 endpoint also lets through what ECR signs for itself: image layers lie in a bucket of AWS's.
 *
 * Cost: a gateway endpoint nothing; an interface endpoint 7.30 USD a month in each zone, and 0.01 USD a gigabyte.
 */
export class Endpoints extends Component {
  /** Absent without interface endpoints. */
  readonly securityGroupId: pulumi.Output<string> | undefined;
  /** Services with an interface endpoint. */
  readonly services: readonly string[];
  /** In the order in which the gateway services were given. */
  readonly prefixListIds: pulumi.Output<string>[];
  readonly nodes: {
    readonly gateway: aws.ec2.VpcEndpoint[];
    readonly interface: aws.ec2.VpcEndpoint[];
    readonly securityGroup: aws.ec2.SecurityGroup | undefined;
  };

  constructor(name: string, args: PrivateEndpointsArgs, options?: pulumi.ComponentResourceOptions) {
    super("strongroom:network:Endpoints", name, args, options);
    const placement = placementOf(this.inRegion, this.lookup);
    const gateway = args.gateway.map((service) => this.#gateway(service, args, placement));
    const securityGroup = args.interface.length === 0 ? undefined : this.#securityGroup(args);
    const interfaces =
      securityGroup === undefined
        ? []
        : args.interface.map((service) => this.#interface(service, args, placement, securityGroup));

    this.nodes = { gateway, interface: interfaces, securityGroup };
    this.securityGroupId = securityGroup?.id;
    this.services = args.interface;
    this.prefixListIds = gateway.map((endpoint) => endpoint.prefixListId);
    this.registerOutputs({ securityGroupId: this.securityGroupId, prefixListIds: this.prefixListIds });
  }

  #gateway(service: GatewayService, args: PrivateEndpointsArgs, placement: Placement): aws.ec2.VpcEndpoint {
    return this.make(
      aws.ec2.VpcEndpoint,
      service,
      {
        vpcId: args.vpcId,
        serviceName: serviceName(service, placement),
        vpcEndpointType: "Gateway",
        routeTableIds: args.routeTableIds,
        policy: gatewayPolicy(service, placement),
        tags: { Name: `${this.componentName}-${service}` },
      },
      { transform: args.transform?.endpoint },
    );
  }

  #interface(
    service: string,
    args: PrivateEndpointsArgs,
    placement: Placement,
    securityGroup: aws.ec2.SecurityGroup,
  ): aws.ec2.VpcEndpoint {
    return this.make(
      aws.ec2.VpcEndpoint,
      service.replaceAll(".", "-"),
      {
        vpcId: args.vpcId,
        serviceName: serviceName(service, placement),
        vpcEndpointType: "Interface",
        privateDnsEnabled: true,
        subnetIds: args.subnetIds,
        securityGroupIds: [securityGroup.id],
        policy: policyDocument([ownIdentities(placement)]),
        tags: { Name: `${this.componentName}-${service}` },
      },
      { transform: args.transform?.endpoint },
    );
  }

  #securityGroup(args: PrivateEndpointsArgs): aws.ec2.SecurityGroup {
    const securityGroup = this.make(
      aws.ec2.SecurityGroup,
      "security-group",
      {
        vpcId: args.vpcId,
        description: "Interface endpoints: HTTPS from the app tier",
        tags: { Name: this.componentName },
      },
      { transform: args.transform?.endpointSecurityGroup },
    );
    args.appRanges.forEach((cidrIpv4, index) =>
      this.make(aws.vpc.SecurityGroupIngressRule, `from-app-${index + 1}`, {
        securityGroupId: securityGroup.id,
        description: `HTTPS from app subnet ${index + 1}`,
        cidrIpv4,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
      }),
    );
    return securityGroup;
  }
}

function serviceName(service: string, { region }: Placement): pulumi.Output<string> {
  return pulumi.interpolate`com.amazonaws.${region}.${service}`;
}

function ownIdentities({ account }: Placement) {
  return {
    Sid: "OwnIdentities",
    Effect: "Allow" as const,
    Principal: "*" as const,
    Action: "*",
    Resource: "*",
    Condition: { StringEquals: { "aws:PrincipalAccount": account } },
  };
}

/** Own identities on own data: what is stolen cannot be carried to somebody else's bucket or table. */
function gatewayPolicy(service: GatewayService, placement: Placement): pulumi.Output<string> {
  const { account, partition, region } = placement;
  const own = {
    ...ownIdentities(placement),
    Sid: "OwnIdentitiesOnOwnData",
    Action: `${service}:*`,
    Condition: { StringEquals: { "aws:PrincipalAccount": account, "aws:ResourceAccount": account } },
  };
  if (service === "dynamodb") return policyDocument([own]);
  return policyDocument([
    own,
    {
      Sid: "ImageLayersOfEcr",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: pulumi.interpolate`arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*`,
    },
  ]);
}
