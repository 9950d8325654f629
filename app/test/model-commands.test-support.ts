/** Requests of the model-based test: each is sent to the service, and its answer compared with what the reference says. */
import { expect } from "chai";
import fc from "fast-check";
import type { TestAnswer, TestApp } from "./app.test-support.ts";
import {
  isAstray,
  METHODS,
  type Expected,
  type Method,
  type ModelAccount,
  type ModelDispute,
  type ModelPayment,
  type Reference,
} from "./model-reference.test-support.ts";

/** What was sent and answered. */
export interface Sent {
  path: string;
  body: Record<string, unknown>;
  key: string;
  status: number;
  text: string;
}

/** The service, as one sequence of requests sees it. */
export interface Subject {
  app: TestApp;
  /** The sequence's own: all its payments and payouts have it. */
  reference: string;
  /** Requests so far. */
  requests: number;
  /** Final answers, to be asked for again. */
  sent: Sent[];
  /** Lets the processors tell what is new. */
  tellNews(): Promise<void>;
}

interface Body {
  id?: string;
  status?: string;
  error?: { code: string; payment?: string };
  data?: Record<string, unknown>[];
  has_more?: boolean;
}

type Command = fc.AsyncCommand<Reference, Subject>;

/** Which of several: a number that counts round. */
const which = fc.nat({ max: 1000 });
/** Small ones are more probable, so that balances are often just enough or just not. */
const amounts = fc
  .oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 20_000 }))
  .filter((amount) => !isAstray(amount));
/** But the one whose dispute comes by itself, which has a command of its own. */
const methods = fc.constantFrom(
  ...(Object.keys(METHODS) as Method[]).filter((method) => method !== "pm_card_createDispute"),
);

/** All requests there are. */
export const commands: fc.Arbitrary<Command>[] = [
  command(
    "openAccount",
    fc.record({
      type: fc.constantFrom("asset" as const, "liability" as const),
      overdraft: fc.constantFrom(null, null, 0, 100),
    }),
    () => true,
    async (reference, subject, { type, overdraft }) => {
      const body = { name: subject.reference, type, overdraft, currency: reference.currency };
      const { body: account } = await send(subject, "/v1/ledger/accounts", body, { status: 201 });
      reference.accounts.push({ id: idOf(account), type, overdraft, balance: 0, status: "open" });
    },
  ),
  command(
    "closeAccount",
    fc.record({ account: which }),
    ({ accounts }) => accounts.length > 2,
    async (reference, subject, { account }) => {
      const chosen = pick(reference.accounts, account);
      await send(subject, `/v1/ledger/accounts/${chosen.id}`, { status: "closed" }, reference.close(chosen));
    },
  ),
  command(
    "transfer",
    fc.record({
      from: which,
      to: fc.option(which, { freq: 20 }),
      amount: amounts,
      other: fc.integer({ min: 0, max: 19 }),
    }),
    ({ accounts }) => accounts.length > 0,
    async (reference, subject, { from, to, amount, other }) => {
      const source = pick(reference.accounts, from);
      const destination: ModelAccount | undefined =
        to === null ? undefined : pick(reference.accounts, from + 1 + to);
      const body = {
        amount,
        currency: other === 0 ? "xof" : reference.currency,
        source: source.id,
        destination: destination?.id ?? "acct_missing",
      };
      await send(
        subject,
        "/v1/transfers",
        body,
        reference.transfer(source, destination, amount, other === 0),
      );
    },
  ),
  command(
    "pay",
    fc.record({
      amount: amounts,
      method: fc.option(methods, { freq: 8, nil: undefined }),
      capture: fc.constantFrom("automatic" as const, "manual" as const),
      confirm: fc.boolean(),
    }),
    (_, { method, confirm }) => method !== undefined || !confirm,
    async (reference, subject, { amount, method, capture, confirm }) => {
      const { currency } = reference;
      const body = {
        amount,
        currency,
        payment_method: method,
        capture_method: capture,
        confirm,
        reference: subject.reference,
      };
      const { expected, payment } = reference.create(amount, method, capture, confirm);
      const answer = await send(subject, "/v1/payments", body, expected);
      if (payment === undefined) return;
      payment.id = answer.body.error?.payment ?? idOf(answer.body);
      if (answer.status === 200) expectPayment(answer.body, payment);
    },
  ),
  onPayment(
    "confirm",
    fc.record({ payment: which, method: fc.option(methods, { freq: 2, nil: undefined }) }),
    (reference, payment, { method }) => reference.confirm(payment, method),
    ({ method }) => ["confirm", { payment_method: method }],
  ),
  onPayment(
    "capture",
    fc.record({
      payment: which,
      amount: fc.option(amounts, { freq: 3, nil: undefined }),
      final: fc.boolean(),
    }),
    (reference, payment, { amount, final }) => reference.capture(payment, amount, final),
    ({ amount, final }) => ["capture", { amount, final_capture: final }],
    ({ amount_capturable }) => amount_capturable,
  ),
  onPayment(
    "cancel",
    fc.record({ payment: which }),
    (reference, payment) => reference.cancel(payment),
    () => ["cancel", {}],
  ),
  command(
    "refund",
    fc.record({ payment: which, amount: fc.option(amounts, { freq: 3, nil: undefined }) }),
    ({ payments }, { payment }) => {
      if (payments.length === 0) return false;
      const { paidWith, amount_captured, amount_refunded } = pick(payments, payment);
      return paidWith !== "pm_card_byAmount" || !isAstray(amount_captured - amount_refunded);
    },
    async (reference, subject, { payment, amount }) => {
      const chosen = pick(reference.payments, payment);
      const { expected, refund } = reference.refund(chosen, amount);
      const { body } = await send(subject, "/v1/refunds", { payment: chosen.id, amount }, expected);
      if (refund === undefined) return;
      refund.id = idOf(body);
      expect(body).to.include({ amount: refund.amount });
      const isLate = chosen.paidWith === "pm_card_pendingRefund";
      expect(body.status).to.be.oneOf(isLate ? ["pending", "succeeded"] : [refund.status]);
      if (!isLate) return;
      await news(subject, async () => {
        const { body: known } = await subject.app.get<Body>(`/v1/refunds/${refund.id}`);
        return known.status === refund.status ? known : undefined;
      });
    },
  ),
  command(
    "payDisputed",
    fc.record({ amount: amounts }),
    () => true,
    async (reference, subject, { amount }) => {
      const { currency } = reference;
      const { expected, payment } = reference.create(amount, "pm_card_createDispute", "automatic", true);
      const body = {
        amount,
        currency,
        payment_method: "pm_card_createDispute",
        confirm: true,
        reference: subject.reference,
      };
      const answer = await send(subject, "/v1/payments", body, expected);
      if (payment === undefined) throw new Error("A payment by that method is always made.");
      payment.id = idOf(answer.body);
      const dispute = reference.dispute(payment);
      const opened = await news(subject, async () => {
        const { body: list } = await subject.app.get<Body>(`/v1/disputes?payment=${payment.id}`);
        return list.data?.[0];
      });
      dispute.id = String(opened.id);
    },
  ),
  command(
    "respond",
    fc.record({
      dispute: which,
      response: fc.constantFrom("won" as const, "lost" as const, "accepted" as const),
    }),
    ({ disputes }) => disputes.length > 0,
    async (reference, subject, { dispute, response }) => {
      const chosen: ModelDispute = pick(reference.disputes, dispute);
      const expected = reference.respond(chosen, response);
      const path = `/v1/disputes/${chosen.id}/${response === "accepted" ? "accept" : "evidence"}`;
      const evidence = { uncategorized_text: response === "won" ? "winning_evidence" : "no idea" };
      await send(subject, path, response === "accepted" ? {} : { evidence }, expected);
      await news(subject, async () => {
        const { body } = await subject.app.get<Body>(`/v1/disputes/${chosen.id}`);
        return body.status === chosen.status ? body : undefined;
      });
    },
  ),
  command(
    "payOut",
    fc.record({ amount: amounts }),
    ({ currency }) => currency === "usd",
    async (reference, subject, { amount }) => {
      const body = {
        amount,
        currency: "usd",
        payment_method: "pm_usBankAccount",
        reference: subject.reference,
      };
      const answer = await send(subject, "/v1/payouts", body, reference.payOut(amount));
      if (answer.status !== 200) return;
      expect(answer.body).to.include({ status: "in_transit", amount });
      reference.payouts.push({ id: idOf(answer.body), amount });
    },
  ),
  command(
    "repeat",
    fc.record({ request: which }),
    (reference) => reference.hasAsked,
    async (_, subject, { request }) => {
      const { path, body, key, status, text } = pick(subject.sent, request);
      const again = await subject.app.post(path, body, { idempotencyKey: key });
      expect([again.status, again.text]).to.deep.equal([status, text]);
      expect(again.headers).to.include({ "idempotent-replayed": "true" });
    },
  ),
  command(
    "reuseKey",
    fc.record({ request: which }),
    (reference) => reference.hasAsked,
    async ({ currency }, subject, { request }) => {
      const { path, body, key } = pick(subject.sent, request);
      const other = { amount: 1, currency, source: "acct_one", destination: "acct_other" };
      const [otherPath, otherBody] =
        typeof body.amount === "number"
          ? [path, { ...body, amount: body.amount + 1 }]
          : ["/v1/transfers", other];
      const answer = await subject.app.post<Body>(otherPath, otherBody, { idempotencyKey: key });
      expect([answer.status, answer.body.error?.code]).to.deep.equal([400, "idempotency_key_reused"]);
    },
  ),
  command(
    "retrieve",
    fc.record({ payment: which }),
    ({ payments }) => payments.length > 0,
    async ({ payments }, subject, { payment }) => {
      const chosen = pick(payments, payment);
      const { status, body } = await subject.app.get<Body>(`/v1/payments/${chosen.id}`);
      expect(status).to.equal(200);
      expectPayment(body, chosen);
    },
  ),
  command(
    "page",
    fc.record({ limit: fc.integer({ min: 1, max: 4 }) }),
    () => true,
    async ({ payments }, { app, reference }, { limit }) => {
      const ids: unknown[] = [];
      for (let path = `/v1/payments?reference=${reference}&limit=${String(limit)}`, after = ""; ;) {
        const { body } = await app.get<Body>(path + after);
        ids.push(...(body.data ?? []).map(({ id }) => id));
        if (body.has_more !== true) break;
        after = `&starting_after=${String(ids.at(-1))}`;
      }
      expect(ids).to.deep.equal(payments.map(({ id }) => id).reverse());
    },
  ),
  command(
    "mistake",
    fc.record({ amount: fc.constantFrom<unknown>(-1, 0, 1.5, "10", null, 2 ** 53, 1_000_000_000_000) }),
    () => true,
    async ({ currency }, { app }, { amount }) => {
      const { status, body } = await app.post<Body>("/v1/payments", { amount, currency });
      expect([status, body.error?.code]).to.deep.equal([400, "parameter_invalid"]);
    },
  ),
];

/** The fields of a payment that the reference knows. */
export function expectPayment(shown: object, payment: ModelPayment): void {
  const { id, status, amount, amount_capturable, amount_captured, capture_method, fee } = payment;
  const { amount_refunded, amount_disputed } = payment;
  const known = { id, status, amount, amount_capturable, amount_captured, capture_method, fee };
  expect(shown).to.include({ ...known, amount_refunded, amount_disputed });
}

function command<Parameters>(
  name: string,
  parameters: fc.Arbitrary<Parameters>,
  check: (reference: Readonly<Reference>, parameters: Parameters) => boolean,
  run: (reference: Reference, subject: Subject, parameters: Parameters) => Promise<void>,
): fc.Arbitrary<Command> {
  return parameters.map((chosen) => ({
    check: (reference) => check(reference, chosen),
    run: (reference, subject) => run(reference, subject, chosen),
    toString: () => `${name}${JSON.stringify(chosen)}`,
  }));
}

/** A request about one payment, that answers with it. @param rest the amount that it takes when none is named */
function onPayment<Parameters extends { payment: number; amount?: number }>(
  name: string,
  parameters: fc.Arbitrary<Parameters>,
  decide: (reference: Reference, payment: ModelPayment, parameters: Parameters) => Expected,
  request: (parameters: Parameters) => [path: string, body: Record<string, unknown>],
  rest: (payment: ModelPayment) => number = () => 0,
): fc.Arbitrary<Command> {
  return command(
    name,
    parameters,
    ({ payments }, { payment }) => payments.length > 0 && !isAstray(rest(pick(payments, payment))),
    async (reference, subject, chosen) => {
      const payment = pick(reference.payments, chosen.payment);
      const [path, body] = request(chosen);
      const answer = await send(
        subject,
        `/v1/payments/${payment.id}/${path}`,
        body,
        decide(reference, payment, chosen),
      );
      if (answer.status === 200) expectPayment(answer.body, payment);
    },
  );
}

async function send(
  subject: Subject,
  path: string,
  body: Record<string, unknown>,
  expected: Expected,
): Promise<TestAnswer<Body>> {
  const key = `${subject.reference}-${String((subject.requests += 1))}`;
  const answer = await subject.app.post<Body>(path, body, { idempotencyKey: key });
  const { status, text } = answer;
  expect([expected.status].flat(), `${path} ${JSON.stringify(body)} ${text}`).to.include(status);
  if (expected.codes !== undefined) expect(answer.body.error?.code).to.be.oneOf([...expected.codes]);
  // "Still processing" is no final answer: the same key asks anew.
  if (status !== 409) subject.sent.push({ path, body, key, status, text });
  return answer;
}

/** Lets the processors tell their news until there is a result. */
async function news<T>(subject: Subject, look: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await subject.tellNews();
  }
  throw new Error("The processor's news did not arrive.");
}

function idOf({ id }: Body): string {
  if (id === undefined) throw new Error("The answer has no id.");
  return id;
}

function pick<T>(list: readonly T[], number: number): T {
  return list[number % list.length] as T;
}
