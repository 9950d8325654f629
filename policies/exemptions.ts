import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { closest, wildcard } from "./text.ts";

/** A rule that need not hold for some resources, for a time, because someone answers for it. */
export interface Exemption {
  /** The rule's id. */
  rule: string;
  /** The resource's URN (when it begins with `urn:`) or name; `*` stands for anything. */
  resource: string;
  /** Why it is acceptable. */
  reason: string;
  /** Who answers for it. */
  owner: string;
  /** Last day on which it holds, as `YYYY-MM-DD` (UTC). */
  expires: string;
  /** Name of the pack that it concerns. @default every pack that has the rule */
  pack?: string;
  /** Name of the stack that it concerns; `*` stands for anything. @default every stack */
  stack?: string;
}

const REQUIRED = ["rule", "resource", "reason", "owner", "expires"] as const;
const OPTIONAL = ["pack", "stack"] as const;
const FIELDS: readonly string[] = [...REQUIRED, ...OPTIONAL];

/** Thrown when a file of exemptions cannot be used; its message names every mistake. */
export class ExemptionsError extends Error {
  /** Tells Pulumi's runtime that the message is for users, so that it prints no stack trace. */
  readonly __pulumiRunError = true;
}

/** Reads a file of exemptions. @throws ExemptionsError when it is not there or not sound. */
export function readExemptions(file: string, rules: readonly string[]): Exemption[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ExemptionsError(`cannot read the exemptions in ${file}: ${(error as Error).message}`);
  }
  return parseExemptions(text, rules, file);
}

/**
 * Reads exemptions from YAML text: a list of {@link Exemption}, or nothing.
 *
 * @param rules Ids of all rules that there are. A rule of a named `pack` may be another's, and is not looked up.
 * @throws ExemptionsError with all mistakes.
 */
export function parseExemptions(
  text: string,
  rules: readonly string[],
  file = "exemptions.yaml",
): Exemption[] {
  let entries: unknown;
  try {
    entries = parse(text, { logLevel: "error" }) ?? [];
  } catch (error) {
    throw new ExemptionsError(`${file}: ${(error as Error).message}`);
  }
  if (!Array.isArray(entries))
    throw new ExemptionsError(`${file}: must be a list of exemptions, each with ${list()}`);
  const mistakes = entries.flatMap((entry: unknown, i) =>
    mistakesOf(entry, rules).map((mistake) => `${file}: exemption ${i + 1}: ${mistake}`),
  );
  if (mistakes.length > 0) throw new ExemptionsError(mistakes.join("\n"));
  return entries as Exemption[];
}

function list(): string {
  return REQUIRED.join(", ");
}

function mistakesOf(entry: unknown, rules: readonly string[]): string[] {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry))
    return [`must be a mapping with ${list()}`];
  const fields = entry as Record<string, unknown>;
  const mistakes: string[] = [];
  for (const field of REQUIRED) {
    if (fields[field] === undefined || fields[field] === null || fields[field] === "")
      mistakes.push(`${field} is missing`);
  }
  for (const [field, value] of Object.entries(fields)) {
    if (!FIELDS.includes(field)) mistakes.push(`unknown field ${field}${didYouMean(field, FIELDS)}`);
    else if (typeof value !== "string" && !(value === null && isRequired(field)))
      mistakes.push(`${field} must be a text, not ${JSON.stringify(value)}`);
  }
  const { rule, expires, pack } = fields;
  if (typeof rule === "string" && rule !== "" && typeof pack !== "string" && !rules.includes(rule)) {
    mistakes.push(`there is no rule ${rule}${didYouMean(rule, rules)}`);
  }
  if (typeof expires === "string" && expires !== "" && !isDate(expires)) {
    mistakes.push(`expires must be a date such as 2027-03-31, not ${expires}`);
  }
  return mistakes;
}

function isRequired(field: string): boolean {
  return (REQUIRED as readonly string[]).includes(field);
}

function didYouMean(word: string, words: readonly string[]): string {
  const near = closest(word, words);
  return near === undefined ? "" : `; did you mean ${near}?`;
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** A broken rule, as far as exemptions care. */
export interface Broken {
  pack: string;
  rule: string;
  /** Name of the stack. */
  stack: string;
  /** Absent for what concerns the stack as a whole; then only the resource `*` matches. */
  urn?: string;
}

/** The exemptions of one run: which hold, which have expired, which were of no use. */
export class Exemptions {
  readonly #all: readonly Exemption[];
  readonly #today: string;
  readonly #used = new Set<Exemption>();

  /** @param today The day of the run, as `YYYY-MM-DD`. */
  constructor(all: readonly Exemption[], today: string) {
    this.#all = all;
    this.#today = today;
  }

  /** The exemption that covers a broken rule today, if any. Remembers that it was of use. */
  covering(broken: Broken): Exemption | undefined {
    const matching = this.#all.filter((exemption) => covers(exemption, broken));
    matching.forEach((exemption) => this.#used.add(exemption));
    return matching.find((exemption) => !this.#isExpired(exemption));
  }

  /** Those that concern the stack and have expired: each is a violation of its own. */
  expired(stack: string): Exemption[] {
    return this.#all.filter((exemption) => concerns(exemption, stack) && this.#isExpired(exemption));
  }

  /** Those that concern the stack and covered nothing so far. Ask when all rules have been judged. */
  unused(stack: string): Exemption[] {
    return this.#all.filter(
      (exemption) => concerns(exemption, stack) && !this.#isExpired(exemption) && !this.#used.has(exemption),
    );
  }

  #isExpired(exemption: Exemption): boolean {
    return exemption.expires < this.#today;
  }
}

/** Today in UTC, as exemptions give dates. */
export function today(): string {
  return new Date().toISOString().slice(0, 10);
}

/** The stack's name, from a resource's URN (`urn:pulumi:<stack>::<project>::<type>::<name>`). */
export function stackOf(urn: string): string {
  return urn.split("::")[0]?.replace("urn:pulumi:", "") ?? "";
}

/** What both the pack and the offline judge say of an expired exemption. */
export function expiredMessage({ rule, resource, owner, expires }: Exemption): string {
  return `the exemption of ${resource} from ${rule}, for which ${owner} answers, expired on ${expires}`;
}

/** What both the pack and the offline judge say of an exemption that covered nothing. */
export function unusedMessage({ rule, resource, owner }: Exemption): string {
  return `the exemption of ${resource} from ${rule}, for which ${owner} answers, covers nothing: remove it`;
}

function covers(exemption: Exemption, { pack, rule, stack, urn }: Broken): boolean {
  if (exemption.rule !== rule || (exemption.pack !== undefined && exemption.pack !== pack)) return false;
  if (!concerns(exemption, stack)) return false;
  if (urn === undefined) return exemption.resource === "*";
  // A name may hold colons itself.
  const subject = exemption.resource.startsWith("urn:") ? urn : urn.split("::").slice(3).join("::");
  return wildcard(exemption.resource).test(subject);
}

function concerns({ stack }: Exemption, name: string): boolean {
  return stack === undefined || wildcard(stack).test(name);
}
