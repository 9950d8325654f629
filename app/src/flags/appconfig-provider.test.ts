import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { pino } from "pino";
import { AppConfigProvider } from "./appconfig-provider.ts";
import { until } from "../../test/wait.test-support.ts";
import { startInstance, testDatabase } from "./flags.test-support.ts";

/** Speaks the agent's protocol: one configuration, evaluated for the context that the request's headers carry. */
class Agent {
  readonly server: Server;
  /** Evaluates for a context. */
  flags: (context: Record<string, string>) => object = () => ({});
  status = 200;
  readonly requests: { path: string; headers: IncomingHttpHeaders }[] = [];

  constructor() {
    this.server = createServer((request, response) => {
      this.requests.push({ path: request.url ?? "", headers: request.headers });
      const pairs = (request.headersDistinct.context ?? [])
        .flatMap((values) => values.split(","))
        .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const);
      response.writeHead(this.status, { "content-type": "application/json", "configuration-version": "1" });
      response.end(JSON.stringify(this.flags(Object.fromEntries(pairs))));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe("flags of AWS AppConfig, by way of its agent (N6)", () => {
  let agent: Agent;
  let url: string;
  let provider: AppConfigProvider;
  const log = pino({ level: "silent" });
  const place = { application: "Payments", environment: "Beta 1", configuration: "Flags" };

  beforeEach(async () => {
    agent = new Agent();
    url = await agent.listen();
    provider = new AppConfigProvider({ url, ...place, log, pollInterval: 30 });
  });

  afterEach(async () => {
    await provider.onClose();
    await agent.close();
  });

  it("are asked for with the context in headers, and have the variant that the agent chose", async () => {
    agent.flags = ({ country }) => ({
      "new-checkout":
        country === "de"
          ? { enabled: true, _variant: "germany", value: "short", steps: 2 }
          : { enabled: true, _variant: "default", value: "long", steps: 5 },
    });
    const context = { targetingKey: "cus_1", country: "de" };
    expect(await provider.resolveStringEvaluation("new-checkout", "?", context)).to.deep.equal({
      value: "short",
      variant: "germany",
      reason: "TARGETING_MATCH",
    });
    expect(agent.requests[0]?.path).to.equal(
      "/applications/Payments/environments/Beta%201/configurations/Flags",
    );
    expect(agent.requests[0]?.headers).to.include({
      context: "country=de,targetingKey=cus_1",
      "entity-id": "cus_1",
    });
    const other = await provider.resolveObjectEvaluation("new-checkout", {}, { country: "fr" });
    expect(other.value).to.deep.equal({ value: "long", steps: 5 });
    expect((await provider.explain("new-checkout", context)).variant).to.equal("germany");
  });

  it("give `enabled` as a boolean, and the code's default for the rest of a disabled flag", async () => {
    agent.flags = () => ({ plain: { enabled: true }, off: { enabled: false } });
    expect(await provider.resolveBooleanEvaluation("plain", false, {})).to.deep.include({
      value: true,
      reason: "STATIC",
    });
    expect(await provider.resolveBooleanEvaluation("off", true, {})).to.deep.include({
      value: false,
      reason: "DISABLED",
    });
    expect(await provider.resolveNumberEvaluation("off", 7, {})).to.deep.include({
      value: 7,
      reason: "DISABLED",
    });
  });

  it("that do not exist or have no such value are OpenFeature's errors", async () => {
    agent.flags = () => ({ plain: { enabled: true, value: "text" } });
    const failure = (promise: Promise<unknown>) =>
      promise.then(String, (error: unknown) => (error as Error).message);
    expect(await failure(provider.resolveBooleanEvaluation("none", true, {}))).to.equal(
      "AppConfig has no flag none.",
    );
    expect(await failure(provider.resolveBooleanEvaluation("constructor", true, {}))).to.equal(
      "AppConfig has no flag constructor.",
    );
    expect(await failure(provider.resolveNumberEvaluation("plain", 1, {}))).to.equal(
      'Flag plain of AppConfig has no attribute "value" that is a number.',
    );
    expect(await failure(provider.resolveBooleanEvaluation("plain", true, { name: "a,b=c" }))).to.equal(
      "The agent cannot take name: only ASCII without commas.",
    );
  });

  it("are kept per context, refreshed in the background, and stay when the agent fails", async () => {
    agent.flags = () => ({ plain: { enabled: true } });
    const ask = async () => (await provider.resolveBooleanEvaluation("plain", false, { a: 1 })).value;
    expect(await ask()).to.equal(true);
    agent.flags = () => ({ plain: { enabled: false } });
    await until(async () => !(await ask()), 1000);
    agent.status = 500;
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (let time = 0; time < 5; time++) expect(await ask()).to.equal(false);
    const other = await provider
      .resolveBooleanEvaluation("plain", true, { a: 2 })
      .catch((error: unknown) => error);
    expect(other)
      .to.be.an("error")
      .with.property("message", "The AppConfig agent does not answer, and has not for this context before.");
    agent.status = 200;
    agent.flags = () => ({ plain: { enabled: true } });
    await until(ask, 1000);
  });

  it("are not answers of another kind", async () => {
    agent.flags = () => ["free", "form"];
    const refused = await provider
      .resolveBooleanEvaluation("plain", true, {})
      .catch((error: unknown) => error);
    expect(refused).to.be.an("error");
  });

  it("stop paths: an enabled flag with `stops` is a kill switch, also while the agent is away", async () => {
    agent.flags = () => ({
      emergency: { enabled: true, stops: "payments.method.card, payouts" },
      calm: { enabled: false },
      list: { enabled: true, stops: ["webhooks"] },
    });
    await provider.initialize();
    expect([...provider.stopped]).to.deep.equal([
      ["payments.method.card", "emergency"],
      ["payouts", "emergency"],
      ["webhooks", "list"],
    ]);
    agent.status = 503;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(provider.stopped.size).to.equal(3);
    agent.status = 200;
    agent.flags = () => ({ emergency: { enabled: false } });
    await until(() => provider.stopped.size === 0, 1000);
  });

  it("are served by FLAGS_PROVIDER=appconfig, and have the code's defaults until the agent is there", async () => {
    const database = await testDatabase();
    agent.status = 503;
    agent.flags = () => ({ plain: { enabled: true }, stop: { enabled: true, stops: "payouts" } });
    const instance = await startInstance(database, {
      settings: {
        FLAGS_PROVIDER: "appconfig",
        FLAGS_APPCONFIG_URL: url,
        FLAGS_APPCONFIG_APPLICATION: "Payments",
        FLAGS_APPCONFIG_ENVIRONMENT: "Beta 1",
        FLAGS_APPCONFIG_CONFIGURATION: "Flags",
        FLAGS_POLL_INTERVAL: "50",
      },
    });
    try {
      const client = instance.flags.client(true);
      expect(await client.getBooleanValue("plain", false)).to.equal(false);
      agent.status = 200;
      await until(() => client.getBooleanValue("plain", false), 1000);
      await until(() => instance.flags.isKilled("payouts.eur", true), 1000);
      const evaluate = (body: object) => instance.call("POST", "/flags/plain/evaluate", body);
      const { body } = await evaluate({ targeting_key: "cus_1" });
      expect(body).to.deep.include({ value: { enabled: true }, reason: "STATIC" });
      // What headers cannot carry is the caller's mistake; an agent that is away is not.
      for (const context of [{ context: { city: "Köln" } }, { targeting_key: "u\r\nx: y" }]) {
        const refused = await evaluate(context);
        expect(refused.status).to.equal(400);
        expect(refused.body.error).to.include({ code: "parameter_invalid" });
      }
      agent.status = 503;
      const away = await evaluate({ targeting_key: "cus_2" });
      expect(away.status).to.equal(503);
      expect(away.body.error).to.include({ code: "service_unavailable" });
    } finally {
      await instance.stop();
      await database.drop();
    }
  });
});
