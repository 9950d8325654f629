import type { Json } from "../../components/testing/plan.ts";

/** A property that differs. `before` is absent when it is new, `after` when it is gone. */
export interface PropertyChange {
  /** Path below the resource's inputs, such as `policy.Statement[AllowRead].Action`. */
  path: string;
  before?: Json;
  after?: Json;
}

type Value = Json | undefined;

/**
 * What differs between two values, path by path. Texts that hold JSON (policies, container definitions) are compared
 * by what they say. Lists whose elements have a name are compared by name, lists that AWS takes for sets (ids, ARNs,
 * the parts of a policy) whatever their order, and all others element by element.
 */
export function changesBetween(before: Value, after: Value, path = ""): PropertyChange[] {
  const [old, now] = [parsed(before), parsed(after)];
  if (isObject(old) && isObject(now)) return objectChanges(old, now, path);
  if (Array.isArray(old) && Array.isArray(now)) return listChanges(old, now, path);
  if (canonical(old) === canonical(now)) return [];
  return [
    {
      path,
      ...(before === undefined ? {} : { before: old }),
      ...(after === undefined ? {} : { after: now }),
    },
  ] as PropertyChange[];
}

function objectChanges(
  before: Record<string, Value>,
  after: Record<string, Value>,
  path: string,
): PropertyChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) =>
    changesBetween(before[name], after[name], path === "" ? name : `${path}.${name}`),
  );
}

function listChanges(before: Json[], after: Json[], path: string): PropertyChange[] {
  const [old, now] = [byIdentity(before), byIdentity(after)];
  if (old !== undefined && now !== undefined) {
    return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) =>
      changesBetween(old.get(name), now.get(name), `${path}[${name}]`),
    );
  }
  if (isSet(path)) return sameElements(before, after) ? [] : [{ path, before, after }];
  return Array.from({ length: Math.max(before.length, after.length) }).flatMap((_, index) =>
    changesBetween(before[index], after[index], `${path}[${index}]`),
  );
}

/** What names an element of a list: the first of these that every element has, without two the same. */
const IDENTITIES = ["name", "Sid", "sid", "key", "Key", "id", "Id"];

function byIdentity(list: Json[]): Map<string, Json> | undefined {
  if (!list.every(isObject)) return undefined;
  for (const identity of IDENTITIES) {
    const names = list.map((element) => element[identity]);
    if (names.every((name) => typeof name === "string") && new Set(names).size === names.length) {
      return new Map(list.map((element, index) => [String(names[index]), element]));
    }
  }
  return undefined;
}

/** Lists that AWS gives no order: by their name, or because they are part of a policy. */
const SETS =
  /(ids|arns|subnets|securitygroups|zones|cidrs|cidrblocks|logsexports|capacityproviders|requirescompatibilities|alarmactions|okactions|principals|aliases|resources|(\.|^)(notaction|action|notresource|resource|statement|aws|service|federated))$/i;

function isSet(path: string): boolean {
  return SETS.test(path) || path.includes(".Condition.");
}

function sameElements(before: Json[], after: Json[]): boolean {
  return canonical(before.map(canonical).sort()) === canonical(after.map(canonical).sort());
}

/** JSON with sorted names, so that equal values give equal texts. */
function canonical(value: Value): string {
  return JSON.stringify(value, (_, each: Json) =>
    isObject(each) ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each,
  );
}

/** A text that holds a JSON object or list, as that; any other value as it is. */
export function parsed(value: Value): Value {
  if (typeof value !== "string" || !/^\s*[{[]/.test(value)) return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

function isObject(value: Value): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
