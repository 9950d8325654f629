import { expect } from "chai";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { CARDS } from "../processors/simulator/catalogue.ts";
import { expectNoCardNumbers, plantedNumbers } from "../vault/card-numbers.test-support.ts";
import { testApi, TEST_CALLER, type TestApi } from "./app.test-support.ts";
import { TEST_METHODS } from "./test-methods.ts";

const CARD = {
  type: "card",
  card: { number: "4242 4242 4242 4242", exp_month: 12, exp_year: 2030, cvc: "937" },
  billing_details: { name: "Ada Lovelace", email: "ada@example.com" },
};
const BANK = {
  type: "us_bank_account",
  us_bank_account: {
    routing_number: "110000000",
    account_number: "000123456789",
    account_type: "checking",
    account_holder_type: "individual",
    account_holder_name: "Ada Lovelace",
  },
};
const ACCESS = { purpose: "payment pay_1", actor: "key_1", request: "req_1" };

describe("payment methods", () => {
  let core: TestCore;
  let api: TestApi;
  before(async () => (core = await testCore()));
  beforeEach(async () => (api = await testApi(core)));
  afterEach(() => api.close());
  after(() => core.close());

  const create = async (body: object = CARD) => (await api.call("POST", "/payment_methods", body)).body.id;
  const customer = async () => (await api.call("POST", "/customers", { name: "Ada Lovelace" })).body.id;
  const entries = async () => (await core.pool.query("select from vault_entries")).rowCount;

  it("show of a card its brand, its first six and last four digits, and no more of the number", async () => {
    const { status, body, text } = await api.call("POST", "/payment_methods", CARD);
    expect(status).to.equal(200);
    expect(body).to.deep.include({ object: "payment_method", type: "card", customer: null, livemode: false });
    expect(body.card).to.deep.include({
      brand: "visa",
      first6: "424242",
      last4: "4242",
      exp_month: 12,
      exp_year: 2030,
      funding: "credit",
    });
    expect(body.billing_details).to.deep.include({
      name: "Ada Lovelace",
      email: "ada@example.com",
      phone: null,
    });
    expectNoCardNumbers(text);
    expect((await api.call("GET", `/payment_methods/${body.id}`)).body).to.deep.equal(body);
  });

  it("give a processor the number, and the security code for the first authorisation only", async () => {
    const id = await create();
    const instrument = { type: "card", number: "4242424242424242", expMonth: 12, expYear: 2030 };
    expect(await api.instrument(id)).to.deep.equal({ ...instrument, cvc: "937" });
    api.advance(60_000);
    expect(await api.instrument(id)).to.deep.equal({ ...instrument, cvc: undefined });
  });

  it("forget a security code that waits longer than ten minutes", async () => {
    const id = await create();
    api.advance(10 * 60_000 + 1);
    expect(await api.instrument(id)).to.include({ cvc: undefined });
  });

  it("of a bank show the routing number and the last four digits, and give a processor the whole", async () => {
    const { body, text } = await api.call("POST", "/payment_methods", BANK);
    expect(text).not.to.include("000123456789");
    expect(body.us_bank_account).to.deep.include({
      routing_number: "110000000",
      last4: "6789",
      account_type: "checking",
    });
    expect(await api.instrument(body.id)).to.deep.equal({
      type: "us_bank_account",
      routingNumber: "110000000",
      accountNumber: "000123456789",
      accountType: "checking",
      holderName: "Ada Lovelace",
      holderType: "individual",
      subject: undefined,
    });
    const owner = await customer();
    const owned = await api.instrument(await create({ ...BANK, customer: owner }), owner);
    expect(owned).to.include({ accountNumber: "000123456789", subject: owner });
    expect(await api.dump()).not.to.include("000123456789");
  });

  it("have equal fingerprints for equal numbers, and others for others", async () => {
    const fingerprintOf = async (number: string) => {
      const { body } = await api.call("POST", "/payment_methods", {
        ...CARD,
        card: { ...CARD.card, number },
      });
      return (body.card as { fingerprint: string }).fingerprint;
    };
    const first = await fingerprintOf("4242424242424242");
    expect(await fingerprintOf("4242-4242-4242-4242")).to.equal(first);
    expect(await fingerprintOf("5555555555554444")).not.to.equal(first);
  });

  it("are refused with every mistake of the card, none of which shows the number", async () => {
    const card = { number: "4242424242424241", exp_month: 12, exp_year: 2020, cvc: "1234" };
    const { status, body, text } = await api.call("POST", "/payment_methods", { type: "card", card }, "bad");
    expect(status).to.equal(402);
    expect(body.error).to.deep.include({
      type: "card_error",
      code: "incorrect_number",
      param: "card.number",
    });
    expect((body.error as { mistakes: unknown }).mistakes).to.deep.equal([
      {
        param: "card.number",
        code: "incorrect_number",
        message: "The card number is incorrect. Check its digits.",
      },
      {
        param: "card.exp_year",
        code: "invalid_expiry_year",
        message: "The expiry year is 2020; it must be from 2026 to 2076.",
      },
      {
        param: "card.cvc",
        code: "invalid_cvc",
        message: "The security code must have 3 digits, as on Visa cards.",
      },
    ]);
    expect(text).not.to.include("4242424242424241");
    expect(await api.dump()).not.to.include("4242424242424241");
  });

  it("are refused when details and type do not agree", async () => {
    const both = await api.call("POST", "/payment_methods", {
      ...CARD,
      us_bank_account: BANK.us_bank_account,
    });
    expect(both.body.error).to.include({
      code: "parameter_unknown",
      message: "type is card: send card and not us_bank_account.",
    });
    const none = await api.call("POST", "/payment_methods", { type: "us_bank_account" });
    expect(none.body.error).to.include({
      code: "parameter_missing",
      message: "type is us_bank_account: send its details as us_bank_account.",
    });
    const nameless = {
      ...BANK,
      us_bank_account: { ...BANK.us_bank_account, account_holder_name: undefined },
    };
    expect((await api.call("POST", "/payment_methods", nameless)).body.error).to.include({
      param: "us_bank_account.account_holder_name",
      message:
        "A bank account needs its holder's name: send account_holder_name, or name in billing_details.",
    });
    expect(await entries()).to.equal(0);
  });

  it("are created once, however often the request is sent; nothing is left in the vault for the repeats", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => api.call("POST", "/payment_methods", CARD, "once")),
    );
    const later = await api.call("POST", "/payment_methods", CARD, "once");
    expect(new Set([...answers, later].map(({ text }) => text)).size).to.equal(1);
    expect(await entries()).to.equal(1);
  });

  it("move under the key of the customer that they are attached to, and nobody else may have them then", async () => {
    const [id, ada, other] = [await create(), await customer(), await customer()];
    const attached = await api.call("POST", `/payment_methods/${id}/attach`, { customer: ada });
    expect(attached.body).to.include({ customer: ada });
    expect(attached.body.billing_details).to.include({ name: "Ada Lovelace" });
    expect((await api.call("POST", `/payment_methods/${id}/attach`, { customer: ada })).text).to.equal(
      attached.text,
    );
    const { rows } = await core.pool.query("select subject from vault_entries");
    expect(rows).to.deep.equal([{ subject: ada }]);
    const refused = await api.call("POST", `/payment_methods/${id}/attach`, { customer: other });
    expect(refused.status).to.equal(400);
    expect(refused.body.error).to.include({ code: "payment_method_attached", param: "customer" });
    const list = await api.call("GET", `/payment_methods?customer=${ada}`);
    expect((list.body.data as { id: string }[]).map((method) => method.id)).to.deep.equal([id]);
    const missing = await api.call("POST", `/payment_methods/${await create()}/attach`, {
      customer: "cus_none",
    });
    expect(missing.body.error).to.include({
      code: "resource_missing",
      message: "There is no customer cus_none.",
    });
  });

  it("raced for by two customers belong to one, whose key has the number", async () => {
    const [id, one, two] = [await create(), await customer(), await customer()];
    const answers = await Promise.all(
      [one, two].map((owner) => api.call("POST", `/payment_methods/${id}/attach`, { customer: owner })),
    );
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 400]);
    const winner = answers.find(({ status }) => status === 200)?.body.customer;
    const { rows } = await core.pool.query("select subject from vault_entries");
    expect(rows).to.deep.equal([{ subject: winner }]);
    expect(await api.instrument(id, String(winner))).to.include({ number: "4242424242424242" });
  });

  it("detached, cannot be used again: number and fingerprint are deleted", async () => {
    const id = await create({ ...CARD, customer: await customer() });
    const { body } = await api.call("POST", `/payment_methods/${id}/detach`, {}, "detach");
    expect(body).to.include({ customer: null });
    expect(body.card).to.include({ last4: "4242" }).and.not.have.property("fingerprint");
    expect((await api.call("POST", `/payment_methods/${id}/detach`, {}, "detach")).body).to.deep.equal(body);
    expect(await entries()).to.equal(0);
    const error: unknown = await api.instrument(id).catch((reason: unknown) => reason);
    expect(error).to.include({
      status: 400,
      message: `Payment method ${id} was detached and cannot be used any more. Create a new one.`,
    });
    expect((await api.call("GET", "/payment_methods")).body.data).to.deep.equal([]);
  });

  it("change billing details, metadata and expiry, and nothing else", async () => {
    const id = await create();
    const change = {
      billing_details: { name: null, phone: "1" },
      metadata: { a: "b" },
      card: { exp_month: 1, exp_year: 2031 },
    };
    const { body } = await api.call("POST", `/payment_methods/${id}`, change);
    expect(body.billing_details).to.include({ name: null, email: "ada@example.com", phone: "1" });
    expect(body.card).to.include({ exp_month: 1, exp_year: 2031, last4: "4242" });
    const short = await api.call("POST", `/payment_methods/${id}`, { card: { exp_month: 2, exp_year: 32 } });
    expect(short.body.card).to.include({ exp_month: 2, exp_year: 2032 });
    const expired = await api.call("POST", `/payment_methods/${id}`, {
      card: { exp_month: 12, exp_year: 2025 },
    });
    expect(expired.body.error).to.include({ code: "invalid_expiry_year" });
    const number = await api.call("POST", `/payment_methods/${id}`, { card: { number: "4000000000000002" } });
    expect(number.status).to.equal(400);
    const bank = await create(BANK);
    const wrong = await api.call("POST", `/payment_methods/${bank}`, {
      card: { exp_month: 1, exp_year: 2031 },
    });
    expect(wrong.body.error).to.include({
      message: `Payment method ${bank} is no card: it has no expiry.`,
    });
  });

  it("of another customer are not there for a caller that acts for one", async () => {
    const [ada, other] = [await customer(), await customer()];
    const [mine, theirs] = [
      await create({ ...CARD, customer: ada }),
      await create({ ...CARD, customer: other }),
    ];
    const [gone, free] = [await create({ ...CARD, customer: other }), await create()];
    await api.call("POST", `/payment_methods/${gone}/detach`);
    api.caller = { ...TEST_CALLER, customer: ada };
    expect((await api.call("GET", `/payment_methods/${mine}`)).status).to.equal(200);
    expect((await api.call("GET", `/payment_methods/${theirs}`)).status).to.equal(404);
    expect((await api.call("POST", `/payment_methods/${theirs}/detach`)).status).to.equal(404);
    for (const id of [theirs, gone]) {
      const { status, body } = await api.call("POST", `/payment_methods/${id}/attach`, { customer: ada });
      expect(status).to.equal(404);
      expect(body.error).to.include({ message: `There is no payment method ${id}.` });
    }
    expect((await api.call("GET", `/payment_methods?customer=${other}`)).status).to.equal(403);
    expect((await api.call("GET", "/payment_methods")).body.data).to.have.length(1);
    const created = await api.call("POST", "/payment_methods", CARD);
    expect(created.body).to.include({ customer: ada });
    const refused = await api.call("POST", "/payment_methods", { ...CARD, customer: other });
    expect(refused.status).to.equal(400);
    expect((await api.call("POST", `/payment_methods/${free}/attach`, { customer: ada })).status).to.equal(
      200,
    );
  });

  it("of test mode are there by name, and not in live mode", async () => {
    const shown = await api.call("GET", "/payment_methods/pm_card_visa");
    expect(shown.body).to.include({ id: "pm_card_visa", type: "card" });
    const declined = await api.instrument("pm_card_chargeDeclinedInsufficientFunds");
    expect(declined).to.include({ number: "4000000000009995" });
    expect(await entries()).to.equal(0);
    const live = { livemode: true, customer: undefined };
    const error: unknown = await api.methods.source
      .resolve({ payment_method: "pm_card_visa" }, live)
      .catch((reason: unknown) => reason);
    expect(error).to.include({ status: 400, code: "resource_missing" });
    const owner = await customer();
    const attached = await api.call("POST", "/payment_methods/pm_card_visa/attach", { customer: owner });
    expect(attached.body.id).not.to.equal("pm_card_visa");
    expect(await api.instrument(attached.body.id, owner)).to.include({ number: "4242424242424242" });
  });

  it("of test mode cover every test card of the simulator", () => {
    const numbers = Object.values(TEST_METHODS)
      .filter(({ type }) => type === "card")
      .map(({ number }) => number);
    const behaviours = new Set(numbers.map((number) => CARDS[number]));
    expect([...behaviours]).to.have.members([...new Set(Object.values(CARDS))]);
    expect(numbers.filter((number) => !Object.hasOwn(CARDS, number))).to.deep.equal([]);
  });

  it("made for a payment at once come with what is to be recorded with it", async () => {
    const owner = { livemode: false, customer: await customer(), access: ACCESS };
    const made = await api.methods.source.resolve(
      { payment_method_data: { type: "card", card: CARD.card } },
      owner,
    );
    expect(made.instrument).to.deep.include({ number: "4242424242424242", cvc: "937" });
    const [change] = made.changes ?? [];
    expect(change?.after).to.deep.include({ id: made.id, version: 1 });
    expect(change?.event?.type).to.equal("payment_method.created");
    expectNoCardNumbers(JSON.stringify(change));
  });

  it("of one customer do not pay for another", async () => {
    const id = await create({ ...CARD, customer: await customer() });
    const error: unknown = await api.methods.source
      .resolve({ payment_method: id }, { livemode: false, customer: undefined, access: ACCESS })
      .catch((reason: unknown) => reason);
    expect(error).to.include({
      status: 400,
      message: `Payment method ${id} is attached to a customer: send that customer with the payment.`,
    });
  });

  it("leave in the vault's trail who had the number, and nobody who was refused it", async () => {
    const owner = await customer();
    const [own, free, gone] = [await create({ ...CARD, customer: owner }), await create(), await create()];
    await api.call("POST", `/payment_methods/${gone}/detach`, {});
    const wanted = [own, free, gone, "pm_unknown"].flatMap((id) =>
      [owner, undefined].map((customer) => ({ id, customer })),
    );
    const found = await Promise.allSettled(
      wanted.map(({ id, customer }) =>
        api.methods.source.resolve(
          { payment_method: id },
          { livemode: false, customer, access: { ...ACCESS, purpose: `${id} ${customer ?? "nobody"}` } },
        ),
      ),
    );
    const given = wanted.filter((_, index) => found[index]?.status === "fulfilled");
    expect(given).to.deep.equal([
      { id: own, customer: owner },
      { id: free, customer: owner },
      { id: free, customer: undefined },
    ]);
    const { rows } = await core.pool.query<{ purpose: string; holder: string }>(
      `select a.purpose, e.holder from vault_access a join vault_entries e on e.id = a.entry
       where a.actor = $1 and a.request = $2`,
      [ACCESS.actor, ACCESS.request],
    );
    expect(rows).to.have.deep.members(
      given.map(({ id, customer }) => ({ purpose: `${id} ${customer ?? "nobody"}`, holder: id })),
    );
    expect(await core.pool.query("select from vault_access where purpose like 'pm_unknown%'")).to.include({
      rowCount: 0,
    });
  });

  it("leak no number and no security code into answers, logs, events or any table", async () => {
    const answers: string[] = [];
    for (const [index, { number, cvc }] of plantedNumbers().entries()) {
      const card = { number, cvc, exp_month: 1, exp_year: 2031 };
      const key = `key-${index}`;
      const { body, text } = await api.call("POST", "/payment_methods", { type: "card", card }, key);
      answers.push(
        text,
        (await api.call("POST", "/payment_methods", { type: "card", card: { ...card, cvc: "000" } }, key))
          .text,
      );
      answers.push(
        (await api.call("POST", "/payment_methods", { type: "card", card: { ...card, exp_month: 13 } })).text,
      );
      answers.push(
        (
          await api.call("POST", "/payment_methods", {
            type: "card",
            card: { ...card, number: Number(number) },
          })
        ).text,
      );
      answers.push(
        (await api.call("POST", "/payment_methods", { type: "card", card, [number]: number })).text,
      );
      answers.push((await api.call("GET", `/payment_methods/${number}`)).text);
      await api.instrument(body.id);
    }
    expectNoCardNumbers(answers.join("\n"), "the answers");
    expectNoCardNumbers(api.logged(), "the log");
    const dump = await api.dump();
    expectNoCardNumbers(dump, "the tables");
    for (const { cvc } of plantedNumbers()) expect(dump).not.to.match(new RegExp(`cv[cv]\\W+${cvc}`, "i"));
  });
});
