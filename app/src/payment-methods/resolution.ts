/** What a payment needs of a payment method: to know it, and to have its number revealed for one call of a processor. */
import type { Core } from "../core.ts";
import { ApiError, invalid } from "../errors.ts";
import type { Caller } from "../http/operation.ts";
import type { ChargeableMethod, MethodOwner, MethodSource, WantedMethod } from "../payments/methods.ts";
import type { Instrument } from "../processors/processor.ts";
import type { Access, Vault } from "../vault/index.ts";
import { instrumentOf, publicMethod, type StoredMethod } from "./method.ts";
import type { SecurityCodes } from "./security-codes.ts";
import type { MethodService } from "./service.ts";
import { testInstrument, testMethod } from "./test-methods.ts";

export interface ResolvedMethod {
  id: string;
  type: "card" | "us_bank_account";
  customer?: string;
  /** The same for the same number within a mode; absent for test methods. */
  fingerprint?: string;
  /**
   * What the processor is to be given, for one call; a security code for the first authorisation only.
   * @throws ApiError 400 `payment_method_unusable` when the number was deleted or erased, 503 when the vault's keys are out
   *   of reach
   */
  reveal(access: Access): Promise<Instrument>;
}

/** What is written down when nobody says who asks: the service itself. */
const OWN_ACCESS: Access = { purpose: "payment", actor: "system" };

export type Resolution = ReturnType<typeof createResolution>;

export function createResolution(
  { clock }: Pick<Core, "clock">,
  vault: Vault,
  methods: MethodService,
  codes: SecurityCodes,
) {
  async function reveal(method: StoredMethod, access: Access): Promise<Instrument> {
    const { id, livemode, data } = method;
    const [number, { holderName }] = await Promise.all([
      data.vault === undefined ? undefined : vault.reveal(livemode, data.vault, access),
      data.type === "card" ? { holderName: undefined } : methods.personalOf(method),
    ]);
    if (number === undefined) throw numberGone(id);
    return instrumentOf(data, number, { holderName, cvc: codes.use(id) });
  }

  /**
   * Finds a payment method to pay with: also one of the test methods, in test mode.
   * @throws ApiError 404 when there is none that the caller may use, 400 when it is detached
   */
  async function find(id: string, caller: Pick<Caller, "livemode" | "customer">): Promise<ResolvedMethod> {
    const test = testMethod(id, caller.livemode);
    if (test) {
      const instrument = testInstrument(test, new Date(clock()).getUTCFullYear());
      return { id, type: test.type, reveal: () => Promise.resolve(instrument) };
    }
    const method = await methods.findActive(id, caller);
    const { type, customer, card, us_bank_account } = method.data;
    const fingerprint = (card ?? us_bank_account)?.fingerprint;
    return { id, type, customer, fingerprint, reveal: (access) => reveal(method, access) };
  }

  /** Of a payment's own customer or of nobody. */
  async function findFor(
    id: string,
    { livemode, customer, access = OWN_ACCESS }: MethodOwner,
  ): Promise<ChargeableMethod> {
    const method = await find(id, { livemode });
    if (method.customer !== undefined && method.customer !== customer) {
      throw invalid(
        "payment_method_attached",
        `Payment method ${id} is attached to a customer: send that customer with the payment.`,
        "payment_method",
      );
    }
    return { id, type: method.type, instrument: await method.reveal(access) };
  }

  const source: MethodSource = {
    async resolve(
      { payment_method: id, payment_method_data: input }: WantedMethod,
      owner: MethodOwner,
    ): Promise<ChargeableMethod> {
      if (id !== undefined) return findFor(id, owner);
      if (!input)
        throw invalid("parameter_missing", "Send payment_method or payment_method_data.", "payment_method");
      const { method, instrument } = await methods.prepare(owner, { ...input, customer: owner.customer });
      // It is on its way with the instrument: what waits in memory may go soon.
      codes.use(method.id);
      const event = { type: "payment_method.created", body: publicMethod(method) };
      const { type } = instrument;
      return {
        id: method.id,
        type,
        instrument,
        changes: [{ kind: "payment_methods", after: method, event }],
      };
    },
  };

  return { find, source };
}

function numberGone(id: string): ApiError {
  const message = `The number of payment method ${id} is no longer in the vault. Create a new payment method.`;
  return new ApiError(400, "invalid_request_error", "payment_method_unusable", message, {
    param: "payment_method",
  });
}
