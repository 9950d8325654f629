import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import type { Link, PolicyStatement } from "../link.ts";
import type { AlarmProposal, Metric, Observable, Observables } from "../observability/observables.ts";
import { type Protection, protectionSettings } from "../protection.ts";
import type { Recoverable, RecoveryPoint } from "../recovery/recoverable.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import { days, type Duration } from "../units.ts";
import { Problems, show } from "../validation.ts";
import { checkName, type KeyPlan, planKeys, type TableKeys } from "./table-keys.ts";

/** Arguments of {@link Table}. */
export interface TableArgs extends ComponentArgs, TableKeys {
  /** Name of the table, without the prefix. A change replaces. @default the component's name */
  name?: string;
  /** Begins the physical name, `<prefix>-<name>`, for services that find tables by it. A change replaces. @default none */
  prefix?: string;
  /** Encrypts the table, its indexes, streams and backups. */
  key: EncryptionKey;
  /** Attribute with the second of the epoch at which DynamoDB deletes an item. @default none: items stay */
  timeToLive?: string;
  /**
   * What the change stream tells of an item. Reading costs, writing does not.
   * @default "new and old images"
   */
  stream?: false | "keys" | "new image" | "old image" | "new and old images";
  /** How far back the table can be restored to any second: 1 to 35 days. @default "35 days" */
  recoveryWindow?: Duration;
  /** Upper limits of on-demand capacity, which bound what a runaway client costs. @default none */
  limits?: { reads?: number; writes?: number };
  /** `infrequent` storage costs 60 % less, requests a quarter more. @default "standard" */
  class?: "standard" | "infrequent";
  /** Other regions that hold the whole table and can write to it; each with a key of its own. @default none */
  replicas?: { region: string; key: EncryptionKey }[];
  /** Deletion protection and Pulumi's `protect`. @default "standard" */
  protection?: Protection;
  transform?: { table?: Transform<aws.dynamodb.TableArgs> };
}

const TOKEN = "strongroom:data:Table";
const STREAMS = {
  keys: "KEYS_ONLY",
  "new image": "NEW_IMAGE",
  "old image": "OLD_IMAGE",
  "new and old images": "NEW_AND_OLD_IMAGES",
} as const;
const READ = [
  "dynamodb:BatchGetItem",
  "dynamodb:ConditionCheckItem",
  "dynamodb:DescribeTable",
  "dynamodb:GetItem",
  "dynamodb:Query",
  "dynamodb:Scan",
];
const WRITE = ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];

/**
 * A DynamoDB table: paid by request, encrypted with a customer key, restorable to any second of 35 days, protected
 * against deletion, with its changes as a stream.
 *
 * ```ts
 * const budgets = new Table("budgets", {
 *   prefix: "BudgetBuddy", key,
 *   partitionKey: "customerId", sortKey: { name: "month", type: "number" },
 *   indexes: { byCategory: { partitionKey: "category", projection: ["amount"] } },
 *   timeToLive: "expiresAt",
 * });
 * new FargateService("backend", { links: [budgets.link("read-write")], … });   // BUDGETS_TABLE
 * ```
 *
 * Cost (us-east-1): 0.625 USD per million writes of 1 KB, 0.125 USD per million reads of 4 KB, 0.25 USD per GB and month,
 * 0.20 USD per GB and month for recovery to any second. Each index and replica is written and stored again.
 */
export class Table extends Component implements Observable, Recoverable {
  readonly name: string;
  readonly tableName: pulumi.Output<string>;
  readonly arn: pulumi.Output<string>;
  /** Of the change stream; empty without one. */
  readonly streamArn: pulumi.Output<string>;
  /** The resources that the component made. */
  readonly nodes: { readonly table: aws.dynamodb.Table };
  readonly #args: TableArgs;

  constructor(name: string, args: TableArgs, options?: pulumi.ComponentResourceOptions) {
    const { keys, recoveryDays, physicalName } = plan(name, args);
    super(TOKEN, name, args, options);
    this.name = name;
    this.#args = args;
    const { deletionProtection, protect } = protectionSettings(args.protection);
    const { stream = "new and old images", limits, timeToLive, transform } = args;
    const table = this.make(
      aws.dynamodb.Table,
      "table",
      {
        name: physicalName,
        billingMode: "PAY_PER_REQUEST",
        attributes: keys.attributes,
        hashKey: keys.hashKey,
        rangeKey: keys.rangeKey,
        globalSecondaryIndexes: keys.indexes,
        ...(limits === undefined
          ? {}
          : {
              onDemandThroughput: { maxReadRequestUnits: limits.reads, maxWriteRequestUnits: limits.writes },
            }),
        ...(timeToLive === undefined ? {} : { ttl: { enabled: true, attributeName: timeToLive } }),
        ...(stream === false ? {} : { streamEnabled: true, streamViewType: STREAMS[stream] }),
        serverSideEncryption: { enabled: true, kmsKeyArn: args.key.arn },
        pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: recoveryDays },
        tableClass: args.class === "infrequent" ? "STANDARD_INFREQUENT_ACCESS" : "STANDARD",
        deletionProtectionEnabled: deletionProtection,
        replicas: args.replicas?.map(({ region, key }) => ({
          regionName: region,
          kmsKeyArn: key.arn,
          pointInTimeRecovery: true,
          deletionProtectionEnabled: deletionProtection,
          propagateTags: true,
        })),
      },
      { transform: transform?.table, options: { protect } },
    );
    this.nodes = { table };
    this.tableName = table.name;
    this.arn = table.arn;
    this.streamArn = table.streamArn;
    this.registerOutputs({ tableName: table.name, arn: table.arn });
  }

  /**
   * What a service needs to read, to write, or both: the statements, and `<NAME>_TABLE` with the table's name. DynamoDB
   * is reached through a gateway endpoint or NAT, so no security group is named.
   */
  link(mode: "read" | "write" | "read-write"): Link {
    const everywhere =
      this.#args.indexes === undefined ? [this.arn] : [this.arn, pulumi.interpolate`${this.arn}/index/*`];
    const statements: PolicyStatement[] = [];
    if (mode !== "write") statements.push({ sid: "ReadTable", actions: READ, resources: everywhere });
    if (mode !== "read") statements.push({ sid: "WriteTable", actions: WRITE, resources: [this.arn] });
    const region = this.arn.apply((arn) => arn.split(":")[3] ?? "");
    statements.push({
      sid: "UseKeyOfTable",
      // DynamoDB decrypts with the caller's rights; nothing else is allowed with the key.
      actions: ["kms:Decrypt", "kms:DescribeKey"],
      resources: [this.#args.key.arn],
      conditions: [
        {
          test: "StringEquals",
          variable: "kms:ViaService",
          values: [pulumi.interpolate`dynamodb.${region}.amazonaws.com`],
        },
      ],
    });
    const variable = `${this.name.replaceAll(/[^A-Za-z0-9]+/g, "_").toUpperCase()}_TABLE`;
    return { name: `${this.name}-table`, environment: { [variable]: this.tableName }, statements };
  }

  get observables(): Observables {
    const metric = (name: string, statistic = "Sum"): Metric => ({
      namespace: "AWS/DynamoDB",
      name,
      dimensions: { TableName: this.tableName },
      statistic,
      ...this.inRegion,
    });
    const throttled = (role: string, name: string): AlarmProposal => ({
      role,
      kind: "errors",
      description:
        "Requests are refused: a partition is hot or a limit is reached. Look at keys, then at limits.",
      metric: metric(name),
      comparison: "above",
      threshold: 0,
    });
    return {
      name: this.name,
      alarms: [
        throttled("read-throttling", "ReadThrottleEvents"),
        throttled("write-throttling", "WriteThrottleEvents"),
      ],
      widgets: [
        {
          title: `${this.name}: consumed capacity`,
          group: "database",
          metrics: [
            { ...metric("ConsumedReadCapacityUnits"), label: "read" },
            { ...metric("ConsumedWriteCapacityUnits"), label: "write" },
          ],
        },
        {
          title: `${this.name}: throttled requests`,
          group: "database",
          metrics: [
            { ...metric("ReadThrottleEvents"), label: "read" },
            { ...metric("WriteThrottleEvents"), label: "write" },
          ],
        },
      ],
    };
  }

  get recoveryPoint(): RecoveryPoint {
    return {
      arn: this.arn,
      kind: "DynamoDB",
      restoreOverrides: { encryptionType: "KMS", kmsMasterKeyArn: this.#args.key.arn },
    };
  }
}

/** @throws {pulumi.InputPropertiesError} naming every mistake in the arguments. */
function plan(name: string, args: TableArgs): { keys: KeyPlan; recoveryDays: number; physicalName: string } {
  const problems = new Problems(TOKEN, name);
  const tableName = args.name ?? name;
  const physicalName = args.prefix === undefined ? tableName : `${args.prefix}-${tableName}`;
  checkName(problems, "name", physicalName);
  const keys = planKeys(args, problems);
  const { recoveryWindow = "35 days", stream, timeToLive } = args;
  const recoveryDays = problems.parse("recoveryWindow", () => days(recoveryWindow)) ?? 35;
  problems.check(
    recoveryDays >= 1 && recoveryDays <= 35,
    "recoveryWindow",
    `"${recoveryWindow}" is not possible; write 1 to 35 days. A BackupPlan keeps longer`,
  );
  problems.check(
    !keys.attributes.some((attribute) => attribute.name === timeToLive && attribute.type !== "N"),
    "timeToLive",
    `${show(timeToLive)} is a key that is no number; write an attribute of epoch seconds`,
  );
  for (const [property, limit] of Object.entries(args.limits ?? {})) {
    problems.check(
      Number.isInteger(limit) && limit >= 1,
      `limits.${property}`,
      `${limit} is not possible; write a whole number of requests a second, at least 1`,
    );
  }
  const replicas = args.replicas ?? [];
  problems.check(
    replicas.length === 0 || stream === undefined || stream === "new and old images",
    "stream",
    `${show(stream)} is not possible with replicas, which follow it; write "new and old images"`,
  );
  const regions = replicas.map(({ region }) => region);
  regions.forEach((region, index) =>
    problems.check(
      region !== args.region && regions.indexOf(region) === index,
      `replicas[${index}].region`,
      `${show(region)} holds the table already; write another region`,
    ),
  );
  problems.throwIfAny();
  return { keys, recoveryDays, physicalName };
}
