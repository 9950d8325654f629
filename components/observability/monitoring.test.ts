import { expect } from "chai";
import { expectGolden, mistakesOf, planOf, resources } from "../testing/index.ts";
import { Monitoring } from "./monitoring.ts";
import { BACKEND, DATABASE } from "./observables.test-support.ts";

const ALERTS = { topicArn: "arn:aws:sns:eu-west-1:123456789012:alerts" };

describe("Monitoring", () => {
  it("E6, E7: derives alarms and one dashboard a group from what is deployed", async () => {
    const plan = await planOf(
      () => {
        new Monitoring("payments", { watch: [BACKEND, DATABASE], alerts: ALERTS, limits: { cpu: 90 } });
      },
      { region: "eu-west-1", stack: "production" },
    );
    await expectGolden(plan, new URL("golden/monitoring.json", import.meta.url));
  });

  it("E7: has dashboards of the application, the database and the load balancer, each with its alarms", async () => {
    const plan = await planOf(() => {
      new Monitoring("payments", {
        watch: [BACKEND, DATABASE],
        dashboards: "payment-system-production",
      });
    });
    const dashboards = resources(plan, "aws:cloudwatch/dashboard:Dashboard");
    expect(dashboards.map(({ inputs }) => inputs.dashboardName)).to.have.members([
      "payment-system-production-application",
      "payment-system-production-load-balancer",
      "payment-system-production-database",
    ]);
    const database = dashboards.find(({ inputs }) => (inputs.dashboardName as string).endsWith("database"));
    expect(database?.inputs.dashboardBody).to.contain("alarm:payments-payments-rds-storage");
    expect(database?.inputs.dashboardBody).not.to.contain("alarm:payments-backend");
  });

  it("hands its region to alarms and dashboards", async () => {
    const plan = await planOf(() => {
      new Monitoring("payments", { watch: [BACKEND], region: "us-west-2" });
    });
    const made = plan.resources.filter(({ type }) => type.startsWith("aws:cloudwatch/"));
    expect(made).to.have.length(4);
    for (const { inputs, name } of made) expect(inputs.region, name).to.equal("us-west-2");
  });

  it("names every mistake at once", async () => {
    expect(
      await mistakesOf(() => new Monitoring("payments", { watch: [], dashboards: "pay/ments" })),
    ).to.equal(
      [
        'Monitoring "payments" has wrong arguments:',
        "  watch: is empty; name the components to watch",
        '  dashboards: "pay/ments" cannot begin a dashboard\'s name; write 1 to 240 letters, digits, "_" and "-"',
      ].join("\n"),
    );
  });
});
