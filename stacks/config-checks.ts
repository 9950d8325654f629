/** What a schema cannot say of a stack's configuration. */
import { taskSize } from "../components/compute/task-size.ts";
import { parseImage } from "../components/delivery/image-reference.ts";
import { nearest, RETENTION_DAYS } from "../components/observability/log-retention.ts";
import { days } from "../components/units.ts";
import type { GivenConfig } from "./config.ts";

/** Names of settings that are secret, as the service itself tells them. */
const CREDENTIAL = /(SECRET|PASSWORD|TOKEN|KEY|CREDENTIALS)$/;

/** What a check of the components says about a key's value. */
function thrownBy(check: () => unknown, key: string): string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [`${key}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Tags that the stack sets by itself. */
const OWN_TAGS: readonly string[] = ["application", "environment", "managed-by", "data-class"];
/** What all services of AWS take in a tag: letters of any script, digits, spaces and these. */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Tags that some service of AWS would refuse, in the middle of a deployment. */
function tagMistakes(tags: Readonly<Record<string, string>>): string[] {
  const keys = Object.keys(tags);
  return keys.flatMap((key, index) => {
    const at = `strongroom:tags.${key}`;
    const like = [...OWN_TAGS, ...keys.slice(0, index)].find(
      (other) => other !== key && other.toLowerCase() === key.toLowerCase(),
    );
    return [
      ...(TAG_TEXT.test(key) && TAG_TEXT.test(tags[key] ?? "")
        ? []
        : [
            `${at} is ${JSON.stringify(tags[key])}; write names and values of letters, digits, spaces and "_.:/=+-@"`,
          ]),
      ...(/^aws:/i.test(key)
        ? [`${at} begins with "aws:", which AWS keeps for itself; write another name`]
        : []),
      ...(like === undefined
        ? []
        : [`${at} is the tag "${like}" in other letters, which IAM takes for the same; write ${like}`]),
    ];
  });
}

/** Values that are fine alone and not together. */
export function consistency(config: GivenConfig): string[] {
  const mistakes: string[] = tagMistakes(config.tags);
  const { database, images } = config;
  if (database.publiclyAccessible) {
    mistakes.push(
      "strongroom:database.publiclyAccessible is true; databases stand in the data tier, which has no route to the " +
        "internet: remove it and use a shell in a task or a tunnel",
    );
  }
  for (const tier of ["backend", "frontend"] as const) {
    const source = images[tier];
    const { cpu, memory } = config[tier];
    mistakes.push(
      ...thrownBy(() => typeof source === "string" && parseImage(source), `strongroom:images.${tier}`),
      ...thrownBy(() => taskSize(cpu, memory), `strongroom:${tier}.memory`),
    );
    for (const name of Object.keys(config[tier].environment).filter((each) => CREDENTIAL.test(each))) {
      mistakes.push(
        `strongroom:${tier}.environment.${name} is in plain text; keep the value in Secrets Manager and write its ARN to ` +
          `strongroom:${tier}.secrets`,
      );
    }
  }
  const retention = days(config.logs.retention);
  if (!RETENTION_DAYS.includes(retention)) {
    const possible = nearest(retention).map((count) => `"${count} days"`);
    mistakes.push(
      `strongroom:logs.retention is "${config.logs.retention}", which CloudWatch Logs does not know; write ${possible.join(" or ")}`,
    );
  }
  if (config.zones === 1) {
    mistakes.push(
      "strongroom:zones is 1; load balancers and databases stand in at least 2 zones: write 2 or 3",
    );
  }
  if (config.offHours && config.offHours.start >= config.offHours.stop) {
    mistakes.push(
      `strongroom:offHours.start is "${config.offHours.start}", not before stop "${config.offHours.stop}"; working hours lie within one day`,
    );
  }
  return mistakes;
}

/** What production refuses, with the row or requirement that says so. */
export function productionGuards(config: GivenConfig): string[] {
  if (config.environment !== "production") return [];
  const { database, cache } = config;
  const guards: [boolean, string][] = [
    [
      config.domain !== undefined,
      "production needs TLS: set strongroom:domain, such as {name: payments.example.com}",
    ],
    [
      (config.protection ?? "critical") === "critical",
      `production needs deletion protection: strongroom:protection is "${config.protection}", write critical or leave it out`,
    ],
    [
      database.zones === "multi",
      `production needs a standby database: strongroom:database.zones is "${database.zones}", write multi`,
    ],
    [
      cache.nodes >= 2,
      `production needs a cache replica: strongroom:cache.nodes is ${cache.nodes}, write 2 or more`,
    ],
    [
      days(database.backupRetention) >= 30,
      `production keeps database backups 30 days: strongroom:database.backupRetention is "${database.backupRetention}"`,
    ],
    [
      days(cache.snapshotRetention) >= 3,
      `production keeps cache snapshots 3 days: strongroom:cache.snapshotRetention is "${cache.snapshotRetention}"`,
    ],
    [config.backups, "production needs backups that outlive it: remove strongroom:backups"],
    [
      days(config.logs.retention) >= 365,
      `production keeps logs 12 months (PCI DSS 10.5.1): strongroom:logs.retention is "${config.logs.retention}"`,
    ],
    [
      config.backend.min >= 2,
      `production needs 2 backend tasks: strongroom:backend.min is ${config.backend.min}`,
    ],
    [
      config.backend.spot === 0,
      `production's backend may not be interrupted: strongroom:backend.spot is ${config.backend.spot}`,
    ],
    [config.offHours === undefined, "production runs around the clock: remove strongroom:offHours"],
    [
      config.notify.emails.length > 0 ||
        config.notify.slack !== undefined ||
        config.pagerDutyUrl !== undefined,
      "production's alarms must reach somebody: set strongroom:notify.emails, strongroom:notify.slack or strongroom:pagerDutyUrl",
    ],
  ];
  return guards.filter(([fine]) => !fine).map(([, mistake]) => mistake);
}
