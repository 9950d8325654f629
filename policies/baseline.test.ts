import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { BaselineError, baselineOfRun, formatBaseline, knownFinding, parseBaseline } from "./baseline.ts";

const urn = "urn:pulumi:dev::shop::shop:index:Store$aws:s3/bucket:Bucket::logs-1";
const broken = { stack: "dev", rule: "s3-no-public-read", urn, message: "acl is public-read" };
const known = knownFinding(broken, "2026-11-22");

describe("Baseline", () => {
  const baseline = parseBaseline(formatBaseline([known]));

  it("knows a finding again", () => {
    expect(baseline.find(broken)).to.deep.equal(known);
  });

  it("does not take another rule, resource, stack or fault for it", () => {
    expect(baseline.find({ ...broken, rule: "s3-versioning" })).to.equal(undefined);
    expect(baseline.find({ ...broken, urn: `${urn}0` })).to.equal(undefined);
    expect(baseline.find({ ...broken, stack: "production" })).to.equal(undefined);
    expect(baseline.find({ ...broken, message: "acl is public-read-write" })).to.equal(undefined);
  });

  it("knows what concerns the stack as a whole", () => {
    const whole = { stack: "dev", rule: "audit-trail", message: "the stack declares no trail" };
    const entry = knownFinding(whole, "2026-11-22");
    expect(entry).not.to.have.property("resource");
    expect(parseBaseline(formatBaseline([entry])).find(whole)).to.deep.equal(entry);
  });

  it("knows a finding again whatever account it is in and whatever digits end a name", () => {
    const message = (account: string, digits: string) =>
      `lets arn:aws:iam::${account}:role/app-${digits} read the bucket`;
    const first = { ...broken, message: message("123456789012", "6b7bb90") };
    const baseline = parseBaseline(formatBaseline([knownFinding(first, "2026-11-22")]));
    expect(baseline.find({ ...first, message: message("210987654321", "a1b2c3d") })).not.to.equal(undefined);
    expect(baseline.find({ ...first, message: message("210987654321", "other") })).to.equal(undefined);
  });
});

describe("formatBaseline", () => {
  it("is sorted, whatever the order of the findings, and says each once", () => {
    const entries = ["b", "a", "c"].flatMap((stack) =>
      ["rule-2", "rule-1"].map((rule) => ({ ...known, stack, rule })),
    );
    const text = formatBaseline([...entries, ...entries]);
    expect(formatBaseline(entries.toReversed())).to.equal(text);
    const order = parseBaseline(text).entries.map(({ stack, rule }) => `${stack} ${rule}`);
    expect(order)
      .to.deep.equal([...order].sort())
      .and.to.have.length(6);
  });

  it("can be read as it stands", () => {
    expect(formatBaseline([known]).split("\n").slice(2)).to.deep.equal([
      "- stack: dev",
      "  rule: s3-no-public-read",
      "  resource: shop:index:Store$aws:s3/bucket:Bucket::logs-1",
      "  finding: acl is public-read",
      "  since: 2026-11-22",
      "",
    ]);
  });

  it("holds nothing where nothing is broken", () => {
    expect(parseBaseline(formatBaseline([])).entries).to.deep.equal([]);
    expect(parseBaseline("").entries).to.deep.equal([]);
  });
});

describe("parseBaseline", () => {
  const mistakes: [text: string, message: RegExp][] = [
    ["stack: dev", /must be a list of stack, rule, resource, finding, since/],
    ["- dev", /entry 1: must be a mapping/],
    ["- { stack: dev, rule: r, finding: f }", /entry 1: since is missing/],
    ["- { stack: dev, rule: r, finding: f, since: s, owner: o }", /entry 1: unknown field owner/],
    ["- { stack: 1, rule: r, finding: f, since: s }", /entry 1: stack must be a text/],
    ["- [", /^policies\/baseline\.yaml: /],
    ["- *nobody", /^policies\/baseline\.yaml: .*alias/],
  ];
  for (const [text, message] of mistakes) {
    it(`refuses ${text}`, () => {
      expect(() => parseBaseline(text, "policies/baseline.yaml")).to.throw(BaselineError, message);
    });
  }
});

describe("baselineOfRun", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "strongroom-baseline-"));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("reads the file that the environment names, and none where it names none", () => {
    const file = path.join(folder, "baseline.yaml");
    writeFileSync(file, formatBaseline([known]));
    expect(baselineOfRun({ STRONGROOM_BASELINE: file }).entries).to.deep.equal([known]);
    expect(baselineOfRun({ STRONGROOM_BASELINE: "none" }).entries).to.deep.equal([]);
    expect(baselineOfRun({}).entries).to.deep.equal([]);
  });

  it("refuses a path that depends on the folder it runs in, and a file that is not there", () => {
    expect(() => baselineOfRun({ STRONGROOM_BASELINE: "baseline.yaml" })).to.throw(/absolute path/);
    const file = path.join(folder, "none.yaml");
    expect(() => baselineOfRun({ STRONGROOM_BASELINE: file })).to.throw(BaselineError, /cannot read/);
  });
});
