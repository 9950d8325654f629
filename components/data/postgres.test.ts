import { expect } from "chai";
import type { Link } from "../link.ts";
import type { Observables } from "../observability/observables.ts";
import { expectGolden, mistakesOf, type Plan, planOf, resource, resources } from "../testing/index.ts";
import type { AuroraArgs, RdsArgs } from "./postgres-args.ts";
import { Postgres } from "./postgres.ts";
import { key, standInNetwork } from "../stand-ins.test-support.ts";
import { settle, standInSecret } from "./secrets.test-support.ts";

const INSTANCE = "aws:rds/instance:Instance";
const CLUSTER = "aws:rds/cluster:Cluster";
const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
const LOG_MASK = "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy";
const IN = { region: "eu-west-1" };

/** Each argument besides what every database needs. */
type Rds = Partial<RdsArgs>;
const rds = (args: Rds = {}, name = "payments") =>
  new Postgres(name, { network: standInNetwork(), key, instance: { class: "db.r6g.large" }, ...args });
const aurora = (args: Partial<AuroraArgs> = {}) =>
  new Postgres("payments", {
    engine: "auroraServerless",
    network: standInNetwork(),
    key,
    serverless: { min: 0.5, max: 8 },
    ...args,
  });
const inputs = (plan: Plan, type: string, name: string) => resource(plan, type, name).inputs;

describe("Postgres", () => {
  describe("as an RDS instance", () => {
    it("E1, E8: is as recorded with a standby, a replica, and a password from a secret", async () => {
      const plan = await planOf(
        () =>
          rds({
            instance: { class: "db.r6g.large", storage: { size: "100 GB", max: "500 GB" } },
            password: { secret: standInSecret("payment-system-production/db/password") },
            replicas: 1,
            backups: { retention: "30 days" },
            events: { topicArn: "arn:aws:sns:eu-west-1:123456789012:alerts" },
            protection: "critical",
          }),
        IN,
      );
      await expectGolden(plan, new URL("golden/postgres.json", import.meta.url));
    });

    it("is closed by default: private, encrypted, TLS only, in two zones, protected, backed up, logged", async () => {
      const plan = await planOf(() => rds(), IN);
      const database = inputs(plan, INSTANCE, "payments-instance");
      expect(database).to.deep.include({
        publiclyAccessible: false,
        storageEncrypted: true,
        kmsKeyId: key.arn,
        multiAz: true,
        deletionProtection: true,
        skipFinalSnapshot: false,
        copyTagsToSnapshot: true,
        backupRetentionPeriod: 7,
        manageMasterUserPassword: true,
        iamDatabaseAuthenticationEnabled: true,
        performanceInsightsEnabled: true,
        performanceInsightsKmsKeyId: key.arn,
        monitoringInterval: 60,
        autoMinorVersionUpgrade: true,
        enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
        storageType: "gp3",
      });
      expect(database).not.to.have.any.keys("password", "passwordWo");
      const parameters = inputs(plan, "aws:rds/parameterGroup:ParameterGroup", "payments-parameters");
      expect(parameters.family).to.equal("postgres17");
      expect(parameters.parameters).to.deep.include({
        name: "rds.force_ssl",
        value: "1",
        applyMethod: "pending-reboot",
      });
      const group = inputs(plan, "aws:ec2/securityGroup:SecurityGroup", "payments-security-group");
      expect(group).not.to.have.any.keys("ingress", "egress");
    });

    it("E4: hands a secret's value over write-only, with its version, and shows it nowhere", async () => {
      const plan = await planOf(
        () => rds({ password: { secret: standInSecret("db", "hunter2-hunter2") } }),
        IN,
      );
      const database = resource(plan, INSTANCE);
      expect(database.inputs.passwordWoVersion).to.equal(3);
      expect(database.secretPaths).to.include("passwordWo");
      expect(database.inputs).not.to.have.any.keys("password", "manageMasterUserPassword");
      expect(JSON.stringify(plan)).not.to.include("hunter2-hunter2");
    });

    it("E5: has its log groups, encrypted and with a retention, before RDS would make them", async () => {
      const plan = await planOf(() => rds(), IN);
      const database = resource(plan, INSTANCE);
      const groups = resources(plan, LOG_GROUP);
      const identifier = database.inputs.identifier as string;
      expect(groups.map((group) => group.inputs.name)).to.deep.equal([
        `/aws/rds/instance/${identifier}/postgresql`,
        `/aws/rds/instance/${identifier}/upgrade`,
      ]);
      for (const group of groups) {
        expect(group.inputs).to.deep.include({ retentionInDays: 365, kmsKeyId: key.arn });
        expect(database.dependencies).to.include(group.urn);
      }
    });

    it("masks card numbers in its logs where it holds them, unless told otherwise", async () => {
      const maskedBy = async (args: Rds) =>
        resources(await planOf(() => rds(args), IN), LOG_MASK).map(({ inputs }) => inputs.logGroupName);
      const tags = { "data-class": "cardholder" };
      const masked = await maskedBy({ tags, replicas: 1, password: { secret: standInSecret("db") } });
      expect(masked).to.have.lengthOf(4);
      for (const name of masked) expect(name).to.match(/^\/aws\/rds\/instance\/payments-/);
      expect(await maskedBy({ tags, logs: { maskCardNumbers: false } })).to.be.empty;
      expect(await maskedBy({ logs: { maskCardNumbers: true } })).to.have.lengthOf(2);
      expect(await maskedBy({ tags: { "data-class": "public" } })).to.be.empty;
    });

    it("tells a replica only what RDS does not take from its primary", async () => {
      const plan = await planOf(
        () => rds({ replicas: 2, password: { secret: standInSecret("db") }, zones: "single" }),
        IN,
      );
      const primary = inputs(plan, INSTANCE, "payments-instance");
      const replica = inputs(plan, INSTANCE, "payments-replica-2");
      expect(replica).to.deep.include({
        identifier: `${primary.identifier as string}-replica-2`,
        replicateSourceDb: primary.identifier,
        storageEncrypted: true,
        skipFinalSnapshot: true,
        backupRetentionPeriod: 0,
        parameterGroupName: primary.parameterGroupName,
      });
      expect(replica).not.to.have.any.keys(
        ...["engine", "engineVersion", "username", "dbName", "passwordWo", "manageMasterUserPassword"],
        ...["allocatedStorage", "kmsKeyId", "dbSubnetGroupName", "finalSnapshotIdentifier", "port"],
      );
    });

    it("goes without a trace when it is ephemeral", async () => {
      const plan = await planOf(() => rds({ protection: "ephemeral" }), IN);
      const database = resource(plan, INSTANCE);
      expect(database.inputs).to.deep.include({
        deletionProtection: false,
        skipFinalSnapshot: true,
        backupRetentionPeriod: 1,
      });
      expect(database.inputs).not.to.have.property("finalSnapshotIdentifier");
      expect(database.options.protect).not.to.equal(true);
    });

    it("E13: is protected by Pulumi too when it is critical, and keeps backups for 30 days", async () => {
      const database = resource(await planOf(() => rds({ protection: "critical" }), IN), INSTANCE);
      expect(database.options.protect).to.equal(true);
      expect(database.inputs.backupRetentionPeriod).to.equal(30);
    });

    it("E13: begins with a snapshot, or with the state of a moment", async () => {
      const fromSnapshot = await planOf(
        () => rds({ restoreFrom: { snapshot: "rds:payments-2026-01-31" } }),
        IN,
      );
      expect(inputs(fromSnapshot, INSTANCE, "payments-instance").snapshotIdentifier).to.equal(
        "rds:payments-2026-01-31",
      );
      const fromMoment = await planOf(
        () =>
          rds({
            restoreFrom: { pointInTime: { source: "payments-1a2b3c4d", time: "2026-01-31T12:00:00Z" } },
          }),
        IN,
      );
      expect(inputs(fromMoment, INSTANCE, "payments-instance").restoreToPointInTime).to.deep.equal({
        sourceDbInstanceIdentifier: "payments-1a2b3c4d",
        restoreTime: "2026-01-31T12:00:00Z",
      });
    });

    it("E13: is never replaced because its origin is written, changed or removed later", async () => {
      const database = resource(
        await planOf(() => rds({ restoreFrom: { snapshot: "final" } }), IN),
        INSTANCE,
      );
      expect(database.options.ignoreChanges).to.deep.equal(["snapshotIdentifier", "restoreToPointInTime"]);
      const fresh = resource(await planOf(() => rds(), IN), INSTANCE);
      expect(fresh.inputs.identifier).to.equal(database.inputs.identifier);
    });

    it("reaches every child with its region, its tags and its transforms", async () => {
      const plan = await planOf(
        () =>
          rds({
            region: "us-west-2",
            tags: { "data-class": "cardholder" },
            transform: { instance: { dedicatedLogVolume: true } },
          }),
        IN,
      );
      for (const each of plan.resources.filter(({ type }) => /^aws:(rds|ec2|cloudwatch)/.test(type))) {
        expect(each.region, each.name).to.equal("us-west-2");
        if (each.type === LOG_MASK) continue;
        expect(each.inputs.tags, each.name).to.deep.equal({ "data-class": "cardholder" });
      }
      expect(inputs(plan, INSTANCE, "payments-instance").dedicatedLogVolume).to.equal(true);
    });
  });

  describe("as an Aurora Serverless cluster", () => {
    it("is as recorded with a reader in another zone", async () => {
      const plan = await planOf(() => aurora(), IN);
      await expectGolden(plan, new URL("golden/postgres-aurora.json", import.meta.url));
    });

    it("has a writer, a standby in two zones, and a reader for each replica", async () => {
      const names = (plan: Plan) =>
        resources(plan, "aws:rds/clusterInstance:ClusterInstance").map(({ name }) => name);
      expect(names(await planOf(() => aurora({ zones: "single" }), IN))).to.deep.equal([
        "payments-instance-1",
      ]);
      expect(names(await planOf(() => aurora({ replicas: 1 }), IN))).to.have.length(3);
    });

    it("uses the cluster's arguments for a secret, a moment and advanced insights", async () => {
      const plan = await planOf(
        () =>
          aurora({
            password: { secret: standInSecret("db") },
            insights: { mode: "advanced" },
            restoreFrom: { pointInTime: { source: "payments-1a2b3c4d", time: "latest" } },
          }),
        IN,
      );
      const cluster = resource(plan, CLUSTER).inputs;
      expect(cluster).to.deep.include({
        masterPasswordWoVersion: 3,
        databaseInsightsMode: "advanced",
        performanceInsightsRetentionPeriod: 465,
        restoreToPointInTime: { sourceClusterIdentifier: "payments-1a2b3c4d", useLatestRestorableTime: true },
      });
      for (const each of resources(plan, "aws:rds/clusterInstance:ClusterInstance")) {
        expect(each.inputs).not.to.have.property("performanceInsightsEnabled");
      }
    });
  });

  describe("as others see it", () => {
    const linkOf = async (make: () => Link) => {
      const seen: { environment?: unknown; password?: unknown; statements?: unknown; network?: unknown } = {};
      await planOf(async () => {
        const link = make();
        seen.environment = await settle(link.environment);
        seen.password = await settle(link.secrets?.DATABASE_PASSWORD);
        seen.statements = await settle(link.statements);
        seen.network = await settle(link.network);
      }, IN);
      return seen;
    };

    it("E4: links address, name and user in plain, and the managed password by reference to its JSON key", async () => {
      const { environment, password, network } = await linkOf(() => rds().link);
      expect(environment).to.include({
        DATABASE_PORT: "5432",
        DATABASE_NAME: "app",
        DATABASE_USER: "dbowner",
      });
      expect(environment)
        .to.have.property("DATABASE_HOST")
        .that.matches(/^payments-.*\.eu-west-1\.rds\.amazonaws\.com$/);
      const { valueFrom, arn } = password as { valueFrom: string; arn: string };
      expect(arn).to.match(/^arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-/);
      expect(valueFrom).to.equal(`${arn}:password::`);
      expect(password).to.include({ kind: "secretsmanager", keyArn: key.arn });
      expect(network).to.have.property("port", 5432);
    });

    it("lets IAM log in as the master user, as the users named, or not at all", async () => {
      const resourcesOf = async (iamAuthentication: boolean | { users: string[] }) => {
        const { statements } = await linkOf(() => rds({ iamAuthentication }).link);
        return (statements as { resources: string[] }[]).flatMap((statement) => statement.resources);
      };
      const [owner = ""] = await resourcesOf(true);
      expect(owner).to.match(/^arn:aws:rds-db:eu-west-1:123456789012:dbuser:db-[A-Z0-9]+\/dbowner$/);
      expect((await resourcesOf({ users: ["app", "report"] })).map((arn) => arn.split("/")[1])).to.deep.equal(
        ["app", "report"],
      );
      expect(await resourcesOf(false)).to.be.empty;
    });

    it("E8: links a reader's address for services that only read", async () => {
      const { environment } = await linkOf(
        () => rds({ replicas: 2, password: { secret: standInSecret("db") } }).readerLink,
      );
      const { DATABASE_HOST, DATABASE_READER_HOSTS } = environment as Record<string, string>;
      expect(DATABASE_HOST).to.match(/-replica-1\./);
      expect(DATABASE_READER_HOSTS?.split(",")).to.have.length(2);
      const aurorasReader = await linkOf(() => aurora().readerLink);
      expect(aurorasReader.environment).to.have.property("DATABASE_HOST").that.includes(".cluster-ro-");
    });

    it("refuses a reader's link when there is none to read from", async () => {
      expect(await mistakesOf(() => rds().readerLink, IN)).to.include(
        'Postgres "payments" has nothing to read from but the primary; write replicas: 1 or more',
      );
    });

    const observed = async (make: () => Postgres): Promise<Observables> => {
      let observables: Observables | undefined;
      await planOf(() => void (observables = make().observables), IN);
      if (observables === undefined) throw new Error("nothing to observe");
      return observables;
    };

    it("E6: proposes alarms at 90 % CPU and 150 connections, and before disk and memory end", async () => {
      const { alarms } = await observed(() => rds());
      const thresholds = Object.fromEntries(alarms.map(({ role, threshold }) => [role, threshold]));
      expect(thresholds).to.deep.equal({
        cpu: 90,
        connections: 150,
        storage: 10 * 1024 ** 3,
        memory: Math.round(1.6 * 1024 ** 3),
      });
    });

    it("E6: watches each replica's lag, and a cluster's capacity", async () => {
      const roles = async (make: () => Postgres) => (await observed(make)).alarms.map(({ role }) => role);
      const secret = () => ({ secret: standInSecret("db") });
      expect(await roles(() => rds({ replicas: 2, password: secret() }))).to.include.members([
        "replica-1-lag",
        "replica-2-lag",
      ]);
      expect(await roles(() => aurora())).to.deep.equal(["cpu", "connections", "capacity", "reader-lag"]);
      expect(await roles(() => aurora({ zones: "single" }))).not.to.include("reader-lag");
    });

    it("E7: proposes graphs of connections, CPU and storage", async () => {
      const { widgets } = await observed(() => rds());
      expect(widgets.map(({ group }) => group)).to.satisfy((all: string[]) =>
        all.every((each) => each === "database"),
      );
      expect(widgets.flatMap(({ metrics }) => metrics.map(({ name }) => name))).to.include.members([
        "DatabaseConnections",
        "CPUUtilization",
        "FreeStorageSpace",
      ]);
    });

    it("says to backup plans what it is, and to a restore test where it belongs", async () => {
      await planOf(async () => {
        const { kind, restoreOverrides } = rds().recoveryPoint;
        expect(kind).to.equal("RDS");
        expect(await settle(restoreOverrides)).to.have.keys("dbSubnetGroupName", "vpcSecurityGroupIds");
      }, IN);
      await planOf(() => void expect(aurora().recoveryPoint.kind).to.equal("Aurora"), IN);
    });

    it("is read, and never made, when it exists", async () => {
      const plan = await planOf(
        () => Postgres.get("legacy", { identifier: "legacy-1", securityGroupId: "sg-1" }).link.environment,
        IN,
      );
      expect(resource(plan, INSTANCE).read).to.equal(true);
      expect(plan.outputs).to.have.property("DATABASE_HOST");
    });
  });

  describe("refuses, naming everything at once,", () => {
    const wrong = (args: Rds, name?: string) => mistakesOf(() => rds(args, name), IN);

    it("more readers than an Aurora cluster has", async () => {
      const message = await mistakesOf(() => aurora({ replicas: 15 }), IN);
      expect(message).to.include("replicas: 15 is not possible; write 0 to 14");
      const plan = await planOf(() => aurora({ replicas: 15, zones: "single" }), IN);
      expect(resources(plan, "aws:rds/clusterInstance:ClusterInstance")).to.have.length(16);
    });

    it("several mistakes in one error", async () => {
      expect(
        await wrong({
          version: "9.6",
          port: 80,
          replicas: -1,
          backups: { retention: "36 days" },
          enhancedMonitoring: "20 seconds",
        }),
      ).to.equal(
        [
          'Postgres "payments" has wrong arguments:',
          '  version: "9.6" is not a version that RDS runs; write 14, 15, 16, 17, 18 or one with its minor version, such as "17.6"',
          "  port: 80 is not possible; write 1150 to 65535",
          "  replicas: -1 is not possible; write 0 to 15",
          '  backups.retention: "36 days" is not possible; RDS keeps 1 to 35 days. A BackupPlan keeps longer',
          '  enhancedMonitoring: "20 seconds" is not possible; write 1, 5, 10, 15, 30, 60 seconds, or false',
        ].join("\n"),
      );
    });

    const cases: [string, Rds, string][] = [
      [
        "a password of several fields",
        { password: { secret: { ...standInSecret("db"), isDocument: true } } },
        "password: is a document of fields, and a password is one value; write a Secret without fields",
      ],
      [
        "replicas of a managed password",
        { replicas: 1 },
        "password: RDS cannot replicate a database whose password it manages; write password: { secret }, or replicas: 0",
      ],
      [
        "blue/green updates of a managed password",
        { blueGreenUpdates: true },
        "password: blue/green updates are not possible with a managed password; write password: { secret }, or leave blueGreenUpdates out",
      ],
      [
        "a maintenance window within the backups'",
        { maintenanceWindow: "tue:03:30-tue:04:30" },
        'maintenanceWindow: "tue:03:30-tue:04:30" overlaps the backup window "03:00-04:00"; write another time',
      ],
      [
        "a backup window that is too short",
        { backups: { window: "03:00-03:15" } },
        'backups.window: "03:00-03:15" is too short; RDS needs at least 30 minutes',
      ],
      [
        "a reserved user",
        { username: "rdsadmin" },
        'username: "rdsadmin" is reserved; write another one, such as "dbowner"',
      ],
      [
        "a database's name with a hyphen",
        { databaseName: "my-app" },
        'databaseName: "my-app" is not possible; write 1 to 63 letters, digits and "_", beginning with a letter',
      ],
      [
        "short advanced insights",
        { insights: { mode: "advanced", retention: "31 days" } },
        'insights.retention: "31 days" is too short for advanced insights; write at least "465 days"',
      ],
      [
        "an insights retention that is no month",
        { insights: { retention: "30 days" } },
        'insights.retention: "30 days" is not possible; write 7 days, a multiple of 31 up to 713, or 731',
      ],
      [
        "an Aurora log",
        { logs: { exports: ["instance"] } },
        'logs.exports: "instance" is not a log of postgres; write postgresql, upgrade, iam-db-auth-error',
      ],
      [
        "a log retention that CloudWatch does not know",
        { logs: { retention: "10 days" } },
        'logs.retention: CloudWatch Logs cannot keep events for "10 days"; write "7 days" or "14 days"',
      ],
      [
        "a class that is none",
        { instance: { class: "r6g.large" } },
        'instance.class: "r6g.large" is not an instance class; write one such as "db.r6g.large" or "db.t4g.medium"',
      ],
      [
        "a retired class",
        { instance: { class: "db.m4.large" } },
        'instance.class: "db.m4.large" is of a family that RDS has retired; write one such as "db.t4g.medium" or "db.r6g.large"',
      ],
      [
        "a moment that is none",
        { restoreFrom: { pointInTime: { source: "old", time: "yesterday" } } },
        'restoreFrom.pointInTime.time: "yesterday" is not a moment; write "latest" or UTC such as "2026-01-31T12:00:00Z"',
      ],
      [
        "a topic that is none",
        { events: { topicArn: "alerts" } },
        'events.topicArn: "alerts" is not the ARN of an SNS topic',
      ],
    ];
    for (const [title, args, message] of cases) {
      it(title, async () => {
        expect(await wrong(args)).to.equal(`Postgres "payments" has wrong arguments:\n  ${message}`);
      });
    }

    it("a name that no identifier can begin with", async () => {
      expect(await wrong({}, "Payments")).to.include(
        'name: "Payments" cannot begin an identifier of RDS; write at most 40 lower-case letters, digits and single hyphens, beginning with a letter',
      );
    });

    it("a capacity that cannot pause in its version", async () => {
      expect(
        await mistakesOf(() => aurora({ version: "16.1", serverless: { min: 0, max: 4 } }), IN),
      ).to.include(
        "serverless.min: 0 is not possible with version 16.1; write version 16.3, 15.7, 14.12, 13.15 or newer, or min: 0.5",
      );
    });
  });
});
