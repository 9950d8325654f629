import { type Json, UNKNOWN } from "../plan.ts";
import { type Draft, type Shapes, arn, fill, filled, input, text } from "./template.ts";

/** Name at the end of an ARN, or the name itself. */
function nameOf(reference: string): string {
  return reference === UNKNOWN ? UNKNOWN : (reference.split("/").at(-1) ?? reference);
}

function serviceArn(draft: Draft): Json {
  const cluster = input(draft, "cluster");
  const name = typeof cluster === "string" ? nameOf(cluster) : "default";
  return name === UNKNOWN ? UNKNOWN : fill(arn("ecs", `service/${name}/{name}`), draft);
}

const clusterArn = arn("ecs", "cluster/{name}");
const providerArn = arn("ecs", "capacity-provider/{name}");

export const ECS: Shapes = {
  Cluster: { named: "name", limit: 255, id: clusterArn, outputs: { arn: clusterArn } },
  Service: { named: "name", limit: 255, id: serviceArn, outputs: { arn: serviceArn } },
  TaskDefinition: {
    named: "family",
    id: "{name}",
    outputs: {
      arn: arn("ecs", "task-definition/{name}:1"),
      arnWithoutRevision: arn("ecs", "task-definition/{name}"),
      revision: 1,
    },
  },
  CapacityProvider: { named: "name", id: providerArn, outputs: { arn: providerArn } },
  ClusterCapacityProviders: { id: "{clusterName}" },
  TaskSet: { id: "ecs-svc/{#19}", outputs: { arn: arn("ecs", "task-set/ecs-svc/{#19}") } },
};

export const ECR: Shapes = {
  Repository: {
    named: "name",
    lower: true,
    limit: 256,
    id: "{name}",
    outputs: {
      arn: arn("ecr", "repository/{name}"),
      registryId: "{account}",
      repositoryUrl: "{account}.dkr.ecr.{region}.{suffix}/{name}",
      imageTagMutability: "MUTABLE",
    },
  },
  RepositoryPolicy: { id: "{repository}", outputs: { registryId: "{account}" } },
  LifecyclePolicy: { id: "{repository}", outputs: { registryId: "{account}" } },
  PullThroughCacheRule: { id: "{ecrRepositoryPrefix}", outputs: { registryId: "{account}" } },
  RegistryPolicy: { id: "{account}", outputs: { registryId: "{account}" } },
  RegistryScanningConfiguration: { id: "{account}", outputs: { registryId: "{account}" } },
  ReplicationConfiguration: { id: "{account}", outputs: { registryId: "{account}" } },
};

const lambdaArn = arn("lambda", "function:{name}");
const invocations = (target: string): string =>
  `arn:{partition}:apigateway:{region}:lambda:path/2015-03-31/functions/${target}/invocations`;

/** A function given by name or by ARN, as an ARN. */
function functionArn(draft: Draft): string {
  const reference = text(draft, "functionName");
  return reference.startsWith("arn:") || reference === UNKNOWN
    ? reference
    : filled(arn("lambda", "function:{functionName}"), draft);
}

export const LAMBDA: Shapes = {
  Function: {
    named: "name",
    limit: 64,
    id: "{name}",
    outputs: {
      arn: lambdaArn,
      invokeArn: invocations(lambdaArn),
      qualifiedArn: `${lambdaArn}:$LATEST`,
      qualifiedInvokeArn: invocations(`${lambdaArn}:$LATEST`),
      version: "$LATEST",
    },
  },
  Alias: {
    named: "name",
    id: (draft) => fill(`${functionArn(draft)}:{name}`, draft),
    outputs: {
      arn: (draft) => fill(`${functionArn(draft)}:{name}`, draft),
      invokeArn: (draft) => fill(invocations(`${functionArn(draft)}:{name}`), draft),
    },
  },
  Permission: { named: "statementId", id: "{name}" },
  FunctionUrl: {
    id: "{functionName}",
    outputs: { functionArn, functionUrl: "https://{#32}.lambda-url.{region}.on.aws/", urlId: "{#32}" },
  },
  LayerVersion: {
    id: arn("lambda", "layer:{layerName}:1"),
    outputs: {
      arn: arn("lambda", "layer:{layerName}:1"),
      layerArn: arn("lambda", "layer:{layerName}"),
      version: "1",
    },
  },
  EventSourceMapping: {
    id: "{#36}",
    outputs: { arn: arn("lambda", "event-source-mapping:{id}"), uuid: "{id}", functionArn },
  },
  ProvisionedConcurrencyConfig: { id: "{functionName},{qualifier}" },
  FunctionEventInvokeConfig: { id: "{functionName}" },
};

function oidcIssuer(draft: Draft): Json {
  return fill("https://oidc.eks.{region}.{suffix}/id/{#32}", draft);
}

export const EKS: Shapes = {
  Cluster: {
    named: "name",
    limit: 100,
    id: "{name}",
    outputs: {
      arn: arn("eks", "cluster/{name}"),
      endpoint: "https://{#32}.gr7.{region}.eks.{suffix}",
      certificateAuthority: { data: "c2ltdWxhdGVk" },
      certificateAuthorities: [{ data: "c2ltdWxhdGVk" }],
      identities: (draft) => [{ oidcs: [{ issuer: oidcIssuer(draft) }] }],
      platformVersion: "eks.1",
      status: "ACTIVE",
    },
  },
  NodeGroup: {
    named: "nodeGroupName",
    id: "{clusterName}:{name}",
    outputs: { arn: arn("eks", "nodegroup/{clusterName}/{name}/{#36}"), status: "ACTIVE" },
  },
  FargateProfile: {
    named: "fargateProfileName",
    id: "{clusterName}:{name}",
    outputs: { arn: arn("eks", "fargateprofile/{clusterName}/{name}/{#36}"), status: "ACTIVE" },
  },
  Addon: {
    id: "{clusterName}:{addonName}",
    outputs: { arn: arn("eks", "addon/{clusterName}/{addonName}/{#36}") },
  },
  AccessEntry: { id: "{clusterName}:{principalArn}" },
  PodIdentityAssociation: {
    id: "a-{#17}",
    outputs: {
      associationId: "{id}",
      associationArn: arn("eks", "podidentityassociation/{clusterName}/{id}"),
    },
  },
};

export const AUTOSCALING: Shapes = {
  Group: {
    named: "name",
    id: "{name}",
    outputs: { arn: arn("autoscaling", "autoScalingGroup:{#36}:autoScalingGroupName/{name}") },
  },
  Policy: {
    named: "name",
    id: "{name}",
    outputs: {
      arn: arn(
        "autoscaling",
        "scalingPolicy:{#36}:autoScalingGroupName/{autoscalingGroupName}:policyName/{name}",
      ),
    },
  },
};

export const APPAUTOSCALING: Shapes = {
  Target: { id: "{resourceId}", outputs: { arn: arn("application-autoscaling", "scalable-target/{#34}") } },
  Policy: {
    named: "name",
    id: "{name}",
    outputs: {
      arn: arn(
        "autoscaling",
        "scalingPolicy:{#36}:resource/{serviceNamespace}/{resourceId}:policyName/{name}",
      ),
      alarmArns: UNKNOWN,
    },
  },
  ScheduledAction: {
    named: "name",
    id: "{name}-{serviceNamespace}-{resourceId}",
    outputs: {
      arn: arn(
        "autoscaling",
        "scheduledAction:{#36}:resource/{serviceNamespace}/{resourceId}:scheduledActionName/{name}",
      ),
    },
  },
};

const restApiHost = "https://{restApi}.execute-api.{region}.{suffix}";

export const APIGATEWAY: Shapes = {
  RestApi: {
    named: "name",
    id: "{#10}",
    outputs: {
      arn: "arn:{partition}:apigateway:{region}::/restapis/{id}",
      rootResourceId: "{#10:root}",
      executionArn: arn("execute-api", "{id}"),
    },
  },
  Resource: { id: "{#6}", outputs: { path: "/{pathPart}" } },
  Deployment: {
    id: "{#6}",
    outputs: { invokeUrl: `${restApiHost}/`, executionArn: arn("execute-api", "{restApi}/") },
  },
  Stage: {
    id: "ags-{restApi}-{stageName}",
    outputs: {
      arn: "arn:{partition}:apigateway:{region}::/restapis/{restApi}/stages/{stageName}",
      invokeUrl: `${restApiHost}/{stageName}`,
      executionArn: arn("execute-api", "{restApi}/{stageName}"),
    },
  },
  Method: { id: "agm-{restApi}-{resourceId}-{httpMethod}" },
  Integration: { id: "agi-{restApi}-{resourceId}-{httpMethod}" },
  Authorizer: { named: "name", id: "{#6}" },
  ApiKey: {
    named: "name",
    id: "{#10}",
    outputs: { arn: "arn:{partition}:apigateway:{region}::/apikeys/{id}" },
  },
  DomainName: {
    id: "{domainName}",
    outputs: {
      cloudfrontDomainName: "d{#13}.cloudfront.net",
      cloudfrontZoneId: "Z2FDTNDATAQYW2",
      regionalDomainName: "d-{#10}.execute-api.{region}.{suffix}",
      regionalZoneId: "Z{#13}",
    },
  },
};

export const APIGATEWAYV2: Shapes = {
  Api: {
    named: "name",
    id: "{#10}",
    outputs: {
      arn: "arn:{partition}:apigateway:{region}::/apis/{id}",
      apiEndpoint: (draft) =>
        fill(
          `${input(draft, "protocolType") === "WEBSOCKET" ? "wss" : "https"}://{id}.execute-api.{region}.{suffix}`,
          draft,
        ),
      executionArn: arn("execute-api", "{id}"),
    },
  },
  Stage: {
    named: "name",
    id: "{name}",
    outputs: {
      arn: "arn:{partition}:apigateway:{region}::/apis/{apiId}/stages/{name}",
      executionArn: arn("execute-api", "{apiId}/{name}"),
      invokeUrl: (draft) =>
        fill(
          `https://{apiId}.execute-api.{region}.{suffix}/${draft.name === "$default" ? "" : "{name}"}`,
          draft,
        ),
    },
  },
  Route: { id: "{#7}" },
  Integration: { id: "{#7}" },
  Authorizer: { named: "name", id: "{#6}" },
  VpcLink: {
    named: "name",
    id: "{#6}",
    outputs: { arn: "arn:{partition}:apigateway:{region}::/vpclinks/{id}" },
  },
};

export const APPSYNC: Shapes = {
  GraphQLApi: {
    named: "name",
    id: "{#26}",
    outputs: {
      arn: arn("appsync", "apis/{id}"),
      uris: {
        GRAPHQL: "https://{#26}.appsync-api.{region}.{suffix}/graphql",
        REALTIME: "wss://{#26}.appsync-realtime-api.{region}.{suffix}/graphql",
      },
    },
  },
  DataSource: {
    named: "name",
    id: "{apiId}-{name}",
    outputs: { arn: arn("appsync", "apis/{apiId}/datasources/{name}") },
  },
  Resolver: {
    id: "{apiId}-{type}-{field}",
    outputs: { arn: arn("appsync", "apis/{apiId}/types/{type}/resolvers/{field}") },
  },
};

export const SERVICEDISCOVERY: Shapes = {
  PrivateDnsNamespace: {
    named: "name",
    id: "ns-{#16}",
    outputs: { arn: arn("servicediscovery", "namespace/{id}"), hostedZone: "Z{#20}" },
  },
  HttpNamespace: {
    named: "name",
    id: "ns-{#16}",
    outputs: { arn: arn("servicediscovery", "namespace/{id}"), httpName: "{name}" },
  },
  Service: { named: "name", id: "srv-{#16}", outputs: { arn: arn("servicediscovery", "service/{id}") } },
};
