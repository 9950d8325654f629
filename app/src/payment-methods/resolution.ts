/** What a payment needs of a payment method: to know it, and to have its number revealed for one call of a processor. */
import type { Core } from "../core.ts";
import { ApiError, invalid, namedBy, notFound } from "../errors.ts";
import type { ChargeableMethod, MethodOwner, MethodSource, WantedMethod } from "../payments/methods.ts";
import type { Vault } from "../vault/index.ts";
import { instrumentOf, publicMethod, refuseDetached, type MethodData } from "./method.ts";
import type { SecurityCodes } from "./security-codes.ts";
import type { MethodService } from "./service.ts";
import { testInstrument, testMethod } from "./test-methods.ts";

/** What is written down when nobody says who asks: the service itself. */
const OWN_ACCESS = { purpose: "payment", actor: "system" };

export function createResolution(
  { clock, objects }: Pick<Core, "clock" | "objects">,
  vault: Vault,
  methods: MethodService,
  codes: SecurityCodes,
): MethodSource {
  /**
   * One of the test methods, or one that there is: of a payment's own customer or of nobody. Its instrument is for one call of
   * a processor, with its security code for the first authorisation only.
   * @throws ApiError 404 when there is none (`resolve`: 400), 400 when it is detached, another customer's, or its number was
   *   deleted or erased, 503 when the vault's keys are out of reach
   */
  async function find(
    id: string,
    { livemode, customer, access = OWN_ACCESS }: MethodOwner,
  ): Promise<ChargeableMethod> {
    const test = testMethod(id, livemode);
    if (test) {
      return { id, type: test.type, instrument: testInstrument(test, new Date(clock()).getUTCFullYear()) };
    }
    const held = await vault.readMethod<MethodData>({ livemode, holder: id, customer, access });
    if (!held) throw notFound("payment method", id);
    const { method } = held;
    const { data } = method;
    refuseDetached(method);
    if (data.customer !== undefined && data.customer !== customer) {
      throw invalid(
        "payment_method_attached",
        `Payment method ${id} is attached to a customer: send that customer with the payment.`,
        "payment_method",
      );
    }
    const number = await held.reveal();
    const { holderName } = data.type === "card" ? {} : await methods.personalOf(method);
    if (number === undefined) throw numberGone(id);
    return {
      id,
      type: data.type,
      instrument: instrumentOf(data, number, { holderName, cvc: codes.use(id) }),
    };
  }

  return {
    async resolve(
      { payment_method: id, payment_method_data: input }: WantedMethod,
      owner: MethodOwner,
    ): Promise<ChargeableMethod> {
      if (id !== undefined) return namedBy("payment_method", find(id, owner));
      if (!input)
        throw invalid("parameter_missing", "Send payment_method or payment_method_data.", "payment_method");
      const prepared = await methods.prepare(owner, { ...input, customer: owner.customer });
      const { method, instrument } = prepared;
      // It is on its way with the instrument: what waits in memory may go soon.
      codes.use(method.id);
      const event = { type: "payment_method.created" as const, body: publicMethod(method) };
      const { type } = instrument;
      return {
        id: method.id,
        type,
        instrument,
        changes: [{ kind: "payment_methods", after: method, event }],
        async discard() {
          const { id, livemode } = method;
          if (!(await objects.get("payment_methods", id, livemode))) await prepared.discard();
        },
      };
    },
  };
}

function numberGone(id: string): ApiError {
  const message = `The number of payment method ${id} is no longer in the vault. Create a new payment method.`;
  return new ApiError(400, "invalid_request_error", "payment_method_unusable", message, {
    param: "payment_method",
  });
}
