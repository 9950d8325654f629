import { expect } from "chai";
import { until } from "../../test/wait.test-support.ts";
import type { LookupAddress } from "node:dns";
import type { Resolve } from "../http/outgoing.ts";
import { allowsPrivateTargets } from "./settings.ts";
import {
  call,
  happen,
  makeEndpoint,
  receiver,
  webhookBench,
  type Bench,
  type Json,
} from "./webhooks.test-support.ts";

const URL_ = "https://example.com/hook";
const ENDPOINT = { url: URL_, enabled_events: ["payment.*"] };

function errorOf({ body }: { body: Json }): Json {
  return body.error as Json;
}

describe("webhook endpoints", () => {
  let bench: Bench;
  before(async () => {
    bench = await webhookBench();
  });
  after(() => bench.close());

  async function made(fields: object = {}): Promise<string> {
    const { status, body, text } = await call(bench, "POST", "/webhook_endpoints", {
      ...ENDPOINT,
      ...fields,
    });
    expect(status, text).to.equal(200);
    return body.id as string;
  }

  it("show their secret when they are made, and never again", async () => {
    const { body } = await call(bench, "POST", "/webhook_endpoints", {
      ...ENDPOINT,
      description: "orders",
      metadata: { team: "shop", region: "" },
    });
    const { secret, ...shown } = body;
    expect(secret).to.match(/^whsec_/);
    expect(shown).to.deep.include({
      object: "webhook_endpoint",
      livemode: false,
      status: "enabled",
      disabled_reason: null,
      url: URL_,
      enabled_events: ["payment.*"],
      description: "orders",
      metadata: { team: "shop" },
      secret_version: 1,
      previous_secret_expires: null,
    });
    const { body: retrieved } = await call(bench, "GET", `/webhook_endpoints/${String(shown.id)}`);
    expect(retrieved).to.deep.equal(shown);
    const { body: list } = await call(bench, "GET", "/webhook_endpoints?limit=1");
    expect(list).to.deep.equal({
      object: "list",
      url: "/v1/webhook_endpoints",
      has_more: false,
      data: [shown],
    });
  });

  it("answer a repeated creation or rotation byte for byte, secret included, though it is kept nowhere in the clear", async () => {
    const headers = { "idempotency-key": "create-1" };
    const first = await call(bench, "POST", "/webhook_endpoints", ENDPOINT, headers);
    const again = await call(bench, "POST", "/webhook_endpoints", ENDPOINT, headers);
    expect(again.text).to.equal(first.text);
    const rotate = `/webhook_endpoints/${String(first.body.id)}/rotate_secret`;
    const rotated = await call(bench, "POST", rotate, {}, { "idempotency-key": "rotate-1" });
    expect((await call(bench, "POST", rotate, {}, { "idempotency-key": "rotate-1" })).text).to.equal(
      rotated.text,
    );
    const afterwards = await call(bench, "POST", "/webhook_endpoints", ENDPOINT, headers);
    expect(afterwards.text).to.equal(first.text);

    const { rows } = await bench.core.database.pool.query<{ all: string }>(
      `select concat((select json_agg(t) from webhook_endpoints t), (select json_agg(t) from events t),
         (select json_agg(t) from idempotency_keys t)) as all`,
    );
    for (const { body } of [first, rotated]) {
      const key = String(body.secret).replace("whsec_", "");
      expect(rows[0]?.all).to.include(String(first.body.id)).and.not.include(key);
    }
  });

  it("answer a repeated creation without the secret once it is valid no more", async () => {
    const headers = { "idempotency-key": "create-2" };
    const { body } = await call(bench, "POST", "/webhook_endpoints", ENDPOINT, headers);
    await call(bench, "POST", `/webhook_endpoints/${String(body.id)}/rotate_secret`, { overlap: 60 });
    bench.advance(61_000);
    const again = await call(bench, "POST", "/webhook_endpoints", ENDPOINT, headers);
    expect(again.body.id).to.equal(body.id);
    expect(again.body).not.to.have.property("secret");
  });

  it("are listed newest first, page by page, without those that were deleted", async () => {
    const ids = [await made(), await made(), await made(), await made()];
    await call(bench, "DELETE", `/webhook_endpoints/${String(ids[1])}`);
    const [first, , third, fourth] = ids;
    const page = async (query: string) => {
      const { body } = await call(bench, "GET", `/webhook_endpoints?${query}`);
      return { ids: (body.data as Json[]).map(({ id }) => id), more: body.has_more };
    };
    expect(await page("limit=2")).to.deep.equal({ ids: [fourth, third], more: true });
    expect((await page(`limit=1&starting_after=${String(third)}`)).ids).to.deep.equal([first]);
    expect((await page(`limit=1&ending_before=${String(third)}`)).ids).to.deep.equal([fourth]);
    expect(
      errorOf(await call(bench, "GET", "/webhook_endpoints?starting_after=a&ending_before=b")),
    ).to.include({
      message: "starting_after and ending_before exclude each other: send one of them.",
    });
  });

  it("are updated field by field, metadata key by key", async () => {
    const id = await made({ description: "old", metadata: { a: "1", b: "2" } });
    const { body } = await call(bench, "POST", `/webhook_endpoints/${id}`, {
      enabled_events: ["*"],
      description: null,
      metadata: { b: "", c: "3" },
    });
    expect(body).to.deep.include({
      url: URL_,
      enabled_events: ["*"],
      description: null,
      metadata: { a: "1", c: "3" },
    });
    expect(body).not.to.have.property("secret");
  });

  it("refuse types of events that there are not, naming the place, the value and what comes nearest", async () => {
    const id = await made();
    const refused = (field: string, value: string, near: string) =>
      `${field}.1 is "${value}", but must be one of ${near}, … (all: /openapi.json#/components/schemas/EventPattern).`;
    const near =
      "refund.*, refund.canceled, refund.created, refund.failed, refund.succeeded, refund.updated, reconciliation.*, " +
      "reconciliation.completed";
    for (const value of ["refund.nope", "refund.cre*", "refund"]) {
      const enabled_events = ["payment.*", value];
      for (const path of ["/webhook_endpoints", `/webhook_endpoints/${id}`]) {
        const answer = await call(bench, "POST", path, { ...ENDPOINT, enabled_events });
        expect(answer.status).to.equal(400);
        expect(errorOf(answer)).to.include({ param: "enabled_events.1" });
      }
    }
    const body = { ...ENDPOINT, enabled_events: ["*", "refund.nope"] };
    expect(errorOf(await call(bench, "POST", "/webhook_endpoints", body))).to.include({
      message: refused("enabled_events", "refund.nope", near),
    });
    const replay = { since: 0, types: ["*", "refund.nope"] };
    expect(errorOf(await call(bench, "POST", `/webhook_endpoints/${id}/replay`, replay))).to.include({
      message: refused("types", "refund.nope", near),
    });
  });

  it("go on with types that a later version has no more", async () => {
    const id = await made();
    await bench.core.database.pool.query(
      `update webhook_endpoints set data = jsonb_set(data, '{enabled_events}', '["invoice.paid"]') where id = $1`,
      [id],
    );
    const { status, body } = await call(bench, "POST", `/webhook_endpoints/${id}`, { description: "shop" });
    expect(status).to.equal(200);
    expect(body).to.deep.include({ enabled_events: ["invoice.paid"], description: "shop" });
  });

  it("are disabled and enabled", async () => {
    const id = await made();
    const act = (what: string) => call(bench, "POST", `/webhook_endpoints/${id}/${what}`);
    expect((await act("disable")).body).to.include({ status: "disabled", disabled_reason: "requested" });
    expect(errorOf(await act("disable"))).to.include({
      message: "The webhook endpoint is disabled already.",
    });
    expect(errorOf(await act("test"))).to.include({
      code: "endpoint_disabled",
      message: "The webhook endpoint is disabled: enable it first.",
    });
    expect((await act("enable")).body).to.include({ status: "enabled", disabled_reason: null });
    expect(errorOf(await act("enable"))).to.include({ message: "The webhook endpoint is enabled already." });
  });

  it("are gone when they are deleted, and their secrets with them", async () => {
    const id = await made();
    expect((await call(bench, "DELETE", `/webhook_endpoints/${id}`)).body).to.deep.equal({
      id,
      object: "webhook_endpoint",
      deleted: true,
    });
    const message = `There is no webhook endpoint ${id}.`;
    expect(errorOf(await call(bench, "GET", `/webhook_endpoints/${id}`))).to.include({ message });
    expect(errorOf(await call(bench, "POST", `/webhook_endpoints/${id}/enable`))).to.include({ message });
    expect((await call(bench, "DELETE", `/webhook_endpoints/${id}`)).status).to.equal(404);
    const { rows } = await bench.core.pool.query(
      "select data -> 'secrets' as secrets from webhook_endpoints where id = $1",
      [id],
    );
    expect(rows).to.deep.equal([{ secrets: [{ version: 1, root: "test", wrapped: "", expires: null }] }]);
  });

  it("leave an event for each change, without secrets", async () => {
    const id = await made();
    await call(bench, "POST", `/webhook_endpoints/${id}`, { description: "new" });
    await call(bench, "POST", `/webhook_endpoints/${id}/rotate_secret`);
    await call(bench, "POST", `/webhook_endpoints/${id}/disable`);
    await call(bench, "POST", `/webhook_endpoints/${id}/enable`);
    await call(bench, "DELETE", `/webhook_endpoints/${id}`);
    const { body, text } = await call(bench, "GET", `/events?object=${id}`);
    const types = (body.data as Json[]).map(({ type }) => type);
    const expected = ["created", "updated", "secret_rotated", "disabled", "enabled", "deleted"];
    expect(types.reverse()).to.deep.equal(expected.map((what) => `webhook_endpoint.${what}`));
    expect(text).not.to.match(/whsec_|wrapped/);
  });

  it("send a ping to themselves alone, whatever they want to hear of", async () => {
    const [target, other] = [await receiver(), await receiver()];
    const { id } = await makeEndpoint(bench, target.url, ["refund.updated"]);
    await makeEndpoint(bench, other.url, ["*"]);
    await bench.webhooks.start();
    const { body } = await call(bench, "POST", `/webhook_endpoints/${id}/test`);
    expect(body).to.include({ object: "webhook_ping", webhook_endpoint: id });
    const [marker] = await happen(bench, [{ object: "pay_1" }]);
    await until(
      () => target.received.length === 1 && other.received.some((message) => message.id === marker),
    );
    expect(target.received[0]).to.include({ id: body.event, type: "ping", object: id });
    expect(other.received.map(({ type }) => type)).not.to.include("ping");
    await Promise.all([target.close(), other.close()]);
  });

  it("are of one mode", async () => {
    const id = await made();
    const { status } = await call(bench, "GET", `/webhook_endpoints/${id}`, undefined, {
      "test-live": "true",
    });
    expect(status).to.equal(404);
  });

  it("are refused with every mistake at once", async () => {
    const answer = await call(bench, "POST", "/webhook_endpoints", {
      enabled_events: ["Payment!"],
      metadata: [],
      more: 1,
    });
    expect(answer.status).to.equal(400);
    const params = (errorOf(answer).mistakes as Json[]).map(({ param }) => param);
    expect(params).to.have.members(["url", "enabled_events.0", "metadata", "more"]);
  });

  it("are refused beyond fifty that are enabled", async () => {
    const live = { "test-live": "true" };
    const create = () => call(bench, "POST", "/webhook_endpoints", ENDPOINT, live);
    const answers = [];
    for (let n = 0; n < 51; n += 1) answers.push(await create());
    expect(answers.filter(({ status }) => status === 200)).to.have.length(50);
    expect(errorOf(answers[50] as { body: Json })).to.include({
      code: "too_many_endpoints",
      message: "There are 50 enabled webhook endpoints: disable or delete one first.",
    });
    await call(bench, "POST", `/webhook_endpoints/${String(answers[0]?.body.id)}/disable`, undefined, live);
    expect((await create()).status).to.equal(200);
  });
});

describe("targets of webhook endpoints", () => {
  it("must be public in production, unless the setting says otherwise", () => {
    const allows = (NODE_ENV: "production" | "development", WEBHOOK_ALLOW_PRIVATE_TARGETS?: boolean) =>
      allowsPrivateTargets({ NODE_ENV, WEBHOOK_ALLOW_PRIVATE_TARGETS });
    expect(allows("production")).to.equal(false);
    expect(allows("production", true)).to.equal(true);
    expect(allows("development")).to.equal(true);
    expect(allows("development", false)).to.equal(false);
  });

  const names: Record<string, string[]> = {
    "example.com": ["93.184.216.34"],
    "inside.example.com": ["10.0.0.1"],
    "half.example.com": ["93.184.216.34", "169.254.169.254"],
  };
  const resolve: Resolve = (name, _options, callback) => {
    const addresses = names[name]?.map((address): LookupAddress => ({ address, family: 4 }));
    if (addresses) callback(null, addresses);
    else
      callback(
        Object.assign(new Error(name), { code: name === "away.example.com" ? "EAI_AGAIN" : "ENOTFOUND" }),
        [],
      );
  };
  let bench: Bench;
  before(async () => {
    bench = await webhookBench({ settings: { WEBHOOK_ALLOW_PRIVATE_TARGETS: "false" }, resolve });
  });
  after(() => bench.close());

  const refusals = [
    ["not a url", '"not a url" is not an absolute https URL'],
    ["http://example.com/hook", '"http://example.com/hook" is not an absolute https URL'],
    ["ftp://example.com/hook", '"ftp://example.com/hook" is not an absolute https URL'],
    ["https://me:word@example.com/hook", "It holds a user name or a password, which end in logs"],
    ["https://127.0.0.1/hook", "127.0.0.1 is not a public address"],
    ["https://2130706433/hook", "127.0.0.1 is not a public address"],
    ["https://0x7f.1/hook", "127.0.0.1 is not a public address"],
    ["https://[::1]:8443/hook", "[::1]:8443 is not a public address"],
    ["https://[::ffff:10.0.0.1]/hook", "[::ffff:a00:1] is not a public address"],
    ["https://169.254.169.254/latest/meta-data", "169.254.169.254 is not a public address"],
    ["https://inside.example.com/hook", "inside.example.com is not a public address"],
    ["https://half.example.com/hook", "half.example.com is not a public address"],
    ["https://nowhere.example.com/hook", "There is no host nowhere.example.com"],
  ] as const;

  for (const [url, reason] of refusals) {
    it(`are refused: ${url}`, async () => {
      const answer = await call(bench, "POST", "/webhook_endpoints", { ...ENDPOINT, url });
      expect(answer.status).to.equal(400);
      expect(errorOf(answer)).to.include({
        code: "url_invalid",
        param: "url",
        message: `${reason}: give a URL as https://example.com/webhooks.`,
      });
    });
  }

  it("are refused in an update too", async () => {
    const { body } = await call(bench, "POST", "/webhook_endpoints", ENDPOINT);
    const answer = await call(bench, "POST", `/webhook_endpoints/${String(body.id)}`, {
      url: "https://10.0.0.1/",
    });
    expect(errorOf(answer)).to.include({ code: "url_invalid" });
  });

  it("pass when they are public, or cannot be resolved at this moment", async () => {
    for (const url of [URL_, "https://93.184.216.34:8443/hook?a=b", "https://away.example.com/"]) {
      expect((await call(bench, "POST", "/webhook_endpoints", { ...ENDPOINT, url })).status).to.equal(200);
    }
  });

  it("are refused once more at delivery, when the name's address has changed meanwhile", async () => {
    const target = await receiver();
    const url = `https://example.com:${target.port}/hook`;
    const { id } = await makeEndpoint(bench, url);
    names["example.com"] = ["127.0.0.1"];
    await bench.webhooks.start();
    await happen(bench, [{ object: "pay_1" }]);
    const attempts = async () => {
      const { body } = await call(bench, "GET", `/webhook_endpoints/${id}/deliveries`);
      return ((body.data as Json[])[0]?.attempts ?? []) as Json[];
    };
    await until(async () => (await attempts()).length > 0);
    expect((await attempts())[0]).to.deep.include({
      response_status: null,
      error: `address_refused: example.com:${target.port} is not a public address.`,
    });
    expect(target.received).to.deep.equal([]);
    await target.close();
  });
});
