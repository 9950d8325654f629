/** Begins a line in which a listening program tells a key; no program writes such a line by itself. */
const MARK = "\u0001missing configuration ";

/**
 * Runs within the program's own process: makes the SDK's `Config` answer with placeholders where a required value is
 * missing, and tells each such key on standard error, so that one run finds them all.
 *
 * It is a text because it belongs to the other process, with its own version of the SDK and its own module system; it
 * touches nothing but the `require…` methods of that class.
 */
const LISTENER = `
import Module from "node:module";
const load = Module._load;
const values = { string: "placeholder", number: 1, boolean: false, object: {} };
let secret = (value) => value;
Module._load = function (...request) {
  const loaded = load.apply(this, request);
  if (typeof loaded?.secret === "function" && loaded.Output) secret = loaded.secret;
  const prototype = loaded?.Config?.prototype;
  if (typeof prototype?.requireNumber !== "function" || Object.hasOwn(prototype, "listens")) return loaded;
  Object.defineProperty(prototype, "listens", { value: true });
  for (const [ending, type] of [["", "string"], ["Number", "number"], ["Boolean", "boolean"], ["Object", "object"]]) {
    for (const method of ["require" + ending, "requireSecret" + ending]) {
      const original = prototype[method];
      prototype[method] = function (key, options) {
        if (this.get(key) !== undefined) return original.call(this, key, options);
        const legal = options?.allowedValues;
        const told = { key: this.fullKey(key), type: legal ? "one of " + JSON.stringify(legal) : type };
        process.stderr.write(${JSON.stringify(MARK)} + JSON.stringify(told) + "\\n");
        const value = legal?.[0] ?? values[type];
        return method.includes("Secret") ? secret(value) : value;
      };
    }
  }
  return loaded;
};
`;

/** Argument for Node that makes a program tell what configuration it misses. */
export const LISTEN = `--import=data:text/javascript,${encodeURIComponent(LISTENER)}`;

/** A key that a program requires and was not given, with the type that it asks for. */
export interface MissingKey {
  key: string;
  type: string;
}

/** The key that a line of a listening program tells; undefined for every other line. */
export function toldBy(line: string): MissingKey | undefined {
  return line.startsWith(MARK) ? (JSON.parse(line.slice(MARK.length)) as MissingKey) : undefined;
}

/** The key that the SDK's error names, when a run failed for lack of it. */
export function namedBy(failure: string): string | undefined {
  return /Missing required configuration variable '([^']+)'/.exec(failure)?.[1];
}
