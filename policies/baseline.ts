import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import { parse, stringify } from "yaml";

/** A finding that was there when a baseline was written: it does not block. */
export interface KnownFinding {
  stack: string;
  /** The rule's id. */
  rule: string;
  /** The resource as its URN names it within the stack: its type below those of its parents, and its name. */
  resource?: string;
  /** What was wrong. Where something else is wrong with the resource by now, that is a new finding. */
  finding: string;
  /** Day on which it was first written down, as `YYYY-MM-DD`. */
  since: string;
}

const HEADER = `# What was broken already when these rules came: it is shown and does not block; anything else does.
# Written by \`strongroom policy check --write-baseline\`. Review it as code; it should only ever get shorter.
`;

const FIELDS = ["stack", "rule", "resource", "finding", "since"] as const;

/** Thrown when a baseline cannot be used; the message is for users. */
export class BaselineError extends Error {
  /** Tells Pulumi's runtime that the message is for users, so that it prints no stack trace. */
  readonly __pulumiRunError = true;
}

/** The findings that are known. */
export class Baseline {
  readonly entries: readonly KnownFinding[];
  readonly #known: ReadonlyMap<string, KnownFinding>;

  constructor(entries: readonly KnownFinding[]) {
    this.entries = entries;
    this.#known = new Map(entries.map((entry) => [identity(entry), entry]));
  }

  /** The entry that stands for a broken rule, if there is one. */
  find(broken: { stack: string; rule: string; urn?: string; message: string }): KnownFinding | undefined {
    return this.#known.get(identity(knownFinding(broken, "")));
  }
}

/** A broken rule as a baseline holds it. */
export function knownFinding(
  { stack, rule, urn, message }: { stack: string; rule: string; urn?: string; message: string },
  since: string,
): KnownFinding {
  const resource = urn?.split("::").slice(2).join("::");
  return { stack, rule, ...(resource === undefined ? {} : { resource }), finding: lasting(message), since };
}

/**
 * A message without what differs from one deployment, or one simulation, to the next: accounts, and the digits that
 * AWS and Pulumi put at the end of names.
 */
function lasting(message: string): string {
  return message
    .replace(/\b\d{12}\b/g, "<account>")
    .replace(/-[0-9a-f]{7,}\b/g, "-<id>")
    .replace(/\s+/g, " ")
    .trim();
}

/** Reads a baseline. @throws BaselineError when the file is not there or not sound */
export function readBaseline(file: string): Baseline {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new BaselineError(`cannot read the baseline in ${file}: ${(error as Error).message}`);
  }
  return parseBaseline(text, file);
}

/**
 * The baseline that holds for a pack which the engine runs: the file that `STRONGROOM_BASELINE` names by its absolute
 * path. None where it is not set, or `none`.
 *
 * @throws BaselineError when the file is not there or not sound
 */
export function baselineOfRun({ STRONGROOM_BASELINE: file }: NodeJS.ProcessEnv = process.env): Baseline {
  if (file === undefined || file === "none") return new Baseline([]);
  // A pack runs in its own folder, where nobody would look for a relative path.
  if (!isAbsolute(file))
    throw new BaselineError(`STRONGROOM_BASELINE must be an absolute path or "none", not ${file}`);
  return readBaseline(file);
}

/** Reads a baseline from YAML text. @throws BaselineError naming every mistake */
export function parseBaseline(text: string, file = "baseline.yaml"): Baseline {
  let entries: unknown;
  try {
    entries = parse(text, { logLevel: "error" }) ?? [];
  } catch (error) {
    throw new BaselineError(`${file}: ${(error as Error).message}`);
  }
  if (!Array.isArray(entries)) throw new BaselineError(`${file}: must be a list of ${FIELDS.join(", ")}`);
  const mistakes = entries.flatMap((entry: unknown, index) =>
    mistakesOf(entry).map((mistake) => `${file}: entry ${index + 1}: ${mistake}`),
  );
  if (mistakes.length > 0) throw new BaselineError(mistakes.join("\n"));
  return new Baseline(entries as KnownFinding[]);
}

function mistakesOf(entry: unknown): string[] {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry))
    return [`must be a mapping of ${FIELDS.join(", ")}`];
  const fields = entry as Record<string, unknown>;
  return [
    ...FIELDS.filter((name) => name !== "resource" && fields[name] === undefined).map(
      (name) => `${name} is missing`,
    ),
    ...Object.entries(fields).flatMap(([name, value]) => {
      if (!(FIELDS as readonly string[]).includes(name)) return [`unknown field ${name}`];
      return typeof value === "string" ? [] : [`${name} must be a text`];
    }),
  ];
}

/** A baseline as its file holds it: sorted, so that a change of it shows what changed. */
export function formatBaseline(entries: readonly KnownFinding[]): string {
  if (entries.length === 0) return `${HEADER}[]\n`;
  const sorted = new Map(entries.map((entry) => [identity(entry), entry] as const).toSorted(byKey));
  const list = [...sorted.values()].map((entry) =>
    Object.fromEntries(FIELDS.flatMap((name) => (entry[name] === undefined ? [] : [[name, entry[name]]]))),
  );
  return HEADER + stringify(list, { lineWidth: 0 });
}

function identity({ stack, rule, resource = "", finding }: KnownFinding): string {
  return [stack, rule, resource, finding].join("\n");
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
