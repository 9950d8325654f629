import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { expectGolden, mistakesOf, planOf, resource, resources, SECRET } from "../testing/index.ts";
import type { Link } from "../link.ts";
import { generate } from "./generated-value.ts";
import { Key } from "./key.ts";
import { Secret, type SecretArgs } from "./secret.ts";
import { statementOf } from "./statements.test-support.ts";

const PASSWORD = "random:index/randomPassword:RandomPassword";
const VERSION = "aws:secretsmanager/secretVersion:SecretVersion";
const FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:rotate";

async function planWith(args: SecretArgs, name = "jwt") {
  return planOf(
    () => {
      new Secret(name, args);
    },
    { region: "eu-west-1" },
  );
}

/** A link's secrets with their references spelled out. */
async function linkOf(make: () => Link): Promise<Record<string, Record<string, string>>> {
  const plan = await planOf(() => ({ link: pulumi.output(make()).apply((link) => link.secrets ?? {}) }));
  return plan.outputs.link as Record<string, Record<string, string>>;
}

describe("Secret", () => {
  it("E4: is drawn at random, encrypted under the customer key and fixed in name", async () => {
    const plan = await planOf(
      () => {
        const key = new Key("payments", { services: [] });
        new Secret("jwt", { name: "payment-system-production/jwt/secret", key, protection: "critical" });
      },
      { region: "eu-west-1" },
    );
    await expectGolden(plan, new URL("golden/secret.json", import.meta.url));
  });

  it("E4: hands its value to AWS by a write-only input, and shows it nowhere", async () => {
    const version = resource(await planWith({ value: "hunter2-hunter2" }), VERSION);
    expect(version.inputs).to.deep.include({ secretStringWo: SECRET, secretStringWoVersion: 1 });
    expect(version.inputs).not.to.have.property("secretString");
    expect(version.secretPaths).to.include("secretStringWo");
    expect(JSON.stringify(version)).not.to.contain("hunter2");
  });

  it("draws a new value and sends it when the version is raised", async () => {
    const plan = await planWith({ version: 2 });
    expect(resource(plan, PASSWORD).inputs.keepers).to.deep.equal({ version: "2" });
    expect(resource(plan, VERSION).inputs.secretStringWoVersion).to.equal(2);
  });

  it("draws letters and digits, and symbols where they are asked for", async () => {
    const plain = resource(await planWith({}), PASSWORD).inputs;
    expect(plain).to.deep.include({ length: 32, special: false });
    const symbols = resource(await planWith({ generate: { length: 64, symbols: "!&#" } }), PASSWORD).inputs;
    expect(symbols).to.deep.include({ length: 64, special: true, overrideSpecial: "!&#", minSpecial: 1 });
  });

  it("can be made anew at once in an ephemeral stack, and recovered for 30 days in others", async () => {
    const recovery = async (protection: SecretArgs["protection"]) =>
      resource(await planWith({ protection }), "aws:secretsmanager/secret:Secret").inputs
        .recoveryWindowInDays;
    expect(await recovery("ephemeral")).to.equal(0);
    expect(await recovery("standard")).to.equal(30);
  });

  it("B6: links fields under variables derived from its name", async () => {
    const link = await linkOf(
      () => new Secret("plaid", { fields: { clientId: "abc", secret: generate() } }).link,
    );
    expect(Object.keys(link)).to.deep.equal(["PLAID_CLIENT_ID", "PLAID_SECRET"]);
    expect(link.PLAID_CLIENT_ID?.valueFrom).to.equal(`${link.PLAID_CLIENT_ID?.arn}:clientId::`);
  });

  it("B6: takes a name that AWS advises against, for its end looks like an ARN's", async () => {
    const secret = resource(
      await planWith({ name: "budgetbuddy/jwt-secret" }),
      "aws:secretsmanager/secret:Secret",
    );
    expect(secret.inputs.name).to.equal("budgetbuddy/jwt-secret");
  });

  it("links the whole value as <NAME>_SECRET, or under a variable of choice, with the key to decrypt it", async () => {
    const link = await linkOf(() => new Secret("jwt", { key: { arn: "arn:key" } }).link);
    expect(link.JWT_SECRET).to.deep.include({ kind: "secretsmanager", keyArn: "arn:key" });
    expect(link.JWT_SECRET?.valueFrom).to.equal(link.JWT_SECRET?.arn);
    expect(await linkOf(() => new Secret("jwt", { environment: "SIGNING_KEY" }).link)).to.have.keys(
      "SIGNING_KEY",
    );
    const chosen = await linkOf(() => new Secret("app", { fields: { a: "1" } }).linkAs({ LETTER: "a" }));
    expect(chosen.LETTER?.valueFrom).to.match(/:a::$/);
  });

  it("lets the tasks that link it start only when it has a value", async () => {
    const plan = await planOf(() => {
      const { arn } = new Secret("jwt");
      new Secret("reader", { description: arn.apply((value) => value) as unknown as string });
    });
    const reader = plan.resources.find(
      ({ type, name }) => type === "aws:secretsmanager/secret:Secret" && name === "reader-secret",
    );
    expect(reader?.propertyDependencies.description).to.include(resource(plan, VERSION, "jwt-version").urn);
  });

  it("refuses other accounts and plain text by its own policy, unless told otherwise", async () => {
    const policy = resource(await planWith({}), "aws:secretsmanager/secretPolicy:SecretPolicy");
    expect(policy.inputs.blockPublicPolicy).to.equal(true);
    expect(statementOf(policy, "DenyPlaintext").Effect).to.equal("Deny");
    expect(statementOf(policy, "DenyOtherAccounts").Condition).to.deep.equal({
      StringNotEquals: { "aws:PrincipalAccount": "123456789012" },
      BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
    });
    const without = await planWith({ accountOnly: false });
    expect(resources(without, "aws:secretsmanager/secretPolicy:SecretPolicy")).to.be.empty;
  });

  it("is copied to other regions under keys of theirs", async () => {
    const plan = await planWith({ replicas: [{ region: "eu-central-1", key: { arn: "arn:replica" } }] });
    expect(resource(plan, "aws:secretsmanager/secret:Secret").inputs.replicas).to.deep.equal([
      { region: "eu-central-1", kmsKeyId: "arn:replica" },
    ]);
  });

  it("is rotated by a function that Secrets Manager may call, for this secret only", async () => {
    const plan = await planWith({ rotation: { functionArn: FUNCTION, every: "7 days", window: "3 hours" } });
    expect(resource(plan, "aws:secretsmanager/secretRotation:SecretRotation").inputs).to.deep.include({
      rotateImmediately: false,
      rotationRules: { automaticallyAfterDays: 7, duration: "3h" },
    });
    const permission = resource(plan, "aws:lambda/permission:Permission").inputs;
    expect(permission.principal).to.equal("secretsmanager.amazonaws.com");
    expect(permission.sourceArn).to.match(/^arn:aws:secretsmanager:eu-west-1:123456789012:secret:/);
  });

  it("uses a secret that exists, and reads its value only when asked for it", async () => {
    const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:stripe-AbCdEf";
    const link = await linkOf(
      () =>
        Secret.get("stripe", { arn, keyArn: "arn:key", environment: { STRIPE_SECRET_KEY: "secretKey" } })
          .link,
    );
    expect(link.STRIPE_SECRET_KEY).to.deep.equal({
      valueFrom: `${arn}:secretKey::`,
      arn,
      kind: "secretsmanager",
      keyArn: "arn:key",
    });
    const plan = await planOf(() => ({ value: Secret.get("stripe", { arn }).value }));
    expect(plan.outputs.value).to.equal(SECRET);
  });

  const wrong: [string, SecretArgs, string][] = [
    [
      "a name with a space",
      { name: "jwt secret" },
      'name: "jwt secret" is not a secret\'s name; write 1 to 512 letters, digits and "/_+=.@-"',
    ],
    [
      "a value and fields",
      { value: "x", fields: { a: "b" } },
      "fields: value and fields exclude one another; write one of them",
    ],
    ["no field", { fields: {} }, "fields: has no field; write at least one"],
    [
      "fields of one variable",
      { fields: { apiKey: "a", "api-key": "b" } },
      'fields.api-key: comes to the variable JWT_API_KEY, as "apiKey" does; name the variables by environment: ' +
        '{ JWT_API_KEY: "apiKey", … }',
    ],
    ["a half version", { version: 1.5 }, "version: 1.5 is not a version; write a whole number from 1"],
    [
      "a value too short to be safe",
      { generate: { length: 8 } },
      "generate.length: 8 is not possible; write 16 to 128 characters",
    ],
    [
      "symbols that databases refuse",
      { fields: { token: generate({ symbols: "!@/" }) } },
      'fields.token.symbols: "@", "/" cannot be used; letters and digits are always drawn, and databases refuse "/", ' +
        'quotes, "@", "\\\\" and spaces',
    ],
    [
      "a field that is not there",
      { fields: { a: "b" }, environment: { TOKEN: "c" } },
      'environment.TOKEN: "c" is not a field; the fields are a',
    ],
    [
      "a variable with a hyphen",
      { environment: "JWT-SECRET" },
      'environment: "JWT-SECRET" is not an environment variable; write letters, digits and "_", such as "JWT_SECRET"',
    ],
    [
      "a replica at home",
      { region: "eu-west-1", replicas: [{ region: "eu-west-1" }] },
      'replicas[0].region: "eu-west-1" holds the secret already; write another region',
    ],
    [
      "a rotation that cannot be",
      { rotation: { functionArn: "rotate", every: "0 days", schedule: "daily", window: "90 minutes" } },
      [
        'rotation.functionArn: "rotate" is not the ARN of a Lambda function',
        "  rotation.schedule: every and schedule exclude one another; write one of them",
        '  rotation.every: "0 days" is not possible; write 1 to 1000 days',
        '  rotation.schedule: "daily" is not a schedule; write "rate(30 days)" or "cron(0 3 1 * ? *)"',
        '  rotation.window: "90 minutes" is not possible; write 1 to 24 whole hours',
      ].join("\n"),
    ],
  ];
  for (const [what, args, mistake] of wrong) {
    it(`refuses ${what}`, async () => {
      expect(await mistakesOf(() => new Secret("jwt", args))).to.equal(
        `Secret "jwt" has wrong arguments:\n  ${mistake}`,
      );
    });
  }
});
