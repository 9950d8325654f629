import * as pulumi from "@pulumi/pulumi";
import type { SecretSource } from "../security/secret-source.ts";
import { key } from "../stand-ins.test-support.ts";

/** A generated secret. */
export function standInSecret(name: string, value = "correct-horse-battery-staple"): SecretSource {
  const arn = pulumi.output(`arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`);
  return {
    arn,
    value: pulumi.secret(value),
    version: 3,
    reference: (jsonKey) => ({
      valueFrom: jsonKey === undefined ? arn : pulumi.interpolate`${arn}:${jsonKey}::`,
      arn,
      kind: "secretsmanager",
      keyArn: key.arn,
    }),
  };
}

/** The value of an input within a program; an error when a part of it is unknown, whose `.apply` never runs. */
export async function settle<T>(input: pulumi.Input<T> | undefined): Promise<pulumi.Unwrap<T> | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<pulumi.Unwrap<T> | undefined>();
  const timer = setTimeout(reject, 1000, new Error("a part of the value is unknown"));
  pulumi.output(input).apply((value) => {
    clearTimeout(timer);
    resolve(value);
  });
  return promise;
}
