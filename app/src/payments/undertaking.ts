/**
 * Asking a processor, safe against every crash: record the attempt → ask → record the outcome. Whatever breaks in between,
 * the attempt stays on record with its key, and a retry of the same request, a janitor or a notice of the processor finds
 * out the truth and records it once. Payments, refunds and payouts are undertaken alike; what differs is a `Undertaking`.
 */
import type { Core } from "../core.ts";
import type { StoredObject } from "../database/objects.ts";
import { ApiError, errorBody } from "../errors.ts";
import type { Operation } from "../http/operation.ts";
import type { Decision, GivenAnswer, Once } from "../journal/once.ts";
import {
  type CommitResult,
  jsonText,
  type KeyChange,
  type ObjectKind,
  type Write,
} from "../journal/write.ts";
import type { Chart } from "../ledger/chart.ts";
import type {
  Awaitable,
  Declined,
  Instrument,
  Processor,
  ProcessorResult,
  Processors,
  Unavailable,
  Unknown,
} from "../processors/processor.ts";
import {
  attemptKey,
  isLeased,
  isOpen,
  leaseAttempt,
  leaseOf,
  mayRepeat,
  openAttemptOf,
  repeatAttempt,
  type Attempt,
} from "./attempt.ts";
import { effectsOf, next, type Change } from "./change.ts";
import type { Known } from "./conclude.ts";
import { isAnswered } from "./repository.ts";

/** Objects that processors are asked about. */
export interface Undertaken {
  attempt?: Attempt;
  processor?: string;
}

/** What to record and to answer. */
export interface Conclusion {
  changes: Change[];
  answer: Decision["answer"];
}

export interface Undertaking<T extends Undertaken> {
  kind: ObjectKind;
  /**
   * Asks the processor for the open attempt, under the key.
   * @param instrument What to pay with, when the request has just looked it up; else it is looked up again.
   */
  send(
    processor: Processor,
    stored: StoredObject<T>,
    key: string,
    instrument?: Instrument,
  ): Awaitable<ProcessorResult>;
  conclude(stored: StoredObject<T>, result: Known): Awaitable<Conclusion>;
  /** The outcome stays open: it is unknown, or the attempt waits for the processor to be reachable. */
  postpone(stored: StoredObject<T>, outcome: "unknown" | "unsent"): Conclusion;
  /** Undoes an attempt that the processor was not reachable for, and the client is told so; without, it waits (`postpone`). */
  takeBack?(stored: StoredObject<T>): Change[];
  /** The outcome of an attempt that never arrived and is not sent again. */
  neverArrived: Declined;
  /** The answer by the object's state, when somebody else has recorded the outcome. */
  answer(stored: StoredObject<T>): Decision["answer"];
}

/** What a request begins: the object with its open attempt. */
export interface Begun<T> {
  stored: StoredObject<T>;
  changes: Change[];
  instrument?: Instrument;
}

/**
 * Decides what a request begins; a decision when no processor need be asked. Runs again when an object has changed.
 * @param existing The request's object, when an earlier try could not reach the processor.
 */
export type Begin<T> = (existing?: StoredObject<T>) => Promise<Begun<T> | Decision>;

interface Asked<T> {
  stored: StoredObject<T>;
  instrument?: Instrument;
  /** Decided upon already: somebody else changed the object meanwhile. */
  stale: boolean;
}

/** What an attempt came to, and the object that it was asked for. */
interface Settled<T> {
  stored: StoredObject<T>;
  result: ProcessorResult;
}

/** Milliseconds for which nobody asks for an attempt whose processor is not configured any more. */
const NOBODY_TO_ASK = 3_600_000;

export class Undertakings<T extends Undertaken> {
  readonly #core: Core;
  readonly #once: Once;
  readonly #chart: Chart;
  readonly #processors: Processors;
  readonly #undertaking: Undertaking<T>;

  constructor(core: Core, once: Once, chart: Chart, processors: Processors, undertaking: Undertaking<T>) {
    this.#core = core;
    this.#once = once;
    this.#chart = chart;
    this.#processors = processors;
    this.#undertaking = undertaking;
  }

  /** Carries out a request in its three steps. */
  run(operation: Operation, begin: Begin<T>): Promise<GivenAnswer> {
    return this.#once.process<Asked<T>, ProcessorResult>(operation, {
      claim: async () => {
        const begun = await begin();
        if ("answer" in begun) return begun;
        const { stored, changes, instrument } = begun;
        const effects = await effectsOf(this.#core, this.#chart, changes);
        return { object: stored.id, state: { stored, instrument, stale: false }, ...effects };
      },
      ask: ({ stored, instrument }) => this.#ask(stored, instrument),
      conclude: async (asked, result) => {
        const { stored } = asked;
        const current = asked.stale ? await this.#read(stored) : stored;
        asked.stale = true;
        return this.#decision(current, stored.data.attempt, result);
      },
      resume: (id) => this.#resume(operation, id, begin),
    });
  }

  /** Finds out and records what became of an attempt that is due; true when its outcome is known now. */
  async settle(due: StoredObject<T>): Promise<boolean> {
    const settled = await this.#findOut(due);
    if (settled === undefined) return false;
    await this.#record(settled.stored, settled.result);
    return settled.result.outcome !== "unknown" && settled.result.outcome !== "unavailable";
  }

  /** Records what a processor tells of an attempt; false when that attempt is over or unknown. */
  async tell(
    stored: StoredObject<T>,
    attempt: Pick<Attempt, "operation" | "ordinal">,
    result: Known,
  ): Promise<boolean> {
    if (!isSame(stored.data.attempt, attempt)) return false;
    return this.#record(stored, result);
  }

  async #ask(stored: StoredObject<T>, instrument?: Instrument): Promise<ProcessorResult> {
    const result = await this.#send(stored, instrument);
    if (result.outcome !== "unavailable" || !(await this.#takeBack(stored))) return result;
    throw processorUnavailable(result);
  }

  /**
   * Undoes an attempt of this process that never went out. False where that is not done; and where somebody else has taken the
   * attempt over, who may have sent it since.
   */
  async #takeBack(stored: StoredObject<T>): Promise<boolean> {
    const { attempt } = stored.data;
    let current = stored;
    while (isSame(current.data.attempt, attempt) && current.data.attempt?.due === attempt?.due) {
      const changes = this.#undertaking.takeBack?.(current);
      if (changes === undefined) return false;
      const result = await this.#commit(stored.livemode, changes);
      if (result.committed) return true;
      if (result.reason !== "conflict")
        throw new Error(`An attempt could not be taken back: ${result.reason}.`);
      current = await this.#read(stored);
    }
    return false;
  }

  #send(stored: StoredObject<T>, instrument?: Instrument): Awaitable<ProcessorResult> {
    const { id, data } = stored;
    return this.#undertaking.send(
      this.#processor(data),
      stored,
      attemptKey(id, openAttemptOf(data)),
      instrument,
    );
  }

  /** What to record and to answer, by the object's state now. */
  async #decision(
    stored: StoredObject<T>,
    attempt: Attempt | undefined,
    result: ProcessorResult,
  ): Promise<Decision & Conclusion> {
    const conclusion = isSame(stored.data.attempt, attempt)
      ? await this.#conclude(stored, result)
      : { changes: [], answer: this.#undertaking.answer(stored) };
    return { ...conclusion, ...(await effectsOf(this.#core, this.#chart, conclusion.changes)) };
  }

  #conclude(stored: StoredObject<T>, result: ProcessorResult): Awaitable<Conclusion> {
    switch (result.outcome) {
      case "unknown":
        return this.#undertaking.postpone(stored, "unknown");
      case "unavailable":
        return this.#undertaking.postpone(stored, "unsent");
      default:
        return this.#undertaking.conclude(stored, result);
    }
  }

  /** The request's key was claimed before and has no answer: goes on where that try stopped. */
  async #resume(operation: Operation, id: string, begin: Begin<T>): Promise<Decision | undefined> {
    const { livemode } = operation.caller;
    const key = operation.idempotency?.key ?? "";
    const stored = await this.#core.objects.get<T>(this.#undertaking.kind, id, livemode);
    if (stored === undefined) return undefined;
    const { attempt } = stored.data;
    if (isOpen(attempt) && attempt.idempotency_key === key) {
      if (isLeased(attempt, this.#core.clock())) return undefined;
      const settled = await this.#findOut(stored);
      return settled && this.#decision(settled.stored, settled.stored.data.attempt, settled.result);
    }
    // An attempt's end commits with its key's answer. No answer after this state of the object: the attempt was taken back.
    if (await isAnswered(this.#core.pool, livemode, key)) return undefined;
    return this.#beginAnew(operation, stored, begin);
  }

  async #beginAnew(
    operation: Operation,
    existing: StoredObject<T>,
    begin: Begin<T>,
  ): Promise<Decision | undefined> {
    const begun = await decidedOrError(() => begin(existing));
    if ("answer" in begun) return begun;
    const { stored, changes, instrument } = begun;
    const { caller, requestId } = operation;
    const { committed } = await this.#commit(caller.livemode, changes, {
      actor: caller.actor,
      request: requestId,
    });
    if (!committed) return undefined;
    return this.#decision(stored, stored.data.attempt, await this.#ask(stored, instrument));
  }

  /**
   * Takes an attempt over and asks what became of it; sends it anew when it never arrived and may still be done. Undefined
   * when somebody else was quicker, or there is nobody to ask.
   */
  async #findOut(due: StoredObject<T>): Promise<Settled<T> | undefined> {
    if (!this.#processors.names.includes(processorOf(due.data))) return this.#putOff(due);
    const processor = this.#processor(due.data);
    const attempt = leaseAttempt(openAttemptOf(due.data), this.#core.clock(), leaseOf(processor));
    const leased = await this.#replaceAttempt(due, attempt);
    if (leased === undefined) return undefined;
    if (attempt.outcome === "unsent") return this.#sendAnew(leased, attempt, processor);
    if (!processor.capabilities.inquiry) {
      const result: ProcessorResult = processor.capabilities.idempotent
        ? await this.#send(leased)
        : { outcome: "unknown", reason: "in_progress" };
      return { stored: leased, result };
    }
    const inquiry = await processor.inquire(attemptKey(leased.id, attempt));
    switch (inquiry.inquiry) {
      case "found":
        return { stored: leased, result: inquiry.result };
      case "unknown":
        return { stored: leased, result: { outcome: "unknown", reason: unknownReason(inquiry.reason) } };
      case "not_found":
        return this.#sendAnew(leased, attempt, processor);
    }
  }

  async #sendAnew(
    stored: StoredObject<T>,
    attempt: Attempt,
    processor: Processor,
  ): Promise<Settled<T> | undefined> {
    const now = this.#core.clock();
    if (!mayRepeat(attempt, now)) return { stored, result: this.#undertaking.neverArrived };
    const again = await this.#replaceAttempt(stored, repeatAttempt(attempt, now, leaseOf(processor)));
    return again && { stored: again, result: await this.#send(again) };
  }

  /** The processor is not configured any more: others come first, and this one is looked at again much later. */
  async #putOff(due: StoredObject<T>): Promise<undefined> {
    const { id, data } = due;
    this.#core.log.warn(
      { object: id, processor: data.processor },
      "The outcome of an attempt stays open: its processor is not configured any more",
    );
    await this.#replaceAttempt(due, leaseAttempt(openAttemptOf(data), this.#core.clock(), NOBODY_TO_ASK));
  }

  /** Commits the object with its attempt changed; undefined when somebody else has changed it. */
  async #replaceAttempt(stored: StoredObject<T>, attempt: Attempt): Promise<StoredObject<T> | undefined> {
    const after = next(stored, { ...stored.data, attempt });
    const { committed } = await this.#commit(stored.livemode, [{ kind: this.#undertaking.kind, after }]);
    return committed ? after : undefined;
  }

  /** Records an outcome without a request, and answers the request that may be waiting for it; false when it is over. */
  async #record(stored: StoredObject<T>, result: ProcessorResult): Promise<boolean> {
    const { attempt } = stored.data;
    let current = stored;
    let key = attempt?.idempotency_key;
    while (isSame(current.data.attempt, attempt)) {
      const decision = await this.#decision(current, attempt, result);
      const change = key === undefined ? undefined : completion(key, decision.answer, attempt?.request ?? "");
      const { objects, transactions, events } = decision;
      const committed = await this.#core.journal.commit({
        livemode: stored.livemode,
        actor: "system",
        request: attempt?.request,
        key: change,
        objects,
        transactions,
        events,
      });
      if (committed.committed) return true;
      if (committed.reason === "key_taken") key = undefined;
      else if (committed.reason !== "conflict")
        throw new Error(`The ledger refused an outcome: ${committed.reason}.`);
      current = await this.#read(stored);
    }
    return false;
  }

  /** @param by Whose doing it is. @default the service's own */
  async #commit(
    livemode: boolean,
    changes: Change[],
    by: Pick<Write, "actor" | "request"> = { actor: "system" },
  ): Promise<CommitResult> {
    const effects = await effectsOf(this.#core, this.#chart, changes);
    return this.#core.journal.commit({ livemode, ...by, ...effects });
  }

  async #read({ id, livemode }: StoredObject<T>): Promise<StoredObject<T>> {
    const stored = await this.#core.objects.get<T>(this.#undertaking.kind, id, livemode);
    if (stored === undefined) throw new Error(`${id} has vanished.`);
    return stored;
  }

  #processor(data: T): Processor {
    return this.#processors.get(processorOf(data));
  }
}

export function processorUnavailable({ retryAfter, reason }: Omit<Unavailable, "outcome">): ApiError {
  return new ApiError(
    503,
    "api_error",
    "processor_unavailable",
    "The payment processor cannot be reached at the moment. Nothing was done: send the request again.",
    { retryAfter, cause: reason },
  );
}

/** The key's answer, given by others than the request itself. */
function completion(key: string, answer: Decision["answer"], request: string): KeyChange {
  const body = answer instanceof ApiError ? errorBody(answer, request) : jsonText(answer.body);
  // The fingerprint counts when a key is taken; this one is.
  return { key, fingerprint: "", step: "complete", answer: { status: answer.status, body } };
}

function processorOf({ processor }: Undertaken): string {
  if (processor === undefined) throw new Error("The object was sent to no processor.");
  return processor;
}

/** A final error is a decision like another. */
async function decidedOrError<R>(decide: () => Promise<R>): Promise<R | Decision> {
  try {
    return await decide();
  } catch (error) {
    if (error instanceof ApiError && !error.isTransient) return { answer: error };
    throw error;
  }
}

function isSame(
  attempt: Attempt | undefined,
  other: Pick<Attempt, "operation" | "ordinal"> | undefined,
): boolean {
  return isOpen(attempt) && attempt.ordinal === other?.ordinal && attempt.operation === other.operation;
}

/** A processor that cannot be asked leaves the outcome as unknown as one that does not answer. */
function unknownReason(reason: Unknown["reason"] | Unavailable["reason"]): Unknown["reason"] {
  switch (reason) {
    case "circuit_open":
    case "overloaded":
    case "not_connected":
    case "refused":
      return "connection_lost";
    default:
      return reason;
  }
}
