import { expect } from "chai";
import pg from "pg";
import { loadConfig } from "../config.ts";
import { createLog, type LogOptions } from "./log.ts";

function logged(environment: Record<string, string> = {}, options: LogOptions = {}) {
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line) };
  const made = createLog(loadConfig(environment), { sink, ...options });
  return { ...made, lines, last: () => JSON.parse(lines.at(-1) ?? "null") as Record<string, unknown> };
}

describe("the log", () => {
  it("F5: is JSON, a line each, with level as a word and time in UTC", () => {
    const { log, last, lines } = logged({ ENVIRONMENT: "staging" });
    log.info({ request: "req_1" }, "hello");
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/\}\n$/);
    expect(last()).to.include({
      level: "info",
      message: "hello",
      request: "req_1",
      service: "strongroom-payments",
      environment: "staging",
    });
    expect(last().time).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("takes its level from LOG_LEVEL, else from the caller, else info", () => {
    expect(logged({ LOG_LEVEL: "error" }, { level: "warn" }).log.level).to.equal("error");
    expect(logged({}, { level: "warn" }).log.level).to.equal("warn");
    expect(logged().log.level).to.equal("info");
  });

  it("never writes what authorises or pays", () => {
    const { log, lines } = logged();
    const planted = "sk_live_planted";
    const headers = { authorization: planted, cookie: planted, "set-cookie": planted, "x-api-key": planted };
    log.info({ headers, password: planted, card: { number: planted } });
    log.info({ req: { headers, body: planted } });
    log.info({
      payment: { method: { number: planted, cvc: planted, exp_month: planted } },
      a: { client_secret: planted },
    });
    expect(lines.join("")).not.to.include(planted);
    expect(lines.join("").split("[redacted]")).to.have.length.above(10);
  });

  it("masks card numbers, wherever they come from", () => {
    const { log, lines } = logged();
    log.info("number 4242 4242 4242 4242");
    log.error(new Error("processor says 5555555555554444"));
    log.warn({ deep: { deeper: { deepest: { text: "378282246310005" } } } });
    expect(lines.join("")).to.include("424242******4242").and.include("555555******4444");
    expect(lines.join("")).not.to.match(/4242 4242 4242 4242|5555555555554444|378282246310005/);
  });

  it("leaves out what PostgreSQL's errors quote of rows, also of a cause", () => {
    const { log, lines, last } = logged();
    const quoting = { code: "23505", detail: "Key (email)=(jenny@example.com)", where: "jenny@example.com" };
    const cause = Object.assign(new Error("duplicate key"), quoting);
    log.error(Object.assign(new Error("refused", { cause }), quoting));
    expect(lines.join("")).not.to.include("jenny");
    expect(last()).to.have.nested.property("err.code", "23505");
    expect(last()).to.have.nested.property("err.cause.message", "duplicate key");
  });

  it("leaves out whatever else hangs on an error, as the client of a lost connection", async () => {
    const { log, last } = logged();
    const client = new pg.Client({ host: "127.0.0.1", port: 1, user: "planted", password: "planted" });
    const lost = await client.connect().catch((error: unknown) => error);
    log.warn({ err: Object.assign(lost as Error, { client, address: "10.0.0.1" }) }, "gone");
    const { err } = last();
    expect(err).to.include({ type: "Error", code: "ECONNREFUSED", syscall: "connect" });
    expect(err).to.have.all.keys("type", "message", "stack", "code", "syscall");
    expect(JSON.stringify(err)).not.to.include("planted");
  });

  it("tells of each error that several are made of", () => {
    const { log, last } = logged();
    const parts = [1, 2].map((each) => Object.assign(new Error(`part ${each}`), { detail: "jenny" }));
    log.error(new AggregateError(parts, "all of them"));
    expect(last()).to.have.nested.property("err.aggregateErrors[1].message", "part 2");
    expect(JSON.stringify(last())).not.to.include("jenny");
  });
});
