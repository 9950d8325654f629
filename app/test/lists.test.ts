/** Lists keep one promise on every route: newest first, page by page in both directions, and by time where they say so. */
import { expect } from "chai";
import { testApp, type TestAnswer, type TestApp } from "./app.test-support.ts";

interface Body {
  id: string;
  url: string;
  has_more: boolean;
  data: { id: string; created: number; status: string }[];
  error?: { code: string; message: string; param?: string };
}

interface Operation {
  operationId: string;
  parameters?: { name: string }[];
}

const PAYMENT = { amount: 1000, currency: "usd", payment_method: "pm_card_visa", confirm: true };
const CARD = { type: "card", card: { number: "4242424242424242", exp_month: 12, exp_year: 2035 } };
const ACCOUNT = { name: "Ada", type: "liability", currency: "usd", overdraft: null };

/** As long as keys may be but for a letter, which tells them apart. */
const KEY = "k".repeat(62);

/** The body that makes an object of a list; three of each are made, told apart by a letter. */
const MADE: Record<string, (payment: string, accounts: [string, string], letter: string) => object> = {
  "/v1/customers": () => ({ name: "Ada" }),
  "/v1/payment_methods": () => CARD,
  "/v1/payments": () => PAYMENT,
  "/v1/refunds": (payment) => ({ payment, amount: 1 }),
  "/v1/payouts": () => ({ amount: 1, currency: "usd", payment_method: "pm_usBankAccount" }),
  "/v1/ledger/accounts": () => ACCOUNT,
  "/v1/transfers": (_payment, [source, destination]) => ({ amount: 1, currency: "usd", source, destination }),
  "/v1/webhook_endpoints": () => ({ url: "http://127.0.0.1:1/", enabled_events: ["payment.*"] }),
  "/v1/api_keys": () => ({ name: "Shop", scopes: ["payments:read"] }),
  "/v1/exports": () => ({ type: "payments", period: { from: 0, to: 1 } }),
  "/v1/flags": (_payment, _accounts, letter) => ({ key: KEY + letter, kind: "boolean" }),
  "/v1/segments": (_payment, _accounts, letter) => ({ key: KEY + letter }),
  "/v1/experiments": (_payment, _accounts, letter) => ({
    key: KEY + letter,
    flag: `${KEY}a`,
    split: { on: 50, off: 50 },
    control: "off",
    metrics: ["paid"],
  }),
};

/** Whether a time passes a filter of a list. */
const FILTERS: Record<string, (created: number, bound: number) => boolean> = {
  created_gt: (created, bound) => created > bound,
  created_gte: (created, bound) => created >= bound,
  created_lt: (created, bound) => created < bound,
  created_lte: (created, bound) => created <= bound,
};

/** Made along with the others. */
const ALONG = ["/v1/events", "/v1/ledger/transactions"];

/** Of objects with a key of their owner's, by which they are listed. */
const NAMED = { "/v1/flags": "flag", "/v1/segments": "flag_segment", "/v1/experiments": "experiment" };

describe("lists", function () {
  this.timeout(30_000);
  let app: TestApp;
  let operations: Record<string, Operation>;

  before(async () => {
    app = await testApp();
    const { body } = await app.get<{ paths: Record<string, { get?: Operation }> }>("/openapi.json");
    operations = Object.fromEntries(
      Object.entries(body.paths).flatMap(([path, { get }]) => (get === undefined ? [] : [[path, get]])),
    );
    const made = async (path: string, request: object) => (await app.post<Body>(path, request)).body.id;
    const accounts: [string, string] = [
      await made("/v1/ledger/accounts", ACCOUNT),
      await made("/v1/ledger/accounts", ACCOUNT),
    ];
    const payment = await made("/v1/payments", PAYMENT);
    for (const [path, request] of Object.entries(MADE)) {
      for (const letter of "abc") {
        const answer = await app.post<Body>(path, request(payment, accounts, letter));
        expect(answer.status, `${path}: ${answer.text}`).to.be.within(200, 201);
      }
    }
  });
  after(() => app.close());

  const list = (path: string, query: string): Promise<TestAnswer<Body>> => app.get<Body>(`${path}?${query}`);
  const idsOf = ({ body }: TestAnswer<Body>) => body.data.map(({ id }) => id);

  for (const path of [...Object.keys(MADE), ...ALONG]) {
    it(`of ${path} come newest first, page by page, forwards and back`, async () => {
      const all = await list(path, "limit=100");
      const ids = idsOf(all);
      expect(ids).to.have.length.above(2);
      expect(new Set(ids).size).to.equal(ids.length);
      expect(all.body).to.include({ has_more: false, url: path });
      expect([...ids].sort().reverse()).to.deep.equal(ids);

      const forwards: string[] = [];
      for (let after = "", more = true; more; after = `&starting_after=${String(forwards.at(-1))}`) {
        const page = await list(path, `limit=2${after}`);
        forwards.push(...idsOf(page));
        more = page.body.has_more;
      }
      expect(forwards).to.deep.equal(ids);

      const backwards: string[] = [];
      for (let before = ids.at(-1), more = true; more; before = backwards[0]) {
        const page = await list(path, `limit=2&ending_before=${String(before)}`);
        backwards.unshift(...idsOf(page));
        more = page.body.has_more;
      }
      expect(backwards).to.deep.equal(ids.slice(0, -1));
    });

    it(`of ${path} are refused with what they do not know, and say which`, async () => {
      for (const [query, code, param] of [
        ["limit=0", "parameter_invalid", "limit"],
        ["limit=101", "parameter_invalid", "limit"],
        ["page=2", "parameter_unknown", "page"],
        ["starting_after=none", "parameter_invalid", "starting_after"],
        ["ending_before=none", "parameter_invalid", "ending_before"],
        ["starting_after=a_1&ending_before=a_2", "parameters_exclusive", "ending_before"],
      ] as const) {
        const { status, body } = await list(path, query);
        expect([status, body.error?.code, body.error?.param], query).to.deep.equal([400, code, param]);
      }
    });
  }

  it("by key are refused with another mode's ids, with a key alone and with another list's ids", async () => {
    for (const [path, object] of Object.entries(NAMED)) {
      for (const cursor of [`${object}_live_${KEY}a`, `${object}_test_`, `${KEY}a`, "webhook_test_a"]) {
        const { status, body } = await list(path, `ending_before=${cursor}`);
        expect([status, body.error?.message], path).to.deep.equal([
          400,
          `ending_before is "${cursor}", but must be the id of an object of this list: ${object}_test_ and a key.`,
        ]);
      }
    }
  });

  it("of payments show the objects that expand[] names, and their ids without it", async () => {
    const name = "Ada Lovelace";
    const customer = (await app.post<Body>("/v1/customers", { name })).body.id;
    await app.post("/v1/payments", { ...PAYMENT, customer });
    const first = async (query: string) => (await list("/v1/payments", `limit=1${query}`)).body.data[0];
    expect(await first("")).to.include({ customer, payment_method: PAYMENT.payment_method });
    expect(await first("&expand[]=customer&expand[]=payment_method")).to.deep.nested.include({
      "customer.id": customer,
      "customer.name": name,
      "payment_method.id": PAYMENT.payment_method,
    });
  });

  it("of payments, refunds and payouts are filtered by status", async () => {
    for (const path of ["/v1/payments", "/v1/refunds", "/v1/payouts"]) {
      const { data } = (await list(path, "limit=100")).body;
      for (const status of ["succeeded", "in_transit", "canceled"]) {
        const expected = data.filter((each) => each.status === status).map(({ id }) => id);
        const shown = await list(path, `limit=100&status=${status}`);
        if (shown.status === 200) expect(idsOf(shown), `${path} ${status}`).to.deep.equal(expected);
        else expect([shown.body.error?.param, expected], path).to.deep.equal(["status", []]);
      }
    }
  });

  it("are filtered by time wherever that is documented", async () => {
    const filtered = [...Object.keys(MADE), ...ALONG].filter((path) =>
      operations[path]?.parameters?.some(({ name }) => name === "created_gte"),
    );
    expect(filtered).to.include.members(["/v1/payments", "/v1/refunds", "/v1/customers", "/v1/events"]);
    for (const path of filtered) {
      const { data } = (await list(path, "limit=100")).body;
      for (const bound of [
        data[0]?.created ?? 0,
        (data[0]?.created ?? 0) + 1,
        (data.at(-1)?.created ?? 0) - 1,
      ])
        for (const [filter, passes] of Object.entries(FILTERS)) {
          const expected = data.filter(({ created }) => passes(created, bound)).map(({ id }) => id);
          const shown = await list(path, `limit=100&${filter}=${String(bound)}`);
          expect(idsOf(shown), `${path} ${filter}`).to.deep.equal(expected);
        }
    }
  });
});
