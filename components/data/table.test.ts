import { expect } from "chai";
import type { Link } from "../link.ts";
import { expectGolden, mistakesOf, planOf, resource } from "../testing/index.ts";
import { Table, type TableArgs } from "./table.ts";
import { key } from "../stand-ins.test-support.ts";
import { settle } from "./secrets.test-support.ts";

const TABLE = "aws:dynamodb/table:Table";
const IN = { region: "eu-west-1" };
const table = (args: Partial<TableArgs> = {}) =>
  new Table("budgets", { key, partitionKey: "customerId", ...args });

describe("Table", () => {
  it("B5: is as recorded: on demand, encrypted, restorable, with the system's prefix", async () => {
    const plan = await planOf(
      () =>
        table({
          prefix: "BudgetBuddy",
          sortKey: { name: "month", type: "number" },
          indexes: { byCategory: { partitionKey: "category", projection: ["amount"] } },
          timeToLive: "expiresAt",
          limits: { reads: 1000, writes: 500 },
          replicas: [{ region: "us-west-2", key }],
          protection: "critical",
        }),
      IN,
    );
    await expectGolden(plan, new URL("golden/table.json", import.meta.url));
    expect(resource(plan, TABLE).inputs.name).to.equal("BudgetBuddy-budgets");
  });

  it("is closed by default: customer key, recovery to any second, deletion protection, stream", async () => {
    const { inputs } = resource(await planOf(() => table(), IN), TABLE);
    expect(inputs).to.deep.include({
      billingMode: "PAY_PER_REQUEST",
      serverSideEncryption: { enabled: true, kmsKeyArn: key.arn },
      pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 35 },
      deletionProtectionEnabled: true,
      streamEnabled: true,
      streamViewType: "NEW_AND_OLD_IMAGES",
    });
    const ephemeral = resource(
      await planOf(() => table({ protection: "ephemeral", stream: false }), IN),
      TABLE,
    );
    expect(ephemeral.inputs).to.include({ deletionProtectionEnabled: false });
    expect(ephemeral.inputs).not.to.have.property("streamEnabled");
  });

  it("links the least: reading, writing or both, of this table and with its key through DynamoDB only", async () => {
    const granted = async (mode: "read" | "write" | "read-write", args?: Partial<TableArgs>) => {
      let link: Link | undefined;
      let statements: { sid?: string; actions: string[]; resources: string[]; conditions?: unknown }[] = [];
      await planOf(async () => {
        link = table(args).link(mode);
        statements = (await settle(link.statements)) ?? [];
        expect(await settle(link.environment)).to.deep.equal({ BUDGETS_TABLE: "budgets" });
      }, IN);
      return statements;
    };
    const [read, keyUse] = await granted("read");
    expect(read?.actions).to.include("dynamodb:Query").and.not.include("dynamodb:PutItem");
    expect(read?.resources).to.deep.equal(["arn:aws:dynamodb:eu-west-1:123456789012:table/budgets"]);
    expect(keyUse?.conditions).to.deep.equal([
      { test: "StringEquals", variable: "kms:ViaService", values: ["dynamodb.eu-west-1.amazonaws.com"] },
    ]);
    const [write] = await granted("write");
    expect(write?.actions).to.include("dynamodb:PutItem").and.not.include("dynamodb:GetItem");
    const both = await granted("read-write", { indexes: { byOwner: { partitionKey: "owner" } } });
    expect(both.map(({ sid }) => sid)).to.deep.equal(["ReadTable", "WriteTable", "UseKeyOfTable"]);
    expect(both[0]?.resources).to.include("arn:aws:dynamodb:eu-west-1:123456789012:table/budgets/index/*");
  });

  it("B9: proposes alarms for throttling", async () => {
    let roles: string[] = [];
    await planOf(() => void (roles = table().observables.alarms.map(({ role }) => role)), IN);
    expect(roles).to.deep.equal(["read-throttling", "write-throttling"]);
  });

  it("refuses what DynamoDB would, all at once", async () => {
    const message = await mistakesOf(
      () =>
        table({
          name: "a b",
          recoveryWindow: "36 days",
          timeToLive: "customerId",
          limits: { reads: 0 },
          stream: "keys",
          replicas: [
            { region: "us-west-2", key },
            { region: "us-west-2", key },
          ],
        }),
      IN,
    );
    expect(message).to.equal(
      [
        'Table "budgets" has wrong arguments:',
        '  name: "a b" is not possible; write 3 to 255 letters, digits, "_", "-" and "."',
        '  recoveryWindow: "36 days" is not possible; write 1 to 35 days. A BackupPlan keeps longer',
        '  timeToLive: "customerId" is a key that is no number; write an attribute of epoch seconds',
        "  limits.reads: 0 is not possible; write a whole number of requests a second, at least 1",
        '  stream: "keys" is not possible with replicas, which follow it; write "new and old images"',
        '  replicas[1].region: "us-west-2" holds the table already; write another region',
      ].join("\n"),
    );
  });
});
