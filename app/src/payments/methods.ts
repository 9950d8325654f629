/** What payments need of payment methods. */
import { invalid } from "../errors.ts";
import type { Operation } from "../http/operation.ts";
import type { MethodInput } from "../payment-methods/schemas.ts";
import type { Instrument, MethodType } from "../processors/processor.ts";
import type { Change } from "./change.ts";

/** One of the two: a payment method that there is, or what to make one of. */
export interface WantedMethod {
  payment_method?: string;
  payment_method_data?: MethodInput;
}

/** A payment method that can be charged. */
export interface ChargeableMethod {
  id: string;
  type: MethodType;
  /** With its security code when the customer has just typed it. */
  instrument: Instrument;
  /** Where it is new: to be recorded together with what it pays for. */
  changes?: Change[];
}

/** Whose payment it is, and what to write down about the number's use. */
export interface MethodOwner {
  livemode: boolean;
  customer: string | undefined;
  /** @default by the service itself */
  access?: { purpose: string; actor: string; request?: string };
}

export interface MethodSource {
  /**
   * The method that is wanted, for a payment of this customer.
   * @throws ApiError 400 when it is another customer's or detached, 404 when there is none, 402 for a card that cannot be one
   */
  resolve(wanted: WantedMethod, owner: MethodOwner): Promise<ChargeableMethod>;
}

/** The methods that one request pays with: each is resolved once, however often the request is decided. */
export class MethodChoice {
  readonly #source: MethodSource;
  readonly #operation: Operation;
  readonly #resolved = new Map<string, Promise<ChargeableMethod>>();

  constructor(source: MethodSource, operation: Operation) {
    this.#source = source;
    this.#operation = operation;
  }

  /**
   * The method that is wanted; undefined when none is.
   * @throws ApiError as `MethodSource.resolve`, and 400 for both ways at once
   */
  choose(
    wanted: WantedMethod,
    customer: string | undefined,
    purpose: string,
  ): Promise<ChargeableMethod> | undefined {
    const { payment_method: id, payment_method_data: data } = wanted;
    if (id !== undefined && data !== undefined) {
      throw invalid(
        "parameters_exclusive",
        "payment_method and payment_method_data exclude each other: send one of them.",
        "payment_method_data",
      );
    }
    if (id === undefined && data === undefined) return undefined;
    const name = id ?? "";
    const known = this.#resolved.get(name);
    if (known !== undefined) return known;
    const { caller, requestId } = this.#operation;
    const access = { purpose, actor: caller.actor, request: requestId };
    const resolved = this.#source.resolve(wanted, { livemode: caller.livemode, customer, access });
    this.#resolved.set(name, resolved);
    return resolved;
  }
}
