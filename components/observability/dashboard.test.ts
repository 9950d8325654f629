import { expect } from "chai";
import { expectGolden, mistakesOf, planOf, resource } from "../testing/index.ts";
import { Dashboard } from "./dashboard.ts";
import { BACKEND, DATABASE } from "./observables.test-support.ts";

const DASHBOARD = "aws:cloudwatch/dashboard:Dashboard";

describe("Dashboard", () => {
  it("shows what components propose, by component, under a name of its stack", async () => {
    const plan = await planOf(
      () => {
        new Dashboard("payments", { watch: [BACKEND, DATABASE] });
      },
      {
        region: "eu-west-1",
        stack: "production",
      },
    );
    await expectGolden(plan, new URL("golden/dashboard.json", import.meta.url));
  });

  it("shows only the groups that are asked for", async () => {
    const plan = await planOf(() => {
      new Dashboard("database", {
        watch: [BACKEND, DATABASE],
        groups: ["database"],
        region: "us-west-2",
      });
    });
    const { inputs } = resource(plan, DASHBOARD);
    expect(inputs.region).to.equal("us-west-2");
    expect(inputs.dashboardBody).to.contain("## payments").and.contain('"region":"us-west-2"');
    expect(inputs.dashboardBody).not.to.contain("## backend");
  });

  it("names every mistake at once", async () => {
    const message = await mistakesOf(
      () =>
        new Dashboard("payments", {
          watch: [BACKEND],
          groups: ["cache"],
          name: "pay ments",
          alarms: Array<string>(101).fill("arn"),
        }),
    );
    expect(message).to.equal(
      [
        'Dashboard "payments" has wrong arguments:',
        '  name: "pay ments" is not a dashboard\'s name; write 1 to 255 letters, digits, "_" and "-"',
        "  watch: has nothing to show for this dashboard; watch more or other groups",
        "  alarms: 101 alarms do not fit; CloudWatch shows 100 in one widget",
      ].join("\n"),
    );
  });

  it("refuses a graph with more metrics than CloudWatch draws", async () => {
    const [first] = DATABASE.observables.widgets;
    const metrics = Array.from({ length: 501 }, () => first?.metrics ?? []).flat();
    const crowded = {
      observables: { name: "db", alarms: [], widgets: [{ ...first, title: "All", metrics }] },
    };
    expect(await mistakesOf(() => new Dashboard("db", { watch: [crowded as typeof DATABASE] }))).to.contain(
      'watch: the graph "All" has 501 metrics; CloudWatch draws 1 to 500',
    );
  });
});
