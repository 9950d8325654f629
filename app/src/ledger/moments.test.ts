import { expect } from "chai";
import { testApp, type TestApp } from "../../test/app.test-support.ts";
import { until } from "../../test/wait.test-support.ts";

interface Account {
  id: string;
  normal_side: string;
  balance: object;
}

interface Statement {
  opening_balance: number;
  closing_balance: number;
  debits: number;
  credits: number;
  entries: { has_more: boolean; data: { sequence: number; amount: number; balance: number }[] };
}

interface TrialBalance {
  currencies: {
    debits: number;
    credits: number;
    difference: number;
    accounts: { account: string; debit: number; credit: number }[];
  }[];
}

describe("The ledger", () => {
  let api: TestApp;

  before(async () => {
    api = await testApp();
  });
  after(() => api.close());

  async function open(type: string): Promise<string> {
    const account = { name: type, type, currency: "usd", overdraft: null };
    return (await api.post<Account>("/v1/ledger/accounts", account)).body.id;
  }

  async function transfer(amount: number, source: string, destination: string): Promise<void> {
    const body = { amount, currency: "usd", source, destination };
    expect((await api.post("/v1/transfers", body)).status).to.equal(201);
  }

  const secondsNow = () => Math.floor(Date.now() / 1000);

  it("counts accounts of each type on their normal side: a debit raises what is owned or spent, a credit the others", async () => {
    for (const [type, side, debited, credited] of [
      ["asset", "debit", 70, -70],
      ["expense", "debit", 70, -70],
      ["liability", "credit", -70, 70],
      ["equity", "credit", -70, 70],
      ["revenue", "credit", -70, 70],
    ] as const) {
      const [source, destination] = [await open(type), await open(type)];
      await transfer(70, source, destination);
      const shown = async (id: string) => (await api.get<Account>(`/v1/ledger/accounts/${id}`)).body;
      expect(await shown(source), `${type} that is debited`).to.deep.include({
        normal_side: side,
        balance: { posted: debited, pending: 0, available: debited, debits: 70, credits: 0 },
      });
      expect(await shown(destination), `${type} that is credited`).to.deep.include({
        normal_side: side,
        balance: { posted: credited, pending: 0, available: credited, debits: 0, credits: 70 },
      });
    }
  });

  describe("of two moments", () => {
    let alice: string;
    let bob: string;
    let begun: number;
    /** The first whole second after the earlier transfers and before the later ones. */
    let between: number;

    before(async () => {
      [alice, bob] = [await open("liability"), await open("asset")];
      begun = secondsNow();
      for (const amount of [500, 20]) await transfer(amount, bob, alice);
      between = secondsNow() + 1;
      await until(() => Date.now() > between * 1000);
      await transfer(100, alice, bob);
      await transfer(7, bob, alice);
    });

    async function statement(query: string, account = alice): Promise<Statement> {
      const { status, body, text } = await api.get<Statement>(
        `/v1/ledger/accounts/${account}/statement${query}`,
      );
      expect(status, text).to.equal(200);
      return body;
    }

    it("has a statement with the balances then, what was posted between, and each entry with the balance after it", async () => {
      const before = await statement(`?from=${begun}&to=${between}`);
      expect(before).to.include({ opening_balance: 0, closing_balance: 520, debits: 0, credits: 520 });
      expect(before.entries.data.map(({ amount, balance }) => [amount, balance])).to.deep.equal([
        [20, 520],
        [500, 500],
      ]);
      const after = await statement(`?from=${between}`);
      expect(after).to.include({ opening_balance: 520, closing_balance: 427, debits: 100, credits: 7 });
      expect(after.entries.data.map(({ amount, balance }) => [amount, balance])).to.deep.equal([
        [7, 427],
        [100, 420],
      ]);
      expect(await statement("", bob)).to.include({ closing_balance: 427, debits: 527, credits: 100 });
      expect(await statement(`?to=${begun - 60}`)).to.include({ opening_balance: 0, closing_balance: 0 });
    });

    it("has a statement that comes in pages, each with the balances of the whole", async () => {
      const balances: number[] = [];
      let query = "?limit=3";
      for (let more = true; more;) {
        const page = await statement(query);
        expect(page).to.include({ opening_balance: 0, closing_balance: 427, debits: 100, credits: 527 });
        balances.push(...page.entries.data.map(({ balance }) => balance));
        more = page.entries.has_more;
        query = `?limit=3&before=${String(page.entries.data.at(-1)?.sequence)}`;
      }
      expect(balances).to.deep.equal([427, 420, 520, 500]);
    });

    it("has a trial balance of each, in which debits equal credits", async () => {
      const at = async (query: string) => {
        const { body } = await api.get<TrialBalance>(`/v1/ledger/trial-balance${query}`);
        const [usd] = body.currencies;
        expect(usd?.difference, query).to.equal(0);
        expect(usd?.debits, query).to.equal(usd?.credits);
        const of = (id: string) => usd?.accounts.find(({ account }) => account === id);
        return { alice: of(alice), bob: of(bob) };
      };
      expect(await at(`?at=${between}`)).to.deep.nested.include({ "alice.credit": 520, "bob.debit": 520 });
      expect(await at("")).to.deep.nested.include({ "alice.credit": 427, "bob.debit": 427 });
      const { body } = await api.get<TrialBalance>(`/v1/ledger/trial-balance?at=${begun - 60}`);
      expect(body.currencies).to.deep.equal([]);
    });
  });
});
