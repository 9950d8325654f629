import { resourceRule, stackRule } from "../rule.ts";
import type { StackResource } from "../stack.ts";
import { wildcard } from "../text.ts";
import { allOf, anyOf, some, type Props } from "../values.ts";
import { accountSettingRule } from "./shared/account-settings.ts";
import { customerKeyRule } from "./shared/customer-key.ts";
import { notPublicRule } from "./shared/resource-policies.ts";

const REPOSITORY = "aws:ecr/repository:Repository";
const LIFECYCLE_POLICY = "aws:ecr/lifecyclePolicy:LifecyclePolicy";
const REGISTRY_SCANNING = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration";

/** Whether a rule of the registry scans the images that are pushed to a repository. */
function scans(rule: Props, repository: StackResource): boolean {
  return allOf(
    () => ["SCAN_ON_PUSH", "CONTINUOUS_SCAN"].includes(rule.text("scanFrequency")),
    () =>
      some(rule.list("repositoryFilters"), (filter) => {
        const pattern = filter.text("filter");
        return pattern === "*" || wildcard(pattern).test(repository.props.text("name"));
      }),
  );
}

export const ecrRules = [
  stackRule({
    id: "ecr-scan-on-push",
    title: "Images are scanned when they are pushed",
    severity: "high",
    types: [REPOSITORY],
    joins: [REGISTRY_SCANNING],
    why: "Images with known holes are deployed, and nobody learns of it before somebody uses them.",
    remedy: "Set `imageScanningConfiguration: { scanOnPush: true }`, or scan the whole registry.",
    check(repository, stack, fail) {
      const scanned = anyOf(
        () => repository.props.flag("imageScanningConfiguration.scanOnPush"),
        () =>
          some(stack.of([REGISTRY_SCANNING]), ({ props }) =>
            some(props.list("rules"), (rule) => scans(rule, repository)),
          ),
      );
      if (!scanned) fail("imageScanningConfiguration.scanOnPush is not on");
    },
  }),
  notPublicRule({
    id: "ecr-policy-not-public",
    title: "Repository policies grant nothing to everyone",
    severity: "high",
    types: ["aws:ecr/repositoryPolicy:RepositoryPolicy"],
    why: "Anybody with an account pulls the images and reads what is in them, or pushes one of their own.",
  }),
  resourceRule({
    id: "ecr-kms-encrypted",
    title: "Image repositories use KMS encryption",
    severity: "high",
    types: [REPOSITORY],
    why: "Under S3's own keys no second permission guards the images, and no log shows who decrypts them.",
    remedy:
      'Set `encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: key.arn }]`; a change replaces it.',
    check(props, fail) {
      const types = props
        .list("encryptionConfigurations")
        .map((encryption) => encryption.text("encryptionType"));
      if (!types.some((type) => type.startsWith("KMS")))
        fail(`encryptionType is ${types[0] ?? "AES256 by default"}`);
    },
  }),
  customerKeyRule(
    {
      id: "ecr-cmk",
      title: "Image repositories are encrypted under a customer key",
      severity: "low",
      types: [REPOSITORY],
      why: "Nobody can close a key managed by AWS or limit who decrypts with it.",
    },
    "encryptionConfigurations.0.kmsKey",
  ),
  resourceRule({
    id: "ecr-immutable-tags",
    title: "Image tags cannot be overwritten",
    severity: "medium",
    types: [REPOSITORY],
    why: "Whoever may push puts other code under a tag that was reviewed, and the next start of a task runs it.",
    remedy: 'Set `imageTagMutability: "IMMUTABLE"`.',
    check(props, fail) {
      const mutability = props.text("imageTagMutability") || "MUTABLE";
      if (!mutability.startsWith("IMMUTABLE")) fail(`imageTagMutability is ${mutability}`);
    },
    // Beside filters that let some tags be overwritten, AWS does not take it.
    remediate: (props) =>
      props.declares("imageTagMutabilityExclusionFilters") ? undefined : { imageTagMutability: "IMMUTABLE" },
  }),
  stackRule({
    id: "ecr-lifecycle-policy",
    title: "Old images expire by rule",
    severity: "low",
    types: [REPOSITORY],
    joins: [LIFECYCLE_POLICY],
    why: "Images with holes that were mended long ago can still be deployed, and all of them are paid for for ever.",
    remedy:
      "Declare an `aws.ecr.LifecyclePolicy` for the repository with a rule that expires untagged and old images.",
    check(repository, stack, fail) {
      const expires = stack.hasReferring([LIFECYCLE_POLICY], "repository", repository, ({ props }) =>
        some(props.json("policy")?.list("rules") ?? [], (rule) => rule.text("action.type") === "expire"),
      );
      if (!expires) fail("no lifecycle policy expires its images");
    },
  }),
  accountSettingRule(
    {
      id: "ecr-enhanced-scanning",
      title: "The registry scans images again whenever new holes become known",
      severity: "medium",
      types: [REGISTRY_SCANNING],
      why: "An image that was clean when it was pushed runs on for months with holes that are found later.",
      remedy:
        'Set `scanType: "ENHANCED"` and a rule with `scanFrequency: "CONTINUOUS_SCAN"` for all repositories (filter `*`).',
    },
    (props, fail) => {
      const type = props.text("scanType");
      if (type !== "ENHANCED") fail(`scanType is ${type}`);
      else if (!some(props.list("rules"), (rule) => rule.text("scanFrequency") === "CONTINUOUS_SCAN"))
        fail("no rule scans continuously");
    },
  ),
];
