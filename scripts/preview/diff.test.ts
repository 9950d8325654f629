import { expect } from "chai";
import type { Plan } from "../../components/testing/plan.ts";
import { diffPreviews } from "./diff.ts";
import { find, sampleBase, samplePlan, samplePreview } from "./samples.ts";

const compare = (before: Plan, after: Plan) =>
  diffPreviews("main", { plan: before, findings: [] }, { plan: after, findings: [] });

describe("diffPreviews", () => {
  it("finds nothing between a plan and itself in another order", () => {
    const shuffled = samplePlan();
    shuffled.resources.reverse();
    const diff = compare(samplePlan(), shuffled);
    expect(diff).to.deep.include({ added: [], removed: [], changed: [] });
    expect(diff.unchanged).to.equal(samplePlan().resources.filter(({ custom }) => custom).length);
  });

  it("tells what is added, removed and changed, property by property", () => {
    const { added, removed, changed } = compare(sampleBase(), samplePlan());
    expect(added.map(({ name }) => name)).to.deep.equal(["statements-bucket", "statements-public-access"]);
    expect(removed.map(({ name }) => name)).to.deep.equal(["former-topic"]);
    expect(changed.map(({ name, changes }) => [name, changes.map(({ path }) => path)])).to.deep.equal([
      ["orders-database", ["instanceClass", "performanceInsightsEnabled", "storageEncrypted"]],
      ["backend-task", ["containerDefinitions[backend].image"]],
    ]);
  });

  it("says which changes replace a resource", () => {
    const [database, task] = compare(sampleBase(), samplePlan()).changed;
    expect(database?.mayReplace).to.deep.equal(["storageEncrypted"]);
    expect(task?.mayReplace).to.be.empty;
  });

  it("passes over what Pulumi ignores", () => {
    const base = sampleBase();
    expect(find(base, "backend-service").inputs.desiredCount).not.to.equal(
      find(samplePlan(), "backend-service").inputs.desiredCount,
    );
    expect(compare(base, samplePlan()).changed.map(({ name }) => name)).not.to.include("backend-service");
  });

  it("passes over the version of the provider's SDK, but not over protection", () => {
    const after = samplePlan();
    find(after, "alerts-topic").options.version = "8.0.0";
    find(after, "orders-database").options.protect = false;
    const { changed } = compare(samplePlan(), after);
    expect(changed.map(({ name, changes }) => ({ name, changes }))).to.deep.equal([
      { name: "orders-database", changes: [{ path: "options.protect", before: true, after: false }] },
    ]);
  });

  it("follows a resource to its new name by its alias", () => {
    const after = samplePlan();
    const topic = find(after, "alerts-topic");
    topic.options.aliases = [topic.urn];
    topic.urn = topic.urn.replace("alerts-topic", "pager-topic");
    topic.name = "pager-topic";
    expect(compare(samplePlan(), after)).to.deep.include({ added: [], removed: [], changed: [] });
  });

  it("matches the resources of two stacks", () => {
    const staging = samplePlan();
    for (const resource of staging.resources)
      resource.urn = resource.urn.replace(":production::", ":staging::");
    expect(compare(staging, samplePlan())).to.deep.include({ added: [], removed: [] });
  });

  it("shows a secret as such", () => {
    const after = samplePlan();
    find(after, "orders-database").inputs.password = "[secret]";
    const before = samplePlan();
    delete find(before, "orders-database").inputs.password;
    expect(compare(before, after).changed[0]?.changes).to.deep.equal([
      { path: "password", after: "[secret]" },
    ]);
  });

  it("tells what rules are newly broken or fixed, and what the cost becomes by part", () => {
    const { diff } = samplePreview();
    expect(diff?.appeared.map(({ rule }) => rule)).to.deep.equal(["s3-access-logging"]);
    expect(diff?.fixed.map(({ rule }) => rule)).to.deep.equal(["rds-storage-encrypted"]);
    expect(
      diff?.cost?.parts.map(({ part, before, after }) => [part, Math.round(after - before)]),
    ).to.deep.equal([["database", 210]]);
  });
});
