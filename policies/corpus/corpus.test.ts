import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { expect } from "chai";
import { FRAMEWORKS } from "../frameworks/index.ts";
import { RULES } from "../rules/index.ts";
import { parametersOf, remediationOf } from "../judging.ts";
import { covers, EVERY_AWS_TYPE, type Rule } from "../rule.ts";
import { Props } from "../values.ts";
import type { Case } from "./case.ts";
import { UNKNOWN } from "./case.ts";
import { coverageOf } from "./coverage.ts";
import { findingsOf, verdictOf } from "./direct.ts";
import { Harness } from "./harness.ts";
import { CASES } from "./index.ts";

/** Types of one and the same resource: whoever writes one must get the verdict of the other. */
const TWINS: Record<string, string> = {
  "aws:s3/bucket:Bucket": "aws:s3/bucketV2:BucketV2",
  "aws:s3/bucketAcl:BucketAcl": "aws:s3/bucketAclV2:BucketAclV2",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration":
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
  "aws:s3/bucketLogging:BucketLogging": "aws:s3/bucketLoggingV2:BucketLoggingV2",
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration":
    "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2",
  "aws:s3/bucketVersioning:BucketVersioning": "aws:s3/bucketVersioningV2:BucketVersioningV2",
  "aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration":
    "aws:s3/bucketWebsiteConfigurationV2:BucketWebsiteConfigurationV2",
  "aws:lb/loadBalancer:LoadBalancer": "aws:alb/loadBalancer:LoadBalancer",
  "aws:lb/listener:Listener": "aws:alb/listener:Listener",
  "aws:lb/listenerRule:ListenerRule": "aws:alb/listenerRule:ListenerRule",
  "aws:lb/targetGroup:TargetGroup": "aws:alb/targetGroup:TargetGroup",
};

const sdk = path.dirname(createRequire(import.meta.url).resolve("@pulumi/aws/package.json"));
const harness = new Harness(import.meta.dirname);

/** How the SDK calls a type: its module, such as `s3/bucket`, its token there, and its class. */
function inSdk(type: string): { module: string; token: string; name: string } {
  const [, module = "", name = ""] = type.split(":");
  // The provider itself is no resource of a module.
  return module === "providers"
    ? { module: "provider", token: name, name: "Provider" }
    : { module, token: type, name };
}

/** The file of the SDK that defines a type. */
function sdkFile(type: string, extension: string): string {
  return readFileSync(path.join(sdk, `${inSdk(type).module}${extension}`), "utf8");
}

/** What the rule says without the policy SDK in between, as `strongroom` judges. */
function directVerdict(rule: Rule, one: Case): Case["verdict"] {
  return verdictOf(findingsOf(rule, one));
}

describe("Policy corpus", () => {
  for (const rule of RULES) {
    const cases = CASES.filter((one) => one.rule === rule.id);

    it(`${rule.id}: every case gets its verdict`, async () => {
      for (const one of cases) {
        const { verdict, message } = await harness.verdict(rule, one);
        expect(verdict, `${JSON.stringify(one.resources)}\n${message}`).to.equal(one.verdict);
        expect(directVerdict(rule, one), `without the SDK: ${JSON.stringify(one.resources)}`).to.equal(
          verdict,
        );
      }
    });

    it(`${rule.id}: is shown to fail, to pass, and to read unknown values`, () => {
      expect(cases.map(({ verdict }) => verdict)).to.include.members(["fail", "pass"]);
      expect(cases.some(({ resources }) => JSON.stringify(resources).includes(UNKNOWN))).to.equal(true);
    });
  }

  it("shows that a remediation makes a failing resource pass, changes nothing else, and leaves others alone", () => {
    const remediated = new Set<string>();
    for (const rule of RULES) {
      if (rule.kind !== "resource" || rule.remediate === undefined) continue;
      for (const one of CASES.filter(({ rule: id, verdict }) => id === rule.id && verdict === "fail")) {
        const [resource] = one.resources;
        if (resource === undefined) throw new Error(`${rule.id} has a case without a resource`);
        const patch = remediationOf(
          rule,
          { ...resource, props: new Props(resource.inputs) },
          parametersOf(rule, one.parameters ?? {}),
        );
        // Not every failure has a fix that is safe.
        if (patch === undefined) continue;
        const inputs = { ...resource.inputs, ...patch };
        const verdictOf = (changed: Record<string, unknown>) =>
          directVerdict(rule, { ...one, resources: [{ ...resource, inputs: changed }] });
        expect(verdictOf(inputs), `${rule.id} ${JSON.stringify(inputs)}`).to.equal("pass");
        for (const property of Object.keys(patch)) {
          const without: Record<string, unknown> = { ...inputs, [property]: resource.inputs[property] };
          expect(verdictOf(without), `${rule.id} needs not change ${property}`).to.not.equal("pass");
        }
        remediated.add(rule.id);
      }
      for (const {
        resources: [resource],
        parameters,
      } of CASES.filter(({ rule: id, verdict }) => id === rule.id && verdict === "pass")) {
        if (resource === undefined || !covers(rule.types, resource.type)) continue;
        const subject = { ...resource, props: new Props(resource.inputs) };
        expect(remediationOf(rule, subject, parametersOf(rule, parameters ?? {})), rule.id).to.equal(
          undefined,
        );
      }
    }
    const withRemediation = RULES.filter((rule) => rule.kind === "resource" && rule.remediate !== undefined);
    expect([...remediated]).to.have.members(withRemediation.map(({ id }) => id));
  });

  it("remediates no mutable tags that have filters, which AWS would not take beside another setting", () => {
    const rule = RULES.find(({ id }) => id === "ecr-immutable-tags");
    if (rule?.kind !== "resource") throw new Error("there is no rule ecr-immutable-tags");
    const remediated = (props: object) =>
      remediationOf(rule, { type: rule.types[0] ?? "", props: new Props(props) }, new Props({}));
    expect(remediated({ imageTagMutability: "MUTABLE" })).to.deep.equal({ imageTagMutability: "IMMUTABLE" });
    const imageTagMutabilityExclusionFilters = [{ filter: "latest", filterType: "WILDCARD" }];
    expect(
      remediated({ imageTagMutability: "MUTABLE_WITH_EXCLUSION", imageTagMutabilityExclusionFilters }),
    ).to.equal(undefined);
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

  it("covers every framework: a rule for which there is a case stands behind each requirement that rules answer", () => {
    for (const { id, rules, unproven } of coverageOf(RULES, CASES, FRAMEWORKS).frameworks) {
      expect(rules, id).to.be.greaterThan(0);
      expect(unproven, id).to.deep.equal([]);
    }
  });

  it("names only rules that there are", () => {
    expect(RULES.map(({ id }) => id)).to.include.members(CASES.map(({ rule }) => rule));
  });

  it("speaks of types of the pinned SDK", () => {
    const types = new Set(
      RULES.flatMap((rule) => (rule.kind === "stack" ? [...rule.types, ...rule.joins] : rule.types)),
    );
    types.delete(EVERY_AWS_TYPE);
    for (const type of types)
      expect(sdkFile(type, ".js")).to.include(`__pulumiType = '${inSdk(type).token}'`);
  });

  it("speaks of properties of the pinned SDK", () => {
    const answered = new Set(["id", "arn", "domainName", "publicIp"]);
    for (const { resources } of CASES) {
      for (const { type, inputs } of resources) {
        if (!/^(aws|pulumi):/.test(type)) continue;
        const [, args] = sdkFile(type, ".d.ts").split(`export interface ${inSdk(type).name}Args {`);
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
