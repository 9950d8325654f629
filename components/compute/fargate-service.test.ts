import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { Table } from "../data/index.ts";
import { Bucket, Secret } from "../security/index.ts";
import { key } from "../stand-ins.test-support.ts";
import type { Plan } from "../testing/index.ts";
import { expectGolden, mistakesOf, planOf, resource, resources } from "../testing/index.ts";
import { FargateService, type FargateServiceArgs } from "./fargate-service.ts";
import { DATABASE, IMAGE, TABLE, standInCluster, standInEntrance } from "./services.test-support.ts";

const SERVICE = "aws:ecs/service:Service";
const TASK = "aws:ecs/taskDefinition:TaskDefinition";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const RULE = "aws:lb/listenerRule:ListenerRule";

const make = (args: Partial<FargateServiceArgs> = {}): FargateService =>
  new FargateService("backend", { cluster: standInCluster(), image: IMAGE, ...args });
const planned = (args: Partial<FargateServiceArgs> = {}): Promise<Plan> => planOf(() => void make(args));
const routed = (
  args: Partial<FargateServiceArgs> = {},
  testListener = false,
): Partial<FargateServiceArgs> => ({
  port: 3000,
  route: { loadBalancer: standInEntrance({ testListener }), paths: ["/api/*"], health: "/health" },
  ...args,
});
/** The containers of a task definition, by name. */
const containers = (plan: Plan, name = "backend-task"): Record<string, Record<string, unknown>> => {
  const text = resource(plan, TASK, name).inputs.containerDefinitions;
  const list = JSON.parse(text as string) as { name: string }[];
  return Object.fromEntries(list.map((container) => [container.name, { ...container }]));
};
const policy = (
  plan: Plan,
  name: string,
): { Sid: string; Action: string[]; Resource: unknown; Condition?: unknown }[] =>
  (
    JSON.parse(resource(plan, "aws:iam/rolePolicy:RolePolicy", name).inputs.policy as string) as {
      Statement: { Sid: string; Action: string[]; Resource: unknown }[];
    }
  ).Statement;

describe("FargateService", () => {
  it("E1, E8, E10, E12: stands up a routed, scaled service with migration, links and closed defaults", async () => {
    const plan = await planned(
      routed({
        cpu: "1 vCPU",
        memory: "2 GB",
        tmp: ["/tmp"],
        links: [DATABASE, TABLE],
        scaling: { min: 1, max: 20, cpu: 70, memory: 80, requestsPerTarget: 1000 },
        migration: { command: ["npm", "run", "migrate"] },
        logs: { name: "/ecs/payment-system-production/backend" },
      }),
    );
    await expectGolden(plan, new URL("golden/fargate-service.json", import.meta.url));
  });

  it("B4: moves traffic by ECS, with approval, alarms and hooks, and never sets ECS's choices back", async () => {
    const plan = await planned(
      routed(
        {
          rollout: {
            strategy: "canary",
            canaryPercent: 5,
            approval: true,
            alarms: ["backend-5xx"],
            hooks: [
              {
                stages: ["POST_TEST_TRAFFIC_SHIFT"],
                functionArn: "arn:aws:lambda:eu-west-1:123456789012:function:smoke",
                details: { path: "/health" },
              },
            ],
          },
        },
        true,
      ),
    );
    await expectGolden(plan, new URL("golden/fargate-service-canary.json", import.meta.url));
    const service = resource(plan, SERVICE);
    expect(service.options.ignoreChanges).to.deep.equal(["loadBalancers"]);
    expect(service.options.customTimeouts).to.deep.equal({ create: "110m", update: "110m" });
    expect(resources(plan, RULE).map(({ options }) => options.ignoreChanges)).to.deep.equal([
      ["actions"],
      ["actions"],
    ]);
    expect(resources(plan, "aws:lb/targetGroup:TargetGroup")).to.have.length(2);
  });

  it("makes exactly one rule at either end of each link that has an address", async () => {
    const plan = await planned({ links: [DATABASE, TABLE] });
    expect(resources(plan, INGRESS).map(({ inputs }) => inputs.securityGroupId)).to.deep.equal([
      "sg-database",
    ]);
    const waysOut = resources(plan, EGRESS).map(({ inputs }) => [
      inputs.referencedSecurityGroupId ?? inputs.prefixListId,
      inputs.fromPort,
    ]);
    expect(waysOut).to.have.deep.members([
      ["sg-endpoints", 443],
      ["pl-s3", 443],
      ["sg-database", 5432],
    ]);
  });

  it("opens the internet only where it is named", async () => {
    const cidrs = (plan: Plan): unknown[] =>
      resources(plan, EGRESS).flatMap(({ inputs }) => inputs.cidrIpv4 ?? []);
    const cluster = standInCluster({ appTierHasEgress: true });
    expect(cidrs(await planned({ cluster }))).to.deep.equal([]);
    expect(cidrs(await planned({ cluster, internetEgress: true }))).to.deep.equal(["0.0.0.0/0"]);
    expect(cidrs(await planned({ cluster, internetEgress: ["203.0.113.0/24"] }))).to.deep.equal([
      "203.0.113.0/24",
    ]);
  });

  it("lets the execution role read this service's secrets, image and log group only", async () => {
    const plan = await planned({
      links: [DATABASE],
      secrets: {
        TOKEN: {
          valueFrom: "arn:aws:ssm:eu-west-1:123456789012:parameter/token",
          arn: "arn:aws:ssm:eu-west-1:123456789012:parameter/token",
          kind: "ssm",
        },
      },
    });
    const statements = policy(plan, "backend-execution");
    expect(statements.map(({ Sid }) => Sid)).to.deep.equal([
      "RegistryToken",
      "PullImages",
      "WriteLogs",
      "ReadSecrets",
      "DecryptSecrets",
      "ReadParameters",
    ]);
    expect(
      statements.filter(({ Resource }) => String(Resource).includes("*")).map(({ Sid }) => Sid),
    ).to.deep.equal(["RegistryToken", "WriteLogs"]);
    expect(statements[1]?.Resource).to.deep.equal(["arn:aws:ecr:eu-west-1:123456789012:repository/backend"]);
    expect(statements[3]?.Resource).to.deep.equal([
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3",
    ]);
    expect(statements[4]?.Condition).to.have.nested.property("StringEquals.kms:ViaService");
  });

  it("gives the containers the links' rights and nothing else", async () => {
    const plan = await planned({ links: [DATABASE, TABLE] });
    expect(policy(plan, "backend-task").map(({ Sid, Action }) => [Sid, Action])).to.deep.equal([
      ["DatabaseConnect", ["rds-db:connect"]],
      ["Table1", ["dynamodb:GetItem"]],
    ]);
    expect(policy(plan, "backend-task")[1]?.Condition).to.deep.equal({
      StringEquals: { "dynamodb:LeadingKeys": ["a"], "aws:PrincipalAccount": ["123456789012"] },
    });
    const bare = await planned();
    expect(resources(bare, "aws:iam/rolePolicy:RolePolicy").map(({ name }) => name)).to.deep.equal([
      "backend-execution",
    ]);
  });

  it("E4: writes secrets into the definition by reference", async () => {
    const { backend } = containers(await planned({ links: [DATABASE], environment: { LOG_LEVEL: "info" } }));
    expect(backend?.environment).to.deep.equal([
      { name: "DATABASE_HOST", value: "db.internal" },
      { name: "DATABASE_PORT", value: "5432" },
      { name: "LOG_LEVEL", value: "info" },
    ]);
    expect(backend?.secrets).to.deep.equal([
      {
        name: "DATABASE_PASSWORD",
        valueFrom: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3:password::",
      },
    ]);
  });

  it("keeps the number of tasks to AWS where scaling is on, and to the program where it is not", async () => {
    const scaled = resource(await planned({ scaling: { min: 3, max: 9, cpu: 60 } }), SERVICE);
    expect(scaled.inputs.desiredCount).to.equal(3);
    expect(scaled.options.ignoreChanges).to.deep.equal(["desiredCount"]);
    const fixed = resource(await planned({ count: 4 }), SERVICE);
    expect(fixed.inputs.desiredCount).to.equal(4);
    expect(fixed.options.ignoreChanges ?? []).to.deep.equal([]);
  });

  it("E16: puts the asked share on Spot and scales to a timetable", async () => {
    const plan = await planned({
      spot: { share: 0.8, base: 2 },
      scaling: { min: 2, max: 4, cpu: 60, schedule: [{ cron: "0 20 ? * * *", min: 0, max: 0 }] },
    });
    expect(resource(plan, SERVICE).inputs.capacityProviderStrategies).to.deep.equal([
      { base: 2, capacityProvider: "FARGATE", weight: 20 },
      { capacityProvider: "FARGATE_SPOT", weight: 80 },
    ]);
    expect(resource(plan, "aws:appautoscaling/scheduledAction:ScheduledAction").inputs).to.deep.include({
      schedule: "cron(0 20 ? * * *)",
      timezone: "UTC",
      scalableTargetAction: { minCapacity: 0, maxCapacity: 0 },
    });
  });

  it("replaces the service where ECS would keep what it was made with", async () => {
    const name = async (args: Partial<FargateServiceArgs>): Promise<string> =>
      resource(await planned(routed(args)), SERVICE).name;
    expect(await name({})).to.equal("backend-service");
    expect(await name({ port: 4000 })).to.equal("backend-service");
    expect(await name({ rollout: "blueGreen" })).to.equal("backend-shifting-service-3000");
    expect(await name({ rollout: "linear", port: 4000 })).to.equal("backend-shifting-service-4000");
  });

  it("E8: counts the requests of its one target group", async () => {
    const plan = await planned(routed({ scaling: { min: 1, max: 2, requestsPerTarget: 100 } }));
    const { inputs } = resource(plan, "aws:appautoscaling/policy:Policy");
    const suffix = resource(plan, "aws:lb/targetGroup:TargetGroup").outputs.arnSuffix as string;
    expect(inputs).to.have.nested.property(
      "targetTrackingScalingPolicyConfiguration.predefinedMetricSpecification.resourceLabel",
      `app/edge/1/${suffix}`,
    );
  });

  it("counts requests over both target groups where ECS swaps them", async () => {
    const plan = await planned(
      routed({ rollout: "blueGreen", scaling: { min: 1, max: 2, requestsPerTarget: 100 } }),
    );
    const { inputs } = resource(plan, "aws:appautoscaling/policy:Policy");
    expect(inputs).to.have.nested.property(
      "targetTrackingScalingPolicyConfiguration.customizedMetricSpecification.metrics[2].expression",
      "FILL(m1, 0) + FILL(m2, 0)",
    );
  });

  it("only defines the migration where nothing starts tasks", async () => {
    const plan = await planned({ wait: false, migration: { command: ["migrate"] } });
    expect(resources(plan, "aws:lambda/invocation:Invocation")).to.deep.equal([]);
    expect(resource(plan, TASK, "backend-migration-task").inputs.family).to.match(/-backend-migration$/);
  });

  it("waits for the migration before it changes the service", async () => {
    const plan = await planned({ migration: { command: ["migrate"] } });
    const invocation = resource(plan, "aws:lambda/invocation:Invocation");
    expect(resource(plan, SERVICE).dependencies).to.include(invocation.urn);
    const { "backend-migration": migration } = containers(plan, "backend-migration-task");
    expect(migration).to.deep.include({ command: ["migrate"], image: IMAGE, portMappings: [] });
    const [service, own] = [
      resource(plan, TASK, "backend-task"),
      resource(plan, TASK, "backend-migration-task"),
    ];
    expect(own.inputs.executionRoleArn).to.equal(service.inputs.executionRoleArn);
  });

  it("runs sidecars, and the main container after them", async () => {
    const both = containers(
      await planned({
        sidecars: {
          otel: {
            image: IMAGE,
            before: "healthy",
            healthCheck: { command: ["/healthcheck"] },
            tmp: { "/data": "disk" },
          },
        },
      }),
    );
    expect(both.backend?.dependsOn).to.deep.equal([{ condition: "HEALTHY", containerName: "otel" }]);
    expect(both.otel).to.deep.include({
      essential: false,
      user: "1000:1000",
      readonlyRootFilesystem: true,
    });
    expect(both.otel?.mountPoints).to.deep.equal([
      { containerPath: "/data", readOnly: false, sourceVolume: "otel-data" },
    ]);
  });

  it("E9: allows shells where asked for, on a read-only file system too", async () => {
    const plan = await planned({ exec: true });
    expect(resource(plan, SERVICE).inputs.enableExecuteCommand).to.equal(true);
    expect(policy(plan, "backend-task").map(({ Sid }) => Sid)).to.deep.equal([
      "ExecChannel",
      "ExecDecrypt",
      "ExecFindLogs",
      "ExecWriteLogs",
    ]);
    expect(resource(plan, TASK, "backend-task").inputs.volumes).to.deep.equal([
      { name: "backend-var-lib-amazon" },
      { name: "backend-var-log-amazon" },
    ]);
    expect(resource(await planned(), SERVICE).inputs.enableExecuteCommand).to.equal(false);
  });

  it("judges nothing that only the engine will know", async () => {
    const plan = await planned({
      image: pulumi.output(IMAGE),
      environment: { URL: pulumi.output("https://x") },
    });
    expect(containers(plan).backend).to.deep.include({ image: IMAGE });
  });

  it("puts every child into its region and gives every child its tags", async () => {
    const plan = await planned(
      routed({ region: "eu-central-1", tags: { team: "payments" }, scaling: { min: 1, max: 2, cpu: 50 } }),
    );
    const children = plan.resources.filter(({ custom, type }) => custom && type.startsWith("aws:"));
    const regional = children.filter(({ type }) => !type.startsWith("aws:iam/"));
    expect(new Set(regional.map(({ region }) => region))).to.deep.equal(new Set(["eu-central-1"]));
    const tagged = children.filter(({ inputs }) => "tags" in inputs);
    expect(tagged.length).to.be.greaterThan(10);
    for (const { inputs } of tagged) expect(inputs.tags).to.deep.include({ team: "payments" });
  });

  it("lets transforms have the last word", async () => {
    const plan = await planned(
      routed({
        transform: {
          service: (args) => ({ ...args, deploymentMaximumPercent: 150 }),
          targetGroup: { loadBalancingAlgorithmType: "least_outstanding_requests" },
          taskDefinition: { skipDestroy: false },
        },
      }),
    );
    expect(resource(plan, SERVICE).inputs.deploymentMaximumPercent).to.equal(150);
    expect(resource(plan, TASK).inputs.skipDestroy).to.equal(false);
    expect(resource(plan, "aws:lb/targetGroup:TargetGroup").inputs.loadBalancingAlgorithmType).to.equal(
      "least_outstanding_requests",
    );
  });

  it("E6, E7: proposes alarms on CPU, memory, missing tasks and failing targets, and graphs", async () => {
    let observed: FargateService["observables"] | undefined;
    await planOf(() => {
      observed = make(routed({ scaling: { min: 2, max: 4, cpu: 60 } })).observables;
    });
    expect(
      observed?.alarms.map(({ role, threshold, comparison }) => [role, comparison, threshold]),
    ).to.deep.equal([
      ["cpu", "above", 90],
      ["memory", "above", 90],
      ["running-tasks", "below", 2],
      ["unhealthy-targets", "above", 0],
    ]);
    expect(observed?.widgets.map(({ title }) => title)).to.deep.equal([
      "backend: CPU",
      "backend: memory",
      "backend: running tasks",
      "backend: requests",
    ]);
  });

  it("does not cry for missing tasks where a timetable takes the last one away", async () => {
    await planOf(() => {
      const { alarms } = make({
        scaling: { min: 1, max: 2, cpu: 60, schedule: [{ cron: "0 20 ? * * *", min: 0 }] },
      }).observables;
      expect(alarms.map(({ role }) => role)).to.deep.equal(["cpu", "memory"]);
    });
  });

  it("does not cry for missing tasks of a service that something else puts to rest", async () => {
    await planOf(() => {
      const missing = make({ rests: true }).observables.alarms.find(({ role }) => role === "running-tasks");
      expect(missing).to.deep.include({ threshold: 2, missingData: "notBreaching" });
    });
  });

  it("takes an image from elsewhere, and any endpoints, where the internet is open", async () => {
    const cluster = standInCluster({ appTierHasEgress: true, endpointServices: [] });
    const plan = await planned({ cluster, image: "ghcr.io/example/backend:1.4.2", internetEgress: true });
    expect(containers(plan).backend?.image).to.equal("ghcr.io/example/backend:1.4.2");
  });

  it("links a table, a bucket and a secret of one name", async () => {
    const plan = await planOf(() => {
      const table = new Table("orders", { key, partitionKey: "id" });
      const bucket = new Bucket("orders", { key });
      const secret = new Secret("orders", { key });
      make({ links: [table.link("read"), bucket.link("write"), secret.link] });
    });
    const { environment, secrets } = containers(plan).backend ?? {};
    expect((environment as { name: string }[]).map(({ name }) => name)).to.deep.equal([
      "ORDERS_BUCKET",
      "ORDERS_TABLE",
    ]);
    expect((secrets as { name: string }[]).map(({ name }) => name)).to.deep.equal(["ORDERS_SECRET"]);
  });

  it("does not take a component for its link", async () => {
    const message = await mistakesOf(() =>
      make({ links: [new Table("ledger", { key, partitionKey: "id" })] }),
    );
    expect(message).to.equal(
      'FargateService "backend" has wrong arguments:\n' +
        '  links[0]: "ledger" is the component itself; write its link, such as database.link or table.link("read")',
    );
  });

  it("names every mistake at once", async () => {
    const message = await mistakesOf(() =>
      make({
        cluster: standInCluster({ endpointSecurityGroupId: undefined }),
        image: "backend:latest",
        user: "root",
        cpu: "1 vCPU",
        memory: "1 GB",
        port: 70_000,
        count: 2,
        spot: 3,
        scaling: { min: 1, max: 2, cpu: 70 },
        rollout: "canary",
        architecture: "arm" as "ARM64",
        ephemeralStorage: "20 GB",
        tmp: ["tmp"],
        stopTimeout: "5 minutes",
        migration: { command: [] },
        links: [TABLE, TABLE],
      }),
    );
    expect(message).to.equal(
      [
        'FargateService "backend" has wrong arguments:',
        "port: 70000 is not a port; write a whole number from 1 to 65535",
        "count: 2 contradicts scaling, which sets the number of tasks; leave one of them out",
        'migration.command: is empty; write the command that migrates, such as ["npm", "run", "migrate"]',
        'links[1]: "table" must be unique among the links and consist of letters, digits and hyphens',
        'memory: "1 GB" does not go with "1 vCPU"; write "2 GB" to "8 GB" in steps of 1 GB',
        'image: "backend:latest" does not say which image; write a digest (…@sha256:…) or a tag other than "latest"',
        'user: "root" is root; write another user, such as "1000:1000", or allowRoot: true where the image cannot do without',
        'tmp: "tmp" is not an absolute path below "/"; write one such as "/tmp"',
        'links[1] ("table"): "TABLE" is already set by links[0] ("table"); leave one of them out or give it another name',
        'stopTimeout: "5 minutes" is not possible; write whole seconds, "2 seconds" to "120 seconds"',
        "internetEgress: undefined leaves the task unable to pull its image: the network has no interface endpoints; write internetEgress: true or give the network endpoints",
        'architecture: "arm" is not possible; write "ARM64" or "X86_64"',
        'ephemeralStorage: "20 GB" is not possible; write "21 GB" to "200 GB", or leave it out for the 20 GB that are free',
        "spot: 3 is not a share of Spot; write a number from 0 (none) to 1 (all above the base)",
        'rollout: "canary" moves the traffic of a load balancer; give the service a route or write "rolling"',
      ].join("\n  "),
    );
  });

  const wrong: [string, Partial<FargateServiceArgs>, string][] = [
    [
      "a route without port",
      { ...routed(), port: undefined },
      "port: undefined cannot be routed to; write the port that the container listens on",
    ],
    [
      "root by number",
      { user: "0:0" },
      'user: "0:0" is root; write another user, such as "1000:1000", or allowRoot: true where the image cannot do without',
    ],
    [
      "internet without NAT",
      { internetEgress: true },
      "internetEgress: the network has no way to the internet; give it NAT or leave internetEgress out",
    ],
    [
      "ranges of the internet as the only way to an image",
      {
        cluster: standInCluster({ appTierHasEgress: true, endpointSecurityGroupId: undefined }),
        internetEgress: ["203.0.113.0/24"],
      },
      'internetEgress: ["203.0.113.0/24"] leaves the task unable to pull its image: the network has no interface endpoints; ' +
        "write internetEgress: true or give the network endpoints",
    ],
    [
      "a network without the endpoints that a task starts with",
      {
        cluster: standInCluster({ endpointServices: ["ecr.api", "kms"], gatewayPrefixListIds: [] }),
        links: [DATABASE],
        exec: true,
      },
      'internetEgress: undefined leaves the task unable to start: the network has no endpoint for "ecr.dkr", "s3", ' +
        '"logs", "secretsmanager", "ssmmessages"; add it to the network\'s endpoints or write internetEgress: true',
    ],
    [
      "an image from a registry that it cannot reach",
      { image: "ghcr.io/example/backend:1.4.2" },
      "image: lies outside ECR, and the task has no way to its registry; write internetEgress: true, or copy it to ECR",
    ],
    [
      "a sidecar from a registry that it cannot reach",
      { sidecars: { proxy: { image: "envoyproxy/envoy:v1.30.0" } } },
      "sidecars.proxy.image: lies outside ECR, and the task has no way to its registry; write internetEgress: true, " +
        "or copy it to ECR",
    ],
    [
      "a range twice",
      {
        cluster: standInCluster({ appTierHasEgress: true }),
        internetEgress: ["203.0.113.0/24", "203.0.113.0/24"],
      },
      'internetEgress[1]: "203.0.113.0/24" is there twice; write it once',
    ],
    [
      "a path that is mounted twice",
      { tmp: ["/tmp", "/tmp"] },
      'tmp: "/tmp" is mounted twice; write it once',
    ],
    [
      "a path that shells mount",
      { exec: true, tmp: { "/var/log/amazon": "disk" } },
      'tmp: "/var/log/amazon" is mounted twice; write it once: exec mounts it by itself',
    ],
    [
      "permissions of one id",
      {
        permissions: [
          { sid: "Read", actions: ["s3:GetObject"], resources: ["*"] },
          { sid: "Read", actions: ["s3:ListBucket"], resources: ["*"] },
        ],
      },
      'permissions: two statements come to the id "OwnRead", which IAM takes once in a policy; give them different sids',
    ],
    [
      "memory full of temporary files",
      { tmp: { "/tmp": "300 MB" } },
      'tmp: 300 MB in memory are more than half of the task\'s 512 MB; write less, "disk" or more memory',
    ],
    [
      "a sidecar that is never healthy",
      { sidecars: { proxy: { image: IMAGE, before: "healthy" } } },
      'sidecars.proxy.before: "healthy" needs a healthCheck; write one, or before: "started"',
    ],
    [
      "a check slower than its interval",
      routed({
        route: {
          loadBalancer: standInEntrance(),
          health: "/",
          healthCheck: { interval: "5 seconds", timeout: "5 seconds" },
        },
      }),
      'route.healthCheck.timeout: "5 seconds" is not less than the interval (5 seconds)',
    ],
    [
      "six conditions",
      routed({
        route: {
          loadBalancer: standInEntrance(),
          health: "/",
          hosts: ["a.b", "c.d", "e.f"],
          paths: ["/a", "/b", "/c"],
        },
      }),
      "route: 3 paths and 3 hosts are not possible; a listener rule takes 1 to 5 of both together",
    ],
    [
      "seven wildcards",
      routed({
        route: {
          loadBalancer: standInEntrance(),
          health: "/",
          paths: ["/a/*/b/*", "/c/*/d/*", "/e/*/f/*", "/g/?"],
        },
      }),
      'route: 7 wildcards are not possible; a listener rule takes 6 "*" and "?" of all paths and hosts together',
    ],
    [
      "two containers on one port",
      { port: 3000, sidecars: { proxy: { image: IMAGE, port: 3000 } } },
      "sidecars.proxy.port: 3000 is not possible; write a port from 1 to 65535 that no other container of the task has",
    ],
    [
      "a health path without slash",
      routed({ route: { loadBalancer: standInEntrance(), health: "health" } }),
      'route.health: "health" is not a path; write one beginning with "/", such as "/health"',
    ],
    [
      "gRPC without TLS",
      routed({
        route: {
          loadBalancer: { ...standInEntrance(), tls: false },
          health: "/",
          protocolVersion: "GRPC",
        },
      }),
      'route.protocolVersion: "GRPC" needs HTTPS between client and load balancer; give that a certificate, or write "HTTP1"',
    ],
    [
      "a slow start of 10 seconds",
      routed({ route: { loadBalancer: standInEntrance(), health: "/", slowStart: "10 seconds" } }),
      'route.slowStart: "10 seconds" is not possible; write whole seconds, "30 seconds" to "900 seconds"',
    ],
  ];
  for (const [what, args, message] of wrong) {
    it(`refuses ${what}`, async () => {
      expect(await mistakesOf(() => make(args))).to.equal(
        `FargateService "backend" has wrong arguments:\n  ${message}`,
      );
    });
  }

  it("takes root where it is allowed by name", async () => {
    expect(containers(await planned({ user: "root", allowRoot: true })).backend).to.deep.include({
      user: "root",
    });
  });

  it("refuses a name that leaves its children no room", async () => {
    const cluster = standInCluster();
    expect(await mistakesOf(() => new FargateService("b".repeat(40), { cluster, image: IMAGE }))).to.include(
      "is not possible; write up to 39 letters, digits and hyphens, beginning with a letter",
    );
  });
});
