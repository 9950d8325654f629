import { expect } from "chai";
import type { Link } from "../link.ts";
import { expectGolden, mistakesOf, planOf, resource, resources } from "../testing/index.ts";
import type { NodeCacheArgs, ServerlessCacheArgs } from "./cache-args.ts";
import { Cache } from "./cache.ts";
import { key, standInNetwork } from "../stand-ins.test-support.ts";
import { settle, standInSecret } from "./secrets.test-support.ts";

const GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const SERVERLESS = "aws:elasticache/serverlessCache:ServerlessCache";
const PARAMETERS = "aws:elasticache/parameterGroup:ParameterGroup";
const IN = { region: "eu-west-1" };

const cache = (args: Partial<NodeCacheArgs> = {}, name = "payments") =>
  new Cache(name, {
    network: standInNetwork(),
    key,
    nodeType: "cache.t4g.small",
    authentication: {
      token: standInSecret("payment-system-staging/redis/auth-token", "open-sesame-open-sesame"),
    },
    ...args,
  });
const users = () => ({
  users: [
    { name: "app", access: "on ~app::* +@all -@dangerous", password: standInSecret("app") },
    { name: "report", access: "on ~* +@read", password: standInSecret("report") },
  ],
});
const serverless = (args: Partial<ServerlessCacheArgs> = {}) =>
  new Cache("payments", {
    network: standInNetwork(),
    key,
    serverless: { maxStorage: 10, maxRequests: 5000 },
    authentication: users(),
    ...args,
  });
const group = async (args: Partial<NodeCacheArgs> = {}) =>
  resource(await planOf(() => cache(args), IN), GROUP);

describe("Cache", () => {
  it("E1: is as recorded on two nodes with a token", async () => {
    const plan = await planOf(
      () => cache({ snapshots: { retention: "3 days" }, protection: "critical" }),
      IN,
    );
    await expectGolden(plan, new URL("golden/cache.json", import.meta.url));
  });

  it("is closed by default: private, TLS only, encrypted, with a token, in two zones, with snapshots and logs", async () => {
    const plan = await planOf(() => cache(), IN);
    const { inputs, secretPaths } = resource(plan, GROUP);
    expect(inputs).to.deep.include({
      engine: "valkey",
      engineVersion: "8.1",
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      atRestEncryptionEnabled: true,
      kmsKeyId: key.arn,
      multiAzEnabled: true,
      automaticFailoverEnabled: true,
      numCacheClusters: 2,
      autoMinorVersionUpgrade: true,
      snapshotRetentionLimit: 7,
      authTokenWoVersion: 3,
    });
    expect(secretPaths).to.include("authTokenWo");
    expect(inputs).not.to.have.property("authToken");
    expect(JSON.stringify(plan)).not.to.include("open-sesame");
    const logGroups = resources(plan, "aws:cloudwatch/logGroup:LogGroup");
    expect(logGroups.map(({ inputs: log }) => log.kmsKeyId)).to.deep.equal([key.arn, key.arn]);
    expect(inputs.logDeliveryConfigurations).to.have.length(2);
    expect(resource(plan, "aws:ec2/securityGroup:SecurityGroup").inputs).not.to.have.any.keys(
      "ingress",
      "egress",
    );
  });

  it("E13: keeps snapshots as long as it is told, and takes a final one unless it is ephemeral", async () => {
    const kept = await group({ snapshots: { retention: "3 days", window: "01:00-02:00" } });
    expect(kept.inputs).to.include({ snapshotRetentionLimit: 3, snapshotWindow: "01:00-02:00" });
    expect(kept.inputs.finalSnapshotIdentifier).to.equal(`${kept.inputs.replicationGroupId as string}-final`);
    const ephemeral = await group({ protection: "ephemeral" });
    expect(ephemeral.inputs).to.include({ snapshotRetentionLimit: 1 });
    expect(ephemeral.inputs).not.to.have.property("finalSnapshotIdentifier");
  });

  it("spreads over shards in cluster mode, with the parameter group that it needs", async () => {
    const plan = await planOf(
      () => cache({ shards: 3, nodes: 1, zones: "single", parameters: { timeout: 300 } }),
      IN,
    );
    expect(resource(plan, GROUP).inputs).to.include({
      clusterMode: "enabled",
      numNodeGroups: 3,
      replicasPerNodeGroup: 0,
      automaticFailoverEnabled: true,
      multiAzEnabled: false,
    });
    expect(resource(plan, GROUP).inputs).not.to.have.property("numCacheClusters");
    const { inputs } = resource(plan, PARAMETERS);
    expect(inputs.family).to.equal("valkey8");
    expect(inputs.parameters).to.deep.equal([
      { name: "cluster-enabled", value: "yes" },
      { name: "timeout", value: "300" },
    ]);
  });

  it("uses AWS's own parameter group where nothing is to be set", async () => {
    expect(resources(await planOf(() => cache(), IN), PARAMETERS)).to.be.empty;
  });

  it("makes users with passwords over write-only inputs, and switches Redis's default user off", async () => {
    const names = async (engine: "valkey" | "redis") => {
      const plan = await planOf(() => cache({ engine, authentication: users() }), IN);
      expect(resource(plan, GROUP).inputs).not.to.have.property("authTokenWo");
      expect(resource(plan, GROUP).inputs.userGroupIds).to.have.length(1);
      const made = resources(plan, "aws:elasticache/user:User");
      const app = made.find(({ name }) => name === "payments-user-app");
      expect(app?.secretPaths).to.include("passwordsWo");
      return made.map(({ inputs }) => [inputs.userName, inputs.accessString]);
    };
    const own = [
      ["app", "on ~app::* +@all -@dangerous"],
      ["report", "on ~* +@read"],
    ];
    expect(await names("valkey")).to.have.deep.members(own);
    expect(await names("redis")).to.have.deep.members([...own, ["default", "off -@all"]]);
  });

  it("is as recorded without servers", async () => {
    const plan = await planOf(() => serverless(), IN);
    await expectGolden(plan, new URL("golden/cache-serverless.json", import.meta.url));
    expect(resource(plan, SERVERLESS).inputs).to.deep.include({
      majorEngineVersion: "8",
      cacheUsageLimits: { dataStorage: { unit: "GB", maximum: 10 }, ecpuPerSeconds: [{ maximum: 5000 }] },
      dailySnapshotTime: "03:00",
    });
  });

  const linked = async (make: () => Link) => {
    const seen: { environment?: unknown; secrets?: unknown } = {};
    await planOf(async () => {
      const link = make();
      seen.environment = await settle(link.environment);
      seen.secrets = await settle(link.secrets);
    }, IN);
    return seen as { environment: Record<string, string>; secrets: Record<string, { valueFrom: string }> };
  };

  it("E4: links address, port and TLS in plain, and the token by reference", async () => {
    const { environment, secrets } = await linked(() => cache().link);
    expect(environment).to.include({ REDIS_PORT: "6379", REDIS_TLS: "true" });
    expect(environment.REDIS_HOST).to.match(/^master\.payments-/);
    expect(environment.REDIS_READER_HOST).to.match(/^replica\.payments-/);
    expect(secrets.REDIS_AUTH_TOKEN?.valueFrom).to.match(
      /:secret:payment-system-staging\/redis\/auth-token-/,
    );
  });

  it("links cluster mode, and each user with its own password", async () => {
    expect((await linked(() => cache({ shards: 2 }).link)).environment).to.include({ REDIS_CLUSTER: "true" });
    const asReport = await linked(() => serverless().linkAs("report"));
    expect(asReport.environment).to.include({ REDIS_USER: "report", REDIS_CLUSTER: "true" });
    expect(asReport.secrets.REDIS_AUTH_TOKEN?.valueFrom).to.include(":secret:report-");
    expect((await linked(() => serverless().link)).environment).to.include({ REDIS_USER: "app" });
    expect(await mistakesOf(() => serverless().linkAs("root"), IN)).to.include(
      'Cache "payments" has no user "root"; its users are: "app", "report"',
    );
  });

  it("proposes alarms for every node, or for a serverless cache's limits", async () => {
    const roles = async (make: () => Cache) => {
      let found: string[] = [];
      await planOf(() => void (found = make().observables.alarms.map(({ role }) => role)), IN);
      return found;
    };
    expect(await roles(() => cache())).to.deep.equal(
      ["001", "002"].flatMap((node) =>
        ["cpu", "memory", "evictions", "connections"].map((of) => `${node}-${of}`),
      ),
    );
    expect(await roles(() => cache({ shards: 2, nodes: 1, zones: "single" }))).to.include("0002-001-cpu");
    expect(await roles(() => serverless())).to.deep.equal(["throttled", "evictions"]);
  });

  it("says that its own snapshots are its backup", async () => {
    await planOf(() => void expect(cache().recoveryPoint.kind).to.equal("self"), IN);
  });

  describe("refuses", () => {
    const cases: [string, Partial<NodeCacheArgs>, string][] = [
      [
        "a token of several fields",
        { authentication: { token: { ...standInSecret("redis"), isDocument: true } } },
        "authentication.token: is a document of fields, and a token is one value; write a Secret without fields",
      ],
      [
        "two zones on one node",
        { nodes: 1 },
        'zones: two zones need 2 nodes, of which one takes over; write nodes: 2, or zones: "single"',
      ],
      ["seven nodes", { nodes: 7 }, "nodes: 7 is not possible; write 1 to 6"],
      [
        "one shard",
        { shards: 1 },
        "shards: 1 is not possible; write 2 to 250 (with 2 nodes each, at most 500)",
      ],
      [
        "a node type that is none",
        { nodeType: "t4g.small" },
        'nodeType: "t4g.small" is not a node type; write one such as "cache.t4g.small" or "cache.r7g.large"',
      ],
      [
        "an engine too old for TLS alone",
        { engine: "redis", version: "6.2" },
        'version: "6.2" is not a version of redis that encrypts all connections; write 7.0 or 7.1',
      ],
      [
        "a snapshot window of half an hour",
        { snapshots: { window: "03:00-03:30" } },
        'snapshots.window: "03:00-03:30" is too short; ElastiCache needs at least 1 hour',
      ],
      [
        "windows that overlap",
        { maintenanceWindow: "mon:02:30-mon:03:30" },
        'maintenanceWindow: "mon:02:30-mon:03:30" overlaps the snapshot window "03:00-04:00"; write another time',
      ],
      [
        "snapshots for longer than ElastiCache keeps them",
        { snapshots: { retention: "36 days" } },
        'snapshots.retention: "36 days" is not possible; ElastiCache keeps 0 to 35 days',
      ],
      ["a port of the system", { port: 80 }, "port: 80 is not possible; write 1024 to 65535"],
    ];
    for (const [title, args, message] of cases) {
      it(title, async () => {
        expect(await mistakesOf(() => cache(args), IN)).to.equal(
          `Cache "payments" has wrong arguments:\n  ${message}`,
        );
      });
    }

    it("a name that leaves no room in an identifier", async () => {
      expect(await mistakesOf(() => cache({}, "a-name-that-is-much-too-long-"), IN)).to.include(
        "cannot begin an identifier of ElastiCache; write at most 28 lower-case letters",
      );
    });

    it("a token for a serverless cache, and limits that are none", async () => {
      const message = await mistakesOf(
        () =>
          serverless({
            authentication: { token: standInSecret("token") },
            serverless: { maxStorage: 10, minStorage: 20, maxRequests: 10 },
          }),
        IN,
      );
      expect(message).to.equal(
        [
          'Cache "payments" has wrong arguments:',
          '  authentication: a serverless cache takes no token; write users: [{ name: "app", access: "on ~* +@all -@dangerous", password }]',
          "  serverless.minStorage: 20 is not possible; write 1 to 10",
          "  serverless.maxRequests: 10 is not possible; write 1000 to 15000000",
        ].join("\n"),
      );
    });

    it("users that cannot be", async () => {
      const password = standInSecret("p");
      const message = await mistakesOf(
        () =>
          cache({
            engine: "redis",
            authentication: {
              users: [
                { name: "default", access: "~* +@all", password },
                { name: "default", access: "on ~*", password },
              ],
            },
          }),
        IN,
      );
      expect(message).to.equal(
        [
          'Cache "payments" has wrong arguments:',
          '  authentication.users[0].access: "~* +@all" is not an access string; begin with "on" or "off", such as "on ~* +@all -@dangerous"',
          '  authentication.users[1].name: "default" is listed before; write another name',
          '  authentication.users: Redis needs its user "default" switched off, which is done here; write another name',
        ].join("\n"),
      );
    });
  });
});
