import { expect } from "chai";
import {
  Exemptions,
  ExemptionsError,
  parseExemptions,
  readExemptions,
  type Exemption,
} from "./exemptions.ts";

const RULES = ["rds-not-public", "s3-tls-only"];
const BUCKET = "urn:pulumi:staging::payments::aws:s3/bucket:Bucket::logs-archive";

const exemption = (changes: Partial<Exemption> = {}): Exemption => ({
  rule: "s3-tls-only",
  resource: "logs-*",
  reason: "A legacy writer",
  owner: "team@example.com",
  expires: "2030-06-30",
  ...changes,
});
const broken = { pack: "strongroom-soc2", rule: "s3-tls-only", stack: "staging", urn: BUCKET };
const on = (day: string, ...all: Exemption[]) => new Exemptions(all, day);

const mistakes = (text: string): string => {
  try {
    parseExemptions(text, RULES, "e.yaml");
  } catch (error) {
    expect(error).to.be.instanceOf(ExemptionsError);
    return (error as Error).message;
  }
  return "none";
};

describe("Files of exemptions", () => {
  it("are lists of exemptions, or empty", () => {
    expect(parseExemptions("", RULES)).to.deep.equal([]);
    expect(parseExemptions("[]", RULES)).to.deep.equal([]);
    const text =
      "- {rule: s3-tls-only, resource: logs-*, reason: A legacy writer, owner: team@example.com, expires: 2030-06-30}";
    expect(parseExemptions(text, RULES)).to.deep.equal([exemption()]);
  });

  it("are refused with every mistake named at once", () => {
    const text = [
      "- {rule: rds-not-publik, resource: db, reason: r, owner: o, expires: 2030-01-01}",
      "- {rule: s3-tls-only, reason: r, owner: o, expiry: 2030-01-01}",
      "- {rule: s3-tls-only, resource: b, reason: r, owner: o, expires: 2030-02-30}",
      "- {rule: s3-tls-only, resource: 7, reason: r, owner: o, expires: soon}",
      "- {rule: s3-tls-only, resource: b, reason: r, owner: o, expires: 2030-01-01, stack: }",
      "- everything",
    ].join("\n");
    expect(mistakes(text).split("\n")).to.deep.equal([
      "e.yaml: exemption 1: there is no rule rds-not-publik; did you mean rds-not-public?",
      "e.yaml: exemption 2: resource is missing",
      "e.yaml: exemption 2: expires is missing",
      "e.yaml: exemption 2: unknown field expiry; did you mean expires?",
      "e.yaml: exemption 3: expires must be a date such as 2027-03-31, not 2030-02-30",
      "e.yaml: exemption 4: resource must be a text, not 7",
      "e.yaml: exemption 4: expires must be a date such as 2027-03-31, not soon",
      "e.yaml: exemption 5: stack must be a text, not null",
      "e.yaml: exemption 6: must be a mapping with rule, resource, reason, owner, expires",
    ]);
  });

  it("are refused when they are no list, no YAML, or not there", () => {
    expect(mistakes("rule: s3-tls-only")).to.equal(
      "e.yaml: must be a list of exemptions, each with rule, resource, reason, owner, expires",
    );
    expect(mistakes("- [")).to.match(/^e\.yaml: /);
    expect(mistakes("- *nobody")).to.match(/^e\.yaml: .*alias.*nobody/);
    expect(() => readExemptions("/no/such/file.yaml", RULES)).to.throw(
      ExemptionsError,
      "cannot read the exemptions",
    );
  });

  it("may name rules of other packs only together with the pack", () => {
    const other = "rule: their-rule, resource: b, reason: r, owner: o, expires: 2030-01-01";
    expect(mistakes(`- {${other}}`)).to.equal("e.yaml: exemption 1: there is no rule their-rule");
    expect(mistakes(`- {${other}, pack: theirs}`)).to.equal("none");
  });
});

describe("Exemptions", () => {
  it("cover a resource by name or URN, whole or with *", () => {
    for (const resource of ["logs-archive", "logs-*", "*", BUCKET, "urn:pulumi:staging::*::logs-archive"]) {
      expect(on("2030-01-01", exemption({ resource })).covering(broken), resource).to.include({ resource });
    }
    for (const resource of ["logs", "archive", "Logs-archive", "urn:pulumi:production::*"]) {
      expect(on("2030-01-01", exemption({ resource })).covering(broken), resource).to.equal(undefined);
    }
  });

  it("take nothing but * for special", () => {
    const dotted = { ...broken, urn: "urn:pulumi:staging::p::aws:s3/bucket:Bucket::a+b" };
    expect(on("2030-01-01", exemption({ resource: "a.b" })).covering(dotted)).to.equal(undefined);
    expect(on("2030-01-01", exemption({ resource: "a+b" })).covering(dotted)).to.not.equal(undefined);
  });

  it("cover only their rule, pack and stack", () => {
    expect(on("2030-01-01", exemption({ rule: "rds-not-public" })).covering(broken)).to.equal(undefined);
    expect(on("2030-01-01", exemption({ pack: "strongroom-pci-dss" })).covering(broken)).to.equal(undefined);
    expect(on("2030-01-01", exemption({ pack: "strongroom-soc2" })).covering(broken)).to.not.equal(undefined);
    expect(on("2030-01-01", exemption({ stack: "production" })).covering(broken)).to.equal(undefined);
    expect(on("2030-01-01", exemption({ stack: "stag*" })).covering(broken)).to.not.equal(undefined);
  });

  it("cover what concerns the whole stack only by *", () => {
    const ofStack = { pack: "p", rule: "s3-tls-only", stack: "production" };
    expect(on("2030-01-01", exemption()).covering(ofStack)).to.equal(undefined);
    expect(on("2030-01-01", exemption({ resource: "*" })).covering(ofStack)).to.not.equal(undefined);
  });

  it("cover what concerns a stack as a whole in the stacks that they are for, and in no other", () => {
    const ofStack = (stack: string) => ({ pack: "p", rule: "s3-tls-only", stack });
    const inStaging = on("2030-01-01", exemption({ resource: "*", stack: "staging" }));
    expect(inStaging.covering(ofStack("staging"))).to.not.equal(undefined);
    expect(inStaging.covering(ofStack("production"))).to.equal(undefined);
  });

  it("go by the whole name, whatever colons it holds", () => {
    const nested = { ...broken, urn: `${BUCKET}::inner` };
    expect(on("2030-01-01", exemption({ resource: "inner" })).covering(nested)).to.equal(undefined);
    expect(on("2030-01-01", exemption({ resource: "logs-archive::inner" })).covering(nested)).to.not.equal(
      undefined,
    );
  });

  it("hold to the end of their last day and then are violations, which are not also called unused", () => {
    const lastDay = on("2030-06-30", exemption());
    expect(lastDay.covering(broken)).to.deep.equal(exemption());
    expect(lastDay.expired("staging")).to.deep.equal([]);
    const dayAfter = on("2030-07-01", exemption());
    expect(dayAfter.covering(broken)).to.equal(undefined);
    expect(dayAfter.expired("staging")).to.deep.equal([exemption()]);
    expect(dayAfter.unused("staging")).to.deep.equal([]);
  });

  it("are told when they cover nothing, in the stacks that they are for", () => {
    const all = on(
      "2030-01-01",
      exemption(),
      exemption({ resource: "gone" }),
      exemption({ resource: "x", stack: "production" }),
    );
    all.covering(broken);
    expect(all.unused("staging")).to.deep.equal([exemption({ resource: "gone" })]);
  });
});
