import { type Json, UNKNOWN } from "../plan.ts";
import { type Draft, type Shape, type Shapes, arn, fill, globalArn, input, text, uuid } from "./template.ts";

/** A resource that is known by its name, with an ARN that ends in it. */
function named(resourceArn: string, outputs: Shape["outputs"] = {}): Shape {
  return { named: "name", id: "{name}", outputs: { arn: resourceArn, ...outputs } };
}

/** A resource whose id is its ARN, with its name in it. */
function byArn(resourceArn: string, outputs: Shape["outputs"] = {}): Shape {
  return { named: "name", id: resourceArn, outputs: { arn: resourceArn, ...outputs } };
}

const uniqueId = (prefix: string) => (draft: Draft) => `${prefix}${draft.hex(17).toUpperCase()}`;

export const IAM: Shapes = {
  Role: {
    ...named(globalArn("iam", "role{path|/}{name}"), { uniqueId: uniqueId("AROA"), path: "/" }),
    limit: 64,
  },
  User: {
    ...named(globalArn("iam", "user{path|/}{name}"), { uniqueId: uniqueId("AIDA"), path: "/" }),
    limit: 64,
  },
  Group: {
    ...named(globalArn("iam", "group{path|/}{name}"), { uniqueId: uniqueId("AGPA"), path: "/" }),
    limit: 128,
  },
  Policy: {
    ...byArn(globalArn("iam", "policy{path|/}{name}"), { policyId: uniqueId("ANPA"), path: "/" }),
    limit: 128,
  },
  InstanceProfile: {
    ...named(globalArn("iam", "instance-profile{path|/}{name}"), { uniqueId: uniqueId("AIPA") }),
    limit: 128,
  },
  RolePolicy: { named: "name", id: "{role}:{name}" },
  UserPolicy: { named: "name", id: "{user}:{name}" },
  GroupPolicy: { named: "name", id: "{group}:{name}" },
  RolePolicyAttachment: { id: "{role}/{policyArn}" },
  UserPolicyAttachment: { id: "{user}/{policyArn}" },
  GroupPolicyAttachment: { id: "{group}/{policyArn}" },
  PolicyAttachment: { named: "name", id: "{name}" },
  OpenIdConnectProvider: {
    id: (draft) =>
      fill(globalArn("iam", `oidc-provider/${text(draft, "url").replace(/^https:\/\//, "")}`), draft),
    outputs: {
      arn: (draft) =>
        fill(globalArn("iam", `oidc-provider/${text(draft, "url").replace(/^https:\/\//, "")}`), draft),
    },
  },
  AccessKey: {
    id: uniqueId("AKIA"),
    outputs: { status: "Active", secret: UNKNOWN, sesSmtpPasswordV4: UNKNOWN },
  },
  ServiceLinkedRole: {
    id: globalArn("iam", "role/aws-service-role/{awsServiceName}"),
    outputs: { arn: globalArn("iam", "role/aws-service-role/{awsServiceName}") },
  },
  AccountPasswordPolicy: { id: "iam-account-password-policy" },
};

export const KMS: Shapes = {
  Key: { id: uuid, outputs: { arn: arn("kms", "key/{id}"), keyId: "{id}", keyUsage: "ENCRYPT_DECRYPT" } },
  ReplicaKey: { id: uuid, outputs: { arn: arn("kms", "key/{id}"), keyId: "{id}" } },
  Alias: {
    named: "name",
    prefix: "alias/",
    id: "{name}",
    outputs: {
      arn: arn("kms", "{name}"),
      targetKeyArn: (draft) => {
        const target = text(draft, "targetKeyId");
        return target.startsWith("arn:") ? target : fill(arn("kms", "key/{targetKeyId}"), draft);
      },
    },
  },
  Grant: { id: "{keyId}:{#64}", outputs: { grantId: "{#64}", grantToken: "{#64:token}" } },
};

const secretArn = arn("secretsmanager", "secret:{name}-{#6}");

export const SECRETSMANAGER: Shapes = {
  Secret: { ...byArn(secretArn), limit: 512 },
  SecretVersion: {
    id: "{secretId}|{#32}",
    outputs: { arn: "{secretId}", versionId: "{#32}", versionStages: ["AWSCURRENT"] },
  },
  SecretRotation: { id: "{secretId}", outputs: { rotationEnabled: true } },
  SecretPolicy: { id: "{secretArn}" },
};

function parameterArn(draft: Draft): Json {
  const name = draft.name;
  return draft.name === UNKNOWN ? UNKNOWN : fill(arn("ssm", `parameter/${name.replace(/^\//, "")}`), draft);
}

export const SSM: Shapes = {
  Parameter: {
    named: "name",
    id: "{name}",
    outputs: { arn: parameterArn, version: 1, dataType: "text", tier: "Standard" },
  },
  Document: named(arn("ssm", "document/{name}"), {
    documentVersion: "1",
    defaultVersion: "1",
    latestVersion: "1",
  }),
  Activation: { named: "name", id: uuid, outputs: { activationCode: UNKNOWN } },
  MaintenanceWindow: { named: "name", id: "mw-{#17}" },
};

/** One entry per domain: the record that proves its ownership. */
function domainValidationOptions(draft: Draft): Json {
  const alternatives = input(draft, "subjectAlternativeNames");
  const domains = [input(draft, "domainName"), ...(Array.isArray(alternatives) ? alternatives : [])];
  if (domains.includes(UNKNOWN) || alternatives === UNKNOWN) return UNKNOWN;
  return [...new Set(domains)]
    .filter((domain) => typeof domain === "string")
    .map((domain) => ({
      domainName: domain,
      resourceRecordName: `_${draft.hex(32, domain)}.${domain.replace(/^\*\./, "")}.`,
      resourceRecordType: "CNAME",
      resourceRecordValue: `_${draft.hex(32, `${domain}/value`)}.acm-validations.aws.`,
    }));
}

const certificateArn = (draft: Draft): Json => fill(arn("acm", `certificate/${uuid(draft)}`), draft);

export const ACM: Shapes = {
  Certificate: {
    id: certificateArn,
    outputs: {
      arn: certificateArn,
      status: "PENDING_VALIDATION",
      domainValidationOptions,
      keyAlgorithm: "RSA_2048",
    },
  },
  CertificateValidation: { id: "{#36}" },
};

function webAclArn(kind: string) {
  return (draft: Draft): Json => {
    const id = uuid(draft);
    return input(draft, "scope") === "CLOUDFRONT"
      ? fill(`arn:{partition}:wafv2:us-east-1:{account}:global/${kind}/{name}/${id}`, draft)
      : fill(arn("wafv2", `regional/${kind}/{name}/${id}`), draft);
  };
}

export const WAFV2: Shapes = {
  WebAcl: { named: "name", limit: 128, id: uuid, outputs: { arn: webAclArn("webacl"), capacity: UNKNOWN } },
  IpSet: { named: "name", limit: 128, id: uuid, outputs: { arn: webAclArn("ipset") } },
  RuleGroup: { named: "name", limit: 128, id: uuid, outputs: { arn: webAclArn("rulegroup") } },
  RegexPatternSet: { named: "name", limit: 128, id: uuid, outputs: { arn: webAclArn("regexpatternset") } },
  WebAclAssociation: { id: "{webAclArn},{resourceArn}" },
  WebAclLoggingConfiguration: { id: "{resourceArn}" },
};

export const CLOUDWATCH: Shapes = {
  LogGroup: { ...named(arn("logs", "log-group:{name}")), limit: 512 },
  LogStream: named(arn("logs", "log-group:{logGroupName}:log-stream:{name}")),
  LogMetricFilter: { named: "name", id: "{name}" },
  LogSubscriptionFilter: { named: "name", id: "cwlsf-{#10}" },
  LogResourcePolicy: { id: "{policyName}" },
  LogDataProtectionPolicy: { id: "{logGroupName}" },
  QueryDefinition: { named: "name", id: uuid, outputs: { queryDefinitionId: uuid } },
  MetricAlarm: named(arn("cloudwatch", "alarm:{name}")),
  CompositeAlarm: { id: "{alarmName}", outputs: { arn: arn("cloudwatch", "alarm:{alarmName}") } },
  Dashboard: {
    id: "{dashboardName}",
    outputs: { dashboardArn: globalArn("cloudwatch", "dashboard/{dashboardName}") },
  },
  EventRule: { ...named(arn("events", "rule/{name}")), limit: 64 },
  EventTarget: { named: "targetId", id: "{rule}-{name}" },
  EventBus: named(arn("events", "event-bus/{name}")),
  EventConnection: named(arn("events", "connection/{name}/{#36}")),
  EventApiDestination: named(arn("events", "api-destination/{name}/{#36}")),
  EventArchive: named(arn("events", "archive/{name}")),
};

/** Queues and topics that keep the order end in `.fifo`. */
function fifo(flag: string, template: string) {
  return (draft: Draft): Json => {
    const name = draft.name;
    const ending = input(draft, flag) === true && !name.endsWith(".fifo") ? ".fifo" : "";
    return fill(`${template}${ending}`, draft);
  };
}

const topicArn = fifo("fifoTopic", arn("sns", "{name}"));
const queueUrl = fifo("fifoQueue", "https://sqs.{region}.{suffix}/{account}/{name}");

export const SNS: Shapes = {
  Topic: { named: "name", limit: 256, id: topicArn, outputs: { arn: topicArn, owner: "{account}" } },
  TopicSubscription: {
    id: (draft) => fill(`{topic}:${uuid(draft)}`, draft),
    outputs: { arn: (draft) => fill(`{topic}:${uuid(draft)}`, draft), ownerId: "{account}" },
  },
  TopicPolicy: { id: "{arn}", outputs: { owner: "{account}" } },
};

export const SQS: Shapes = {
  Queue: {
    named: "name",
    limit: 80,
    id: queueUrl,
    outputs: { arn: fifo("fifoQueue", arn("sqs", "{name}")), url: queueUrl },
  },
  QueuePolicy: { id: "{queueUrl}" },
  RedrivePolicy: { id: "{queueUrl}" },
};

export const SCHEDULER: Shapes = {
  Schedule: {
    named: "name",
    limit: 64,
    id: "{groupName|default}/{name}",
    outputs: { arn: arn("scheduler", "schedule/{groupName|default}/{name}") },
  },
  ScheduleGroup: { ...named(arn("scheduler", "schedule-group/{name}")), limit: 64 },
};

export const CLOUDTRAIL: Shapes = {
  Trail: byArn(arn("cloudtrail", "trail/{name}"), { homeRegion: "{region}" }),
  EventDataStore: {
    named: "name",
    id: arn("cloudtrail", "eventdatastore/{#36}"),
    outputs: { arn: arn("cloudtrail", "eventdatastore/{#36}") },
  },
};

export const KINESIS: Shapes = {
  Stream: byArn(arn("kinesis", "stream/{name}")),
  FirehoseDeliveryStream: byArn(arn("firehose", "deliverystream/{name}"), {
    destinationId: "destinationId-000000000001",
    versionId: "1",
  }),
};

export const SFN: Shapes = {
  StateMachine: byArn(arn("states", "stateMachine:{name}"), { status: "ACTIVE" }),
  Activity: byArn(arn("states", "activity:{name}")),
};

export const BUDGETS: Shapes = {
  Budget: {
    named: "name",
    limit: 100,
    id: "{account}:{name}",
    outputs: { arn: globalArn("budgets", "budget/{name}") },
  },
};

export const COSTEXPLORER: Shapes = {
  AnomalyMonitor: {
    named: "name",
    id: globalArn("ce", "anomalymonitor/{#36}"),
    outputs: { arn: globalArn("ce", "anomalymonitor/{#36}") },
  },
  AnomalySubscription: {
    named: "name",
    id: globalArn("ce", "anomalysubscription/{#36}"),
    outputs: { arn: globalArn("ce", "anomalysubscription/{#36}") },
  },
};

export const CHATBOT: Shapes = {
  SlackChannelConfiguration: {
    id: globalArn("chatbot", "chat-configuration/slack-channel/{configurationName}"),
    outputs: {
      chatConfigurationArn: globalArn("chatbot", "chat-configuration/slack-channel/{configurationName}"),
    },
  },
};

export const COGNITO: Shapes = {
  UserPool: {
    named: "name",
    id: "{region}_{#9}",
    outputs: { arn: arn("cognito-idp", "userpool/{id}"), endpoint: "cognito-idp.{region}.{suffix}/{id}" },
  },
  UserPoolClient: { named: "name", id: "{#26}", outputs: { clientSecret: UNKNOWN } },
  UserPoolDomain: {
    id: "{domain}",
    outputs: {
      cloudfrontDistribution: "d{#13}.cloudfront.net",
      cloudfrontDistributionZoneId: "Z2FDTNDATAQYW2",
    },
  },
  IdentityPool: {
    id: (draft) => `${draft.cloud.region}:${uuid(draft)}`,
    outputs: { arn: arn("cognito-identity", "identitypool/{id}") },
  },
};

export const CODEBUILD: Shapes = { Project: byArn(arn("codebuild", "project/{name}")) };
export const CODEPIPELINE: Shapes = {
  Pipeline: { named: "name", id: "{name}", outputs: { arn: arn("codepipeline", "{name}") } },
};
export const CODEDEPLOY: Shapes = {
  Application: {
    named: "name",
    id: "{#36}:{name}",
    outputs: { arn: arn("codedeploy", "application:{name}"), applicationId: "{#36}" },
  },
  DeploymentGroup: {
    id: "{appName}:{deploymentGroupName}",
    outputs: { arn: arn("codedeploy", "deploymentgroup:{appName}/{deploymentGroupName}") },
  },
};

export const GUARDDUTY: Shapes = {
  Detector: { id: "{#32}", outputs: { arn: arn("guardduty", "detector/{id}"), accountId: "{account}" } },
};
export const SECURITYHUB: Shapes = {
  Account: { id: "{account}", outputs: { arn: arn("securityhub", "hub/default") } },
};
export const ACCESSANALYZER: Shapes = {
  Analyzer: { id: "{analyzerName}", outputs: { arn: arn("access-analyzer", "analyzer/{analyzerName}") } },
};
export const GLUE: Shapes = {
  CatalogDatabase: {
    named: "name",
    lower: true,
    id: "{account}:{name}",
    outputs: { arn: arn("glue", "database/{name}"), catalogId: "{account}" },
  },
  CatalogTable: {
    named: "name",
    lower: true,
    id: "{account}:{databaseName}:{name}",
    outputs: { arn: arn("glue", "table/{databaseName}/{name}"), catalogId: "{account}" },
  },
  Job: named(arn("glue", "job/{name}")),
  Crawler: named(arn("glue", "crawler/{name}")),
  Trigger: named(arn("glue", "trigger/{name}")),
  Connection: {
    named: "name",
    id: "{account}:{name}",
    outputs: { arn: arn("glue", "connection/{name}"), catalogId: "{account}" },
  },
};
export const ATHENA: Shapes = {
  Database: { named: "name", lower: true, id: "{name}" },
  NamedQuery: { named: "name", id: uuid },
  Workgroup: named(arn("athena", "workgroup/{name}")),
};
export const SYNTHETICS: Shapes = { Canary: named(arn("synthetics", "canary:{name}")) };
export const SES: Shapes = {
  DomainIdentity: {
    id: "{domain}",
    outputs: { arn: arn("ses", "identity/{domain}"), verificationToken: "{#43}" },
  },
  EmailIdentity: { id: "{email}", outputs: { arn: arn("ses", "identity/{email}") } },
};
export const ORGANIZATIONS: Shapes = {
  Organization: {
    id: "o-{#10}",
    outputs: {
      arn: globalArn("organizations", "organization/{id}"),
      masterAccountId: "{account}",
      roots: [
        {
          id: "r-{#4}",
          name: "Root",
          arn: globalArn("organizations", "root/o-{#10}/r-{#4}"),
          policyTypes: [],
        },
      ],
    },
  },
  OrganizationalUnit: {
    named: "name",
    id: "ou-{#4}-{#8}",
    outputs: { arn: globalArn("organizations", "ou/o-{#10}/{id}") },
  },
  Account: {
    named: "name",
    id: (draft) =>
      BigInt(`0x${draft.hex(12)}`)
        .toString()
        .padStart(12, "1")
        .slice(0, 12),
    outputs: { arn: globalArn("organizations", "account/o-{#10}/{id}") },
  },
  Policy: {
    named: "name",
    id: "p-{#8}",
    outputs: { arn: globalArn("organizations", "policy/o-{#10}/service_control_policy/{id}") },
  },
};
