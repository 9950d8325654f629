/** Who has to act: the person who asked (usage), the program's author, or whoever set the time limit. */
export type PlanErrorKind = "usage" | "program" | "timeout";

/** A Plan that could not be made. The message is meant for people and complete: no stack trace is needed. */
export class PlanError extends Error {
  override readonly name = "PlanError";
  readonly kind: PlanErrorKind;

  constructor(kind: PlanErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
