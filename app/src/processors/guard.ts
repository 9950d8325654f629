/**
 * The guard around a processor: circuit breaker, limit of calls at a time, time limit, safe retries, metrics and logs.
 *
 * It keeps the adapters' rule. What may have been done stays `unknown`; `unavailable` is said only when no attempt of the
 * call can have done anything. A processor in this process has only its metrics and logs: nothing is between us and it.
 */
import type { Histogram, Meter } from "@opentelemetry/api";
import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  CircuitState,
  CountBreaker,
  ExponentialBackoff,
  handleWhenResult,
  retry,
  timeout,
  TimeoutStrategy,
} from "cockatiel";
import type { Logger } from "pino";
import { span } from "../operations/tracing.ts";
import {
  type Awaitable,
  type Inquiry,
  type Processor,
  type ProcessorResult,
  type Unavailable,
  UNAVAILABLE_REASONS,
  type Unknown,
} from "./processor.ts";

export interface GuardOptions {
  log: Logger;
  instruments: ProcessorInstruments;
  /** Calls at a time; as many again wait. @default 64 */
  concurrency?: number;
  /** Milliseconds for one attempt, should the adapter not keep its own limit. @default 15000 */
  timeLimit?: number;
  /** Milliseconds for which an open circuit lets nothing through. @default 5000 */
  openFor?: number;
  /** Attempts after the first, where they are safe. @default 2 */
  retries?: number;
  /** Milliseconds before the first retry, about; doubled each time, with jitter. @default 100 */
  retryDelay?: number;
}

export interface ProcessorInstruments {
  duration: Histogram;
}

/** A processor with its circuit. */
export interface GuardedProcessor extends Processor {
  readonly circuit: "closed" | "half_open" | "open";
}

type Reason = Unknown["reason"] | Unavailable["reason"];
type Answer = ProcessorResult | Inquiry;
type Operation =
  | "authorize"
  | "confirm_challenge"
  | "capture"
  | "refund"
  | "void"
  | "pay_out"
  | "contest_dispute"
  | "inquire";

/** Half of the last twenty calls failing opens the circuit, once ten were made. */
const BREAKER = { threshold: 0.5, size: 20, minimumNumberOfCalls: 10 };

/** What speaks against the processor or the way to it. */
const FAILURES: ReadonlySet<Reason | undefined> = new Set([
  "timeout",
  "connection_lost",
  "unreadable_answer",
  "server_error",
  "not_connected",
]);

/** What may be done again at once where the processor does each key once. After a time-out there is no time for it. */
const PASSING: ReadonlySet<Reason | undefined> = new Set([
  "connection_lost",
  "server_error",
  "not_connected",
]);

const NOTHING_DONE: ReadonlySet<Reason | undefined> = new Set(UNAVAILABLE_REASONS);

export function createInstruments(meter: Meter): ProcessorInstruments {
  return {
    duration: meter.createHistogram("processor.duration", {
      description: "Time of calls to processors, by processor, operation and outcome",
      unit: "s",
      advice: {
        explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      },
    }),
  };
}

export function guard(processor: Processor, options: GuardOptions): GuardedProcessor {
  const { name, capabilities } = processor;
  const { log, instruments, openFor = 5000 } = options;
  const breaker = circuitBreaker(
    handleWhenResult((answer) => FAILURES.has(reasonOf(answer as Answer))),
    {
      halfOpenAfter: openFor,
      breaker: new CountBreaker(BREAKER),
    },
  );
  breaker.onBreak(() => log.error({ processor: name }, "The circuit to a processor is open"));
  breaker.onReset(() => log.info({ processor: name }, "The circuit to a processor is closed again"));
  const attempts = createAttempts(options, breaker);

  function call<T extends Answer>(operation: Operation, ask: () => Awaitable<T>): Awaitable<T> {
    return span("processor.call", () => guarded(operation, ask), { processor: name, operation });
  }

  function guarded<T extends Answer>(operation: Operation, ask: () => Awaitable<T>): Awaitable<T> {
    const started = performance.now();
    const unclear = (reason: Reason): T =>
      (operation === "inquire" ? { inquiry: "unknown", reason } : unclearResult(reason, openFor)) as T;
    const done = (answer: T): T => {
      report(operation, answer, started);
      return answer;
    };
    if (capabilities.remote) {
      return attempts(ask, unclear, operation === "inquire" || capabilities.idempotent).then(done);
    }
    try {
      const answer = ask();
      return answer instanceof Promise
        ? answer.catch((error: unknown) => broken(error, unclear)).then(done)
        : done(answer);
    } catch (error) {
      return done(broken(error, unclear));
    }
  }

  function broken<T>(error: unknown, unclear: (reason: Reason) => T): T {
    log.error({ processor: name, err: error }, "A processor's adapter threw");
    return unclear("unreadable_answer");
  }

  function report(operation: Operation, answer: Answer, started: number): void {
    const labels = { processor: name, operation, outcome: outcomeOf(answer) };
    const seconds = (performance.now() - started) / 1000;
    instruments.duration.record(seconds, labels);
    const reason = reasonOf(answer);
    if (reason !== undefined) {
      log.warn({ ...labels, reason, seconds }, "A processor gave no clear answer");
    }
  }

  return {
    name,
    capabilities,
    get circuit() {
      return circuitOf(breaker.state);
    },
    authorize: (request) => call("authorize", () => processor.authorize(request)),
    confirmChallenge: (request) => call("confirm_challenge", () => processor.confirmChallenge(request)),
    capture: (request) => call("capture", () => processor.capture(request)),
    refund: (request) => call("refund", () => processor.refund(request)),
    void: (request) => call("void", () => processor.void(request)),
    payOut: (request) => call("pay_out", () => processor.payOut(request)),
    contestDispute: (request) => call("contest_dispute", () => processor.contestDispute(request)),
    inquire: (key) => call("inquire", () => processor.inquire(key)),
    notices: (cursor) => processor.notices(cursor),
    settlement: (date) => processor.settlement(date),
  };
}

/** Waits that grow by about twice each time and are dealt at random: calls that failed at one moment come back at many. */
export function retryBackoff(initialDelay: number) {
  return new ExponentialBackoff({ initialDelay });
}

/** Calls over a network: each attempt within limits, repeated where that cannot do harm. */
function createAttempts(options: GuardOptions, breaker: ReturnType<typeof circuitBreaker>) {
  const { log, concurrency = 64, timeLimit = 15_000, retries = 2, retryDelay = 100 } = options;
  const limit = bulkhead(concurrency, concurrency);
  const clock = timeout(timeLimit, TimeoutStrategy.Aggressive);
  const retryWhen = (isSafe: boolean) =>
    retry(
      handleWhenResult((answer) => {
        const reason = reasonOf(answer as Answer);
        return isSafe ? PASSING.has(reason) : reason === "not_connected";
      }),
      { maxAttempts: retries, backoff: retryBackoff(retryDelay) },
    );
  const repeatAll = retryWhen(true);
  const repeatUnsent = retryWhen(false);

  async function attempt<T extends Answer>(
    ask: () => Awaitable<T>,
    unclear: (reason: Reason) => T,
  ): Promise<T> {
    try {
      return await limit.execute(() =>
        breaker.execute(() =>
          clock.execute(ask).catch((error: unknown) => {
            log.warn({ err: error }, "A processor's adapter did not keep its time or threw");
            return unclear("timeout");
          }),
        ),
      );
    } catch (error) {
      if (error instanceof BrokenCircuitError) return unclear("circuit_open");
      if (error instanceof BulkheadRejectedError) return unclear("overloaded");
      throw error;
    }
  }

  return async <T extends Answer>(
    ask: () => Awaitable<T>,
    unclear: (reason: Reason) => T,
    isRepeatable: boolean,
  ): Promise<T> => {
    let maybeDone: T | undefined;
    const last = await (isRepeatable ? repeatAll : repeatUnsent).execute(async () => {
      const answer = await attempt(ask, unclear);
      const reason = reasonOf(answer);
      if (reason !== undefined && !NOTHING_DONE.has(reason)) maybeDone = answer;
      return answer;
    });
    // A later attempt that did nothing says nothing of the earlier one.
    return maybeDone !== undefined && NOTHING_DONE.has(reasonOf(last)) ? maybeDone : last;
  };
}

function unclearResult(reason: Reason, openFor: number): Unknown | Unavailable {
  return isUnavailable(reason)
    ? { outcome: "unavailable", reason, retryAfter: Math.max(1, Math.ceil(openFor / 1000)) }
    : { outcome: "unknown", reason };
}

function isUnavailable(reason: Reason): reason is Unavailable["reason"] {
  return NOTHING_DONE.has(reason);
}

/** Why an answer is not clear; undefined when it is. */
function reasonOf(answer: Answer): Reason | undefined {
  return "reason" in answer ? answer.reason : undefined;
}

function outcomeOf(answer: Answer): string {
  return "inquiry" in answer ? answer.inquiry : answer.outcome;
}

function circuitOf(state: CircuitState): GuardedProcessor["circuit"] {
  switch (state) {
    case CircuitState.Closed:
      return "closed";
    case CircuitState.HalfOpen:
      return "half_open";
    case CircuitState.Open:
    case CircuitState.Isolated:
      return "open";
  }
}
