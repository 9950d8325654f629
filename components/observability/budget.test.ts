import { expect } from "chai";
import { expectGolden, mistakesOf, planOf, resource, resources } from "../testing/index.ts";
import { Budget, type BudgetArgs } from "./budget.ts";

const ALERTS = { topicArn: "arn:aws:sns:eu-west-1:123456789012:alerts" };
const TAG = { key: "Project", value: "payments" };

async function planWith(args: BudgetArgs) {
  return planOf(
    () => {
      new Budget("payments", args);
    },
    { region: "eu-west-1" },
  );
}

describe("Budget", () => {
  it("E16: tells at 80 and 100 % spent and at 100 % foreseen", async () => {
    const plan = await planWith({
      monthly: 925,
      alerts: ALERTS,
      email: ["finance@example.com"],
      onlyTagged: TAG,
    });
    await expectGolden(plan, new URL("golden/budget.json", import.meta.url));
  });

  it("F7: takes notices of choice", async () => {
    const { inputs } = resource(
      await planWith({ monthly: 98, email: ["a@example.com"], notices: [{ when: "forecast", percent: 90 }] }),
      "aws:budgets/budget:Budget",
    );
    expect(inputs).not.to.have.property("costFilters");
    expect(inputs.notifications).to.deep.equal([
      {
        notificationType: "FORECASTED",
        comparisonOperator: "GREATER_THAN",
        threshold: 90,
        thresholdType: "PERCENTAGE",
        subscriberEmailAddresses: ["a@example.com"],
      },
    ]);
  });

  it("watches for unusual spending when asked to, at once by topic and daily by e-mail", async () => {
    const subscriptionOf = async (args: BudgetArgs) =>
      resource(await planWith(args), "aws:costexplorer/anomalySubscription:AnomalySubscription").inputs;
    expect(await subscriptionOf({ monthly: 925, alerts: ALERTS, anomaliesFrom: 50 })).to.deep.include({
      frequency: "IMMEDIATE",
      subscribers: [{ type: "SNS", address: ALERTS.topicArn }],
    });
    expect(
      await subscriptionOf({ monthly: 925, email: ["a@example.com"], anomaliesFrom: 50 }),
    ).to.deep.include({
      frequency: "DAILY",
      subscribers: [{ type: "EMAIL", address: "a@example.com" }],
    });
    const none = await planWith({ monthly: 925, alerts: ALERTS });
    expect(resources(none, "aws:costexplorer/anomalyMonitor:AnomalyMonitor")).to.be.empty;
  });

  it("watches what the budget counts: a tag, or every service", async () => {
    const monitorOf = async (args: Partial<BudgetArgs>) =>
      resource(
        await planWith({ monthly: 925, alerts: ALERTS, anomaliesFrom: 50, ...args }),
        "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
      ).inputs;
    expect(await monitorOf({})).to.deep.include({ monitorType: "DIMENSIONAL", monitorDimension: "SERVICE" });
    const { monitorSpecification } = await monitorOf({ onlyTagged: TAG });
    expect(JSON.parse(monitorSpecification as string)).to.have.deep.property("Tags", {
      Key: "Project",
      MatchOptions: null,
      Values: ["payments"],
    });
  });

  it("names every mistake at once", async () => {
    const message = await mistakesOf(
      () =>
        new Budget("payments", {
          monthly: 0,
          name: "a:b",
          notices: [
            { when: "actual", percent: 80 },
            { when: "actual", percent: 80 },
            { when: "actual", percent: 0 },
          ],
          onlyTagged: { key: "", value: "x" },
          anomaliesFrom: -1,
        }),
    );
    expect(message).to.equal(
      [
        'Budget "payments" has wrong arguments:',
        "  monthly: 0 is not a budget; write US dollars a month, such as 925",
        "  alerts: nobody is told; give alerts, email, or both",
        '  name: "a:b" is not a budget\'s name; write 1 to 100 characters without ":" and "\\"',
        "  notices[1]: actual at 80 % is there already",
        "  notices[2].percent: 0 is not possible; write per cent of the budget, such as 80",
        '  onlyTagged: is not a tag; write its key and its value, such as { key: "Project", value: "payments" }',
        "  anomaliesFrom: -1 is not an amount; write US dollars, such as 50",
      ].join("\n"),
    );
  });

  it("refuses addresses that are none, and too many", async () => {
    const email = [...Array.from({ length: 10 }, (_, index) => `a${index}@example.com`), "finance"];
    expect(await mistakesOf(() => new Budget("payments", { monthly: 1, email }))).to.equal(
      [
        'Budget "payments" has wrong arguments:',
        "  email: 11 addresses are too many; AWS takes 10",
        '  email[10]: "finance" is not an e-mail address, such as "finance@example.com"',
      ].join("\n"),
    );
  });
});
