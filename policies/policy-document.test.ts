import { expect } from "chai";
import fc from "fast-check";
import { deniesAlways, matches, Statement, statementsOf } from "./policy-document.ts";
import { Props, UNKNOWN_MARKER, UnknownValue } from "./values.ts";

const OPEN = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" };
const statement = (value: object) => new Statement(new Props(value));
const action = fc.stringMatching(/^[a-z0-9]{1,8}:[A-Za-z]{1,12}$/);

describe("Statements of policy documents", () => {
  it("reads one statement like a list of one", () => {
    for (const document of [{ Statement: OPEN }, { Statement: [OPEN] }]) {
      const [only, ...others] = statementsOf(new Props(document));
      expect(others).to.deep.equal([]);
      expect(only?.actions).to.deep.equal(["s3:GetObject"]);
      expect(only?.isPublic()).to.equal(true);
    }
    expect(statementsOf(undefined)).to.deep.equal([]);
  });

  it("reads conditions whose keys hold dots and colons", () => {
    const condition = { StringEquals: { "token.actions.githubusercontent.com:sub": ["a", "b"] } };
    expect(statement({ ...OPEN, Condition: condition }).conditions).to.deep.equal([
      { operator: "stringequals", key: "token.actions.githubusercontent.com:sub", values: ["a", "b"] },
    ]);
  });

  it("takes a grant to everyone for public unless a condition narrows the caller", () => {
    const narrowing = [
      { StringEquals: { "aws:PrincipalOrgID": "o-1" } },
      { ArnLike: { "aws:SourceArn": "arn:aws:s3:::logs" } },
      { IpAddress: { "aws:SourceIp": ["192.0.2.0/24"] } },
      { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-1/*" } },
    ];
    for (const Condition of narrowing)
      expect(statement({ ...OPEN, Condition }).isPublic(), JSON.stringify(Condition)).to.equal(false);
    const open = [
      { StringNotEquals: { "aws:PrincipalOrgID": "o-1" } },
      { StringEqualsIfExists: { "aws:PrincipalOrgID": "o-1" } },
      { "ForAllValues:StringEquals": { "aws:PrincipalOrgID": "o-1" } },
      { IpAddress: { "aws:SourceIp": "0.0.0.0/0" } },
      { StringLike: { "aws:SourceAccount": "*" } },
      { Bool: { "aws:SecureTransport": "true" } },
    ];
    for (const Condition of open)
      expect(statement({ ...OPEN, Condition }).isPublic(), JSON.stringify(Condition)).to.equal(true);
  });

  it("takes a condition for narrow only where it is written out whose the caller is", () => {
    const publicBy = (operator: string, key: string, value: string | string[]) =>
      statement({ ...OPEN, Condition: { [operator]: { [key]: value } } }).isPublic();
    const anybodys: [operator: string, key: string, value: string | string[]][] = [
      ["ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/deploy"],
      ["ArnLike", "aws:SourceArn", "arn:aws:cloudfront::*:distribution/*"],
      ["ArnLike", "aws:SourceArn", "arn:aws:s3:::*"],
      ["ArnLike", "aws:SourceArn", "arn:aws:*"],
      ["StringLike", "aws:PrincipalOrgID", "o-*"],
      ["StringLike", "aws:PrincipalAccount", "????????????"],
      ["StringLike", "aws:SourceVpce", ["vpce-1a2b3c", "vpce-*"]],
      ["StringLike", "aws:userid", "*:deploy"],
      ["ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "*/r-1/*"],
      ["IpAddress", "aws:SourceIp", ["0.0.0.0/1", "128.0.0.0/1"]],
      ["IpAddress", "aws:SourceIp", "2000::/3"],
    ];
    for (const one of anybodys) expect(publicBy(...one), JSON.stringify(one)).to.equal(true);
    const somebodys: [operator: string, key: string, value: string | string[]][] = [
      ["ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/*"],
      ["ArnLike", "aws:SourceArn", "arn:*:logs:*:123456789012:*"],
      ["ArnLike", "aws:SourceArn", "arn:aws:route53:::hostedzone/Z1"],
      ["ArnLike", "s3:DataAccessPointArn", "arn:aws:s3:eu-west-1:123456789012:accesspoint/*"],
      ["StringLike", "aws:userid", "AROA1A2B3C:*"],
      ["StringEquals", "aws:VpceAccount", "123456789012"],
      ["IpAddress", "aws:SourceIp", ["192.0.2.7", "10.0.0.0/8", "2001:db8::/32"]],
    ];
    for (const one of somebodys) expect(publicBy(...one), JSON.stringify(one)).to.equal(false);
  });

  it("sees everyone in every form, and nobody in a denial or a service", () => {
    expect(statement({ ...OPEN, Principal: { AWS: "*" } }).isPublic()).to.equal(true);
    expect(statement({ ...OPEN, Principal: { AWS: ["123456789012", "*"] } }).isPublic()).to.equal(true);
    expect(statement({ ...OPEN, Principal: undefined, NotPrincipal: { AWS: "1" } }).isPublic()).to.equal(
      true,
    );
    expect(statement({ ...OPEN, Effect: "Deny" }).isPublic()).to.equal(false);
    expect(statement({ ...OPEN, Principal: { Service: "*" } }).isPublic()).to.equal(false);
  });

  it("finds everything in wildcards and in what is left out", () => {
    expect(statement({ ...OPEN, Action: ["ec2:*", "*"] }).coversAllActions()).to.equal(true);
    expect(statement({ ...OPEN, Action: undefined, NotAction: "iam:*" }).coversAllActions()).to.equal(true);
    expect(statement({ NotAction: ["sqs:*"] }).coversAllActions("kms")).to.equal(true);
    expect(statement({ NotAction: ["sqs:DeleteQueue"] }).coversAllActions("sqs")).to.equal(true);
    expect(statement({ NotAction: ["kms:*", "SQS:*"] }).coversAllActions("sqs")).to.equal(false);
    expect(statement({ NotAction: "*" }).coversAllActions()).to.equal(false);
    expect(statement({ ...OPEN, Action: "kms:*" }).coversAllActions()).to.equal(false);
    expect(statement({ ...OPEN, Action: "kms:*" }).coversAllActions("kms")).to.equal(true);
    expect(statement({ ...OPEN, Resource: undefined, NotResource: "a" }).coversAllResources()).to.equal(true);
    expect(statement({ ...OPEN, Resource: ["a", "b"] }).coversAllResources()).to.equal(false);
    expect(statement({ NotAction: "iam:*" }).coversAction("iam:PassRole")).to.equal(false);
    expect(statement({ NotAction: "iam:*" }).coversAction("s3:GetObject")).to.equal(true);
  });

  it("tells resources that are named from patterns that stand for all of a kind", () => {
    const all = [
      "*",
      "arn:aws:s3:::*",
      "arn:aws:s3:::*/*",
      "arn:aws:iam::*:role/*",
      "arn:aws:kms:eu-west-1:123456789012:key/*",
      "arn:aws:secretsmanager:*:*:secret:*",
      "arn:aws:dynamodb:*:*:table/*/index/*",
      "arn:aws:logs:*:*:log-group:*:log-stream:*",
      "arn:aws:sqs:*:*:*",
      "arn:aws:ssm:*:*:parameter*",
    ];
    for (const Resource of all) expect(statement({ Resource }).namesNoResource(), Resource).to.equal(true);
    const named = [
      "arn:aws:s3:::payments/*",
      "arn:aws:iam::*:role/payments-*",
      "arn:aws:secretsmanager:*:*:secret:payments/*",
      "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/*",
      "arn:aws:sqs:*:*:payments-*",
      "arn:aws:codecommit:*:*:payments-*",
    ];
    for (const Resource of named) expect(statement({ Resource }).namesNoResource(), Resource).to.equal(false);
    expect(statement({ Resource: [named[0], "*"] }).namesNoResource()).to.equal(true);
    expect(statement({ NotResource: named }).namesNoResource()).to.equal(true);
    expect(() => statement({ Resource: [named[0], UNKNOWN_MARKER] }).namesNoResource()).to.throw(
      UnknownValue,
    );
  });

  it("tells every object of a bucket from the bucket itself and its folders", () => {
    const objects = ["*", "arn:aws:s3:::logs/*", "arn:aws:s3:::logs*", "arn:aws:s3:::*/*"];
    for (const Resource of [...objects, `${UNKNOWN_MARKER}/*`])
      expect(statement({ Resource: ["arn:aws:s3:::logs", Resource] }).coversEveryObject()).to.equal(true);
    for (const Resource of ["arn:aws:s3:::logs", "arn:aws:s3:::logs/audit/*", "arn:aws:s3:::logs/audit*"])
      expect(statement({ Resource }).coversEveryObject(), Resource).to.equal(false);
    expect(() => statement({ Resource: UNKNOWN_MARKER }).coversEveryObject()).to.throw(UnknownValue);
  });

  it("knows which conditions say what a statement is about, and which merely how it is asked", () => {
    const selective = [
      { StringEquals: { "aws:ResourceTag/team": "payments" } },
      { ArnEquals: { "ecs:cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/payments" } },
      { StringEquals: { "aws:RequestedRegion": "eu-west-1", "aws:ResourceAccount": "123456789012" } },
    ];
    for (const Condition of selective)
      expect(statement({ Condition }).isSelective(), JSON.stringify(Condition)).to.equal(true);
    const others = [
      { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
      { StringEquals: { "kms:ViaService": "s3.eu-west-1.amazonaws.com" } },
      { StringNotEquals: { "aws:ResourceTag/team": "payments" } },
      { StringLike: { "aws:ResourceTag/team": "*" } },
      { Bool: { "aws:MultiFactorAuthPresent": "true" } },
    ];
    for (const Condition of others)
      expect(statement({ Condition }).isSelective(), JSON.stringify(Condition)).to.equal(false);
  });

  it("sees whether a service is held to a source", () => {
    const pinned = (Condition: object) => statement({ Condition }).pinsSource();
    expect(pinned({ StringEquals: { "aws:SourceAccount": "123456789012" } })).to.equal(true);
    expect(pinned({ ArnLike: { "AWS:SourceArn": "arn:aws:s3:::logs" } })).to.equal(true);
    expect(pinned({ StringEquals: { "sts:ExternalId": "payments" } })).to.equal(true);
    expect(pinned({ ArnLike: { "aws:SourceArn": "*" } })).to.equal(false);
    expect(pinned({ ArnLike: { "aws:SourceArn": "arn:aws:ecs:*:*:*" } })).to.equal(false);
    expect(pinned({ StringEquals: { "aws:PrincipalAccount": "123456789012" } })).to.equal(false);
  });

  it("lets a denial outdo a grant only where it holds always and everywhere", () => {
    const denial = { Effect: "Deny", Action: "iam:*", Resource: "*" };
    const denies = (value: object) => deniesAlways([statement(value)], "iam:PassRole");
    expect(denies(denial)).to.equal(true);
    expect(denies({ ...denial, Action: undefined, NotAction: "s3:*" })).to.equal(true);
    expect(denies({ ...denial, Effect: "Allow" })).to.equal(false);
    expect(denies({ ...denial, Action: "s3:*" })).to.equal(false);
    expect(denies({ ...denial, Resource: "arn:aws:iam::123456789012:role/payments" })).to.equal(false);
    expect(denies({ ...denial, Condition: { Bool: { "aws:SecureTransport": "false" } } })).to.equal(false);
  });

  it("never takes an unknown part for a missing one", () => {
    for (const part of ["Principal", "Effect"]) {
      expect(() => statement({ ...OPEN, [part]: UNKNOWN_MARKER }).isPublic()).to.throw(UnknownValue, part);
    }
    expect(() => statement({ ...OPEN, Condition: UNKNOWN_MARKER }).isPublic()).to.throw(
      UnknownValue,
      "Condition",
    );
    expect(statement({ ...OPEN, Principal: { AWS: [UNKNOWN_MARKER, "*"] } }).isPublic()).to.equal(true);
  });

  it("matches an action by itself, its prefixes with *, and letter by letter with ?, in any case", () => {
    fc.assert(
      fc.property(action, fc.nat(20), (name, cut) => {
        const at = Math.min(cut, name.length - 1);
        expect(matches(name, name.toUpperCase())).to.equal(true);
        expect(matches(`${name.slice(0, at)}*`, name)).to.equal(true);
        expect(matches(`${name.slice(0, at)}?${name.slice(at + 1)}`, name)).to.equal(true);
        expect(matches(`${name}?`, name)).to.equal(false);
        expect(matches(name.slice(0, at), name)).to.equal(false);
      }),
    );
  });

  it("takes no letter of a pattern but * and ? for special", () => {
    expect(matches("s3:Get.bject", "s3:GetObject")).to.equal(false);
    expect(matches("s3:(Get)", "s3:Get")).to.equal(false);
  });

  it("gives a list and its only item the same meaning, and loses nothing when a statement gets another action", () => {
    fc.assert(
      fc.property(action, action, (one, other) => {
        expect(statement({ Action: one }).coversAction(other)).to.equal(
          statement({ Action: [one] }).coversAction(other),
        );
        expect(statement({ Action: [one, other] }).coversAction(one)).to.equal(true);
      }),
    );
  });
});
