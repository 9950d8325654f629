import { expect } from "chai";
import { fileURLToPath } from "node:url";
import { CommandError, EXIT } from "../exit.ts";
import { readPreview } from "../policy/input.ts";
import { find, samplePlan } from "../preview/samples.ts";
import { jsonAnswer, terminalAnswer } from "./report.ts";
import { runReach, type ReachRequest } from "./run.ts";

const INPUT = readPreview(fileURLToPath(new URL("../preview/fixtures/plan.json", import.meta.url)));

async function ask(from: string, to: string, more: Partial<ReachRequest> = {}) {
  return await runReach({ from, to, protocol: "tcp", input: INPUT, program: { cwd: "." }, ...more });
}

const asText = async (...question: Parameters<typeof ask>) =>
  terminalAnswer(await ask(...question), { width: 90, paint: (_, text) => text });

/** What is said to a user who has asked wrongly. */
async function mistake(...question: Parameters<typeof ask>): Promise<string> {
  const error = await ask(...question).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CommandError)) throw new Error("the question was answered");
  expect(error.exitCode).to.equal(EXIT.usage);
  return error.message;
}

describe("strongroom reach", () => {
  it("says why a way is closed, each reason with the resource that is asked", async () => {
    const text = await asText("internet", "orders-database");
    expect(text.split("\n").slice(0, 6)).to.deep.equal([
      "internet → orders-database, TCP any port: closed",
      "",
      "Stopped by each of:",
      "",
      "1  address         orders-database has no public address",
      "2  route           network-data-a: no route of network-data-routes leads to an internet",
    ]);
  });

  it("goes through an open way hop by hop, with what lets it through", async () => {
    const text = await asText("internet", "backend-service");
    expect(text).to.match(/^internet → backend-service, TCP 443: open\n/);
    expect(text.replaceAll(/\s+/g, " ")).to.include(
      "4 security group edge-load-balancer, inward: TCP 443 from 0.0.0.0/0 (edge-ingress-443)",
    );
    expect(Math.max(...text.split("\n").map((line) => line.length))).to.be.at.most(90);
  });

  it("answers other programs with names, types and URNs", async () => {
    const answer = JSON.parse(jsonAnswer(await ask("backend", "orders-database", { port: 5432 }))) as {
      path: unknown[];
    };
    expect(answer).to.deep.include({
      from: {
        name: "backend-service",
        type: "aws:ecs/service:Service",
        urn: find(samplePlan(), "backend-service").urn,
      },
      status: "open",
      port: 5432,
    });
    expect(answer.path[0]).to.deep.include({ kind: "security-group", at: "backend-service, outward" });
    const closed = JSON.parse(jsonAnswer(await ask("backend", "orders-database", { port: 22 }))) as object;
    expect(closed).to.have.property("stops").with.length(2);
  });

  it("takes names, URNs, names in AWS and names of components", async () => {
    const service = find(samplePlan(), "backend-service");
    for (const from of ["backend", "backend-service", service.urn, service.id ?? ""]) {
      expect((await ask(from, "internet")).from).to.have.property("urn", service.urn);
    }
  });

  it("answers unknown names with those that are like them, and with what a name means instead", async () => {
    expect(await mistake("backnd", "internet")).to.match(
      /nothing called "backnd"\. Did you mean "backend"\?/,
    );
    expect(await mistake("internet", "database")).to.match(/Names like it: .*orders-database/);
    expect(await mistake("backend-execution", "internet")).to.match(
      /iam\.Role\) is nothing that network traffic/,
    );
  });

  it("asks for another end where both are the same", async () => {
    for (const [from, to] of [
      ["backend", "backend-service"],
      ["internet", "internet"],
    ] as const)
      expect(await mistake(from, to)).to.match(/are the same\. Name two ends/);
  });

  it("asks which one is meant where several have the name", async () => {
    const twin = samplePlan();
    const cache = find(twin, "sessions-cache");
    cache.name = "orders-database";
    const message = await mistake("internet", "orders-database", { input: { plan: twin } });
    expect(message).to.match(
      /means 2 resources.*\n {2}orders-database \(rds\.Instance\) {2}urn:.*\n {2}orders-database \(elasticache/,
    );
  });
});
