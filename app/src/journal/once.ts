/**
 * Idempotency: each request with an `Idempotency-Key` has one effect and one answer, however often and wherever it is sent.
 * The key commits together with the effect; the first answer is kept and given again byte by byte.
 */
import type pg from "pg";
import { ApiError, errorBody, invalid, unavailable } from "../errors.ts";
import type { Operation } from "../http/operation.ts";
import type { Journal } from "./journal.ts";
import {
  type AccountChange,
  type Answer,
  type CommitResult,
  type DomainEvent,
  jsonText,
  type KeyChange,
  type LedgerTransaction,
  type ObjectChange,
  type Refusal,
  type Write,
} from "./write.ts";

/** What changes, all at once. */
export interface Effects {
  accounts?: AccountChange[];
  objects?: ObjectChange[];
  transactions?: LedgerTransaction[];
  events?: DomainEvent[];
}

/**
 * What to answer (a body, or its JSON text) and what to do; with an error as answer, what is done all the same (a payment
 * that failed).
 */
export interface Decision extends Effects {
  answer: { status: number; body: object | string } | ApiError;
  /** The request's field that names an account, so that the ledger's refusal can tell it. @default the error names no field */
  fieldOf?: (account: string) => string;
  /** Id of the customer whose personal data the answer holds: the stored answer goes when the customer is erased. */
  subject?: string;
}

/** A request that asks a processor: what is recorded before the question is asked. */
export interface Claim<State> extends Effects {
  /** Id of the object that is `processing` from now on. */
  object: string;
  state: State;
}

export interface Steps<State, Outcome> {
  /** Decides what to record; a decision where no processor need be asked. Runs again when an object has changed. */
  claim: () => Claim<State> | Decision | Promise<Claim<State> | Decision>;
  /** Asks the processor; runs once. An error here leaves the key claimed: the object's recovery finds the truth. */
  ask: (state: State) => Promise<Outcome>;
  /** Decides what follows from the outcome. Runs again when an object has changed. */
  conclude: (state: State, outcome: Outcome) => Decision | Promise<Decision>;
  /**
   * The request's key was claimed by a process that is gone (or is still at work): decides by the object's state now, or
   * returns undefined while the work may still be under way.
   */
  resume: (object: string) => Promise<Decision | undefined>;
}

/** An answer; `replayed` when it was given before. */
export interface GivenAnswer extends Answer {
  replayed: boolean;
}

interface KeyRecord {
  fingerprint: string;
  status: number | null;
  body: string | null;
  object: string | null;
}

/** Times that a request decides anew when others keep changing its object. */
const DECISIONS = 100;

export class Once {
  readonly #journal: Journal;
  readonly #pool: pg.Pool;
  /** Requests with a key under way in this process: equal ones wait for the first one's answer. */
  readonly #underWay = new Map<string, { fingerprint: string; answer: Promise<GivenAnswer> }>();

  constructor(journal: Journal, pool: pg.Pool) {
    this.#journal = journal;
    this.#pool = pool;
  }

  /**
   * Decides and commits in one step.
   * @param decide May throw an ApiError; a final one is kept as the key's answer. Runs again when an object has changed.
   */
  answer(operation: Operation, decide: () => Decision | Promise<Decision>): Promise<GivenAnswer> {
    return this.#single(operation, () => this.#answer(operation, decide));
  }

  /** Records the intent, asks a processor, records the outcome: see `Steps`. */
  process<State, Outcome>(operation: Operation, steps: Steps<State, Outcome>): Promise<GivenAnswer> {
    return this.#single(operation, () => this.#process(operation, steps));
  }

  /**
   * Takes the key, then acts and decides: for what has effects besides the journal's, which must not come of a key that
   * another request has used.
   * @param act Must do its work once, however often it runs: it runs again when an object has changed, and where the request
   * is sent again because its process died. A final ApiError is kept as the key's answer.
   */
  act(operation: Operation, act: () => Decision | Promise<Decision>): Promise<GivenAnswer> {
    return this.process(operation, {
      claim: () => ({ object: operation.requestId, state: undefined }),
      ask: () => Promise.resolve(undefined),
      conclude: () => decided(act),
      resume: () => decided(act),
    });
  }

  #process<State, Outcome>(operation: Operation, steps: Steps<State, Outcome>): Promise<GivenAnswer> {
    return untilAnswered(async () => {
      const claim = await this.#decided(operation, steps.claim, steps.resume);
      if ("replayed" in claim) return claim;
      if ("answer" in claim) return this.#commitDecision(operation, claim, "answer", steps.resume);
      const { object, state } = claim;
      const key = operation.idempotency && { ...operation.idempotency, step: "claim" as const, object };
      const result = await this.#commit(operation, claim, key);
      if (result.committed) {
        const outcome = await steps.ask(state);
        return this.#conclude(operation, () => steps.conclude(state, outcome));
      }
      if (result.reason === "key_taken") return this.#replay(operation, steps.resume);
      if (result.reason === "conflict") return undefined;
      return this.#commitDecision(operation, { answer: refusalError(result) }, "answer", steps.resume);
    });
  }

  #answer(operation: Operation, decide: () => Decision | Promise<Decision>): Promise<GivenAnswer> {
    return untilAnswered(async () => {
      const decision = await this.#decided(operation, decide);
      return "replayed" in decision ? decision : this.#commitDecision(operation, decision, "answer");
    });
  }

  /** The processor has acted: whatever comes now, its outcome is recorded, or the key stays claimed and is looked after. */
  async #conclude(operation: Operation, conclude: () => Decision | Promise<Decision>): Promise<GivenAnswer> {
    const answer = await untilAnswered(async () =>
      this.#commitDecision(operation, await concluded(conclude), "complete"),
    );
    if (!answer.replayed) return answer;
    // Somebody else has answered meanwhile, and may have known less than we do.
    return untilAnswered(async () => {
      const result = await this.#commit(operation, await concluded(conclude), undefined);
      if (result.committed) return answer;
      if (result.reason === "conflict") return undefined;
      throw unrecorded(refusalError(result));
    });
  }

  /**
   * What is decided; the request's own earlier answer where deciding fails for now. The object may be busy with this very
   * request, sent to another process; and what was answered before is answered again, whatever is stopped by now.
   */
  async #decided<T>(
    operation: Operation,
    decide: () => T | Promise<T>,
    resume?: (object: string) => Promise<Decision | undefined>,
  ): Promise<T | Decision | GivenAnswer> {
    try {
      return await decided(decide);
    } catch (error) {
      if (!(error instanceof ApiError) || (await this.#recordOf(operation)) === undefined) throw error;
      return this.#replay(operation, resume);
    }
  }

  /** The answer once the decision is committed; undefined when it must be decided anew. */
  async #commitDecision(
    operation: Operation,
    decision: Decision,
    step: "answer" | "complete",
    resume?: (object: string) => Promise<Decision | undefined>,
  ): Promise<GivenAnswer | undefined> {
    const answer = answerOf(decision, operation);
    const { subject } = decision;
    const key = operation.idempotency && { ...operation.idempotency, step, answer, subject };
    const result = await this.#commit(operation, decision, key);
    if (result.committed) return { ...answer, replayed: false };
    if (result.reason === "key_taken") return this.#replay(operation, resume);
    if (result.reason === "conflict") return undefined;
    const error = refusalError(result, decision.fieldOf);
    // What a processor has done is not undone by the ledger's refusal: it is no answer.
    if (step === "complete") throw unrecorded(error);
    return this.#commitDecision(operation, { answer: error }, step, resume);
  }

  /** Commits the effects with the key; where there is neither, there is nothing to commit. */
  #commit(operation: Operation, effects: Effects, key: KeyChange | undefined): Promise<CommitResult> {
    const { accounts, objects, transactions, events } = effects;
    if ((key ?? accounts ?? objects ?? transactions ?? events) === undefined)
      return Promise.resolve({ committed: true });
    const { caller, requestId } = operation;
    const { livemode, actor } = caller;
    const write: Write = {
      livemode,
      actor,
      request: requestId,
      key,
      accounts,
      objects,
      transactions,
      events,
    };
    return this.#journal.commit(write);
  }

  /** Lets equal requests of this process wait for the first one. */
  async #single(operation: Operation, run: () => Promise<GivenAnswer>): Promise<GivenAnswer> {
    if (operation.idempotency === undefined) return run();
    const { key, fingerprint } = operation.idempotency;
    const name = `${operation.caller.livemode ? "live" : "test"} ${key}`;
    const first = this.#underWay.get(name);
    if (first !== undefined) {
      if (first.fingerprint !== fingerprint) throw otherRequest(key);
      return { ...(await first.answer), replayed: true };
    }
    const answer = run();
    this.#underWay.set(name, { fingerprint, answer });
    try {
      return await answer;
    } finally {
      this.#underWay.delete(name);
    }
  }

  #replay(
    operation: Operation,
    resume?: (object: string) => Promise<Decision | undefined>,
  ): Promise<GivenAnswer> {
    const { key, fingerprint } = operation.idempotency as { key: string; fingerprint: string };
    return untilAnswered(async () => {
      const record = await this.#recordOf(operation);
      // Taken a moment ago and gone: it was too old, or its customer was erased.
      if (record === undefined) throw keyInUse(key);
      if (record.fingerprint !== fingerprint) throw otherRequest(key);
      if (record.status !== null) return { status: record.status, body: record.body ?? "", replayed: true };
      const decision = record.object === null ? undefined : await resume?.(record.object);
      if (decision === undefined) throw keyInUse(key);
      return this.#commitDecision(operation, decision, "complete");
    });
  }

  /** What is known of the request's key. */
  async #recordOf({ caller, idempotency }: Operation): Promise<KeyRecord | undefined> {
    if (idempotency === undefined) return undefined;
    const { rows } = await this.#pool.query<KeyRecord>({
      name: "idempotency_key",
      text: "select fingerprint, status, body, object from idempotency_keys where livemode = $1 and key = $2",
      values: [caller.livemode, idempotency.key],
    });
    return rows[0];
  }
}

/** Tries until there is an answer: undefined means that others were quicker, and all is to be looked at anew. */
async function untilAnswered(attempt: () => Promise<GivenAnswer | undefined>): Promise<GivenAnswer> {
  for (let count = 1; count <= DECISIONS; count += 1) {
    const answer = await attempt();
    if (answer !== undefined) return answer;
  }
  throw busy();
}

/** A final error is a decision like another; a passing one (database away, too many requests) is thrown on. */
async function decided<T>(decide: () => T | Promise<T>): Promise<T | Decision> {
  try {
    return await decide();
  } catch (error) {
    if (error instanceof ApiError && !error.isTransient) return { answer: error };
    throw error;
  }
}

/** Once a processor has acted, no error is an answer: the request stays under way until its outcome is recorded. */
async function concluded(conclude: () => Decision | Promise<Decision>): Promise<Decision> {
  try {
    return await conclude();
  } catch (error) {
    if (error instanceof ApiError && !error.isTransient) throw unrecorded(error);
    throw error;
  }
}

function unrecorded(cause: ApiError): ApiError {
  return unavailable(
    "What became of the request cannot be recorded yet. Ask again with the same key.",
    cause,
  );
}

function answerOf({ answer }: Decision, { requestId }: Operation): Answer {
  if (answer instanceof ApiError) return { status: answer.status, body: errorBody(answer, requestId) };
  const { status, body } = answer;
  return { status, body: jsonText(body) };
}

function refusalError(refusal: Refusal, fieldOf?: (account: string) => string): ApiError {
  const param = "account" in refusal ? fieldOf?.(refusal.account) : undefined;
  switch (refusal.reason) {
    case "insufficient_funds":
      return new ApiError(
        402,
        "invalid_request_error",
        "insufficient_funds",
        `Account ${refusal.account} has not enough available funds.`,
        { param },
      );
    case "account_missing":
      return invalid("resource_missing", `There is no account ${refusal.account}.`, param);
    case "account_closed":
      return invalid("account_closed", `Account ${refusal.account} is closed.`, param);
    case "currency_mismatch":
      return invalid(
        "currency_mismatch",
        `Account ${refusal.account} is kept in another currency.`,
        param ?? "currency",
      );
    case "balance_overflow":
      return invalid(
        "balance_overflow",
        `The totals of account ${refusal.account} would exceed 9007199254740991 minor units.`,
        "amount",
      );
    case "conflict":
    case "key_taken":
      return busy();
  }
}

function otherRequest(key: string): ApiError {
  return new ApiError(
    400,
    "idempotency_error",
    "idempotency_key_reused",
    `Idempotency-Key "${key}" was used for another request. Send the same method, path and body with it, or use a new key.`,
  );
}

function keyInUse(key: string): ApiError {
  return new ApiError(
    409,
    "idempotency_error",
    "idempotency_key_in_use",
    `A request with Idempotency-Key "${key}" is still under way. Send it again in a moment.`,
    { retryAfter: 1 },
  );
}

function busy(): ApiError {
  return new ApiError(
    503,
    "api_error",
    "resource_busy",
    "Too many requests change this object at once. Send the request again.",
    { retryAfter: 1 },
  );
}
