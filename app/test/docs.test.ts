import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { Webhook } from "standardwebhooks";
import { configSchema, loadConfig } from "../src/config.ts";
import { ROLE_NAMES } from "../src/identity/scopes.ts";
import { CHART } from "../src/ledger/chart.ts";
import { TEST_METHODS } from "../src/payment-methods/test-methods.ts";
import { PAYMENT_STATUSES, PAYMENT_TRANSITIONS } from "../src/payments/states.ts";
import { retentionRules } from "../src/privacy/retention-rules.ts";
import {
  type Behaviour,
  type BehaviourName,
  behaviourOf,
  behaviourOfAmount,
  CARDS,
  type Fault,
} from "../src/processors/simulator/catalogue.ts";
import { RETRY_DELAYS } from "../src/webhooks/schedule.ts";
import { expectPart, rowsOf, table, tableIn, textOf } from "./docs.test-support.ts";

const GUIDE = "docs/payments.md";
const OPERATIONS = "docs/payments-operations.md";
const SOURCES = fileURLToPath(new URL("../src/", import.meta.url));

const code = (text: string | number) => `\`${text}\``;

describe("the guide to payments", () => {
  it("draws the states of a payment as the table of transitions has them", async () => {
    const lines = PAYMENT_STATUSES.flatMap((from) => {
      const ways = PAYMENT_TRANSITIONS[from].map((to) => `  ${from} --> ${to}`);
      return ways.length === 0 ? [`  ${from} --> [*]`] : ways;
    });
    const diagram = ["stateDiagram-v2", "  [*] --> requires_payment_method", ...lines];
    await expectPart(GUIDE, "states", ["```mermaid", ...diagram, "```"].join("\n"));
  });

  it("says what each state means", async () => {
    const rows = await rowsOf(GUIDE, "state meanings");
    expect(rows.map(([status]) => status)).to.deep.equal(PAYMENT_STATUSES.map(code));
  });

  it("lists the simulator's cards with what they do", async () => {
    const rows = Object.entries(CARDS).map(([number, behaviour]) => {
      const names = Object.entries(TEST_METHODS)
        .filter(([, method]) => method.number === number)
        .map(([name]) => code(name));
      return [code(number), names.join(", "), effectOf(behaviour)];
    });
    await expectPart(GUIDE, "cards", table(["card", "payment method", "what happens"], rows));
  });

  it("lists the amounts that make the simulator do something", async () => {
    const rows = Array.from({ length: 100 }, (_, cents) => ({ cents, behaviour: behaviourOfAmount(cents) }))
      .filter(({ behaviour }) => behaviour !== "approve")
      .map(({ cents, behaviour }) => [code(String(cents).padStart(2, "0")), effectOf(behaviour)]);
    await expectPart(GUIDE, "amounts", table(["amount ends in", "what happens"], rows));
  });

  it("has every account of the chart, with its type", async () => {
    const rows = await rowsOf(GUIDE, "accounts");
    expect(rows.map(([account, type]) => [account, type])).to.have.deep.members(
      Object.entries(CHART).map(([account, { type }]) => [code(account), type]),
    );
  });

  it("has the table of postings that the code is documented with", async () => {
    const rows = tableIn(await textOf("app/src/payments/postings.ts"));
    await expectPart(GUIDE, "postings", table(["movement", "debit", "credit", "layer"], padded(rows, 4)));
  });

  it("has the columns of settlement files", async () => {
    const rows = tableIn(await textOf("app/src/reconciliation/settlement-csv.ts"));
    await expectPart(
      GUIDE,
      "csv",
      table(
        ["column", "what"],
        rows.map(([column = "", what = ""]) => [code(column), what]),
      ),
    );
  });

  it("has every type of error", async () => {
    const source = await textOf("app/src/errors.ts");
    const [, union = ""] = /export type ErrorType =([^;]+);/.exec(source) ?? [];
    const types = [...union.matchAll(/"(\w+)"/g)].map(([, type = ""]) => code(type));
    const rows = await rowsOf(GUIDE, "error types");
    expect(rows.map(([type]) => type)).to.have.members(types);
  });

  it("names every role", async () => {
    const [, line = ""] = /A role is a name for scopes: ([^.]+)\./.exec(await textOf(GUIDE)) ?? [];
    expect(line.split(", ")).to.deep.equal(ROLE_NAMES.map(code));
  });

  it("tells when webhooks are tried again", async () => {
    const words = RETRY_DELAYS.map(span);
    await expectPart(GUIDE, "delays", `${words.slice(0, -1).join(", ")} and ${String(words.at(-1))}`);
  });

  it("has the rules of retention", async () => {
    const rows = retentionRules(loadConfig({})).map(({ keeps, days, erasure }) => [
      keeps,
      days === null ? "" : String(days),
      erasure,
    ]);
    await expectPart(GUIDE, "retention", table(["what is kept", "days", "by an erasure"], rows));
  });

  it("verifies webhooks with its example: genuine ones, and no others", async () => {
    const [, example = ""] = /```js\n([^`]+isGenuine.+?)```/s.exec(await textOf(GUIDE)) ?? [];
    const url = `data:text/javascript,${encodeURIComponent(example)}`;
    const { isGenuine } = (await import(url)) as {
      isGenuine: (secret: string, headers: Record<string, string>, body: string, now?: number) => boolean;
    };
    const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
    const other = `whsec_${Buffer.alloc(32, 8).toString("base64")}`;
    const moment = new Date(1_795_305_600_000);
    const now = moment.getTime() / 1000;
    const signed = (key: string) => new Webhook(key).sign("evt_1", moment, '{"a":"é"}');
    const headers = (signature: string) => ({
      "webhook-id": "evt_1",
      "webhook-timestamp": String(now),
      "webhook-signature": signature,
    });
    expect(isGenuine(secret, headers(signed(secret)), '{"a":"é"}', now)).to.equal(true);
    expect(isGenuine(secret, headers(`${signed(other)} ${signed(secret)}`), '{"a":"é"}', now)).to.equal(true);
    expect(isGenuine(secret, headers(signed(other)), '{"a":"é"}', now)).to.equal(false);
    expect(isGenuine(secret, headers(signed(secret)), '{"a":"e"}', now)).to.equal(false);
    expect(isGenuine(secret, headers(signed(secret)), '{"a":"é"}', now + 301)).to.equal(false);
    expect(isGenuine(secret, headers("v1,"), '{"a":"é"}', now)).to.equal(false);
  });
});

describe("the guide to operations", () => {
  it("lists every variable with its default and its meaning", async () => {
    const rows = Object.entries(configSchema.properties as Record<string, Setting>).map(([name, setting]) => [
      code(name),
      defaultOf(setting),
      `${(setting.description ?? "").replace(/\.$/, "")}${choicesOf(setting)}`,
    ]);
    await expectPart(OPERATIONS, "configuration", table(["variable", "default", "meaning"], rows));
  });

  it("lists every metric by the name that /metrics shows", async () => {
    const rows = await rowsOf(OPERATIONS, "metrics");
    const documented = rows.map(([name = ""]) => name.replaceAll("`", ""));
    expect(documented).to.have.members([...new Set(metricNames())]);
  });
});

/** What the code makes instruments of, as Prometheus names them. */
function metricNames(): string[] {
  return globSync("**/*.ts", { cwd: SOURCES })
    .filter((file) => !/\.(test|test-support)\.ts$/.test(file))
    .flatMap((file) => {
      const source = readFileSync(`${SOURCES}${file}`, "utf8");
      const instruments = source.matchAll(/\.create(\w+)\(\s*"([a-z0-9._]+)"/g);
      const objectives = source.matchAll(/createObjective\(\s*meter,\s*clock,\s*"(\w+)"/g);
      return [
        ...[...instruments].map(([, kind = "", name = ""]) => shownName(kind, name)),
        ...[...objectives].flatMap(([, name = ""]) => [`slo_${name}_events_total`, `slo_${name}_ratio`]),
      ];
    });
}

function shownName(kind: string, name: string): string {
  const plain = name.replaceAll(".", "_");
  return /^(Observable)?Counter$/.test(kind) && !plain.endsWith("_total") ? `${plain}_total` : plain;
}

const FAULT_EFFECTS: Record<Fault, string> = {
  timeout: "no answer; it declines in the end",
  late_success: "no answer; it approves in the end",
  lost_answer: "approved at once, but the answer is lost",
  never_arrived: "the request is lost",
  duplicate_answer: "approved, and told a second time as a notice",
};

function effectOf(name: BehaviourName): string {
  const behaviour = behaviourOf(name);
  const effects = [...stepsOf(behaviour)];
  return effects.length === 0 ? "approved" : effects.join(", then ");
}

function* stepsOf({ decline, challenge, fault, dispute, refund, byAmount }: Behaviour): Generator<string> {
  if (challenge !== undefined)
    yield challenge === "passes" ? "3-D Secure, which is passed" : "3-D Secure, which fails";
  if (decline !== undefined)
    yield `declined: ${[decline.code, decline.declineCode]
      .filter((each) => each !== undefined)
      .map(code)
      .join(", ")}`;
  if (fault !== undefined) yield FAULT_EFFECTS[fault];
  if (dispute !== undefined) yield `approved, then disputed: ${code(dispute)}`;
  if (refund !== undefined)
    yield refund === "pending"
      ? "approved; refunds stay pending for a while"
      : "approved; refunds fail later";
  if (byAmount === true) yield "the amount decides";
}

function padded(rows: string[][], columns: number): string[][] {
  return rows.map((cells) => [...cells, ...Array<string>(columns).fill("")].slice(0, columns));
}

function span(milliseconds: number): string {
  const units = [
    [3_600_000, "h"],
    [60_000, "min"],
    [1000, "s"],
  ] as const;
  const [size, unit] = units.find(([each]) => milliseconds >= each && milliseconds % each === 0) ?? [1, "ms"];
  return `${milliseconds / size} ${unit}`;
}

interface Setting {
  default?: string | number | boolean | readonly string[];
  description?: string;
  enum?: readonly unknown[];
  type?: string;
  minimum?: number;
  maximum?: number;
}

function defaultOf({ default: value }: Setting): string {
  if (value === undefined) return "";
  const text = Array.isArray(value) ? value.join(",") : String(value);
  return text === "" ? "" : code(text);
}

function choicesOf({ enum: choices, type, minimum, maximum }: Setting): string {
  if (choices !== undefined) return ` (${choices.map((choice) => code(String(choice))).join(", ")})`;
  if (type === "boolean") return " (`true`, `false`)";
  return minimum === undefined || maximum === undefined ? "" : ` (${minimum} to ${maximum})`;
}
