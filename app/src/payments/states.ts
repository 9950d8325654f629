/**
 * The states of a payment and the ways between them, as data.
 *
 * | state | meaning |
 * |---|---|
 * | requires_payment_method | nothing to pay with yet, or what there was has been declined (`last_error`) |
 * | requires_confirmation | everything is there; `confirm` starts |
 * | requires_action | the customer must prove who she is (`next_action`) |
 * | processing | a processor was asked; the outcome is not known yet |
 * | authorized | the money is held; `capture` takes it |
 * | partially_captured | some was taken, more may be |
 * | succeeded | all that will be taken is taken |
 * | canceled | given up before any money was taken |
 * | failed | a bank accepted it and then took it back |
 */

export const PAYMENT_STATUSES = [
  "requires_payment_method",
  "requires_confirmation",
  "requires_action",
  "processing",
  "authorized",
  "partially_captured",
  "succeeded",
  "canceled",
  "failed",
] as const;

export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];

/** From each state, the states that may follow; the empty ones are final. */
export const PAYMENT_TRANSITIONS: Readonly<Record<PaymentStatus, readonly PaymentStatus[]>> = {
  requires_payment_method: ["requires_confirmation", "processing", "canceled"],
  requires_confirmation: ["processing", "canceled"],
  requires_action: ["processing", "canceled"],
  processing: [
    // The processor could not be asked, or refused a capture or a void: as before.
    "requires_confirmation",
    "requires_payment_method",
    "requires_action",
    "authorized",
    "partially_captured",
    "succeeded",
    "canceled",
    "failed",
  ],
  authorized: ["processing"],
  partially_captured: ["processing"],
  succeeded: ["failed"],
  canceled: [],
  failed: [],
};

/** A state machine's table: which states may follow each one. */
export type Transitions<Status extends string> = Readonly<Record<Status, readonly Status[]>>;

/**
 * Checks a table when the service starts: only known states, none twice, all of them reachable, and an end reachable from each.
 * @throws Error that names the machine and all that is wrong
 */
export function checkTransitions<Status extends string>(
  machine: string,
  table: Transitions<Status>,
  initial: readonly Status[],
): void {
  const states = Object.keys(table) as Status[];
  const mistakes: string[] = [];
  for (const from of states) {
    const known = new Set<Status>();
    for (const to of table[from]) {
      if (!(to in table)) mistakes.push(`${from} leads to ${to}, which is no state`);
      if (to === from) mistakes.push(`${from} leads to itself`);
      if (known.has(to)) mistakes.push(`${from} leads to ${to} twice`);
      known.add(to);
    }
  }
  const reached = reachable(table, initial);
  for (const state of states) {
    if (!reached.has(state)) mistakes.push(`${state} cannot be reached`);
    const ends = [...reachable(table, [state])].some(
      (end) => (table[end] as readonly Status[] | undefined)?.length === 0,
    );
    if (!ends) mistakes.push(`${state} leads to no end`);
  }
  if (mistakes.length > 0) throw new Error(`The states of a ${machine} are wrong: ${mistakes.join("; ")}.`);
}

function reachable<Status extends string>(table: Transitions<Status>, from: readonly Status[]): Set<Status> {
  const reached = new Set(from);
  for (const state of reached) {
    for (const next of (table[state] as readonly Status[] | undefined) ?? []) reached.add(next);
  }
  return reached;
}

/**
 * The state to go to, when the table knows the way; staying is always allowed.
 * @throws Error for a way that the table does not know: a mistake of the program, never of a client
 */
export function transition<Status extends string>(
  table: Transitions<Status>,
  from: Status,
  to: Status,
): Status {
  if (from !== to && !table[from].includes(to)) throw new Error(`No way leads from ${from} to ${to}.`);
  return to;
}
