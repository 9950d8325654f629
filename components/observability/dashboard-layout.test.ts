import { expect } from "chai";
import fc from "fast-check";
import { COLUMNS, flow, type Place, planDashboard } from "./dashboard-layout.ts";
import type { WidgetProposal } from "./observables.ts";

const METRIC = { namespace: "AWS/ECS", name: "CPUUtilization", dimensions: { a: "b" }, statistic: "Average" };

function overlap(one: Place, other: Place): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

function expectSound(places: readonly Place[]): void {
  places.forEach((place, index) => {
    expect(place.x).to.be.at.least(0);
    expect(place.x + place.width).to.be.at.most(COLUMNS);
    for (const other of places.slice(index + 1)) expect(overlap(place, other)).to.equal(false);
  });
}

const sizes = fc.array(
  fc.record({ width: fc.integer({ min: 1, max: COLUMNS }), height: fc.integer({ min: 1, max: 12 }) }),
  { maxLength: 40 },
);
const widget: fc.Arbitrary<WidgetProposal> = fc.record({
  title: fc.string(),
  group: fc.constant("application" as const),
  metrics: fc.constant([METRIC]),
});
const sections = fc.array(
  fc.record({ heading: fc.string(), widgets: fc.array(widget, { minLength: 1, maxLength: 9 }) }),
  { maxLength: 8 },
);

describe("dashboard layout", () => {
  it("sets boxes within 24 columns, in their order and never one upon another", () => {
    fc.assert(
      fc.property(sizes, (boxes) => {
        const places = flow(boxes);
        expectSound(places);
        expect(places.map(({ width, height }) => ({ width, height }))).to.deep.equal(boxes);
        places.slice(1).forEach((place, index) => {
          const before = places[index];
          expect(place.y > (before?.y ?? 0) || place.x > (before?.x ?? 0)).to.equal(true);
        });
      }),
    );
  });

  it("shows every graph once, below its component's heading", () => {
    fc.assert(
      fc.property(sections, fc.array(fc.string(), { maxLength: 30 }), (shown, alarms) => {
        const widgets = planDashboard({ title: "Payments", region: "eu-west-1", sections: shown, alarms });
        expectSound(widgets);
        const graphs = widgets.filter(({ type }) => type === "metric");
        expect(graphs.map(({ properties }) => properties.title)).to.deep.equal(
          shown.flatMap((section) => section.widgets.map(({ title }) => title)),
        );
        expect(widgets.filter(({ type }) => type === "text")).to.have.length(1 + shown.length);
      }),
    );
  });

  it("fills the rows of two and four graphs", () => {
    for (const [count, width] of [
      [1, 24],
      [2, 12],
      [3, 8],
      [4, 12],
      [5, 8],
    ] as const) {
      const graphs = planDashboard({
        title: "t",
        region: "eu-west-1",
        alarms: [],
        sections: [{ heading: "h", widgets: graphsOf(count) }],
      }).filter(({ type }) => type === "metric");
      expect(graphs.map((graph) => graph.width)).to.deep.equal(Array<number>(count).fill(width));
    }
  });

  it("writes metrics as CloudWatch reads them, with region, statistic and label", () => {
    const [, , graph] = planDashboard({
      title: "t",
      region: "eu-west-1",
      alarms: [],
      sections: [
        {
          heading: "h",
          widgets: [
            {
              title: "CPU",
              group: "application",
              metrics: [{ ...METRIC, label: "cpu", region: "us-east-1", period: 300 }],
            },
          ],
        },
      ],
    });
    expect(graph?.properties).to.deep.equal({
      title: "CPU",
      region: "eu-west-1",
      view: "timeSeries",
      stacked: false,
      metrics: [
        [
          "AWS/ECS",
          "CPUUtilization",
          "a",
          "b",
          { stat: "Average", period: 300, label: "cpu", region: "us-east-1" },
        ],
      ],
      yAxis: { left: { min: 0 } },
    });
  });
});

function graphsOf(count: number): WidgetProposal[] {
  return Array.from({ length: count }, () => ({ title: "g", group: "application", metrics: [METRIC] }));
}
