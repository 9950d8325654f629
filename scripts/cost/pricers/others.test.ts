import { expect } from "chai";
import { estimate } from "../estimate.ts";
import { PlanBuilder } from "../plan-builder.test-support.ts";
import { dollars, lines, priced } from "./lines.test-support.ts";

describe("pricers: storage, edge, messaging, backup, delivery", () => {
  it("price buckets and images", () => {
    expect(
      dollars(priced("aws:s3/bucket:Bucket", {}, { bucketGb: 100, bucketPuts: 100, bucketGets: 1000 })),
    ).to.deep.equal({
      "S3 storage": 2.3,
      "S3 writes and listings": 0.5,
      "S3 reads": 0.4,
    });
    const repository = new PlanBuilder().add("aws:ecr/repository:Repository", "r");
    expect(dollars(lines(repository, { imageGb: 20 }))).to.deep.equal({ "container images": 2 });
    repository.add("aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration", "scan", {
      scanType: "ENHANCED",
    });
    expect(dollars(lines(repository, { imageGb: 20, imagePushes: 10 }))).to.deep.equal({
      "container images": 2,
      "image scans": 0.9,
    });
  });

  it("price zones, health checks with their features, and content delivery, at home prices in any region", () => {
    const tokyo = new PlanBuilder("ap-northeast-1").add("aws:route53/zone:Zone", "z");
    expect(dollars(lines(tokyo, { dnsQueries: 10 }))).to.deep.equal({ "hosted zone": 0.5, "DNS queries": 4 });
    expect(
      dollars(
        priced("aws:route53/healthCheck:HealthCheck", {
          type: "HTTPS",
          requestInterval: 10,
          fqdn: "pay.example.com",
        }),
      ),
    ).to.deep.equal({
      "DNS health check": 0.75,
      "health check features": 4,
    });
    expect(
      dollars(
        priced("aws:route53/healthCheck:HealthCheck", {
          type: "HTTP",
          fqdn: "lb.us-east-1.elb.amazonaws.com",
        }),
      ),
    ).to.deep.equal({ "DNS health check": 0.5 });
    expect(
      dollars(
        priced("aws:cloudfront/distribution:Distribution", {}, { cdnGb: 200, cdnFreeGb: 100, requests: 3 }),
      ),
    ).to.deep.equal({ "CloudFront delivery": 8.5, "CloudFront requests": 3 });
  });

  it("price topics, e-mails, queues and schedules", () => {
    expect(dollars(priced("aws:sns/topic:Topic", {}, { messages: 2 }))).to.deep.equal({
      "published messages": 1,
    });
    expect(
      dollars(priced("aws:sns/topicSubscription:TopicSubscription", { protocol: "email" }, { emails: 1000 })),
    ).to.deep.equal({ "e-mails": 0.02 });
    expect(priced("aws:sns/topicSubscription:TopicSubscription", { protocol: "sqs" })).to.deep.equal({});
    expect(dollars(priced("aws:sqs/queue:Queue", {}, { messages: 1 }))).to.deep.equal({
      "queue requests": 1.2,
    });
    const schedule = priced("aws:scheduler/schedule:Schedule", {
      scheduleExpression: "cron(0 8 ? * MON-FRI *)",
    });
    expect(schedule.schedule?.formula).to.equal("22 invocations × $1 per million invocations");
  });

  it("price backups with their copies, and restore tests by selection", () => {
    const plan = {
      rules: [
        { copyActions: [{ destinationVaultArn: "arn:aws:backup:us-west-2:123456789012:backup-vault:copy" }] },
      ],
    };
    expect(dollars(priced("aws:backup/plan:Plan", plan, { backupGb: 100 }))).to.deep.equal({
      "backups in the vault": 9.5,
      "copies in other vaults": 9.5,
      "copies to other regions": 2,
    });
    const tests = new PlanBuilder()
      .add("aws:backup/restoreTestingPlan:RestoreTestingPlan", "weekly", {
        scheduleExpression: "cron(0 5 ? * SUN *)",
      })
      .add(
        "aws:backup/restoreTestingSelection:RestoreTestingSelection",
        "database",
        {},
        { refers: { restoreTestingPlanName: "weekly" } },
      );
    expect(lines(tests)["restore tests"]?.monthly.expected).to.be.closeTo(4.35 * 1.5, 1e-9);
  });

  it("price builds by minute, and name machines without a price", () => {
    const build = (type: string, computeType: string) => ({ environment: { type, computeType } });
    expect(
      dollars(
        priced("aws:codebuild/project:Project", build("LINUX_CONTAINER", "BUILD_GENERAL1_SMALL"), {
          buildMinutes: 1000,
        }),
      ),
    ).to.deep.equal({ builds: 5 });
    const gpu = new PlanBuilder().add(
      "aws:codebuild/project:Project",
      "it",
      build("LINUX_GPU_CONTAINER", "BUILD_GENERAL1_LARGE"),
    );
    expect(estimate(gpu.plan).notPriced.map(({ why }) => why)).to.deep.equal([
      "no price known for LINUX_GPU_CONTAINER on BUILD_GENERAL1_LARGE",
    ]);
    expect(dollars(priced("aws:codepipeline/pipeline:Pipeline"))).to.deep.equal({ pipeline: 1 });
  });
});
