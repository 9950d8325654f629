import type { CostEstimate, CostLine, Monthly } from "./cost.ts";
import { fixed } from "./monthly.ts";

/** A line that two estimates do not agree on. */
export interface LineDifference {
  part: string;
  /** The resource's name in the program. */
  name: string;
  what: string;
  /** Zero where the line is new. */
  before: Monthly;
  /** Zero where the line is gone. */
  after: Monthly;
}

/** What changes between two estimates. */
export interface CostDifference {
  /** What it was compared with. */
  against: string;
  before: Monthly;
  after: Monthly;
  /** Largest change of the expected figure first. */
  lines: LineDifference[];
  /** Why the figures may differ although nothing was built differently; empty where nothing does. */
  cautions: string[];
}

/** Changes below a cent are none. */
const CENT = 0.01;

/**
 * Compares estimates by line. Lines belong together when resource type, name and what is charged agree, whatever the
 * stack: two environments can be compared too.
 */
export function difference(before: CostEstimate, after: CostEstimate, against: string): CostDifference {
  const [old, now] = [linesOf(before), linesOf(after)];
  const lines: LineDifference[] = [];
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(key), now.get(key)];
    const shown = is ?? was;
    if (shown === undefined) continue;
    const line = { part: shown.part, name: nameOf(shown.urn), what: shown.what };
    const change = { before: was?.monthly ?? fixed(0), after: is?.monthly ?? fixed(0) };
    if (BOUNDS.some((bound) => Math.abs(change.after[bound] - change.before[bound]) >= CENT)) {
      lines.push({ ...line, ...change });
    }
  }
  lines.sort((a, b) => size(b) - size(a));
  return { against, before: before.total, after: after.total, lines, cautions: cautions(before, after) };
}

const BOUNDS = ["low", "expected", "high"] as const;
const size = ({ before, after }: LineDifference): number => Math.abs(after.expected - before.expected);

/** The last part of a URN: `urn:pulumi:<stack>::<project>::<type>::<name>`. */
export const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");

function linesOf({ parts }: CostEstimate): Map<string, CostLine & { part: string }> {
  const lines = new Map<string, CostLine & { part: string }>();
  for (const { part, lines: own } of parts) {
    for (const line of own) {
      const type = line.urn.split("::")[2]?.split("$").at(-1) ?? "";
      // A resource can be charged for the same thing twice (two volumes of one instance).
      let key = [type, nameOf(line.urn), line.what].join("\n");
      while (lines.has(key)) key += "'";
      lines.set(key, { ...line, part });
    }
  }
  return lines;
}

function cautions(before: CostEstimate, after: CostEstimate): string[] {
  const found: string[] = [];
  if (before.pricesAsOf !== after.pricesAsOf) {
    found.push(`The prices are of ${before.pricesAsOf} and of ${after.pricesAsOf}.`);
  }
  const names = new Set([...Object.keys(before.assumptions), ...Object.keys(after.assumptions)]);
  const differing = [...names].filter((name) => before.assumptions[name] !== after.assumptions[name]);
  if (differing.length > 0) found.push(`The usage assumptions differ: ${differing.join(", ")}.`);
  return found;
}
