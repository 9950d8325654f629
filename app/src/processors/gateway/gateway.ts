/** A processor reached over HTTP, by the protocol of protocol.ts. */
import { OutgoingError, type OutgoingClient, type OutgoingResponse } from "../../http/outgoing.ts";
import type {
  AuthorizeRequest,
  CaptureRequest,
  ConfirmChallengeRequest,
  ContestDisputeRequest,
  Inquiry,
  NoticePage,
  PayOutRequest,
  Processor,
  ProcessorResult,
  RefundRequest,
  SettlementLine,
  SimpleResult,
  Unavailable,
  Unknown,
  VoidRequest,
} from "../processor.ts";
import { ANSWERS, type OperationName } from "./protocol.ts";

export interface GatewayOptions {
  name: string;
  /** Base URL; `/v1/…` is added. */
  url: string;
  /** Bearer key. */
  key: string;
  /** With its time limits and pins. */
  client: OutgoingClient;
}

/** Seconds that a processor which turns requests away without saying for how long is left alone. */
const RETRY_AFTER = 5;

export class Gateway implements Processor {
  readonly name: string;
  readonly capabilities = {
    methods: ["card"],
    currencies: "all",
    delayedCapture: true,
    partialCapture: true,
    multipleCapture: true,
    inquiry: true,
    idempotent: true,
    remote: true,
  } as const;
  private readonly base: string;
  private readonly authorization: string;
  private readonly client: OutgoingClient;

  constructor({ name, url, key, client }: GatewayOptions) {
    this.name = name;
    this.base = `${url.replace(/\/+$/, "")}/v1`;
    this.authorization = `Bearer ${key}`;
    this.client = client;
  }

  authorize(request: AuthorizeRequest): Promise<ProcessorResult> {
    return this.operate("authorize", request, ANSWERS.result);
  }

  confirmChallenge(request: ConfirmChallengeRequest): Promise<ProcessorResult> {
    return this.operate("confirm_challenge", request, ANSWERS.result);
  }

  capture(request: CaptureRequest): Promise<SimpleResult> {
    return this.operate("capture", request, ANSWERS.simpleResult);
  }

  refund(request: RefundRequest): Promise<SimpleResult> {
    return this.operate("refund", request, ANSWERS.simpleResult);
  }

  void(request: VoidRequest): Promise<SimpleResult> {
    return this.operate("void", request, ANSWERS.simpleResult);
  }

  payOut(request: PayOutRequest): Promise<SimpleResult> {
    return this.operate("pay_out", request, ANSWERS.simpleResult);
  }

  contestDispute(request: ContestDisputeRequest): Promise<SimpleResult> {
    return this.operate("contest_dispute", request, ANSWERS.simpleResult);
  }

  async inquire(key: string): Promise<Inquiry> {
    const answer = await this.ask("POST", "/inquiries", ANSWERS.inquiry, { key });
    return "inquiry" in answer ? answer : { inquiry: "unknown", reason: answer.reason };
  }

  async notices(cursor: string): Promise<NoticePage> {
    return believe(
      await this.ask("GET", `/notices?after=${encodeURIComponent(cursor)}`, ANSWERS.notices),
      this.name,
    );
  }

  async *settlement(date: string): AsyncIterable<SettlementLine> {
    for (let after: number | null = 0; after !== null;) {
      const page: { lines: SettlementLine[]; next: number | null } = believe(
        await this.ask("GET", `/settlements/${date}?after=${after}`, ANSWERS.settlement),
        this.name,
      );
      yield* page.lines;
      after = page.next;
    }
  }

  private operate<T>(
    operation: OperationName,
    { key, ...body }: { key: string },
    answer: AnswerCheck<T>,
  ): Promise<T | Unknown | Unavailable> {
    return this.ask("POST", `/operations/${operation}`, answer, body, { "idempotency-key": key });
  }

  private async ask<T>(
    method: "GET" | "POST",
    path: string,
    answer: AnswerCheck<T>,
    body?: object,
    headers?: Record<string, string>,
  ): Promise<T | Unknown | Unavailable> {
    try {
      const response = await this.client.send({
        method,
        url: this.base + path,
        headers: { authorization: this.authorization, "content-type": "application/json", ...headers },
        body: body && JSON.stringify(body),
      });
      return read(response, answer);
    } catch (error) {
      if (!(error instanceof OutgoingError)) throw error;
      return failed(error);
    }
  }
}

interface AnswerCheck<T> {
  Check(value: unknown): value is T;
}

function failed(error: OutgoingError): Unknown | Unavailable {
  if (!error.sent) return { outcome: "unavailable", reason: "not_connected", retryAfter: RETRY_AFTER };
  const { failure } = error;
  return {
    outcome: "unknown",
    reason: failure === "timeout" || failure === "unreadable_answer" ? failure : "connection_lost",
  };
}

function read<T>(response: OutgoingResponse, answer: AnswerCheck<T>): T | Unknown | Unavailable {
  const { status } = response;
  if (status === 200) {
    const value = response.truncated ? undefined : parse(response.body);
    return answer.Check(value) ? value : { outcome: "unknown", reason: "unreadable_answer" };
  }
  if (status === 409) return { outcome: "unknown", reason: "in_progress" };
  if (status >= 400 && status < 500 && status !== 408) {
    const after = Number(response.headers["retry-after"]);
    return {
      outcome: "unavailable",
      reason: "refused",
      retryAfter: after > 0 ? Math.ceil(after) : RETRY_AFTER,
    };
  }
  return { outcome: "unknown", reason: status >= 500 ? "server_error" : "unreadable_answer" };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws Error when the processor could not be asked */
function believe<T>(answer: T | Unknown | Unavailable, name: string): T {
  if (isUnclear(answer)) throw new Error(`The processor ${name} did not answer: ${answer.reason}.`);
  return answer;
}

function isUnclear(answer: unknown): answer is Unknown | Unavailable {
  const { outcome } = answer as { outcome?: unknown };
  return outcome === "unknown" || outcome === "unavailable";
}
