/** A listener rule's conditions, and the name of the service that it leads to. */
export interface RuleClaim {
  name: string;
  /** Path patterns, any of which may match; `*` and `?` are wild. Empty: every path. */
  paths: string[];
  /** Host patterns, any of which may match. Empty: every host. */
  hosts: string[];
  /** 1 to 50000; lower comes first. @default planned from the conditions */
  priority?: number;
}

/** AWS's bounds of a rule's priority. */
export const HIGHEST_PRIORITY = 50_000;

/** Classes of host conditions, paths' literal characters that are told apart, and places in each class of both. */
const HOST_CLASSES = 3;
const PATH_LEVELS = 80;
const PLACES = Math.floor(HIGHEST_PRIORITY / (HOST_CLASSES * PATH_LEVELS));

/**
 * Gives the rules of one listener their priorities.
 *
 * A priority is computed from the rule's own conditions alone, so that it stays when services are added, in any order:
 * exact hosts come before wild ones and those before none; then more literal characters of the path before fewer, and
 * exact before wild; a hash of the conditions picks one of {@link PLACES} places in that class. What a hash cannot
 * settle is refused with the way out: two rules in one place, and a rule that an earlier one keeps from ever matching.
 */
export class PriorityPlanner {
  readonly #claims: (RuleClaim & { priority: number })[] = [];

  /**
   * The priority for a rule. Asking again with the same name and conditions (for a test listener) gives the same.
   *
   * @throws {Error} when a pattern or a given priority is not one, when another rule has the conditions or the place,
   * or when an earlier rule would take all its requests.
   */
  reserve(claim: RuleClaim): number {
    const rule = { ...claim, ...normalizedConditions(claim), priority: claim.priority ?? 0 };
    rule.priority = claim.priority === undefined ? plannedPriority(rule) : givenPriority(claim);

    const same = this.#claims.find((other) => conditionsText(other) === conditionsText(rule));
    if (same !== undefined) {
      if (same.name === rule.name && same.priority === rule.priority) return rule.priority;
      throw new Error(
        `services "${same.name}" and "${rule.name}" both claim ${conditionsText(rule)}; give one of them other paths or hosts`,
      );
    }
    for (const other of this.#claims) refuseConflict(other, rule);
    this.#claims.push(rule);
    return rule.priority;
  }
}

/** @throws {Error} when the two cannot live on one listener. */
function refuseConflict(
  one: RuleClaim & { priority: number },
  other: RuleClaim & { priority: number },
): void {
  if (one.priority === other.priority) {
    throw new Error(
      `services "${one.name}" and "${other.name}" both get the priority ${one.priority}; give "${other.name}" another one explicitly`,
    );
  }
  const [first, second] = one.priority < other.priority ? [one, other] : [other, one];
  if (covers(first, second)) {
    throw new Error(
      `service "${second.name}" would never be reached: ${conditionsText(first)} of "${first.name}" has priority ` +
        `${first.priority}, before ${conditionsText(second)} with ${second.priority}; give "${second.name}" a lower priority explicitly`,
    );
  }
}

function givenPriority({ name, priority = 0 }: RuleClaim): number {
  if (Number.isInteger(priority) && priority >= 1 && priority <= HIGHEST_PRIORITY) return priority;
  throw new Error(
    `service "${name}" asks for the priority ${priority}; write one of 1 to ${HIGHEST_PRIORITY}`,
  );
}

/** Patterns as AWS takes them: sorted, each once; hosts in lower case, as they are matched without regard to it. */
function normalizedConditions({ name, paths, hosts }: RuleClaim): { paths: string[]; hosts: string[] } {
  for (const path of paths) {
    if (!/^[/*?][A-Za-z0-9_.$/~"'@:+&*?-]{0,127}$/.test(path)) {
      throw new Error(
        `service "${name}" has the path ${JSON.stringify(path)}; write one of at most 128 characters such as "/api/*"`,
      );
    }
  }
  for (const host of hosts) {
    if (!/^[A-Za-z0-9.*?-]{1,128}$/.test(host) || !host.includes(".")) {
      throw new Error(
        `service "${name}" has the host ${JSON.stringify(host)}; write one such as "pay.example.com" or "*.example.com"`,
      );
    }
  }
  const sorted = (patterns: string[]) => [...new Set(patterns)].sort();
  return { paths: sorted(paths), hosts: sorted(hosts.map((host) => host.toLowerCase())) };
}

function conditionsText({ paths, hosts }: RuleClaim): string {
  const on = hosts.length === 0 ? "" : ` on ${hosts.join(", ")}`;
  return `${paths.length === 0 ? "every path" : paths.join(", ")}${on}`;
}

function plannedPriority(rule: RuleClaim): number {
  const hostClass = Math.max(...orAll(rule.hosts).map((host) => (host === "*" ? 2 : isWild(host) ? 1 : 0)));
  const pathLevel = Math.max(...orAll(rule.paths).map(levelOf));
  const place = hash(conditionsText(rule)) % PLACES;
  return 1 + (hostClass * PATH_LEVELS + pathLevel) * PLACES + place;
}

/** 0 for the longest exact path, `PATH_LEVELS - 1` for `*`. A pattern that matches less never has a higher level. */
function levelOf(pattern: string): number {
  const literals = pattern.replaceAll(/[*?]/g, "").length;
  const specificity = Math.min(2 * literals + (isWild(pattern) ? 0 : 1), PATH_LEVELS - 1);
  return PATH_LEVELS - 1 - specificity;
}

function isWild(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/** A condition that is left out matches everything. */
function orAll(patterns: string[]): string[] {
  return patterns.length === 0 ? ["*"] : patterns;
}

/** Whether `general` matches every request that `specific` matches (where it says so, it is so). */
export function covers(general: RuleClaim, specific: RuleClaim): boolean {
  const all = (generals: string[], specifics: string[]) =>
    orAll(specifics).every((one) => orAll(generals).some((other) => patternCovers(other, one)));
  return all(general.hosts, specific.hosts) && all(general.paths, specific.paths);
}

/**
 * Matches `specific`'s own text, whose `?` and `*` only wild characters of `general` can stand for. A `*` first stands for
 * nothing; where the rest does not match, the last one takes one character more, so that the time stays bounded.
 */
function patternCovers(general: string, specific: string): boolean {
  let [at, matched] = [0, 0];
  let star: { after: number; taken: number } | undefined;
  while (matched < specific.length) {
    const [head, character] = [general[at], specific[matched]];
    if (head === "*") {
      at += 1;
      star = { after: at, taken: matched };
    } else if (head !== undefined && character !== "*" && (head === "?" || head === character)) {
      at += 1;
      matched += 1;
    } else if (star !== undefined) {
      star.taken += 1;
      at = star.after;
      matched = star.taken;
    } else {
      return false;
    }
  }
  return /^\**$/.test(general.slice(at));
}

/** FNV-1a, 32 bits: spreads short texts evenly, and is the same everywhere. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) {
    value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return value;
}
