import { expect } from "chai";
import { fileURLToPath } from "node:url";
import { PlanError, planProject } from "../components/testing/index.ts";
import { ConfigError, parseConfig } from "./config.ts";

const REQUIRED = { "strongroom:images": '{"backend":{"tag":"1.0.0"},"frontend":{"tag":"1.0.0"}}' };
const PRODUCTION = {
  ...REQUIRED,
  "strongroom:domain": '{"name":"payments.example.com"}',
  "strongroom:database": '{"zones":"multi","backupRetention":"30 days"}',
  "strongroom:cache": '{"nodes":2}',
  "strongroom:backend": '{"min":2}',
  "strongroom:notify": '{"emails":["oncall@example.com"]}',
};

/** The mistakes that a configuration is refused with. */
function mistakes(
  values: Record<string, string>,
  stack = "staging",
  isSecret?: (key: string) => boolean,
): string[] {
  try {
    parseConfig(values, stack, isSecret);
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigError);
    return (error as Error).message
      .split("\n")
      .slice(1)
      .map((line) => line.replace(/^ {2}- /, ""));
  }
  return [];
}

describe("stack configuration", () => {
  it("fills in defaults and names the environment after the stack", () => {
    const config = parseConfig(REQUIRED, "staging");
    expect(config.environment).to.equal("staging");
    expect(config.protection).to.equal("standard");
    expect(config.backend).to.deep.equal({
      cpu: "1 vCPU",
      memory: "2 GB",
      min: 1,
      max: 20,
      spot: 0,
      environment: {},
      secrets: {},
    });
  });

  it("takes numbers and texts as `pulumi config set` writes them", () => {
    const config = parseConfig(
      { ...REQUIRED, "strongroom:zones": "3", "strongroom:cidr": "10.9.0.0/16" },
      "staging",
    );
    expect(config.zones).to.equal(3);
    expect(config.cidr).to.equal("10.9.0.0/16");
  });

  it("leaves other namespaces alone", () => {
    expect(mistakes({ ...REQUIRED, "aws:region": "eu-west-1" })).to.deep.equal([]);
  });

  it("names every mistake at once, with key, value and remedy", () => {
    expect(
      mistakes({
        "strongroom:zones": "7",
        "strongroom:nat": "two",
        "strongroom:cidr": "10.0.0.0",
        "strongroom:backend": '{"cpu":"1 core","min":5,"max":2}',
        "strongroom:database": '{"class":"r6g.large"}',
      }),
    ).to.deep.equal([
      'strongroom:cidr is "10.0.0.0"; it must be an IPv4 range such as 10.0.0.0/16',
      "strongroom:zones is 7; it must be at most 3",
      'strongroom:nat is "two"; it must be one of "none", "single", "perZone", "regional", "instance"',
      'strongroom:database.class is "r6g.large"; it must be an RDS class such as db.r6g.large',
      "strongroom:images is missing; it must be of type object",
      'strongroom:backend.cpu is "1 core"; "1 core" is not a share of processors; write one such as "0.5 vCPU"',
      "strongroom:backend.min is 5; it must not be above max",
    ]);
  });

  it("refuses more tasks at least than at most", () => {
    expect(mistakes({ ...REQUIRED, "strongroom:backend": '{"min":5,"max":2}' })).to.deep.equal([
      "strongroom:backend.min is 5; it must not be above max",
    ]);
  });

  it("takes a service's further settings, secrets by their ARN only", () => {
    const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:processor-a1b2c3";
    const backend = {
      environment: { PAYMENT_FEES: "25" },
      secrets: { PROCESSOR_KEY: { arn, field: "key" } },
    };
    const config = parseConfig({ ...REQUIRED, "strongroom:backend": JSON.stringify(backend) }, "staging");
    expect(config.backend).to.deep.include(backend);
    expect(
      mistakes({
        ...REQUIRED,
        "strongroom:backend": '{"secrets":{"PROCESSOR_KEY":{"arn":"sk_live_1","keyArn":"payments"}}}',
        "strongroom:frontend": '{"environment":{"LOG_LEVEL":5}}',
      }),
    ).to.deep.equal([
      'strongroom:backend.secrets.PROCESSOR_KEY.arn is "sk_live_1"; it must be the ARN of a secret',
      'strongroom:backend.secrets.PROCESSOR_KEY.keyArn is "payments"; it must be the ARN of a KMS key',
      "strongroom:frontend.environment.LOG_LEVEL is 5; it must be of type string",
    ]);
    const plain = { ...REQUIRED, "strongroom:backend": '{"environment":{"PROCESSOR_KEY":"sk_live_1"}}' };
    expect(mistakes(plain)).to.deep.equal([
      "strongroom:backend.environment.PROCESSOR_KEY is in plain text; keep the value in Secrets Manager and write its ARN to strongroom:backend.secrets",
    ]);
  });

  it("builds an image only with a tag of its own, as tags cannot be moved", () => {
    const images = (backend: object) => ({
      "strongroom:images": JSON.stringify({ backend, frontend: { tag: "1.0.0" } }),
    });
    expect(mistakes(images({ context: ".", dockerfile: "app/Dockerfile", tag: "1.0.0" }))).to.deep.equal([]);
    expect(mistakes(images({ context: "." }))[0]).to.match(
      /^strongroom:images\.backend is \{"context":"\."\}; it must be a reference .* or \{context, dockerfile, tag, buildArgs\} to build$/,
    );
    expect(mistakes(images({ tag: "latest" }))).to.deep.equal([
      'strongroom:images.backend.tag is "latest"; it must name one image for good, such as 1.0.0: tags cannot be moved',
    ]);
    expect(mistakes(images({ context: ".", tag: "latest" }))).to.have.lengthOf(1);
  });

  it("takes an image from another registry, and only one that is named for good", () => {
    const images = (frontend: string) => ({
      "strongroom:images": JSON.stringify({ backend: { tag: "1.0.0" }, frontend }),
    });
    expect(mistakes(images("ghcr.io/example/frontend:1.0.0"))).to.deep.equal([]);
    expect(mistakes(images("nginx:latest"))).to.deep.equal([
      'strongroom:images.frontend: "nginx:latest" does not say which image; write a digest (…@sha256:…) or a tag other ' +
        'than "latest"',
    ]);
  });

  it("refuses tags that some service of AWS would refuse midway", () => {
    const tags = (values: object) => ({ ...REQUIRED, "strongroom:tags": JSON.stringify(values) });
    expect(mistakes(tags({ team: "Zahlungen + Bücher", environment: "test" }))).to.deep.equal([]);
    expect(
      mistakes(tags({ Environment: "test", owner: "R&D", Team: "a", team: "b", "aws:x": "" })),
    ).to.deep.equal([
      'strongroom:tags.Environment is the tag "environment" in other letters, which IAM takes for the same; write environment',
      'strongroom:tags.owner is "R&D"; write names and values of letters, digits, spaces and "_.:/=+-@"',
      'strongroom:tags.team is the tag "Team" in other letters, which IAM takes for the same; write Team',
      'strongroom:tags.aws:x begins with "aws:", which AWS keeps for itself; write another name',
    ]);
  });

  it("refuses environments that cannot be part of a repository's name", () => {
    for (const environment of ["dev-", "a--b", "x", "1st"]) {
      expect(mistakes({ ...REQUIRED, "strongroom:environment": environment }), environment).to.deep.equal([
        `strongroom:environment is ${JSON.stringify(environment)}; it must be 2–16 lower-case letters, digits and single ` +
          "hyphens between them, beginning with a letter",
      ]);
    }
    expect(mistakes({ ...REQUIRED, "strongroom:environment": "pre-prod-2" })).to.deep.equal([]);
  });

  it("suggests the key that was meant, at every depth", () => {
    expect(mistakes({ ...REQUIRED, "strongroom:zone": "2", "strongroom:cache": '{"node":2}' })).to.deep.equal(
      [
        "strongroom:cache.node is not known; did you mean strongroom:cache.nodes?",
        "strongroom:zone is not known; did you mean strongroom:zones?",
      ],
    );
  });

  it("refuses what the components would refuse later, by the key", () => {
    expect(
      mistakes({
        ...REQUIRED,
        "strongroom:backend": '{"cpu":"1 vCPU","memory":"16 GB"}',
        "strongroom:logs": '{"retention":"100 days"}',
      }),
    ).to.deep.equal([
      'strongroom:backend.memory: "16 GB" does not go with "1 vCPU"; write "2 GB" to "8 GB" in steps of 1 GB',
      'strongroom:logs.retention is "100 days", which CloudWatch Logs does not know; write "90 days" or "120 days"',
    ]);
    expect(mistakes({ ...REQUIRED, "strongroom:frontend": '{"min":0}' })).to.deep.equal([
      "strongroom:frontend.min is 0; it must be at least 1",
    ]);
  });

  it("refuses settings that do not go together", () => {
    expect(
      mistakes({
        ...REQUIRED,
        "strongroom:zones": "1",
        "strongroom:database": '{"publiclyAccessible":true}',
        "strongroom:offHours": '{"start":"20:00","stop":"08:00"}',
      }),
    ).to.have.lengthOf(3);
  });

  it("wants secrets set as secrets, and does not repeat them", () => {
    const values = { ...REQUIRED, "strongroom:pagerDutyUrl": "https://events.example.com/key" };
    expect(mistakes(values, "staging", () => false)).to.deep.equal([
      "strongroom:pagerDutyUrl is in plain text; set it with pulumi config set --secret pagerDutyUrl",
    ]);
    expect(mistakes(values, "staging", () => true)).to.deep.equal([]);
  });

  it("E2: production refuses to start without TLS", () => {
    const values = Object.fromEntries(
      Object.entries(PRODUCTION).filter(([key]) => key !== "strongroom:domain"),
    );
    expect(mistakes(values, "production")).to.deep.equal([
      "production needs TLS: set strongroom:domain, such as {name: payments.example.com}",
    ]);
    expect(mistakes(values, "staging")).to.deep.equal([]);
  });

  it("E13: production refuses everything that would lose data or service, all named at once", () => {
    expect(mistakes(PRODUCTION, "production")).to.deep.equal([]);
    const found = mistakes(
      {
        ...REQUIRED,
        "strongroom:zones": "1",
        "strongroom:protection": "standard",
        "strongroom:database": '{"backupRetention":"7 days"}',
        "strongroom:cache": '{"snapshotRetention":"1 day"}',
        "strongroom:logs": '{"retention":"30 days"}',
        "strongroom:backend": '{"spot":50}',
        "strongroom:backups": "false",
        "strongroom:offHours": "{}",
      },
      "production",
    );
    expect(found).to.have.lengthOf(13);
    expect(found.filter((mistake) => mistake.startsWith("production"))).to.have.lengthOf(12);
  });

  it("a wrong configuration is the user's mistake, not the program's, and shows no stack", async () => {
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const error: unknown = await planProject({
      cwd,
      stack: "production",
      config: { "strongroom:nat": "two" },
    }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(PlanError).and.to.include({ kind: "usage" });
    expect((error as PlanError).message).to.match(
      /^The configuration of stack "production" has 1 mistake:\n {2}- strongroom:nat/,
    );
    expect((error as PlanError).message).not.to.match(/^\s+at /m);
  });
});
