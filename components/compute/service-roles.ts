import * as pulumi from "@pulumi/pulumi";
import { ecrRepositoryArn } from "../delivery/image-reference.ts";
import type { Link, PolicyStatement } from "../link.ts";
import type { Placement, RoleStatement } from "../security/policy-document.ts";
import type { ContainerPlan } from "./task-definition.ts";

/**
 * Policy of a task's execution role, with which ECS (never the containers) starts it: pull these images, read these
 * secrets, write to this log group.
 */
export function executionPolicy(
  containers: readonly ContainerPlan[],
  logGroupArn: pulumi.Input<string>,
  at: Placement,
): pulumi.Output<string> {
  const secrets = containers.flatMap(({ environment }) => environment.secret);
  const arns = (kind: "secretsmanager" | "ssm"): pulumi.Input<string>[] =>
    secrets.filter((secret) => secret.kind === kind).map(({ arn }) => arn);
  const keys = (kind: "secretsmanager" | "ssm"): pulumi.Input<string>[] =>
    secrets.flatMap((secret) => (secret.kind === kind && secret.keyArn !== undefined ? [secret.keyArn] : []));
  return pulumi
    .all([
      { ...at, logGroupArn },
      containers.map(({ image }) => image),
      [arns("secretsmanager"), arns("ssm")] as const,
      [keys("secretsmanager"), keys("ssm")] as const,
    ])
    .apply(
      ([
        { partition, region, logGroupArn: logs },
        images,
        [secretArns, parameters],
        [secretKeys, ssmKeys],
      ]) => {
        const repositories = images.flatMap((image) => ecrRepositoryArn(image, partition) ?? []);
        return JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            ...(repositories.length === 0
              ? []
              : [
                  // Asks for a token of the whole registry; ECR knows no narrower resource for it.
                  allow("RegistryToken", ["ecr:GetAuthorizationToken"], ["*"]),
                  allow(
                    "PullImages",
                    ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                    repositories,
                  ),
                ]),
            allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], [`${logs}:*`]),
            ...reads(
              "Secrets",
              "secretsmanager:GetSecretValue",
              secretArns,
              secretKeys,
              `secretsmanager.${region}`,
            ),
            ...reads("Parameters", "ssm:GetParameters", parameters, ssmKeys, `ssm.${region}`),
          ],
        });
      },
    );
}

function allow(sid: string, actions: string[], resources: string[]): RoleStatement {
  return { Sid: sid, Effect: "Allow", Action: actions, Resource: [...new Set(resources)].sort() };
}

/** Reading values, and decrypting them with these keys but only through the service that holds the values. */
function reads(
  what: string,
  action: string,
  arns: string[],
  keys: string[],
  service: string,
): RoleStatement[] {
  if (arns.length === 0) return [];
  const read = allow(`Read${what}`, [action], arns);
  if (keys.length === 0) return [read];
  return [
    read,
    {
      ...allow(`Decrypt${what}`, ["kms:Decrypt"], keys),
      Condition: { StringEquals: { "kms:ViaService": `${service}.amazonaws.com` } },
    },
  ];
}

/** Statements of a task role: what the containers themselves may do. */
export function taskStatements(
  args: { links: readonly Link[]; permissions: readonly PolicyStatement[] },
  exec: { logGroupArn: pulumi.Input<string> | undefined; keyArn: pulumi.Input<string> } | undefined,
): RoleStatement[] {
  return [
    ...args.links.flatMap((link) =>
      (link.statements ?? []).map((statement, index) => roleStatement(link.name, index, statement)),
    ),
    ...args.permissions.map((statement, index) => roleStatement("own", index, statement)),
    ...(exec === undefined ? [] : execStatements(exec)),
  ];
}

/** A link's statement as IAM takes it; its id begins with the link's name, since ids are unique within a policy. */
function roleStatement(origin: string, index: number, statement: PolicyStatement): RoleStatement {
  const { sid, actions, resources, conditions } = statement;
  const words = `${origin}-${sid ?? String(index + 1)}`.split(/[^A-Za-z0-9]+/);
  return {
    Sid: words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(""),
    Effect: "Allow",
    Action: actions,
    Resource: resources,
    ...(conditions === undefined || conditions.length === 0 ? {} : { Condition: conditionBlock(conditions) }),
  };
}

function conditionBlock(
  conditions: NonNullable<PolicyStatement["conditions"]>,
): NonNullable<RoleStatement["Condition"]> {
  const block: NonNullable<RoleStatement["Condition"]> = {};
  for (const { test, variable, values } of conditions) block[test] = { ...block[test], [variable]: values };
  return block;
}

/** What the agent of `aws ecs execute-command` needs: its channel, and the log of the session. */
function execStatements({
  logGroupArn,
  keyArn,
}: {
  logGroupArn: pulumi.Input<string> | undefined;
  keyArn: pulumi.Input<string>;
}): RoleStatement[] {
  return [
    {
      Sid: "ExecChannel",
      Effect: "Allow",
      Action: [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ],
      // Session channels have no ARN that a policy could name.
      Resource: "*",
    },
    { Sid: "ExecDecrypt", Effect: "Allow", Action: ["kms:Decrypt"], Resource: keyArn },
    ...(logGroupArn === undefined
      ? []
      : ([
          { Sid: "ExecFindLogs", Effect: "Allow", Action: ["logs:DescribeLogGroups"], Resource: "*" },
          {
            Sid: "ExecWriteLogs",
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            Resource: pulumi.interpolate`${logGroupArn}:*`,
          },
        ] satisfies RoleStatement[])),
  ];
}
