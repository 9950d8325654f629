import { expect } from "chai";
import fc from "fast-check";
import type { Plan } from "../../../components/testing/plan.ts";
import { find, samplePlan } from "../samples.ts";
import { diagramOf } from "./diagram.ts";
import type { Diagram } from "./diagram.ts";
import { faultsOf } from "./layout-faults.ts";
import { layOut } from "./layout.ts";

/** Edges as people say them. */
function edgesOf({ nodes, edges }: Diagram): string[] {
  const titles = new Map(nodes.map(({ id, title }) => [id, title]));
  return edges.map(({ from, to, kind, labels }) =>
    `${titles.get(from)} ${kind} ${titles.get(to)} ${labels.join(" ")}`.trim(),
  );
}

function groupTitle({ groups, nodes }: Diagram, title: string): string | undefined {
  const group = nodes.find((node) => node.title === title)?.group;
  return groups.find(({ id }) => id === group)?.title;
}

describe("diagramOf", () => {
  const diagram = diagramOf(samplePlan());

  it("puts what stands in the network into its tiers, with their zones", () => {
    const titles = [
      "edge load balancer",
      "backend",
      "PostgreSQL orders",
      "Valkey sessions",
      "2 NAT gateways",
      "firewall",
    ].map((title) => groupTitle(diagram, title));
    expect(titles).to.deep.equal([
      "Public tier",
      "App tier",
      "Data tier",
      "Data tier",
      "Public tier",
      "Edge services",
    ]);
    expect(diagram.groups.find(({ title }) => title === "Data tier")?.note).to.equal(
      "eu-west-1a · eu-west-1b",
    );
    expect(diagram.groups.find(({ kind }) => kind === "network")).to.include({
      title: "VPC network",
      note: "10.20.0.0/16",
    });
  });

  it("leads from the internet through the firewall and the load balancer to the services, and on to their data", () => {
    expect(edgesOf(diagram)).to.have.members([
      "Internet traffic firewall 80 443",
      "firewall traffic edge load balancer",
      "edge load balancer traffic backend 8080 /api/*",
      "edge load balancer traffic frontend 3000 /*",
      "backend traffic PostgreSQL orders 5432",
      "backend traffic Valkey sessions 6379",
      "2 NAT gateways traffic Internet egress",
      "backend uses 3 Secrets",
    ]);
  });

  it("draws many of a supporting kind as one, and knows what a customer's key encrypts", () => {
    const secrets = diagram.nodes.find(({ title }) => title === "3 Secrets");
    expect(secrets).to.include({ encrypted: true, subtitle: "jwt, database-password +1" });
    expect(secrets?.urns).to.have.length(3);
    expect(diagram.nodes.find(({ title }) => title === "statements")?.encrypted).to.equal(false);
  });

  it("understands rules that stand within security groups, and the older rule resource", () => {
    const plan = samplePlan();
    const rules = plan.resources.filter(({ type }) => type.startsWith("aws:vpc/securityGroup"));
    plan.resources = plan.resources.filter((resource) => !rules.includes(resource));
    const [backend, orders, edge] = ["backend", "orders", "edge"].map((name) =>
      find(plan, `${name}-security-group`),
    );
    find(plan, "backend-security-group").inputs.ingress = [
      { protocol: "tcp", fromPort: 8080, toPort: 8081, securityGroups: [edge?.id ?? ""] },
    ];
    plan.resources.push({
      ...find(plan, "orders-security-group"),
      urn: "urn:pulumi:production::strongroom::aws:ec2/securityGroupRule:SecurityGroupRule::rule",
      type: "aws:ec2/securityGroupRule:SecurityGroupRule",
      id: "sgrule-1",
      outputs: {},
      inputs: {
        type: "ingress",
        protocol: "-1",
        securityGroupId: orders?.id ?? "",
        sourceSecurityGroupId: backend?.id ?? "",
      },
      propertyDependencies: {},
    });
    expect(edgesOf(diagramOf(plan))).to.include.members([
      "edge load balancer traffic backend 8080–8081 /api/*",
      "backend traffic PostgreSQL orders all ports",
    ]);
  });

  it("finds a subnet's tier by its routes where neither tag nor name tells", () => {
    const plan = samplePlan();
    for (const resource of plan.resources.filter(({ type }) => type === "aws:ec2/subnet:Subnet")) {
      resource.name = "subnet";
      resource.inputs.tags = {};
    }
    const drawn = diagramOf(plan);
    expect(
      ["edge load balancer", "backend", "PostgreSQL orders"].map((title) => groupTitle(drawn, title)),
    ).to.deep.equal(["Public tier", "App tier", "Data tier"]);
  });

  it("draws boxes around regions where there are several", () => {
    const plan = samplePlan();
    find(plan, "statements-bucket").region = "us-east-1";
    const regions = diagramOf(plan).groups.filter(({ kind }) => kind === "region");
    expect(regions.map(({ title }) => title)).to.have.members(["AWS eu-west-1", "AWS us-east-1"]);
  });

  it("draws nothing of a plan that makes nothing", () => {
    const plan: Plan = { ...samplePlan(), resources: [] };
    expect(diagramOf(plan)).to.deep.equal({ groups: [], nodes: [], edges: [] });
  });
});

describe("layOut", () => {
  it("stacks the internet, the edge, the tiers and the shelf, and gives each arrow a way", async () => {
    const diagram = diagramOf(samplePlan());
    const layout = await layOut(diagram);
    expect(faultsOf(diagram, layout)).to.deep.equal([]);
    const tops = [
      "Internet",
      "firewall",
      "edge load balancer",
      "backend",
      "PostgreSQL orders",
      "3 Secrets",
    ].map(
      (title) => layout.boxes.get(diagram.nodes.find((node) => node.title === title)?.id ?? "")?.y ?? NaN,
    );
    expect(tops).to.deep.equal(tops.toSorted((a, b) => a - b));
    expect(layout.routes.every(({ points }) => points.length >= 2)).to.equal(true);
  });

  it("lets nothing overlap or leave its box, whatever is missing or more than once", async () => {
    const { resources } = samplePlan();
    const copies = resources.map((resource) => ({
      ...resource,
      urn: `${resource.urn}-copy`,
      region: "eu-central-1",
      ...(resource.id === undefined ? {} : { id: `${resource.id}-copy` }),
    }));
    await fc.assert(
      fc.asyncProperty(fc.subarray([...resources, ...copies]), async (some) => {
        const diagram = diagramOf({ ...samplePlan(), resources: some });
        expect(faultsOf(diagram, await layOut(diagram))).to.deep.equal([]);
      }),
      { numRuns: 15 },
    );
  });
});
