import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import { known, Problems, show } from "../validation.ts";
import type { AlertTarget } from "./alarms.ts";

/** When a budget tells somebody. */
export interface BudgetNotice {
  /** Money spent, or the month's end as AWS foresees it. */
  when: "actual" | "forecast";
  /** Per cent of the budget. */
  percent: number;
}

/** Arguments of {@link Budget}. */
export interface BudgetArgs extends ComponentArgs {
  /** US dollars a month. */
  monthly: number;
  /** Topic that is told. Give this, `email`, or both. @default none */
  alerts?: AlertTarget;
  /** Addresses that are told as well, 10 at most; no confirmation needed. @default none */
  email?: string[];
  /** @default actual at 80 and 100 %, forecast at 100 % */
  notices?: BudgetNotice[];
  /**
   * Count only what carries this tag, which must be active as a cost allocation tag.
   * @default everything in the account
   */
  onlyTagged?: { key: string; value: pulumi.Input<string> };
  /** Name, unique in the account. A change replaces. @default generated */
  name?: string;
  /** Tell of unusual spending from this many US dollars; counts what the budget counts. @default not */
  anomaliesFrom?: number;
  transform?: {
    budget?: Transform<aws.budgets.BudgetArgs>;
    anomalyMonitor?: Transform<aws.costexplorer.AnomalyMonitorArgs>;
    anomalySubscription?: Transform<aws.costexplorer.AnomalySubscriptionArgs>;
  };
}

const TOKEN = "strongroom:observability:Budget";
const DEFAULT_NOTICES: BudgetNotice[] = [
  { when: "actual", percent: 80 },
  { when: "actual", percent: 100 },
  { when: "forecast", percent: 100 },
];
/** Notices that AWS takes for one budget. */
const MAX_NOTICES = 10;
const MAX_ADDRESSES = 10;

/**
 * A monthly budget that tells somebody before it is spent.
 *
 * ```ts
 * new Budget("payments", { monthly: 925, alerts, onlyTagged: { key: "Project", value: "payments" }, anomaliesFrom: 50 });
 * ```
 *
 * Cost: none.
 */
export class Budget extends Component {
  readonly budgetName: pulumi.Output<string>;
  /** The resources that the component made. */
  readonly nodes: {
    readonly budget: aws.budgets.Budget;
    readonly anomalyMonitor?: aws.costexplorer.AnomalyMonitor;
    readonly anomalySubscription?: aws.costexplorer.AnomalySubscription;
  };

  constructor(name: string, args: BudgetArgs, options?: pulumi.ComponentResourceOptions) {
    validate(name, args);
    super(TOKEN, name, args, options);
    const budget = this.make(
      aws.budgets.Budget,
      "budget",
      {
        name: args.name,
        budgetType: "COST",
        timeUnit: "MONTHLY",
        limitAmount: String(args.monthly),
        limitUnit: "USD",
        ...(args.onlyTagged === undefined ? {} : { costFilters: [tagFilter(args.onlyTagged)] }),
        notifications: (args.notices ?? DEFAULT_NOTICES).map(({ when, percent }) => ({
          notificationType: when === "actual" ? "ACTUAL" : "FORECASTED",
          comparisonOperator: "GREATER_THAN",
          threshold: percent,
          thresholdType: "PERCENTAGE",
          subscriberEmailAddresses: args.email,
          subscriberSnsTopicArns: args.alerts === undefined ? undefined : [args.alerts.topicArn],
        })),
      },
      { transform: args.transform?.budget },
    );
    this.nodes = {
      budget,
      ...(args.anomaliesFrom === undefined ? {} : this.#anomalies(args, args.anomaliesFrom)),
    };
    this.budgetName = budget.name;
    this.registerOutputs({ budgetName: this.budgetName });
  }

  #anomalies(
    args: BudgetArgs,
    from: number,
  ): Required<Pick<Budget["nodes"], "anomalyMonitor" | "anomalySubscription">> {
    const anomalyMonitor = this.make(
      aws.costexplorer.AnomalyMonitor,
      "anomaly-monitor",
      args.onlyTagged === undefined
        ? { monitorType: "DIMENSIONAL", monitorDimension: "SERVICE" }
        : { monitorType: "CUSTOM", monitorSpecification: taggedExpression(args.onlyTagged) },
      { transform: args.transform?.anomalyMonitor },
    );
    const anomalySubscription = this.make(
      aws.costexplorer.AnomalySubscription,
      "anomaly-subscription",
      {
        monitorArnLists: [anomalyMonitor.arn],
        // At once goes to topics only; e-mail gets a day's anomalies together.
        frequency: args.alerts === undefined ? "DAILY" : "IMMEDIATE",
        subscribers:
          args.alerts === undefined
            ? (args.email ?? []).map((address) => ({ type: "EMAIL", address }))
            : [{ type: "SNS", address: args.alerts.topicArn }],
        thresholdExpression: {
          dimension: {
            key: "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
            matchOptions: ["GREATER_THAN_OR_EQUAL"],
            values: [String(from)],
          },
        },
      },
      { transform: args.transform?.anomalySubscription },
    );
    return { anomalyMonitor, anomalySubscription };
  }
}

function tagFilter({
  key,
  value,
}: NonNullable<BudgetArgs["onlyTagged"]>): aws.types.input.budgets.BudgetCostFilter {
  return { name: "TagKeyValue", values: [pulumi.interpolate`user:${key}$${value}`] };
}

/** Cost Explorer's expression as AWS answers it, every operator named, so that a refresh shows no difference. */
function taggedExpression({ key, value }: NonNullable<BudgetArgs["onlyTagged"]>): pulumi.Output<string> {
  return pulumi.jsonStringify({
    And: null,
    CostCategories: null,
    Dimensions: null,
    Not: null,
    Or: null,
    Tags: { Key: key, MatchOptions: null, Values: [value] },
  });
}

function validate(name: string, args: BudgetArgs): void {
  const problems = new Problems(TOKEN, name);
  problems.check(
    Number.isFinite(args.monthly) && args.monthly > 0,
    "monthly",
    `${args.monthly} is not a budget; write US dollars a month, such as 925`,
  );
  problems.check(
    args.alerts !== undefined || (args.email ?? []).length > 0,
    "alerts",
    "nobody is told; give alerts, email, or both",
  );
  problems.check(
    (args.email ?? []).length <= MAX_ADDRESSES,
    "email",
    `${args.email?.length ?? 0} addresses are too many; AWS takes ${MAX_ADDRESSES}`,
  );
  (args.email ?? []).forEach((address, index) =>
    problems.check(
      /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(address),
      `email[${index}]`,
      `${show(address)} is not an e-mail address, such as "finance@example.com"`,
    ),
  );
  problems.check(
    args.name === undefined || (/^[^:\\]{1,100}$/.test(args.name) && !args.name.includes("/action/")),
    "name",
    `${show(args.name)} is not a budget's name; write 1 to 100 characters without ":" and "\\"`,
  );
  checkNotices(problems, args.notices);
  problems.check(
    args.onlyTagged?.key !== "" && known(args.onlyTagged?.value) !== "",
    "onlyTagged",
    'is not a tag; write its key and its value, such as { key: "Project", value: "payments" }',
  );
  problems.check(
    args.anomaliesFrom === undefined || (Number.isFinite(args.anomaliesFrom) && args.anomaliesFrom > 0),
    "anomaliesFrom",
    `${args.anomaliesFrom ?? 0} is not an amount; write US dollars, such as 50`,
  );
  problems.throwIfAny();
}

function checkNotices(problems: Problems, notices: BudgetNotice[] | undefined): void {
  if (notices === undefined) return;
  problems.check(
    notices.length >= 1 && notices.length <= MAX_NOTICES,
    "notices",
    `${notices.length} notices are not possible; write 1 to ${MAX_NOTICES}`,
  );
  const seen = new Set<string>();
  notices.forEach(({ when, percent }, index) => {
    problems.check(
      percent > 0 && percent <= 1_000_000,
      `notices[${index}].percent`,
      `${percent} is not possible; write per cent of the budget, such as 80`,
    );
    problems.check(
      !seen.has(`${when} ${percent}`),
      `notices[${index}]`,
      `${when} at ${percent} % is there already`,
    );
    seen.add(`${when} ${percent}`);
  });
}
