import { expect } from "chai";
import { expectGolden, mistakesOf, planOf, resource, resources } from "../testing/index.ts";
import { KEY_SERVICES } from "./key-services.ts";
import { Key, type KeyArgs } from "./key.ts";
import { statementOf, statementsOf } from "./statements.test-support.ts";

const KEY = "aws:kms/key:Key";

async function keyWith(args: KeyArgs) {
  const plan = await planOf(
    () => {
      new Key("payments", args);
    },
    { region: "eu-west-1" },
  );
  return resource(plan, KEY);
}

describe("Key", () => {
  it("rotates yearly, can be recovered for 30 days and is let in to by nobody but logs and alerts", async () => {
    const plan = await planOf(
      () => {
        new Key("payments");
      },
      { region: "eu-west-1" },
    );
    await expectGolden(plan, new URL("golden/key.json", import.meta.url));
  });

  it("lets CloudWatch Logs of its own region encrypt log groups of this account, and nothing else", async () => {
    const key = await keyWith({ services: ["logs"] });
    expect(statementsOf(key).map(({ Sid }) => Sid)).to.deep.equal([
      "AccountAdministration",
      "CloudWatchLogs",
    ]);
    expect(statementOf(key, "CloudWatchLogs")).to.deep.include({
      Principal: { Service: "logs.eu-west-1.amazonaws.com" },
      Condition: {
        ArnLike: { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:123456789012:log-group:*" },
      },
    });
  });

  it("follows the component's region in principals and ARNs", async () => {
    const key = await keyWith({ services: ["logs"], region: "us-west-2" });
    expect(key.inputs.region).to.equal("us-west-2");
    expect(statementOf(key, "CloudWatchLogs").Principal).to.deep.equal({
      Service: "logs.us-west-2.amazonaws.com",
    });
  });

  it("holds every service to this account by a condition", async () => {
    const key = await keyWith({ services: KEY_SERVICES });
    const services = statementsOf(key).slice(1);
    expect(services.length).to.be.greaterThan(KEY_SERVICES.length);
    for (const { Sid, Condition } of services) {
      expect(JSON.stringify(Condition), Sid).to.contain("123456789012");
    }
  });

  it("gives EventBridge no source condition, because SNS drops its messages then", async () => {
    const { Condition } = statementOf(await keyWith({ services: ["eventbridge"] }), "EventBridge");
    expect(Condition).to.deep.equal({
      ArnLike: { "kms:EncryptionContext:aws:sns:topicArn": "arn:aws:sns:*:123456789012:*" },
    });
  });

  it("lets administrators manage without using, and users use without managing", async () => {
    const key = await keyWith({
      services: [],
      administrators: ["arn:aws:iam::123456789012:role/admin"],
      users: ["arn:aws:iam::123456789012:role/app"],
    });
    expect(statementOf(key, "Administration").Action).not.to.include("kms:Decrypt");
    expect(statementOf(key, "Usage").Action).to.include("kms:Decrypt").and.not.include("kms:Put*");
    expect(statementOf(key, "UsageByServices").Condition).to.deep.equal({
      Bool: { "kms:GrantIsForAWSResource": "true" },
    });
  });

  it("is protected and recoverable as its protection says", async () => {
    const critical = await keyWith({ protection: "critical" });
    expect(critical.options.protect).to.equal(true);
    expect(critical.inputs.deletionWindowInDays).to.equal(30);
    const ephemeral = await keyWith({ protection: "ephemeral" });
    expect(ephemeral.options.protect).not.to.equal(true);
    expect(ephemeral.inputs.deletionWindowInDays).to.equal(7);
  });

  it("puts alias/ before an alias that lacks it", async () => {
    for (const alias of ["payments", "alias/payments"]) {
      const plan = await planOf(() => {
        new Key("payments", { alias });
      });
      expect(resource(plan, "aws:kms/alias:Alias").inputs.name).to.equal("alias/payments");
    }
  });

  it("uses a key that exists without making one", async () => {
    const plan = await planOf(() => ({ arn: Key.get("alias/payments").arn }));
    expect(resources(plan, KEY)).to.be.empty;
    expect(plan.outputs.arn).to.match(/^arn:aws:kms:/);
  });

  it("names every mistake at once", async () => {
    const message = await mistakesOf(
      () =>
        new Key("payments", {
          rotation: "30 days",
          services: ["logs", "lambda" as "logs"],
          alias: "aws/payments",
          administrators: ["admin"],
        }),
    );
    expect(message).to.equal(
      [
        'Key "payments" has wrong arguments:',
        '  rotation: "30 days" is not possible; KMS rotates every 90 to 2560 days',
        `  services[1]: "lambda" is not a service that a key knows; write one of ${KEY_SERVICES.join(", ")}`,
        '  administrators[0]: "admin" is not the ARN of a role or user, such as "arn:aws:iam::123456789012:role/auditor"',
        '  alias: "aws/payments" is not an alias; write up to 250 letters, digits, "/", "_" and "-", not beginning with "aws/"',
      ].join("\n"),
    );
  });

  for (const rotation of ["90 days", "2560 days"] as const) {
    it(`takes a rotation of ${rotation}`, async () => {
      expect((await keyWith({ rotation })).inputs.rotationPeriodInDays).to.equal(Number.parseInt(rotation));
    });
  }
});
