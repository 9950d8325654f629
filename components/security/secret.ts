import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import type { Link, SecretReference } from "../link.ts";
import { type Protection, protectionSettings } from "../protection.ts";
import { days, type Duration, seconds } from "../units.ts";
import { known, Problems, show } from "../validation.ts";
import type { EncryptionKey } from "./encryption-key.ts";
import { Generated, type GenerateOptions, mistakesOf } from "./generated-value.ts";
import { denyPlaintext, placementOf, policyDocument } from "./policy-document.ts";
import { AdoptedSecret, type ExistingSecret, referenceTo, secretLink, variablesOf } from "./secret-link.ts";
import type { SecretSource } from "./secret-source.ts";

/** Arguments of {@link Secret}. `value`, `fields` and `generate` exclude one another. */
export interface SecretArgs extends ComponentArgs {
  /** Name in Secrets Manager, such as `payment-system-production/jwt/secret`. A change replaces. @default generated */
  name?: string;
  description?: string;
  /** Customer key that encrypts the value. @default the account's `aws/secretsmanager` key */
  key?: EncryptionKey;
  /** How the value is drawn. @default 32 letters and digits */
  generate?: GenerateOptions;
  /** A given value, such as `config.requireSecret("token")`; treated as a Pulumi secret whatever it is. */
  value?: pulumi.Input<string>;
  /** A JSON document of given values and of ones drawn at random (`generate()`). */
  fields?: Record<string, pulumi.Input<string> | Generated>;
  /**
   * Raise by one to replace the value: random values are drawn anew, given ones are sent again. A given value that
   * changes without it stays as it was in AWS, because write-only inputs are not compared.
   * @default 1
   */
  version?: number;
  /**
   * Environment variable of the value in services that link it; for `fields`, the variable of each field.
   * @default `<NAME>_SECRET`, or `<NAME>_<FIELD>`
   */
  environment?: string | Record<string, string>;
  /** Copies in other regions, each with a key of that region. @default none */
  replicas?: { region: string; key?: EncryptionKey }[];
  /** A Lambda function that replaces the value on a schedule. @default none: raise `version` */
  rotation?: SecretRotation;
  /** Refuse callers of other accounts, and everything without TLS, by the secret's own policy. @default true */
  accountOnly?: boolean;
  /**
   * Decides how long a deleted secret can be recovered (not at all, 30 days) and Pulumi's `protect`.
   *
   * @default "standard"
   */
  protection?: Protection;
  transform?: {
    secret?: Transform<aws.secretsmanager.SecretArgs>;
    /** Of every value that is drawn. */
    password?: Transform<random.RandomPasswordArgs>;
    version?: Transform<aws.secretsmanager.SecretVersionArgs>;
    policy?: Transform<aws.secretsmanager.SecretPolicyArgs>;
    rotation?: Transform<aws.secretsmanager.SecretRotationArgs>;
    rotationPermission?: Transform<aws.lambda.PermissionArgs>;
  };
}

/** How a Lambda function rotates a secret. `every` and `schedule` exclude one another. */
export interface SecretRotation {
  /** ARN of the function, which follows Secrets Manager's four steps. */
  functionArn: pulumi.Input<string>;
  /** Whole days, 1 to 1000. @default "30 days" */
  every?: Duration;
  /** `cron(…)` or `rate(…)`, in UTC. */
  schedule?: string;
  /** Length of the window in which a rotation may begin: whole hours. @default until the end of the day */
  window?: Duration;
  /** Rotate now as well. @default false */
  immediately?: boolean;
}

const TOKEN = "strongroom:security:Secret";

/**
 * A secret in Secrets Manager: drawn at random, a JSON document, or a given value.
 *
 * **Where the value is kept.** It is a Pulumi secret from the moment it exists: the stack's secrets provider (a KMS
 * key, in production) encrypts it in the state, and logs and previews show `[secret]`. AWS gets it through the
 * write-only input `secretStringWo`, so that a refresh never reads it back into the state, and a rotation function may
 * replace it without the next `up` setting it back. Pulumi's bridge still keeps the encrypted input of a write-only
 * property in the state; that is needed here: the data store that uses the same value (`passwordWo`, `authTokenWo`)
 * must get the very same one in a later run. Secrets Manager's own generator (`getRandomPassword`) cannot give that,
 * since it draws a new value at every run, so the value is a `random.RandomPassword` kept by `version`.
 *
 * ```ts
 * const jwt = new Secret("jwt", { name: "payment-system-production/jwt/secret", key });   // JWT_SECRET
 * const plaid = new Secret("plaid", { key, fields: { clientId, secret: generate() } });   // PLAID_CLIENT_ID, …
 * new FargateService("backend", { links: [jwt.link, plaid.linkAs({ PLAID: "secret" })], … });
 * ```
 *
 * Cost: 0.40 USD a month for the secret and for each replica, plus 0.05 USD per 10,000 reads.
 */
export class Secret extends Component implements SecretSource {
  readonly arn: pulumi.Output<string>;
  readonly value: pulumi.Output<string>;
  readonly version: number;
  readonly isDocument: boolean;
  /** The resources that the component made. */
  readonly nodes: {
    readonly secret: aws.secretsmanager.Secret;
    readonly version: aws.secretsmanager.SecretVersion;
    readonly policy?: aws.secretsmanager.SecretPolicy;
    readonly rotation?: aws.secretsmanager.SecretRotation;
  };
  readonly #keyArn: pulumi.Input<string> | undefined;
  readonly #variables: Record<string, string | undefined>;

  constructor(name: string, args: SecretArgs = {}, options?: pulumi.ComponentResourceOptions) {
    validate(name, args);
    super(TOKEN, name, args, options);
    this.version = args.version ?? 1;
    this.isDocument = args.fields !== undefined;
    this.value = this.#value(args);
    this.#keyArn = args.key?.arn;
    this.#variables = variablesOf(
      name,
      args.environment,
      args.fields === undefined ? undefined : Object.keys(args.fields),
    );

    const { forceDestroy, recoveryDays, protect } = protectionSettings(args.protection);
    const secret = this.make(
      aws.secretsmanager.Secret,
      "secret",
      {
        name: args.name,
        description: args.description ?? `Secret of ${name}`,
        kmsKeyId: args.key?.arn,
        // A fixed name stays taken while a deleted secret can be recovered, which a review stack cannot wait for.
        recoveryWindowInDays: forceDestroy ? 0 : recoveryDays,
        replicas: args.replicas?.map(({ region, key }) => ({ region, kmsKeyId: key?.arn })),
      },
      { transform: args.transform?.secret, options: { protect } },
    );
    const version = this.make(
      aws.secretsmanager.SecretVersion,
      "version",
      { secretId: secret.arn, secretStringWo: this.value, secretStringWoVersion: this.version },
      { transform: args.transform?.version },
    );
    this.nodes = {
      secret,
      version,
      ...((args.accountOnly ?? true) ? { policy: this.#policy(args, secret) } : {}),
      ...(args.rotation === undefined ? {} : { rotation: this.#rotation(args, args.rotation, version) }),
    };
    // By way of the version, so that whoever starts with the secret waits until it has a value.
    this.arn = version.secretId;
    this.registerOutputs({ arn: this.arn });
  }

  /** Uses a secret that exists. */
  static get(name: string, existing: ExistingSecret, options?: pulumi.InvokeOptions): AdoptedSecret {
    return new AdoptedSecret(name, existing, options);
  }

  reference(key?: string): SecretReference {
    return referenceTo({ arn: this.arn, keyArn: this.#keyArn }, key);
  }

  /** Hands the value, or each field, to a service under its default variable. */
  get link(): Link {
    return this.linkAs(this.#variables);
  }

  /** Hands fields to a service under variables of choice: `linkAs({ CLIENT_ID: "clientId" })`. */
  linkAs(variables: Record<string, string | undefined>): Link {
    return secretLink(this.componentName, { arn: this.arn, keyArn: this.#keyArn }, variables);
  }

  #value(args: SecretArgs): pulumi.Output<string> {
    const { value, fields, generate = {} } = args;
    if (value !== undefined) return pulumi.secret(value);
    if (fields === undefined) return pulumi.secret(this.#draw(args, "value", new Generated(generate)));
    const document = Object.entries(fields).map(([field, given]) => [
      field,
      given instanceof Generated ? this.#draw(args, `value-${field}`, given) : given,
    ]);
    return pulumi.secret(
      pulumi.jsonStringify(Object.fromEntries(document) as Record<string, pulumi.Input<string>>),
    );
  }

  #draw(args: SecretArgs, role: string, { length, symbols }: Generated): pulumi.Output<string> {
    const password = this.make(
      random.RandomPassword,
      role,
      {
        length,
        special: symbols !== "",
        // One of each kind, as password rules ask (PCI DSS 8.3.6).
        minLower: 1,
        minUpper: 1,
        minNumeric: 1,
        ...(symbols === "" ? {} : { overrideSpecial: symbols, minSpecial: 1 }),
        keepers: { version: String(this.version) },
      },
      { transform: args.transform?.password },
    );
    return password.result;
  }

  #policy(args: SecretArgs, secret: aws.secretsmanager.Secret): aws.secretsmanager.SecretPolicy {
    const { account } = placementOf(this.inRegion, this.lookup);
    return this.make(
      aws.secretsmanager.SecretPolicy,
      "policy",
      {
        secretArn: secret.arn,
        blockPublicPolicy: true,
        policy: policyDocument([
          denyPlaintext("secretsmanager:*", "*"),
          {
            Sid: "DenyOtherAccounts",
            Effect: "Deny",
            Principal: { AWS: "*" },
            Action: "secretsmanager:*",
            Resource: "*",
            Condition: {
              StringNotEquals: { "aws:PrincipalAccount": account },
              // Services that act as themselves have no account; rotation and replication need them.
              BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
            },
          },
        ]),
      },
      { transform: args.transform?.policy },
    );
  }

  #rotation(
    args: SecretArgs,
    { functionArn, every = "30 days", schedule, window, immediately = false }: SecretRotation,
    version: aws.secretsmanager.SecretVersion,
  ): aws.secretsmanager.SecretRotation {
    const permission = this.make(
      aws.lambda.Permission,
      "rotation-permission",
      {
        action: "lambda:InvokeFunction",
        function: functionArn,
        principal: "secretsmanager.amazonaws.com",
        sourceArn: version.secretId,
      },
      { transform: args.transform?.rotationPermission },
    );
    return this.make(
      aws.secretsmanager.SecretRotation,
      "rotation",
      {
        secretId: version.secretId,
        rotationLambdaArn: functionArn,
        rotateImmediately: immediately,
        rotationRules: {
          ...(schedule === undefined
            ? { automaticallyAfterDays: days(every) }
            : { scheduleExpression: schedule }),
          duration: window === undefined ? undefined : `${seconds(window) / 3600}h`,
        },
      },
      { transform: args.transform?.rotation, options: { dependsOn: [permission, version] } },
    );
  }
}

function validate(name: string, args: SecretArgs): void {
  const problems = new Problems(TOKEN, name);
  problems.check(
    args.name === undefined || /^[A-Za-z0-9/_+=.@-]{1,512}$/.test(args.name),
    "name",
    `${show(args.name)} is not a secret's name; write 1 to 512 letters, digits and "/_+=.@-"`,
  );
  const kinds = (["value", "fields", "generate"] as const).filter((kind) => args[kind] !== undefined);
  problems.check(
    kinds.length <= 1,
    kinds.at(-1) ?? "value",
    `${kinds.join(" and ")} exclude one another; write one of them`,
  );
  const version = args.version ?? 1;
  problems.check(
    Number.isInteger(version) && version >= 1,
    "version",
    `${show(version)} is not a version; write a whole number from 1`,
  );
  if (args.generate !== undefined) checkGenerated(problems, "generate", new Generated(args.generate));
  for (const [field, given] of Object.entries(args.fields ?? {})) {
    if (given instanceof Generated) checkGenerated(problems, `fields.${field}`, given);
  }
  problems.check(
    args.fields === undefined || Object.keys(args.fields).length > 0,
    "fields",
    "has no field; write at least one",
  );
  checkEnvironment(problems, args);
  checkVariables(problems, name, args);
  const regions = (args.replicas ?? []).map(({ region }) => region);
  regions.forEach((region, index) =>
    problems.check(
      region !== args.region && regions.indexOf(region) === index,
      `replicas[${index}].region`,
      `${show(region)} holds the secret already; write another region`,
    ),
  );
  if (args.rotation !== undefined) checkRotation(problems, args.rotation);
  problems.throwIfAny();
}

function checkGenerated(problems: Problems, path: string, generated: Generated): void {
  for (const { property, reason } of mistakesOf(generated)) problems.add(`${path}.${property}`, reason);
}

function checkEnvironment(problems: Problems, { environment, fields }: SecretArgs): void {
  const variables = typeof environment === "string" ? [environment] : Object.keys(environment ?? {});
  for (const variable of variables) {
    problems.check(
      /^[A-Za-z_][A-Za-z0-9_]*$/.test(variable),
      "environment",
      `${show(variable)} is not an environment variable; write letters, digits and "_", such as "JWT_SECRET"`,
    );
  }
  if (typeof environment !== "object") return;
  for (const [variable, field] of Object.entries(environment)) {
    problems.check(
      fields !== undefined && field in fields,
      `environment.${variable}`,
      `${show(field)} is not a field; the fields are ${Object.keys(fields ?? {}).join(", ") || "none"}`,
    );
  }
}

/** Finds fields that would share a variable: a service would read only one of them. */
function checkVariables(problems: Problems, name: string, { environment, fields }: SecretArgs): void {
  if (fields === undefined || environment !== undefined) return;
  const byVariable = new Map<string, string>();
  for (const field of Object.keys(fields)) {
    const [variable = ""] = Object.keys(variablesOf(name, undefined, [field]));
    const other = byVariable.get(variable);
    problems.check(
      other === undefined,
      `fields.${field}`,
      `comes to the variable ${variable}, as ${show(other)} does; name the variables by environment: { ${variable}: ${show(other)}, … }`,
    );
    byVariable.set(variable, field);
  }
}

function checkRotation(problems: Problems, rotation: SecretRotation): void {
  const { every, schedule, window } = rotation;
  const functionArn = known(rotation.functionArn);
  problems.check(
    functionArn === undefined || /^arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:.+$/.test(functionArn),
    "rotation.functionArn",
    `${show(functionArn)} is not the ARN of a Lambda function`,
  );
  problems.check(
    every === undefined || schedule === undefined,
    "rotation.schedule",
    "every and schedule exclude one another; write one of them",
  );
  if (every !== undefined) {
    const count = problems.parse("rotation.every", () => days(every));
    problems.check(
      count === undefined || (count >= 1 && count <= 1000),
      "rotation.every",
      `${show(every)} is not possible; write 1 to 1000 days`,
    );
  }
  problems.check(
    schedule === undefined || /^(cron|rate)\(.+\)$/.test(schedule),
    "rotation.schedule",
    `${show(schedule)} is not a schedule; write "rate(30 days)" or "cron(0 3 1 * ? *)"`,
  );
  if (window !== undefined) {
    const hours = problems.parse("rotation.window", () => seconds(window) / 3600);
    problems.check(
      hours === undefined || (Number.isInteger(hours) && hours >= 1 && hours <= 24),
      "rotation.window",
      `${show(window)} is not possible; write 1 to 24 whole hours`,
    );
  }
}
