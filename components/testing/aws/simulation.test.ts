import * as aws from "@pulumi/aws";
import { expect } from "chai";

import { mistakesOf, planOf, resource } from "../index.ts";
import { policyDocument } from "./policy-document.ts";

describe("simulated AWS resources", () => {
  it("are named as the engine names them: no longer than AWS takes", async () => {
    const role = (length: number) => () => {
      new aws.iam.Role("r".repeat(length), { assumeRolePolicy: "{}" });
    };
    const plan = await planOf(() => {
      role(56)();
      new aws.kms.Alias("data", { targetKeyId: "1" });
    });
    expect(resource(plan, "aws:iam/role:Role").outputs.name).to.have.lengthOf(64);
    expect(resource(plan, "aws:kms/alias:Alias").outputs.name).to.match(/^alias\/data-[0-9a-f]{7}$/);
    expect(await mistakesOf(role(57))).to.include(
      `name '${"r".repeat(57)}-' plus 7 random chars is longer than maximum length 64`,
    );
  });

  it("have ids and ARNs in AWS's shapes", async () => {
    const plan = await planOf(
      () => {
        const vpc = new aws.ec2.Vpc("net", { cidrBlock: "10.0.0.0/16" });
        const balancer = new aws.lb.LoadBalancer("edge", {
          subnets: ["subnet-1", "subnet-2"],
          internal: true,
        });
        const listener = new aws.lb.Listener("https", { loadBalancerArn: balancer.arn, defaultActions: [] });
        const rule = new aws.lb.ListenerRule("api", {
          listenerArn: listener.arn,
          actions: [],
          conditions: [],
        });
        const cluster = new aws.ecs.Cluster("apps");
        const service = new aws.ecs.Service("backend", { cluster: cluster.arn });
        const role = new aws.iam.Role("task", { assumeRolePolicy: "{}", path: "/apps/" });
        const queue = new aws.sqs.Queue("jobs", { fifoQueue: true });
        const acl = new aws.wafv2.WebAcl("edge", {
          scope: "REGIONAL",
          defaultAction: {},
          visibilityConfig: { cloudwatchMetricsEnabled: true, metricName: "m", sampledRequestsEnabled: true },
        });
        const key = new aws.kms.Key("data");
        const repository = new aws.ecr.Repository("Backend");
        return {
          vpc: vpc.id,
          group: vpc.defaultSecurityGroupId,
          balancer: balancer.arn,
          suffix: balancer.arnSuffix,
          dns: balancer.dnsName,
          zone: balancer.zoneId,
          rule: rule.arn,
          service: service.id,
          role: role.arn,
          queue: queue.url,
          acl: acl.arn,
          key: key.arn,
          repository: repository.repositoryUrl,
        };
      },
      { region: "eu-west-1" },
    );
    const shapes: Record<string, RegExp> = {
      vpc: /^vpc-0[0-9a-f]{16}$/,
      group: /^sg-0[0-9a-f]{16}$/,
      balancer:
        /^arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer\/app\/edge-[0-9a-f]{7}\/[0-9a-f]{16}$/,
      suffix: /^app\/edge-[0-9a-f]{7}\/[0-9a-f]{16}$/,
      dns: /^internal-edge-[0-9a-f]{7}-\d+\.eu-west-1\.elb\.amazonaws\.com$/,
      zone: /^Z32O12XQLNTSW2$/,
      rule: /^arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule\/app\/edge-[0-9a-f]{7}(\/[0-9a-f]{16}){3}$/,
      service: /^arn:aws:ecs:eu-west-1:123456789012:service\/apps-[0-9a-f]{7}\/backend-[0-9a-f]{7}$/,
      role: /^arn:aws:iam::123456789012:role\/apps\/task-[0-9a-f]{7}$/,
      queue: /^https:\/\/sqs\.eu-west-1\.amazonaws\.com\/123456789012\/jobs-[0-9a-f]{7}\.fifo$/,
      acl: /^arn:aws:wafv2:eu-west-1:123456789012:regional\/webacl\/edge-[0-9a-f]{7}\/[0-9a-f-]{36}$/,
      key: /^arn:aws:kms:eu-west-1:123456789012:key\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      repository: /^123456789012\.dkr\.ecr\.eu-west-1\.amazonaws\.com\/backend-[0-9a-f]{7}$/,
    };
    for (const [name, shape] of Object.entries(shapes)) expect(plan.outputs[name], name).to.match(shape);
  });

  it("have the endpoints of databases and caches, by engine and mode", async () => {
    const plan = await planOf(() => {
      const database = new aws.rds.Instance("db", {
        instanceClass: "db.r6g.large",
        engine: "postgres",
        manageMasterUserPassword: true,
      });
      const cluster = new aws.rds.Cluster("aurora", { engine: "aurora-mysql" });
      const cache = new aws.elasticache.ReplicationGroup("cache", { description: "d", numCacheClusters: 2 });
      const sharded = new aws.elasticache.ReplicationGroup("sharded", { description: "d", numNodeGroups: 2 });
      return {
        endpoint: database.endpoint,
        managed: database.masterUserSecrets[0]?.secretArn,
        writer: cluster.endpoint,
        port: cluster.port,
        primary: cache.primaryEndpointAddress,
        members: cache.memberClusters,
        configuration: sharded.configurationEndpointAddress,
        none: sharded.primaryEndpointAddress,
      };
    });
    expect(plan.outputs.endpoint).to.match(
      /^db-[0-9a-f]{7}\.c[0-9a-f]{11}\.us-east-1\.rds\.amazonaws\.com:5432$/,
    );
    expect(plan.outputs.managed).to.match(
      /^arn:aws:secretsmanager:us-east-1:123456789012:secret:rds!db-[0-9a-f-]{36}-\w{6}$/,
    );
    expect(plan.outputs.writer).to.match(/^aurora-[0-9a-f]{7}\.cluster-c/);
    expect(plan.outputs.port).to.equal(3306);
    expect(plan.outputs.primary).to.match(
      /^master\.cache-[0-9a-f]{7}\.[0-9a-f]{6}\.use1\.cache\.amazonaws\.com$/,
    );
    expect(plan.outputs.members).to.have.lengthOf(2);
    expect(plan.outputs.configuration).to.match(/^clustercfg\.sharded-/);
    expect(plan.outputs.none).to.equal("");
  });

  it("let given names and prefixes win", async () => {
    const plan = await planOf(() => [
      new aws.lb.TargetGroup("given", { name: "backend" }),
      new aws.s3.Bucket("Files", { bucketPrefix: "Logs-" }),
    ]);
    expect(resource(plan, "aws:lb/targetGroup:TargetGroup").outputs.arnSuffix).to.match(
      /^targetgroup\/backend\//,
    );
    expect(resource(plan, "aws:s3/bucket:Bucket").outputs.bucket).to.match(/^logs-[0-9a-f]{7}$/);
  });

  it("prove a certificate's domains one by one", async () => {
    const plan = await planOf(() => {
      const certificate = new aws.acm.Certificate("tls", {
        domainName: "example.com",
        subjectAlternativeNames: ["*.example.com", "example.com"],
      });
      return {
        names: certificate.domainValidationOptions.apply((all) => all.map((each) => each.resourceRecordName)),
      };
    });
    expect(plan.outputs.names).to.have.lengthOf(2);
    for (const name of plan.outputs.names as string[])
      expect(name).to.match(/^_[0-9a-f]{32}\.example\.com\.$/);
  });
});

describe("aws.iam.getPolicyDocument", () => {
  const parsed = (args: Parameters<typeof policyDocument>[0]) => JSON.parse(policyDocument(args)) as object;

  it("writes one value as itself, several as a list, and groups principals by type", () => {
    const document = parsed({
      statements: [
        {
          sid: "Read",
          actions: ["s3:GetObject", "s3:ListBucket"],
          resources: ["arn:aws:s3:::files/&{aws:username}"],
          principals: [
            { type: "Service", identifiers: ["ecs.amazonaws.com"] },
            { type: "AWS", identifiers: ["1", "2"] },
          ],
          conditions: [{ test: "StringEquals", variable: "aws:SourceAccount", values: ["123456789012"] }],
        },
        { effect: "Deny", actions: ["*"], resources: ["*"], principals: [{ type: "*", identifiers: ["*"] }] },
      ],
    });
    expect(document).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Read",
          Effect: "Allow",
          Action: ["s3:ListBucket", "s3:GetObject"],
          Resource: "arn:aws:s3:::files/${aws:username}",
          Principal: { Service: "ecs.amazonaws.com", AWS: ["2", "1"] },
          Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
        },
        { Effect: "Deny", Action: "*", Resource: "*", Principal: "*" },
      ],
    });
  });

  it("merges documents: a later statement replaces an earlier one of the same sid", () => {
    const of = (sid: string, action: string) => ({ sid, actions: [action], resources: ["*"] });
    const source = policyDocument({ statements: [of("A", "s3:Get"), of("B", "s3:Put")] });
    const override = policyDocument({ statements: [of("B", "s3:Delete")] });
    const document = parsed({
      sourcePolicyDocuments: [source],
      overridePolicyDocuments: [override],
      statements: [of("A", "s3:List")],
    }) as { Statement: { Sid: string; Action: string }[] };
    expect(document.Statement.map((each) => [each.Sid, each.Action])).to.deep.equal([
      ["A", "s3:List"],
      ["B", "s3:Delete"],
    ]);
  });

  it("refuses two own statements with one sid", () => {
    const twice = { sid: "A", actions: ["s3:Get"], resources: ["*"] };
    expect(() => policyDocument({ statements: [twice, twice] })).to.throw("duplicate Sid (A)");
  });
});
