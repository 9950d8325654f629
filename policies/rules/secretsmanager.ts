import { resourceRule } from "../rule.ts";

export const secretsManagerRules = [
  resourceRule({
    id: "secret-cmk",
    title: "Secrets are encrypted under a customer key",
    severity: "low",
    types: ["aws:secretsmanager/secret:Secret"],
    remedy: "Set `kmsKeyId: key.arn`.",
    check(props, fail) {
      if (!props.declares("kmsKeyId")) fail("kmsKeyId is not given");
    },
  }),
];
