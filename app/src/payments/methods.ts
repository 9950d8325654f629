/** What payments need of payment methods. */
import { ApiError, invalid } from "../errors.ts";
import type { Operation } from "../http/operation.ts";
import type { GivenAnswer } from "../journal/once.ts";
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
  /** Where it is new: takes its number out of the vault again, unless the method was recorded after all. */
  discard?: () => Promise<void>;
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
   * @throws ApiError 400 when there is none, or it is another customer's or detached, 402 for a card that cannot be one
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

  /** The request's answer; the number of a new method that was not recorded with it goes out of the vault again. */
  async keepRecorded(answer: Promise<GivenAnswer>): Promise<GivenAnswer> {
    try {
      const given = await answer;
      await this.#discard(given);
      return given;
    } catch (error) {
      // The journal cannot say whether the method was recorded, or will be; of every other error a look tells.
      const isOpen = error instanceof ApiError && error.code === "service_unavailable";
      if (!isOpen) await this.#discard();
      throw error;
    }
  }

  /** @param given What it names was recorded with it: that need not be looked up. */
  async #discard(given?: GivenAnswer): Promise<void> {
    for (const result of await Promise.allSettled(this.#resolved.values())) {
      if (result.status !== "fulfilled") continue;
      const { id, discard } = result.value;
      if (given?.status !== 200 || !given.body.includes(id)) await discard?.();
    }
  }
}
