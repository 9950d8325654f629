import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { expect } from "chai";
import { RULES } from "../rules/index.ts";
import { Props } from "../values.ts";
import type { Case } from "./case.ts";
import { UNKNOWN } from "./case.ts";
import { Harness } from "./harness.ts";
import { CASES } from "./index.ts";

/** Types of one and the same resource: whoever writes one must get the verdict of the other. */
const TWINS: Record<string, string> = {
  "aws:s3/bucket:Bucket": "aws:s3/bucketV2:BucketV2",
  "aws:s3/bucketAcl:BucketAcl": "aws:s3/bucketAclV2:BucketAclV2",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
  "aws:lb/loadBalancer:LoadBalancer": "aws:alb/loadBalancer:LoadBalancer",
  "aws:lb/listener:Listener": "aws:alb/listener:Listener",
};

const sdk = path.dirname(createRequire(import.meta.url).resolve("@pulumi/aws/package.json"));
const harness = new Harness(import.meta.dirname);

/** The file of the SDK that defines a type, such as `s3/bucket`. */
function sdkFile(type: string, extension: string): string {
  return readFileSync(path.join(sdk, `${type.split(":")[1] ?? ""}${extension}`), "utf8");
}

describe("Policy corpus", () => {
  for (const rule of RULES) {
    const cases = CASES.filter((one) => one.rule === rule.id);

    it(`${rule.id}: every case gets its verdict`, async () => {
      for (const one of cases) {
        const { verdict, message } = await harness.verdict(rule, one);
        expect(verdict, `${JSON.stringify(one.resources)}\n${message}`).to.equal(one.verdict);
      }
    });

    it(`${rule.id}: is shown to fail, to pass, and to read unknown values`, () => {
      expect(cases.map(({ verdict }) => verdict)).to.include.members(["fail", "pass"]);
      expect(cases.some(({ resources }) => JSON.stringify(resources).includes(UNKNOWN))).to.equal(true);
    });
  }

  it("shows that a remediation makes a failing resource pass", async () => {
    const remediated = new Set<string>();
    for (const rule of RULES) {
      if (rule.kind !== "resource" || rule.remediate === undefined) continue;
      for (const one of CASES.filter(({ rule: id, verdict }) => id === rule.id && verdict === "fail")) {
        const [resource] = one.resources;
        if (resource === undefined) throw new Error(`${rule.id} has a case without a resource`);
        const inputs = { ...resource.inputs, ...rule.remediate(new Props(resource.inputs)) };
        const { verdict } = await harness.verdict(rule, { ...one, resources: [{ ...resource, inputs }] });
        expect(verdict, `${rule.id} ${JSON.stringify(inputs)}`).to.equal("pass");
        remediated.add(rule.id);
      }
    }
    const withRemediation = RULES.filter((rule) => rule.kind === "resource" && rule.remediate !== undefined);
    expect([...remediated]).to.have.members(withRemediation.map(({ id }) => id));
  });

  it("gives twin types the same verdicts", async () => {
    const withTwins = CASES.filter(({ resources }) => resources.some(({ type }) => type in TWINS));
    expect(withTwins.length).to.be.greaterThan(50);
    for (const one of withTwins) {
      const twin: Case = {
        ...one,
        resources: one.resources.map((r) => ({ ...r, type: TWINS[r.type] ?? r.type })),
      };
      const rule = RULES.find(({ id }) => id === one.rule);
      if (rule === undefined) throw new Error(`there is no rule ${one.rule}`);
      const { verdict } = await harness.verdict(rule, twin);
      expect(verdict, JSON.stringify(twin)).to.equal(one.verdict);
    }
  });

  it("names only rules that there are", () => {
    expect(RULES.map(({ id }) => id)).to.include.members(CASES.map(({ rule }) => rule));
  });

  it("speaks of types of the pinned SDK", () => {
    const types = new Set(
      RULES.flatMap((rule) => (rule.kind === "stack" ? [...rule.types, ...rule.joins] : rule.types)),
    );
    for (const type of types) expect(sdkFile(type, ".js")).to.include(`__pulumiType = '${type}'`);
  });

  it("speaks of properties of the pinned SDK", () => {
    const answered = new Set(["id", "arn"]);
    for (const { resources } of CASES) {
      for (const { type, inputs } of resources) {
        const [, args] = sdkFile(type, ".d.ts").split(`export interface ${type.split(":")[2] ?? ""}Args {`);
        const known = [...(args ?? "").matchAll(/^ {4}(\w+)\??:/gm)].map(([, name]) => name);
        expect(known, type).to.include.members(Object.keys(inputs).filter((key) => !answered.has(key)));
      }
    }
  });

  it("fails a stack of AWS resources without a trail, and no other", async () => {
    const rule = RULES.find(({ id }) => id === "cloudtrail-exists-multi-region");
    if (rule === undefined) throw new Error("the rule is gone");
    const verdictOf = async (type: string) =>
      (
        await harness.verdict(rule, {
          rule: rule.id,
          verdict: "fail",
          resources: [{ type, name: "it", inputs: {} }],
        })
      ).verdict;
    expect(await verdictOf("aws:ec2/vpc:Vpc")).to.equal("fail");
    expect(await verdictOf("random:index/randomId:RandomId")).to.equal("pass");
  });
});
