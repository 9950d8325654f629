import { fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const service = of("aws:ecs/service:Service");
const taskSet = of("aws:ecs/taskSet:TaskSet");
const taskDefinition = of("aws:ecs/taskDefinition:TaskDefinition");
const repository = of("aws:ecr/repository:Repository");
const registry = of("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration");
const permission = of("aws:lambda/permission:Permission");
const certificate = of("aws:acm/certificate:Certificate");

const task = (container: object, rest: object = {}) =>
  taskDefinition({ containerDefinitions: JSON.stringify([{ name: "app", ...container }]), ...rest });
const environment = (name: string, value: string) => task({ environment: [{ name, value }] });
const host = { networkMode: "host" };

export default [
  fails("ecs-service-no-public-ip", service({ networkConfiguration: { assignPublicIp: true } })),
  passes("ecs-service-no-public-ip", service({ networkConfiguration: { subnets: [UNKNOWN] } })),
  unknown("ecs-service-no-public-ip", service({ networkConfiguration: { assignPublicIp: UNKNOWN } })),
  fails("ecs-taskset-no-public-ip", taskSet({ networkConfiguration: { assignPublicIp: true } })),
  passes("ecs-taskset-no-public-ip", taskSet({ networkConfiguration: { assignPublicIp: false } })),
  unknown("ecs-taskset-no-public-ip", taskSet({ networkConfiguration: UNKNOWN })),

  fails("ecs-task-host-mode-user", task({}, host)),
  fails("ecs-task-host-mode-user", task({ user: "root" }, host)),
  fails("ecs-task-host-mode-user", task({ user: "0:1000" }, host)),
  fails("ecs-task-host-mode-user", task({ user: "1000", privileged: true }, host)),
  passes("ecs-task-host-mode-user", task({ user: "1000" }, host)),
  passes("ecs-task-host-mode-user", task({}, { networkMode: "awsvpc" })),
  unknown("ecs-task-host-mode-user", task({ user: UNKNOWN }, host)),
  unknown("ecs-task-host-mode-user", taskDefinition({ networkMode: "host", containerDefinitions: UNKNOWN })),

  fails("ecs-task-no-env-secrets", environment("DB_PASSWORD", "hunter2")),
  fails("ecs-task-no-env-secrets", environment("AWS_SECRET_ACCESS_KEY", UNKNOWN)),
  fails("ecs-task-no-env-secrets", environment("stripe_api_key", "sk_live_1")),
  fails("ecs-task-no-env-secrets", environment("DATABASE_URL", "postgres://app:hunter2@db/app")),
  passes(
    "ecs-task-no-env-secrets",
    environment("DB_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:1:secret:db"),
  ),
  passes("ecs-task-no-env-secrets", environment("DATABASE_URL", "postgres://db/app")),
  passes("ecs-task-no-env-secrets", environment("TOKEN_TTL_SECONDS", "300")),
  passes("ecs-task-no-env-secrets", task({ secrets: [{ name: "DB_PASSWORD", valueFrom: UNKNOWN }] })),
  unknown("ecs-task-no-env-secrets", environment("DATABASE_URL", UNKNOWN)),
  unknown("ecs-task-no-env-secrets", taskDefinition({ containerDefinitions: UNKNOWN })),
  unknown("ecs-task-no-env-secrets", taskDefinition({ containerDefinitions: "[secret]" })),

  fails("ecr-scan-on-push", repository()),
  fails("ecr-scan-on-push", repository(), registry({ rules: [{ scanFrequency: "MANUAL" }] })),
  passes("ecr-scan-on-push", repository({ imageScanningConfiguration: { scanOnPush: true } })),
  passes("ecr-scan-on-push", repository(), registry({ rules: [{ scanFrequency: "SCAN_ON_PUSH" }] })),
  unknown("ecr-scan-on-push", repository({ imageScanningConfiguration: UNKNOWN })),
  fails("ecr-kms-encrypted", repository()),
  fails("ecr-kms-encrypted", repository({ encryptionConfigurations: [{ encryptionType: "AES256" }] })),
  passes(
    "ecr-kms-encrypted",
    repository({ encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: UNKNOWN }] }),
  ),
  unknown("ecr-kms-encrypted", repository({ encryptionConfigurations: [{ encryptionType: UNKNOWN }] })),
  fails("ecr-immutable-tags", repository()),
  passes("ecr-immutable-tags", repository({ imageTagMutability: "IMMUTABLE" })),
  unknown("ecr-immutable-tags", repository({ imageTagMutability: UNKNOWN })),

  fails("lambda-not-public", permission({ principal: "*" })),
  passes("lambda-not-public", permission({ principal: "*", principalOrgId: "o-1" })),
  passes("lambda-not-public", permission({ principal: "sns.amazonaws.com" })),
  unknown("lambda-not-public", permission({ principal: UNKNOWN })),
  fails("lambda-permission-source", permission({ principal: "sns.amazonaws.com" })),
  passes("lambda-permission-source", permission({ principal: "sns.amazonaws.com", sourceArn: UNKNOWN })),
  passes("lambda-permission-source", permission({ principal: "123456789012" })),
  unknown("lambda-permission-source", permission({ principal: UNKNOWN })),

  fails("acm-key-strength", certificate({ keyAlgorithm: "RSA_1024" })),
  passes("acm-key-strength", certificate({ keyAlgorithm: "EC_prime256v1" })),
  passes("acm-key-strength", certificate({ domainName: "example.com" })),
  unknown("acm-key-strength", certificate({ keyAlgorithm: UNKNOWN })),
  fails("acm-auto-renewable", certificate({ validationMethod: "EMAIL" })),
  fails("acm-auto-renewable", certificate({ certificateBody: "…", privateKey: "[secret]" })),
  passes("acm-auto-renewable", certificate({ validationMethod: "DNS" })),
  passes("acm-auto-renewable", certificate({ certificateAuthorityArn: UNKNOWN })),
  unknown("acm-auto-renewable", certificate({ validationMethod: UNKNOWN })),
];
