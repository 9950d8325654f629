import type { Json, PlanResource } from "../../../components/testing/plan.ts";
import { fixed, times } from "../monthly.ts";
import { objectsAt, textAt } from "../site.ts";
import type { Site } from "../site.ts";
import { hoursOfWeek } from "../schedule.ts";
import type { Charge, Pricers } from "./pricer.ts";

const SELECTION = "aws:backup/restoreTestingSelection:RestoreTestingSelection";
/** Weeks of an average month. */
const WEEKS = 365 / 12 / 7;

/** AWS Backup; what RDS, ElastiCache and DynamoDB keep by themselves is priced with them. */
export const backup: Pricers = {
  "aws:backup/plan:Plan": plan,
  "aws:backup/restoreTestingPlan:RestoreTestingPlan": restoreTest,
  "aws:budgets/budgetAction:BudgetAction": (action, site) =>
    site.position(action) < 2
      ? []
      : [
          {
            part: "security",
            what: "budget action",
            price: "budgets.action",
            quantity: fixed(365 / 12),
            global: true,
          },
        ],
};

/** Storage at the price of RDS snapshots, the dearest of what a plan protects, once for every copy. */
function plan({ inputs, region }: PlanResource, site: Site): Charge[] {
  const gb = site.usage.backupGb;
  const copies = objectsAt(inputs, "rules").flatMap((rule) => objectsAt(rule, "copyActions"));
  const abroad = copies.filter((copy) => isAbroad(copy, region ?? site.plan.aws.region)).length;
  const charges: Charge[] = [
    { part: "backup", what: "backups in the vault", price: "backup.rds", quantity: site.assumed(gb) },
  ];
  if (copies.length > 0) {
    charges.push({
      part: "backup",
      what: "copies in other vaults",
      price: "backup.rds",
      quantity: times(site.assumed(gb), copies.length),
      how: `${gb} GB × ${copies.length}`,
    });
  }
  if (abroad > 0) {
    charges.push({
      part: "backup",
      what: "copies to other regions",
      price: "transfer.region",
      quantity: times(site.assumed(gb), abroad),
      how: `${gb} GB × ${abroad}`,
    });
  }
  return charges;
}

function isAbroad(copy: Record<string, Json>, home: string): boolean {
  const region = textAt(copy, "destinationVaultArn").split(":")[3];
  return region !== undefined && region !== "" && region !== home;
}

/** One test for each selection at every firing. */
function restoreTest(resource: PlanResource, site: Site): Charge[] {
  const weekly = hoursOfWeek(textAt(resource.inputs, "scheduleExpression"))?.length ?? 1 / WEEKS;
  const selections = Math.max(1, site.dependents(resource, SELECTION).length);
  const tests = Math.round(weekly * WEEKS * selections * 100) / 100;
  return [
    {
      part: "backup",
      what: "restore tests",
      price: "backup.restore-test",
      quantity: fixed(tests),
      how: `${tests} tests`,
    },
  ];
}
