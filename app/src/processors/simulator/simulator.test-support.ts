/** Simulators for tests. */
import type { Clock } from "../../clock.ts";
import type { AuthorizeRequest, Inquiry, ProcessorResult, SettlementLine } from "../processor.ts";
import type { Conditions } from "./conditions.ts";
import { seededRandom } from "./conditions.ts";
import { type FactJournal, memoryJournal } from "./journal.ts";
import { Simulator } from "./simulator.ts";

/** 2026-01-05T12:00:00Z */
export const START = Date.UTC(2026, 0, 5, 12);

export interface TestSimulatorOptions {
  journal?: FactJournal;
  conditions?: Partial<Conditions>;
  clock?: Clock;
  seed?: number;
  settlesAfter?: number;
  remembered?: number;
}

export function testSimulator(options: TestSimulatorOptions = {}): Simulator {
  const {
    journal = memoryJournal(),
    conditions,
    clock = () => START,
    seed = 1,
    settlesAfter,
    remembered = 1000,
  } = options;
  return new Simulator({
    clock,
    journal,
    conditions: { latency: { kind: "fixed", milliseconds: 0 }, faults: {}, ...conditions },
    random: seededRandom(seed),
    fee: { basisPoints: 30, fixed: 0 },
    settlesAfter,
    remembered,
  });
}

/** An authorisation of 20.00 usd by a test card. */
export function charge(number: string, over: Partial<AuthorizeRequest> = {}): AuthorizeRequest {
  return {
    key: "key_1",
    amount: 2000,
    currency: "usd",
    capture: true,
    instrument: { type: "card", number, expMonth: 12, expYear: 2030, cvc: "123" },
    ...over,
  };
}

/** The reference of a result that has one. @throws Error for one that has none */
export function referenceOf(result: ProcessorResult): string {
  if ("reference" in result) return result.reference;
  throw new Error(`A result without a reference: ${JSON.stringify(result)}`);
}

/** What an inquiry found. @throws Error when it found nothing */
export function foundBy(inquiry: Inquiry): ProcessorResult {
  if (inquiry.inquiry === "found") return inquiry.result;
  throw new Error(`Found nothing: ${JSON.stringify(inquiry)}`);
}

/** A settlement report, whole. */
export async function linesOf(report: AsyncIterable<SettlementLine>): Promise<SettlementLine[]> {
  const lines: SettlementLine[] = [];
  for await (const line of report) lines.push(line);
  return lines;
}
