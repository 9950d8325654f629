/** What truly happened at the simulated processor: facts, in order, of which everything else follows. */
import type { FinalResult, Notice, Pending, RequiresAction, SettlementLine } from "../processor.ts";
import type { BehaviourName } from "./catalogue.ts";

interface FactBase {
  /** Number of the fact: 1, 2, 3, … */
  n: number;
  /** Milliseconds since 1970 (UTC). */
  at: number;
}

/** The truth about one operation. */
interface OperationBase extends FactBase {
  key: string;
  result: FinalResult | RequiresAction | Pending;
  /** The first answer is lost: who sends the key again gets no answer either, an inquiry does. */
  lost?: boolean;
  /** The processor still works on it: so many inquiries learn nothing yet. */
  hidden?: number;
}

export type Operation =
  | (OperationBase & {
      type: "authorize";
      charge: string;
      amount: number;
      currency: string;
      capture: boolean;
      behaviour: BehaviourName;
    })
  | (OperationBase & { type: "confirm" | "void"; charge: string; currency: string })
  | (OperationBase & { type: "capture"; charge: string; amount: number; currency: string; final: boolean })
  | (OperationBase & { type: "refund"; charge: string; amount: number; currency: string })
  | (OperationBase & { type: "contest"; dispute: string; won: boolean });

export type MovementFact = Exclude<Operation, { type: "authorize" } | { type: "contest" }>;

/** Something that the processor tells of itself. */
export interface NoticeFact extends FactBase {
  type: "notice";
  notice: Notice;
  /** Id of the scheduled notice that it carries out. */
  scheduled?: string;
  /** Id of the charge that it changes. */
  charge?: string;
  /** Money that moved with it; its day is the fact's. */
  line?: Omit<SettlementLine, "date">;
}

export type Fact =
  | Operation
  /** An inquiry found nothing: the key is closed, so that what arrives later does nothing. */
  | (FactBase & { type: "key_closed"; key: string })
  | NoticeFact;

/** A fact before it is numbered and dated. */
export type NewFact = Fact extends infer Each
  ? Each extends Fact
    ? Omit<Each, keyof FactBase>
    : never
  : never;
