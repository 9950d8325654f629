import * as pulumi from "@pulumi/pulumi";
import { type Duration, minutes, seconds } from "./units.ts";

/**
 * Collects every mistake in a component's arguments, so that they are reported together and not one a run.
 *
 * A message names the value, what is allowed and what to write instead; the property path is added by the report.
 *
 * ```ts
 * const problems = new Problems("strongroom:network:Vpc", name);
 * problems.check(zones >= 2, "zones", `${zones} is too few; write 2 or 3`);
 * problems.throwIfAny();
 * ```
 */
export class Problems {
  readonly #token: string;
  readonly #name: string;
  readonly #found: { propertyPath: string; reason: string }[] = [];

  /** @param token the component's type token; @param name the component's name. */
  constructor(token: string, name: string) {
    this.#token = token;
    this.#name = name;
  }

  /** Records a mistake at `propertyPath` (`"scaling.max"`, `"links[1]"`). */
  add(propertyPath: string, reason: string): void {
    this.#found.push({ propertyPath, reason });
  }

  /** Records a mistake unless `fine` is true. Returns `fine`, so that checks which depend on it can be skipped. */
  check(fine: boolean, propertyPath: string, reason: string): boolean {
    if (!fine) this.add(propertyPath, reason);
    return fine;
  }

  /** Runs a parser and records what it throws at `propertyPath`; returns undefined then. */
  parse<T>(propertyPath: string, parser: () => T): T | undefined {
    try {
      return parser();
    } catch (error) {
      this.add(propertyPath, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  /** @throws {pulumi.InputPropertiesError} with every mistake found, when there is one. */
  throwIfAny(): void {
    if (this.#found.length === 0) return;
    const kind = this.#token.split(":").at(-1);
    const lines = this.#found.map(({ propertyPath, reason }) => `  ${propertyPath}: ${reason}`);
    throw new pulumi.InputPropertiesError({
      message: `${kind} "${this.#name}" has wrong arguments:\n${lines.join("\n")}`,
      errors: this.#found,
    });
  }
}

/** A value as it is shown in messages: strings quoted, the rest as JSON. */
export function show(value: unknown): string {
  return value === undefined ? "undefined" : JSON.stringify(value);
}

/**
 * The plain value of an input, or undefined when only the engine will know it: an `Output` or a promise is never
 * judged early.
 */
export function known<T>(value: pulumi.Input<T> | undefined): T | undefined {
  if (value === undefined || pulumi.Output.isInstance(value) || value instanceof Promise) return undefined;
  return value;
}

const COUNT = { seconds, minutes };

/**
 * Whole seconds or minutes of a duration between two bounds. A mistake is recorded at `propertyPath`, and the lower bound
 * given.
 */
export function within(
  problems: Problems,
  propertyPath: string,
  duration: Duration,
  least: number,
  most: number,
  unit: keyof typeof COUNT = "seconds",
): number {
  const count = problems.parse(propertyPath, () => COUNT[unit](duration));
  if (count === undefined) return least;
  problems.check(
    Number.isInteger(count) && count >= least && count <= most,
    propertyPath,
    `${show(duration)} is not possible; write whole ${unit}, "${least} ${unit}" to "${most} ${unit}"`,
  );
  return count;
}
