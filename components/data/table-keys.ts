import { show, type Problems } from "../validation.ts";

/** An attribute of a key: its name for a string, or name and type. */
export type KeyAttribute = string | { name: string; type: "string" | "number" | "binary" };

/** A global secondary index: the same items, found by other keys. */
export interface TableIndex {
  partitionKey: KeyAttribute;
  sortKey?: KeyAttribute;
  /** Attributes that the index holds besides keys: all, none, or those named. @default "all" */
  projection?: "all" | "keys" | string[];
}

/** Keys and indexes of a table. */
export interface TableKeys {
  /** Spreads items over partitions. A change replaces. */
  partitionKey: KeyAttribute;
  /** Orders items of one partition key. A change replaces. @default none */
  sortKey?: KeyAttribute;
  /** By name; up to 20. A change of an index's keys builds it anew. @default none */
  indexes?: Record<string, TableIndex>;
}

/** {@link TableKeys} in the names of DynamoDB. */
export interface KeyPlan {
  /** Every attribute that is a key somewhere, once, in the order of their names. */
  attributes: { name: string; type: "S" | "N" | "B" }[];
  hashKey: string;
  rangeKey: string | undefined;
  indexes: {
    name: string;
    keySchemas: { attributeName: string; keyType: "HASH" | "RANGE" }[];
    projectionType: "ALL" | "KEYS_ONLY" | "INCLUDE";
    nonKeyAttributes?: string[];
  }[];
}

const TYPES = { string: "S", number: "N", binary: "B" } as const;

/** Checks keys and indexes against the rules of DynamoDB and translates them. */
export function planKeys(keys: TableKeys, problems: Problems): KeyPlan {
  const types = new Map<string, "S" | "N" | "B">();
  const use = (path: string, attribute: KeyAttribute): string => {
    const { name, type } =
      typeof attribute === "string" ? { name: attribute, type: "string" as const } : attribute;
    problems.check(
      name.length >= 1 && name.length <= 255,
      path,
      `${show(name)} is not possible; write 1 to 255 characters`,
    );
    const before = types.get(name);
    problems.check(
      before === undefined || before === TYPES[type],
      path,
      `${show(name)} is a ${type} here and something else in another key; write one type`,
    );
    types.set(name, TYPES[type]);
    return name;
  };
  const pair = (path: string, { partitionKey, sortKey }: Pick<TableKeys, "partitionKey" | "sortKey">) => {
    const hash = use(`${path}partitionKey`, partitionKey);
    const range = sortKey === undefined ? undefined : use(`${path}sortKey`, sortKey);
    problems.check(
      hash !== range,
      `${path}sortKey`,
      `${show(range)} is the partition key already; write another attribute`,
    );
    return { hash, range };
  };

  const { hash, range } = pair("", keys);
  const entries = Object.entries(keys.indexes ?? {});
  problems.check(entries.length <= 20, "indexes", `${entries.length} are too many; DynamoDB keeps 20`);
  const indexes = entries.map(([name, index]) => {
    const path = `indexes.${name}`;
    checkName(problems, path, name);
    const own = pair(`${path}.`, index);
    return {
      name,
      keySchemas: [
        { attributeName: own.hash, keyType: "HASH" as const },
        ...(own.range === undefined ? [] : [{ attributeName: own.range, keyType: "RANGE" as const }]),
      ],
      ...projection(problems, path, index.projection ?? "all", [hash, range, own.hash, own.range]),
    };
  });
  return {
    attributes: [...types]
      .map(([name, type]) => ({ name, type }))
      .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    hashKey: hash,
    rangeKey: range,
    indexes,
  };
}

/** Names of tables and indexes. */
export function checkName(problems: Problems, path: string, name: string): void {
  problems.check(
    /^[\w.-]{3,255}$/.test(name),
    path,
    `${show(name)} is not possible; write 3 to 255 letters, digits, "_", "-" and "."`,
  );
}

function projection(
  problems: Problems,
  path: string,
  wanted: "all" | "keys" | string[],
  keys: (string | undefined)[],
): Pick<KeyPlan["indexes"][number], "projectionType" | "nonKeyAttributes"> {
  if (wanted === "all") return { projectionType: "ALL" };
  if (wanted === "keys") return { projectionType: "KEYS_ONLY" };
  problems.check(
    wanted.length >= 1 && wanted.length <= 20,
    `${path}.projection`,
    `${wanted.length} attributes are not possible; write 1 to 20, "all" or "keys"`,
  );
  const known = wanted.filter((attribute) => keys.includes(attribute));
  problems.check(
    known.length === 0,
    `${path}.projection`,
    `${known.map(show).join(", ")} is a key, which every index holds; leave it out`,
  );
  return { projectionType: "INCLUDE", nonKeyAttributes: wanted };
}
