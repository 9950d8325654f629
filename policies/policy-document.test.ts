import { expect } from "chai";
import fc from "fast-check";
import { matches, Statement, statementsOf } from "./policy-document.ts";
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
    expect(statement({ ...OPEN, Action: "kms:*" }).coversAllActions()).to.equal(false);
    expect(statement({ ...OPEN, Action: "kms:*" }).coversAllActions("kms")).to.equal(true);
    expect(statement({ ...OPEN, Resource: undefined, NotResource: "a" }).coversAllResources()).to.equal(true);
    expect(statement({ ...OPEN, Resource: ["a", "b"] }).coversAllResources()).to.equal(false);
    expect(statement({ NotAction: "iam:*" }).coversAction("iam:PassRole")).to.equal(false);
    expect(statement({ NotAction: "iam:*" }).coversAction("s3:GetObject")).to.equal(true);
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
