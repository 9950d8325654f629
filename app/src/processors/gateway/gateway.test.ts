import { expect } from "chai";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { metrics } from "@opentelemetry/api";
import pino from "pino";
import { createOutgoing, type OutgoingClient } from "../../http/outgoing.ts";
import { createInstruments, guard, type GuardedProcessor, type GuardOptions } from "../guard.ts";
import type { Processor, ProcessorResult } from "../processor.ts";
import { startSimulatorServer, type SimulatorServer } from "../simulator/server.ts";
import { charge, foundBy, linesOf, referenceOf, testSimulator } from "../simulator/simulator.test-support.ts";
import { Gateway } from "./gateway.ts";

type Act = (request: IncomingMessage, response: ServerResponse) => void;

const APPROVED = { outcome: "approved", reference: "ch_1", amount: 2000 };
const REQUEST = charge("4242424242424242");

const json =
  (body: unknown, status = 200): Act =>
  (_request, response) =>
    void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
const text =
  (body: string): Act =>
  (_request, response) =>
    void response.end(body);
const reset: Act = (request) => void request.socket.resetAndDestroy();
const hang: Act = () => undefined;
const half: Act = (_request, response) => {
  response.writeHead(200, { "content-length": "100" });
  response.write('{"outcome":');
  setTimeout(() => response.destroy(), 20);
};
const slow: Act = (_request, response) => {
  response.writeHead(200);
  const timer = setInterval(() => response.write(" "), 10);
  response.on("close", () => clearInterval(timer));
};

/** A processor's server that does as it is told, one act for each request; the last act goes on. */
class Misbehaving {
  acts: Act[] = [];
  requests: { url: string; key: string | undefined }[] = [];
  readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      this.requests.push({
        url: request.url ?? "",
        key: request.headers["idempotency-key"] as string | undefined,
      });
      request.resume().on("end", () => {
        const act = this.acts.length > 1 ? this.acts.shift() : this.acts[0];
        act?.(request, response);
      });
    });
  }

  async start(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

describe("gateway and guard", () => {
  let misbehaving: Misbehaving;
  let client: OutgoingClient;
  let url: string;

  beforeEach(async () => {
    misbehaving = new Misbehaving();
    url = await misbehaving.start();
    client = createOutgoing({ allowHttp: true, deadline: 250, maxResponseBytes: 2 ** 22 });
  });

  afterEach(async () => {
    misbehaving.stop();
    await client.close();
  });

  function gateway(...acts: Act[]): Gateway {
    misbehaving.acts = acts;
    return new Gateway({ name: "gateway", url, key: "secret", client });
  }

  function guarded(processor: Processor, options: Partial<GuardOptions> = {}): GuardedProcessor {
    return guard(processor, {
      log: pino({ level: "silent" }),
      instruments: createInstruments(metrics.getMeter("test")),
      retryDelay: 1,
      ...options,
    });
  }

  describe("an answer is believed only when it can be read", () => {
    for (const [name, act, expected] of [
      ["an approval", json(APPROVED), APPROVED],
      ["a hang", hang, { outcome: "unknown", reason: "timeout" }],
      ["slow bytes", slow, { outcome: "unknown", reason: "timeout" }],
      ["a reset", reset, { outcome: "unknown", reason: "connection_lost" }],
      ["half an answer", half, { outcome: "unknown", reason: "connection_lost" }],
      ["wrong JSON", text('{"outcome":"approved"'), { outcome: "unknown", reason: "unreadable_answer" }],
      ["HTML", text("<h1>Welcome to nginx</h1>"), { outcome: "unknown", reason: "unreadable_answer" }],
      [
        "an approval of nothing",
        json({ outcome: "approved" }),
        { outcome: "unknown", reason: "unreadable_answer" },
      ],
      [
        "an outcome that we do not know",
        json({ outcome: "maybe" }),
        { outcome: "unknown", reason: "unreadable_answer" },
      ],
      [
        "a negative amount",
        json({ ...APPROVED, amount: -1 }),
        { outcome: "unknown", reason: "unreadable_answer" },
      ],
      ["a redirect", json({}, 302), { outcome: "unknown", reason: "unreadable_answer" }],
      ["408", json({}, 408), { outcome: "unknown", reason: "unreadable_answer" }],
      ["409", json({}, 409), { outcome: "unknown", reason: "in_progress" }],
      ["500", json(APPROVED, 500), { outcome: "unknown", reason: "server_error" }],
      ["503", json({}, 503), { outcome: "unknown", reason: "server_error" }],
      ["401", json({}, 401), { outcome: "unavailable", reason: "refused", retryAfter: 5 }],
      ["429", json({}, 429), { outcome: "unavailable", reason: "refused", retryAfter: 5 }],
    ] as const) {
      it(`${name}: ${"reason" in expected ? expected.reason : expected.outcome}`, async () => {
        expect(await gateway(act).authorize(REQUEST)).to.deep.equal(expected);
      });
    }

    it("nobody there: unavailable, since nothing was sent", async () => {
      const processor = gateway(json(APPROVED));
      misbehaving.stop();
      expect(await processor.authorize(REQUEST)).to.deep.equal({
        outcome: "unavailable",
        reason: "not_connected",
        retryAfter: 5,
      });
    });

    it("an inquiry that fails says nothing about the payment", async () => {
      for (const act of [json({}, 404), json({}, 500), reset, text("{}"), json({ inquiry: "found" })]) {
        expect(await gateway(act).inquire("key_1")).to.include({ inquiry: "unknown" });
      }
      expect(await gateway(json({ inquiry: "not_found" })).inquire("key_1")).to.deep.equal({
        inquiry: "not_found",
      });
    });

    it("sends our key and the bearer key, and the key not in the body", async () => {
      let body = "";
      const act: Act = (request, response) => {
        body = String(request.headers.authorization);
        json(APPROVED)(request, response);
      };
      await gateway(act).authorize(REQUEST);
      expect(body).to.equal("Bearer secret");
      expect(misbehaving.requests).to.deep.equal([{ url: "/v1/operations/authorize", key: "key_1" }]);
    });
  });

  describe("guard: retries", () => {
    it("repeats what broke, with the same key, until the answer is there", async () => {
      const result = await guarded(gateway(reset, json({}, 500), json(APPROVED))).authorize(REQUEST);
      expect(result).to.deep.equal(APPROVED);
      expect(misbehaving.requests.map(({ key }) => key)).to.deep.equal(["key_1", "key_1", "key_1"]);
    });

    it("does not repeat after a time-out: the time is over, the outcome unknown", async () => {
      const result = await guarded(gateway(hang)).authorize(REQUEST);
      expect(result).to.deep.equal({ outcome: "unknown", reason: "timeout" });
      expect(misbehaving.requests).to.have.length(1);
    });

    it("does not repeat a decline or a refusal", async () => {
      const declined = { outcome: "declined", code: "card_declined", message: "No.", retryable: false };
      expect(await guarded(gateway(json(declined))).authorize(REQUEST)).to.deep.equal(declined);
      await guarded(gateway(json({}, 400))).authorize(REQUEST);
      expect(misbehaving.requests).to.have.length(2);
    });

    it("never repeats what may have been done where the processor does not know keys", async () => {
      const inner = gateway(reset, json(APPROVED));
      const processor = Object.assign(Object.create(inner) as Gateway, {
        capabilities: { ...inner.capabilities, idempotent: false },
      });
      expect(await guarded(processor).authorize(REQUEST)).to.include({ outcome: "unknown" });
      expect(misbehaving.requests).to.have.length(1);
    });

    it("stays unknown when a first attempt may have been done and the later ones did nothing", async () => {
      const processor = guarded(gateway(reset, json({}, 401)));
      expect(await processor.authorize(REQUEST)).to.deep.equal({
        outcome: "unknown",
        reason: "connection_lost",
      });
      expect(misbehaving.requests).to.have.length(2);
    });

    it("ends an adapter that never answers, as unknown", async () => {
      const inner = gateway(json(APPROVED));
      const processor = Object.assign(Object.create(inner) as Gateway, {
        authorize: () => new Promise(() => undefined),
      });
      expect(await guarded(processor, { timeLimit: 50 }).authorize(REQUEST)).to.deep.equal({
        outcome: "unknown",
        reason: "timeout",
      });
    });

    it("takes an adapter that throws for one that does not know", async () => {
      const inner = gateway(json(APPROVED));
      const processor = Object.assign(Object.create(inner) as Gateway, {
        capture: () => Promise.reject(new Error("bug")),
      });
      const request = { key: "c", reference: "ch_1", amount: 1, currency: "usd", final: true };
      expect((await guarded(processor).capture(request)).outcome).to.equal("unknown");
    });
  });

  describe("guard: circuit breaker and limits", () => {
    async function failing(processor: GuardedProcessor, calls: number): Promise<ProcessorResult[]> {
      const results: ProcessorResult[] = [];
      for (let call = 1; call <= calls; call += 1) results.push(await processor.authorize(REQUEST));
      return results;
    }

    it("opens after failures: calls end at once, as unavailable, and nothing is sent", async () => {
      const processor = guarded(gateway(json({}, 500)), { retries: 0, openFor: 60_000 });
      const results = await failing(processor, 12);
      expect(results.slice(0, 10).map(({ outcome }) => outcome)).to.deep.equal(Array(10).fill("unknown"));
      expect(results.slice(10)).to.deep.equal(
        Array(2).fill({ outcome: "unavailable", reason: "circuit_open", retryAfter: 60 }),
      );
      expect(processor.circuit).to.equal("open");
      expect(misbehaving.requests).to.have.length(10);
      expect(await processor.inquire("key_1")).to.deep.equal({ inquiry: "unknown", reason: "circuit_open" });
    });

    it("says unknown, not unavailable, when the circuit opens between the attempts of a call", async () => {
      const processor = guarded(gateway(json({}, 500)), { retries: 2, openFor: 60_000 });
      const results = await failing(processor, 4);
      expect(results.map(({ outcome }) => outcome)).to.deep.equal(Array(4).fill("unknown"));
      expect(processor.circuit).to.equal("open");
      expect(misbehaving.requests).to.have.length(10);
    });

    it("closes again when the processor is back", async () => {
      const processor = guarded(gateway(json({}, 500)), { retries: 0, openFor: 20 });
      await failing(processor, 10);
      expect(processor.circuit).to.equal("open");
      misbehaving.acts = [json(APPROVED)];
      let result = await processor.authorize(REQUEST);
      while (result.outcome === "unavailable") {
        await new Promise((resolve) => setTimeout(resolve, 5));
        result = await processor.authorize(REQUEST);
      }
      expect(result).to.deep.equal(APPROVED);
      expect(processor.circuit).to.equal("closed");
    });

    it("does not open by declines", async () => {
      const declined = { outcome: "declined", code: "card_declined", message: "No.", retryable: false };
      const processor = guarded(gateway(json(declined)));
      await failing(processor, 30);
      expect(processor.circuit).to.equal("closed");
    });

    it("turns away what is above the limit, and that only", async () => {
      const answers: ServerResponse[] = [];
      const processor = guarded(
        gateway((_request, response) => void answers.push(response)),
        { concurrency: 2 },
      );
      const calls = [1, 2, 3, 4, 5].map(async (number) =>
        processor.authorize({ ...REQUEST, key: `key_${number}` }),
      );
      expect(await calls[4]).to.include({ outcome: "unavailable", reason: "overloaded" });
      while (answers.length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
      misbehaving.acts = [json(APPROVED)];
      for (const response of answers) response.end(JSON.stringify(APPROVED));
      const results = await Promise.all(calls.slice(0, 4));
      expect(results.map(({ outcome }) => outcome)).to.deep.equal(Array(4).fill("approved"));
    });
  });

  describe("with the simulator in a server of its own", () => {
    let server: SimulatorServer;
    let processor: Gateway;

    beforeEach(async () => {
      server = await startSimulatorServer({ simulator: testSimulator(), key: "secret" });
      processor = new Gateway({ name: "gateway_test", url: server.url, key: "secret", client });
    });

    afterEach(() => server.close());

    it("authorises, captures in parts, refunds, and settles", async () => {
      const reference = referenceOf(await processor.authorize({ ...REQUEST, capture: false }));
      const capture = { reference, amount: 1000, currency: "usd" };
      expect(await processor.capture({ ...capture, key: "c1", final: false })).to.include({
        outcome: "approved",
        fee: 3,
      });
      expect(await processor.capture({ ...capture, key: "c2", final: true })).to.include({
        outcome: "approved",
      });
      expect(await processor.void({ key: "v", reference })).to.include({ code: "charge_not_voidable" });
      expect(await processor.refund({ key: "r", reference, amount: 500, currency: "usd" })).to.include({
        outcome: "approved",
      });
      const lines = await linesOf(processor.settlement("2026-01-05"));
      expect(lines.map(({ type, net }) => [type, net])).to.deep.equal([
        ["charge", 997],
        ["charge", 997],
        ["refund", -500],
      ]);
    });

    it("gives the settlement in pages", async () => {
      for (let number = 1; number <= 1001; number += 1) {
        await processor.authorize({ ...REQUEST, key: `key_${number}`, amount: number });
      }
      const lines = await linesOf(processor.settlement("2026-01-05"));
      expect(lines.map(({ amount }) => amount)).to.deep.equal(
        Array.from({ length: 1001 }, (_, index) => index + 1),
      );
    }).timeout(20_000);

    it("loses answers as told, and tells the truth to an inquiry", async () => {
      const request = { ...charge("4000000000900037"), key: "lost" };
      expect(await processor.authorize(request)).to.deep.equal({
        outcome: "unknown",
        reason: "connection_lost",
      });
      expect(foundBy(await processor.inquire("lost"))).to.include({ outcome: "approved" });
      const late = { ...charge("4000000000900029"), key: "late" };
      expect(await processor.authorize(late)).to.deep.equal({ outcome: "unknown", reason: "timeout" });
      expect(await processor.authorize(late)).to.deep.equal({ outcome: "unknown", reason: "in_progress" });
      expect(await processor.inquire("late")).to.deep.equal({ inquiry: "unknown", reason: "in_progress" });
      expect(foundBy(await processor.inquire("late"))).to.include({ outcome: "approved" });
    });

    it("challenges, disputes and tells notices", async () => {
      const asked = await processor.authorize(charge("4000002500003155"));
      expect(await processor.confirmChallenge({ key: "confirm", reference: referenceOf(asked) })).to.include({
        outcome: "approved",
      });
      await processor.authorize(charge("4000000000000259", { key: "disputed" }));
      const { notices, cursor } = await processor.notices("");
      expect(notices.map(({ type }) => type)).to.deep.equal(["dispute_opened"]);
      expect(await processor.notices(cursor)).to.deep.equal({ notices: [], cursor });
    });

    it("turns away a wrong key and what is no request", async () => {
      const stranger = new Gateway({ name: "gateway", url: server.url, key: "wrong", client });
      expect(await stranger.authorize(REQUEST)).to.include({ outcome: "unavailable", reason: "refused" });
      expect(await processor.authorize({ ...REQUEST, amount: 0.5 })).to.include({ outcome: "unavailable" });
      expect(await processor.notices("").then(() => "told")).to.equal("told");
      const error: unknown = await stranger.notices("").catch((reason: unknown) => reason);
      expect((error as Error).message).to.equal("The processor gateway did not answer: refused.");
    });
  });
});
