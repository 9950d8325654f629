import { UNKNOWN } from "../plan.ts";
import { type Cloud, dnsSuffix, zones } from "./cloud.ts";
import { type Answer, type Args, arn, of, text } from "./lookup.ts";
import { NETWORK_ANSWERS } from "./network-functions.ts";
import { policyDocument } from "./policy-document.ts";
import { digest } from "./template.ts";

/** Value of the public parameters in which AWS publishes machine images. */
function awsImage(parameter: string, image: string): string | undefined {
  if (!parameter.startsWith("/aws/service/")) return undefined;
  if (parameter.endsWith("/recommended")) return JSON.stringify({ image_id: image, image_name: "simulated" });
  return /ami|image_id/.test(parameter) ? image : undefined;
}

const ANSWERS: Record<string, Answer> = {
  ...NETWORK_ANSWERS,
  "aws:index/getRegion:getRegion": (args, { region, partition }) => {
    const name = text(args.region) ?? text(args.name) ?? region;
    return {
      id: name,
      name,
      region: name,
      description: name,
      endpoint: `ec2.${name}.${dnsSuffix(partition)}`,
    };
  },
  "aws:index/getRegions:getRegions": (_, { region }) => ({ names: [region] }),
  "aws:index/getCallerIdentity:getCallerIdentity": (_, { account, partition }) => ({
    id: account,
    accountId: account,
    arn: `arn:${partition}:iam::${account}:user/preview`,
    userId: "AIDAPREVIEW",
  }),
  "aws:index/getPartition:getPartition": (_, { partition }) => ({
    id: partition,
    partition,
    dnsSuffix: dnsSuffix(partition),
    reverseDnsPrefix: dnsSuffix(partition).split(".").reverse().join("."),
  }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": (args, { region }) => {
    const excluded = [args.excludeNames ?? [], args.excludeZoneIds ?? []].flat();
    const names = zones(region).filter((zone) => !excluded.includes(zone));
    return {
      ...args,
      id: region,
      names,
      zoneIds: names.map((zone) => `${region}-az${zone.charCodeAt(zone.length - 1) - 96}`),
      groupNames: [region],
    };
  },
  "aws:index/getAvailabilityZone:getAvailabilityZone": (args, { region }) => {
    const name = text(args.name) ?? `${region}a`;
    return {
      id: name,
      name,
      nameSuffix: name.slice(region.length),
      region,
      state: "available",
      zoneId: `${region}-az1`,
      groupName: region,
    };
  },
  "aws:index/getArn:getArn": (args) => {
    const [, partition = "", service = "", region = "", account = "", ...resource] = (
      text(args.arn) ?? ""
    ).split(":");
    return {
      id: args.arn ?? "",
      arn: args.arn ?? "",
      partition,
      service,
      region,
      account,
      resource: resource.join(":"),
    };
  },
  "aws:index/getDefaultTags:getDefaultTags": () => ({ id: "default-tags", tags: {} }),
  "aws:index/getService:getService": (args, { region, partition }) => ({
    ...args,
    region,
    partition,
    dnsName: `${text(args.serviceId) ?? ""}.${region}.${dnsSuffix(partition)}`,
    reverseDnsName: `com.amazonaws.${region}.${text(args.serviceId) ?? ""}`,
    supported: true,
  }),
  "aws:index/getServicePrincipal:getServicePrincipal": (args, { region }) => ({
    ...args,
    id: `${text(args.serviceName) ?? ""}.amazonaws.com`,
    name: `${text(args.serviceName) ?? ""}.amazonaws.com`,
    region: text(args.region) ?? region,
    suffix: "amazonaws.com",
  }),
  "aws:index/getIpRanges:getIpRanges": (args) => ({
    ...args,
    cidrBlocks: ["192.0.2.0/24"],
    ipv6CidrBlocks: ["2001:db8::/32"],
    createDate: "2024-01-01-00-00-00",
    syncToken: 1,
  }),
  "aws:iam/getPolicyDocument:getPolicyDocument": (args) => {
    const json = policyDocument(args);
    return {
      ...args,
      id: digest(json, 10),
      json,
      minifiedJson: json === UNKNOWN ? json : JSON.stringify(JSON.parse(json)),
    };
  },
  "aws:iam/getRole:getRole": (args, { account, partition }) => ({
    ...args,
    id: args.name ?? "",
    arn: `arn:${partition}:iam::${account}:role/${text(args.name) ?? ""}`,
    path: "/",
    uniqueId: `AROA${of(args, 17).toUpperCase()}`,
  }),
  "aws:iam/getPolicy:getPolicy": (args, { account, partition }) => {
    const name = text(args.name) ?? text(args.arn)?.split("/").at(-1) ?? "policy";
    const policyArn = text(args.arn) ?? `arn:${partition}:iam::${account}:policy/${name}`;
    return { id: policyArn, arn: policyArn, name, path: "/", policyId: `ANPA${of(args, 17).toUpperCase()}` };
  },
  "aws:iam/getUser:getUser": (args, { account, partition }) => ({
    ...args,
    id: args.userName ?? "",
    arn: `arn:${partition}:iam::${account}:user/${text(args.userName) ?? ""}`,
    path: "/",
  }),
  "aws:iam/getAccountAlias:getAccountAlias": () => ({ id: "preview", accountAlias: "preview" }),
  "aws:iam/getSessionContext:getSessionContext": (args) => ({
    ...args,
    id: args.arn ?? "",
    issuerArn: args.arn ?? "",
    issuerName: (text(args.arn) ?? "").split("/").at(-1) ?? "",
    sessionName: "",
  }),
  "aws:acm/getCertificate:getCertificate": (args, cloud) => {
    const certificate = arn(cloud, "acm", `certificate/${of(args, 36)}`);
    return {
      ...args,
      id: cloud.region,
      arn: certificate,
      domain: args.domain ?? "example.com",
      status: "ISSUED",
      certificate: "",
      certificateChain: "",
      tags: {},
    };
  },
  "aws:ssm/getParameter:getParameter": (args, cloud) => {
    const name = text(args.name) ?? "";
    const image = awsImage(name, `ami-${of(args, 17)}`);
    return {
      ...args,
      id: name,
      arn: arn(cloud, "ssm", `parameter/${name.replace(/^\//, "")}`),
      type: "String",
      // AWS's own parameters that name machine images are known in kind; every other value is the owner's.
      value: image ?? UNKNOWN,
      insecureValue: image ?? UNKNOWN,
      version: 1,
    };
  },
  "aws:secretsmanager/getSecret:getSecret": (args, cloud) => {
    const name = text(args.name) ?? text(args.arn) ?? "secret";
    const secretArn = text(args.arn) ?? arn(cloud, "secretsmanager", `secret:${name}-${of(args, 6)}`);
    return {
      ...args,
      id: secretArn,
      arn: secretArn,
      name,
      description: "",
      kmsKeyId: "",
      policy: "",
      tags: {},
    };
  },
  "aws:secretsmanager/getSecretVersion:getSecretVersion": (args, cloud) => ({
    ...args,
    id: `${text(args.secretId) ?? ""}|AWSCURRENT`,
    arn: text(args.secretId)?.startsWith("arn:")
      ? (args.secretId ?? "")
      : arn(cloud, "secretsmanager", `secret:${text(args.secretId) ?? ""}-${of(args, 6)}`),
    secretString: UNKNOWN,
    secretBinary: UNKNOWN,
    versionId: of(args, 32),
  }),
  "aws:secretsmanager/getRandomPassword:getRandomPassword": (args) => ({
    ...args,
    id: of(args, 10),
    randomPassword: UNKNOWN,
  }),
  "aws:kms/getKey:getKey": (args, cloud) => {
    const id = text(args.keyId) ?? "key";
    const keyArn = id.startsWith("arn:")
      ? id
      : arn(cloud, "kms", id.startsWith("alias/") ? `key/${of(args, 36)}` : `key/${id}`);
    return {
      ...args,
      id: keyArn.split("/").at(-1) ?? id,
      arn: keyArn,
      awsAccountId: cloud.account,
      enabled: true,
      keyUsage: "ENCRYPT_DECRYPT",
      keyState: "Enabled",
      multiRegion: false,
    };
  },
  "aws:kms/getAlias:getAlias": (args, cloud) => ({
    ...args,
    id: args.name ?? "",
    arn: arn(cloud, "kms", text(args.name) ?? ""),
    targetKeyId: of(args, 36),
    targetKeyArn: arn(cloud, "kms", `key/${of(args, 36)}`),
  }),
  "aws:rds/getEngineVersion:getEngineVersion": (args) => {
    const preferred = Array.isArray(args.preferredVersions) ? args.preferredVersions[0] : undefined;
    const version = text(args.version) ?? text(preferred) ?? UNKNOWN;
    return { ...args, id: version, version, versionActual: version };
  },
  "aws:rds/getOrderableDbInstance:getOrderableDbInstance": (args) => {
    const classes = Array.isArray(args.preferredInstanceClasses) ? args.preferredInstanceClasses : [];
    return {
      ...args,
      id: text(classes[0]) ?? UNKNOWN,
      instanceClass: text(args.instanceClass) ?? text(classes[0]) ?? UNKNOWN,
    };
  },
  "aws:ecs/getTaskDefinition:getTaskDefinition": (args, cloud) => {
    const family = text(args.taskDefinition)?.split("/").at(-1)?.split(":")[0] ?? "family";
    return {
      ...args,
      id: family,
      family,
      revision: 1,
      status: "ACTIVE",
      arn: arn(cloud, "ecs", `task-definition/${family}:1`),
      arnWithoutRevision: arn(cloud, "ecs", `task-definition/${family}`),
    };
  },
  "aws:ecs/getCluster:getCluster": (args, cloud) => {
    const cluster = arn(cloud, "ecs", `cluster/${text(args.clusterName) ?? ""}`);
    return { ...args, id: cluster, arn: cluster, status: "ACTIVE", settings: [] };
  },
  "aws:ecr/getAuthorizationToken:getAuthorizationToken": (args, { account, region, partition }) => ({
    ...args,
    id: region,
    authorizationToken: Buffer.from("AWS:simulated").toString("base64"),
    expiresAt: "2024-01-01T12:00:00Z",
    password: "simulated",
    proxyEndpoint: `https://${text(args.registryId) ?? account}.dkr.ecr.${region}.${dnsSuffix(partition)}`,
    userName: "AWS",
  }),
  "aws:ecr/getCredentials:getCredentials": (args, { account, region, partition }) => ({
    ...args,
    id: region,
    authorizationToken: Buffer.from("AWS:simulated").toString("base64"),
    expiresAt: "2024-01-01T12:00:00Z",
    proxyEndpoint: `https://${text(args.registryId) ?? account}.dkr.ecr.${region}.${dnsSuffix(partition)}`,
  }),
  "aws:ecr/getRepository:getRepository": (args, cloud) => {
    const name = text(args.name) ?? "";
    return {
      ...args,
      id: name,
      arn: arn(cloud, "ecr", `repository/${name}`),
      registryId: cloud.account,
      repositoryUrl: `${cloud.account}.dkr.ecr.${cloud.region}.${dnsSuffix(cloud.partition)}/${name}`,
      mostRecentImageTags: [],
    };
  },
  "aws:ecr/getImage:getImage": (args) => ({
    ...args,
    id: of(args, 10),
    imageDigest: `sha256:${of(args, 64)}`,
    imageTags: [],
    imageUri: UNKNOWN,
  }),
  "aws:lambda/getFunction:getFunction": (args, cloud) => {
    const name = text(args.functionName) ?? "";
    const lambda = arn(cloud, "lambda", `function:${name}`);
    return {
      ...args,
      id: name,
      arn: lambda,
      invokeArn: `arn:${cloud.partition}:apigateway:${cloud.region}:lambda:path/2015-03-31/functions/${lambda}/invocations`,
      qualifiedArn: `${lambda}:$LATEST`,
      version: "$LATEST",
    };
  },
  "aws:lambda/getInvocation:getInvocation": (args) => ({ ...args, id: of(args, 10), result: UNKNOWN }),
  "aws:lambda/getLayerVersion:getLayerVersion": (args, cloud) => ({
    ...args,
    id: arn(cloud, "lambda", `layer:${text(args.layerName) ?? ""}:1`),
    arn: arn(cloud, "lambda", `layer:${text(args.layerName) ?? ""}:1`),
    layerArn: arn(cloud, "lambda", `layer:${text(args.layerName) ?? ""}`),
    version: 1,
  }),
  "aws:s3/getBucket:getBucket": (args, { region, partition }) => {
    const bucket = text(args.bucket) ?? "";
    return {
      ...args,
      id: bucket,
      arn: `arn:${partition}:s3:::${bucket}`,
      region,
      bucketDomainName: `${bucket}.s3.${dnsSuffix(partition)}`,
      bucketRegionalDomainName: `${bucket}.s3.${region}.${dnsSuffix(partition)}`,
    };
  },
  "aws:s3/getCanonicalUserId:getCanonicalUserId": (args) => ({ id: of(args, 64), displayName: "preview" }),
  "aws:cloudfront/getLogDeliveryCanonicalUserId:getLogDeliveryCanonicalUserId": () => ({
    id: "c4c1ede66af53448b93c283ce9448c4ba468c9432aa01d700d3878632f77d2d0",
  }),
  "aws:cloudfront/getCachePolicy:getCachePolicy": (args) => ({ ...args, id: text(args.id) ?? of(args, 36) }),
  "aws:cloudfront/getOriginRequestPolicy:getOriginRequestPolicy": (args) => ({
    ...args,
    id: text(args.id) ?? of(args, 36),
  }),
  "aws:cloudwatch/getLogGroup:getLogGroup": (args, cloud) => ({
    ...args,
    id: args.name ?? "",
    arn: arn(cloud, "logs", `log-group:${text(args.name) ?? ""}`),
  }),
  "aws:sns/getTopic:getTopic": (args, cloud) => ({
    ...args,
    id: arn(cloud, "sns", text(args.name) ?? ""),
    arn: arn(cloud, "sns", text(args.name) ?? ""),
  }),
  "aws:sqs/getQueue:getQueue": (args, cloud) => {
    const url = `https://sqs.${cloud.region}.${dnsSuffix(cloud.partition)}/${cloud.account}/${text(args.name) ?? ""}`;
    return { ...args, id: url, url, arn: arn(cloud, "sqs", text(args.name) ?? "") };
  },
  "aws:eks/getCluster:getCluster": (args, cloud) => ({
    ...args,
    id: args.name ?? "",
    arn: arn(cloud, "eks", `cluster/${text(args.name) ?? ""}`),
    endpoint: `https://${of(args, 32)}.gr7.${cloud.region}.eks.${dnsSuffix(cloud.partition)}`,
    certificateAuthorities: [{ data: "c2ltdWxhdGVk" }],
    identities: [
      {
        oidcs: [
          { issuer: `https://oidc.eks.${cloud.region}.${dnsSuffix(cloud.partition)}/id/${of(args, 32)}` },
        ],
      },
    ],
  }),
  "aws:eks/getClusterAuth:getClusterAuth": (args) => ({ ...args, id: args.name ?? "", token: UNKNOWN }),
  "aws:organizations/getOrganization:getOrganization": (args, { account, partition }) => ({
    id: `o-${of(args, 10)}`,
    arn: `arn:${partition}:organizations::${account}:organization/o-${of(args, 10)}`,
    masterAccountId: account,
    masterAccountArn: `arn:${partition}:organizations::${account}:account/o-${of(args, 10)}/${account}`,
    masterAccountEmail: "preview@example.com",
    accounts: [],
    nonMasterAccounts: [],
    awsServiceAccessPrincipals: [],
    enabledPolicyTypes: [],
    featureSet: "ALL",
    roots: [{ id: `r-${of(args, 4)}`, name: "Root", arn: UNKNOWN, policyTypes: [] }],
  }),
};

/** Answers a function of the AWS provider; undefined when it is not simulated. */
export function answer(token: string, args: Args, cloud: Cloud): Args | undefined {
  return ANSWERS[token]?.(args, cloud);
}
