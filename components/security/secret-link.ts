import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Link, SecretReference } from "../link.ts";
import type { SecretSource } from "./secret-source.ts";

/** What is needed to refer to a secret: a `Secret` has it, and what `Secret.get` returns. */
interface SecretLocation {
  arn: pulumi.Output<string>;
  keyArn?: pulumi.Input<string> | undefined;
}

/** Where a container reads a secret, or one key of its JSON document. */
export function referenceTo({ arn, keyArn }: SecretLocation, key?: string): SecretReference {
  return {
    // ECS: <arn>:<json key>:<version stage>:<version id>, the last two left to their defaults.
    valueFrom: key === undefined ? arn : pulumi.interpolate`${arn}:${key}::`,
    arn,
    kind: "secretsmanager",
    ...(keyArn === undefined ? {} : { keyArn }),
  };
}

/** A link that hands each environment variable its JSON key; `undefined` stands for the whole value. */
export function secretLink(
  name: string,
  location: SecretLocation,
  variables: Record<string, string | undefined>,
): Link {
  return {
    name: `${name}-secret`,
    secrets: Object.fromEntries(
      Object.entries(variables).map(([variable, key]) => [variable, referenceTo(location, key)]),
    ),
  };
}

/**
 * Environment variable → JSON key, or undefined for the whole value.
 *
 * By default `JWT_SECRET` for the secret `jwt`; for one with fields one each, such as `PLAID_CLIENT_ID` for the field
 * `clientId` of the secret `plaid`.
 */
export function variablesOf(
  name: string,
  environment: string | Record<string, string> | undefined,
  fields: string[] | undefined,
): Record<string, string | undefined> {
  if (typeof environment === "string") return { [environment]: undefined };
  if (environment !== undefined) return environment;
  if (fields === undefined) return { [`${screamingSnake(name)}_SECRET`]: undefined };
  return Object.fromEntries(
    fields.map((field) => [`${screamingSnake(name)}_${screamingSnake(field)}`, field]),
  );
}

/** `clientId`, `client-id` and `client id` → `CLIENT_ID`. */
function screamingSnake(words: string): string {
  return words
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toUpperCase();
}

/** A secret that exists, for `Secret.get`. */
export interface ExistingSecret {
  arn: pulumi.Input<string>;
  /** Customer key that it is encrypted with. @default the account's `aws/secretsmanager` key */
  keyArn?: pulumi.Input<string>;
  /** Variable of the whole value, or variable → JSON key. @default `<NAME>_SECRET` */
  environment?: string | Record<string, string>;
  /** Raised by one when data stores are to take over a value that changed. @default 1 */
  version?: number;
  /** @default the provider's region */
  region?: string;
}

/** A secret that was not made here; returned by `Secret.get`. */
export class AdoptedSecret implements SecretSource {
  readonly arn: pulumi.Output<string>;
  readonly version: number;
  readonly #name: string;
  readonly #existing: ExistingSecret;
  readonly #options: pulumi.InvokeOptions | undefined;

  constructor(name: string, existing: ExistingSecret, options: pulumi.InvokeOptions | undefined) {
    this.arn = pulumi.output(existing.arn);
    this.version = existing.version ?? 1;
    this.#name = name;
    this.#existing = existing;
    this.#options = options;
  }

  /** The value, read from Secrets Manager when it is asked for. */
  get value(): pulumi.Output<string> {
    const { region } = this.#existing;
    const version = aws.secretsmanager.getSecretVersionOutput(
      { secretId: this.arn, ...(region === undefined ? {} : { region }) },
      this.#options,
    );
    return pulumi.secret(version.secretString);
  }

  reference(key?: string): SecretReference {
    return referenceTo({ arn: this.arn, keyArn: this.#existing.keyArn }, key);
  }

  get link(): Link {
    return this.linkAs(variablesOf(this.#name, this.#existing.environment, undefined));
  }

  linkAs(variables: Record<string, string | undefined>): Link {
    return secretLink(this.#name, { arn: this.arn, keyArn: this.#existing.keyArn }, variables);
  }
}
