import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import type { Observable, Observables } from "../observability/observables.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import {
  denyPlaintext,
  placementOf,
  policyDocument,
  type RoleStatement,
  trustOf,
} from "../security/policy-document.ts";
import { Problems } from "../validation.ts";
import type { PausableDatabase, Resting, RestingDatabase, RestingService } from "./pausable.ts";
import { planWorkingHours, type WorkingHours, type WorkingHoursPlan } from "./working-hours.ts";

/** Arguments of {@link OffHours}. */
export interface OffHoursArgs extends ComponentArgs, WorkingHours {
  /** What rests: databases (`Postgres` without read replicas) and services (`FargateService`). */
  rest: Resting[];
  /** Encrypts the schedules and the queue of failed ones. */
  key: EncryptionKey;
  transform?: {
    schedule?: Transform<aws.scheduler.ScheduleArgs>;
    scheduledAction?: Transform<aws.appautoscaling.ScheduledActionArgs>;
    role?: Transform<aws.iam.RoleArgs>;
    deadLetters?: Transform<aws.sqs.QueueArgs>;
  };
}

const TOKEN = "strongroom:recovery:OffHours";
/** Calls of RDS, and the parameter that names the database, as EventBridge Scheduler's universal targets spell them. */
const CALLS = {
  databaseInstance: { wake: "startDBInstance", rest: "stopDBInstance", parameter: "DbInstanceIdentifier" },
  databaseCluster: { wake: "startDBCluster", rest: "stopDBCluster", parameter: "DbClusterIdentifier" },
} as const;

/**
 * Puts an environment to rest outside working hours, and wakes it before people come.
 *
 * ```ts
 * new OffHours("staging", { key, timezone: "Europe/Berlin", start: "08:00", stop: "20:00", rest: [database, backend] });
 * ```
 *
 * Services scale to no task at `stop` and back at `start`. Databases wake 20 minutes before services and rest 10 minutes
 * after them. RDS starts a stopped database again after seven days by itself: no rest here is that long, since every
 * week has working days, and what was started by hand meanwhile is stopped at the end of the next one.
 *
 * Nothing can stop a load balancer, a NAT gateway, an interface endpoint, an ElastiCache node or an RDS instance with
 * read replicas: they cost the same at night. AWS Backup cannot read a stopped database: give the `BackupPlan` the
 * working hours (`within`). A `FargateService` that `rests` calls nobody at night. Not for production, which has no off
 * hours (its configuration refuses).
 *
 * It stands in this folder because it is about the same state, data at rest, as backups: a database that is stopped
 * keeps its storage and takes no automated backup.
 *
 * Cost: nothing that is not free of charge (14 million calls a month are). With the hours above 108 of a week's 168 hours of
 * databases and tasks are not paid.
 */
export class OffHours extends Component implements Observable {
  /** The resources that the component made. */
  readonly nodes: {
    readonly group: aws.scheduler.ScheduleGroup;
    readonly role: aws.iam.Role;
    readonly deadLetters: aws.sqs.Queue;
    readonly schedules: aws.scheduler.Schedule[];
    readonly scheduledActions: aws.appautoscaling.ScheduledAction[];
  };
  readonly #args: OffHoursArgs;
  readonly #hours: WorkingHoursPlan;

  constructor(name: string, args: OffHoursArgs, options?: pulumi.ComponentResourceOptions) {
    const hours = plan(name, args);
    super(TOKEN, name, args, options);
    this.#args = args;
    this.#hours = hours;

    const group = this.make(aws.scheduler.ScheduleGroup, "group", {});
    const deadLetters = this.make(
      aws.sqs.Queue,
      "dead-letters",
      { messageRetentionSeconds: 14 * 86_400, kmsMasterKeyId: args.key.arn },
      { transform: args.transform?.deadLetters },
    );
    this.make(aws.sqs.QueuePolicy, "dead-letters-policy", {
      queueUrl: deadLetters.url,
      policy: policyDocument([denyPlaintext("sqs:*", deadLetters.arn)]),
    });
    const { account, partition } = placementOf(this.inRegion, this.lookup);
    const { role, policy } = this.#role(account, group, deadLetters);
    const schedule = (of: string, cron: string, call: string, input: pulumi.Input<string>) =>
      this.make(
        aws.scheduler.Schedule,
        of,
        {
          groupName: group.name,
          scheduleExpression: cron,
          scheduleExpressionTimezone: hours.timezone,
          flexibleTimeWindow: { mode: "OFF" },
          kmsKeyArn: args.key.arn,
          target: {
            arn: pulumi.interpolate`arn:${partition}:scheduler:::aws-sdk:${call}`,
            roleArn: role.arn,
            input,
            deadLetterConfig: { arn: deadLetters.arn },
            // A database between two states refuses; it is tried again for an hour.
            retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 10 },
          },
        },
        { transform: args.transform?.schedule, options: { dependsOn: [policy] } },
      );
    const services = args.rest.filter(isService);
    this.nodes = {
      group,
      role,
      deadLetters,
      schedules: [
        ...args.rest.filter(isDatabase).flatMap(({ name: database, pausable }) => {
          const { wake, rest, parameter } = CALLS[pausable.kind];
          const input = pulumi.jsonStringify({ [parameter]: pausable.identifier });
          return [
            schedule(`wake-${database}`, hours.wake.databases, `rds:${wake}`, input),
            schedule(`rest-${database}`, hours.rest.databases, `rds:${rest}`, input),
          ];
        }),
        ...services
          .filter((service) => service.nodes.scaling === undefined)
          .flatMap((service) => {
            const call = (tasks: number) =>
              pulumi.jsonStringify({
                Cluster: service.clusterName,
                Service: service.serviceName,
                DesiredCount: tasks,
              });
            const of = service.observables.name;
            return [
              schedule(`wake-${of}`, hours.wake.services, "ecs:updateService", call(service.bounds.min)),
              schedule(`rest-${of}`, hours.rest.services, "ecs:updateService", call(0)),
            ];
          }),
      ],
      scheduledActions: services.flatMap((service) => this.#moveBounds(service)),
    };
    this.registerOutputs({ groupName: group.name });
  }

  #role(account: pulumi.Output<string>, group: aws.scheduler.ScheduleGroup, deadLetters: aws.sqs.Queue) {
    const role = this.make(
      aws.iam.Role,
      "role",
      {
        description: `Off hours of ${this.componentName}`,
        assumeRolePolicy: trustOf("scheduler.amazonaws.com", { account, arn: group.arn }),
      },
      { transform: this.#args.transform?.role },
    );
    const databases = this.#args.rest.filter(isDatabase).map(({ pausable }) => pausable);
    const services = this.#args.rest
      .filter(isService)
      .filter((service) => service.nodes.scaling === undefined);
    const statements: RoleStatement[] = [
      ...databaseStatements("databaseInstance", "DBInstance", databases),
      ...databaseStatements("databaseCluster", "DBCluster", databases),
      ...(services.length === 0
        ? []
        : [
            allow(
              "ScaleServices",
              ["ecs:UpdateService"],
              services.map(({ serviceArn }) => serviceArn),
            ),
          ]),
      allow("KeepFailedCalls", ["sqs:SendMessage"], [deadLetters.arn]),
      allow("UseKey", ["kms:Decrypt", "kms:GenerateDataKey"], [this.#args.key.arn]),
    ];
    const policy = this.make(aws.iam.RolePolicy, "policy", {
      role: role.id,
      policy: policyDocument(statements),
    });
    return { role, policy };
  }

  /** A service that scales by itself would undo a change of its number of tasks; its bounds are moved instead. */
  #moveBounds(service: RestingService): aws.appautoscaling.ScheduledAction[] {
    const target = service.nodes.scaling?.target;
    if (target === undefined) return [];
    const move = (verb: string, schedule: string, { min, max }: { min: number; max: number }) =>
      this.make(
        aws.appautoscaling.ScheduledAction,
        `${verb}-${service.observables.name}`,
        {
          serviceNamespace: "ecs",
          scalableDimension: "ecs:service:DesiredCount",
          resourceId: service.scalableResourceId,
          schedule,
          timezone: this.#hours.timezone,
          scalableTargetAction: { minCapacity: min, maxCapacity: max },
        },
        { transform: this.#args.transform?.scheduledAction, options: { dependsOn: [target] } },
      );
    return [
      move("wake", this.#hours.wake.services, service.bounds),
      move("rest", this.#hours.rest.services, { min: 0, max: 0 }),
    ];
  }

  get observables(): Observables {
    return {
      name: this.componentName,
      alarms: [
        {
          role: "schedule-failed",
          kind: "errors",
          description:
            "Something could not be woken or put to rest. The queue of dead letters says what and why.",
          metric: {
            namespace: "AWS/SQS",
            name: "ApproximateNumberOfMessagesVisible",
            dimensions: { QueueName: this.nodes.deadLetters.name },
            statistic: "Maximum",
            ...this.inRegion,
          },
          comparison: "above",
          threshold: 0,
          periods: 1,
        },
      ],
      widgets: [],
    };
  }
}

/** @throws {pulumi.InputPropertiesError} naming every mistake in the arguments. */
function plan(name: string, args: OffHoursArgs): WorkingHoursPlan {
  const problems = new Problems(TOKEN, name);
  const hours = planWorkingHours(args, problems);
  problems.check(args.rest.length > 0, "rest", "is empty; write at least one database or service");
  args.rest.forEach((resting, index) => {
    if (isDatabase(resting) && resting.pausable.obstacle !== undefined) {
      problems.add(
        `rest[${index}]`,
        `${resting.name} cannot rest: ${resting.pausable.obstacle}; leave it out, or write replicas: 0 there`,
      );
    }
    const of = nameOf(resting);
    problems.check(
      args.rest.findIndex((other) => nameOf(other) === of) === index,
      `rest[${index}]`,
      `${of} is listed before; two components of one name cannot rest together`,
    );
    // Names of schedules are at most 64 characters, of which 8 are Pulumi's.
    problems.check(
      name.length + of.length + "-wake-".length <= 56,
      `rest[${index}]`,
      `"${name}-wake-${of}" is too long for the name of a schedule; write shorter names, at most 56 characters together`,
    );
  });
  problems.throwIfAny();
  return hours;
}

function databaseStatements(
  kind: PausableDatabase["kind"],
  noun: "DBInstance" | "DBCluster",
  databases: PausableDatabase[],
): RoleStatement[] {
  const arns = databases.filter((database) => database.kind === kind).map(({ arn }) => arn);
  return arns.length === 0
    ? []
    : [allow(`StartAndStop${noun}`, [`rds:Start${noun}`, `rds:Stop${noun}`], arns)];
}

function allow(Sid: string, Action: string[], Resource: pulumi.Input<string>[]): RoleStatement {
  return { Sid, Effect: "Allow", Action, Resource };
}

function isDatabase(resting: Resting): resting is RestingDatabase {
  return "pausable" in resting;
}

function isService(resting: Resting): resting is RestingService {
  return !isDatabase(resting);
}

function nameOf(resting: Resting): string {
  return isDatabase(resting) ? resting.name : resting.observables.name;
}
