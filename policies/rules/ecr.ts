import { resourceRule, stackRule } from "../rule.ts";
import { some } from "../values.ts";

const REPOSITORIES = ["aws:ecr/repository:Repository"];
const REGISTRY_SCANNING = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration";

export const ecrRules = [
  stackRule({
    id: "ecr-scan-on-push",
    title: "Images are scanned when they are pushed",
    severity: "high",
    types: REPOSITORIES,
    joins: [REGISTRY_SCANNING],
    remedy: "Set `imageScanningConfiguration: { scanOnPush: true }`, or scan the whole registry.",
    check(repository, stack, fail) {
      const registryScans = () =>
        some(stack.of([REGISTRY_SCANNING]), ({ props }) =>
          some(props.list("rules"), (rule) =>
            ["SCAN_ON_PUSH", "CONTINUOUS_SCAN"].includes(rule.text("scanFrequency")),
          ),
        );
      if (repository.props.flag("imageScanningConfiguration.scanOnPush") || registryScans()) return;
      fail("imageScanningConfiguration.scanOnPush is not on");
    },
  }),
  resourceRule({
    id: "ecr-kms-encrypted",
    title: "Image repositories use KMS encryption",
    severity: "high",
    types: REPOSITORIES,
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
  resourceRule({
    id: "ecr-immutable-tags",
    title: "Image tags cannot be overwritten",
    severity: "medium",
    types: REPOSITORIES,
    remedy: 'Set `imageTagMutability: "IMMUTABLE"`.',
    check(props, fail) {
      const mutability = props.text("imageTagMutability") || "MUTABLE";
      if (!mutability.startsWith("IMMUTABLE")) fail(`imageTagMutability is ${mutability}`);
    },
    remediate: () => ({ imageTagMutability: "IMMUTABLE" }),
  }),
];
