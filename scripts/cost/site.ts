import type { Json, Plan, PlanResource } from "../../components/testing/plan.ts";
import type { Monthly } from "./cost.ts";
import { times, fixed } from "./monthly.ts";
import type { Usage } from "./usage.ts";

/** The Plan as a pricer sees it: look-ups along references, and what is assumed of its use. */
export class Site {
  readonly plan: Plan;
  readonly usage: Usage;
  readonly #byUrn: ReadonlyMap<string, PlanResource>;
  readonly #byType: ReadonlyMap<string, PlanResource[]>;
  readonly #dependents: ReadonlyMap<string, PlanResource[]>;

  constructor(plan: Plan, usage: Usage) {
    this.plan = plan;
    this.usage = usage;
    this.#byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
    this.#byType = Map.groupBy(plan.resources, ({ type }) => type);
    const dependents = new Map<string, PlanResource[]>();
    for (const resource of plan.resources) {
      for (const urn of resource.dependencies) {
        const known = dependents.get(urn);
        if (known === undefined) dependents.set(urn, [resource]);
        else known.push(resource);
      }
    }
    this.#dependents = dependents;
  }

  /** All resources of these types, in the Plan's order. */
  all(...types: string[]): PlanResource[] {
    return types.flatMap((type) => this.#byType.get(type) ?? []);
  }

  /** Position among the Plan's resources of its type, for allowances that an account has once. */
  position(resource: PlanResource): number {
    return this.all(resource.type).indexOf(resource);
  }

  /**
   * The resource of one of `types` that the input `property` refers to: by the Plan's dependencies, else by a
   * simulated output that equals the input.
   */
  referred(resource: PlanResource, property: string, ...types: string[]): PlanResource | undefined {
    const wanted = (found: PlanResource | undefined) => found !== undefined && types.includes(found.type);
    const urn = resource.propertyDependencies[property]?.find((each) => wanted(this.#byUrn.get(each)));
    if (urn !== undefined) return this.#byUrn.get(urn);
    const value = resource.inputs[property];
    if (typeof value !== "string") return undefined;
    return this.all(...types).find(({ id, outputs }) => [id, outputs.arn, outputs.name].includes(value));
  }

  /** Resources of these types that depend on `resource`. */
  dependents(resource: PlanResource, ...types: string[]): PlanResource[] {
    return (this.#dependents.get(resource.urn) ?? []).filter(({ type }) => types.includes(type));
  }

  /** The names that a resource is known by in the program: its own and its parents', nearest first. */
  names(resource: PlanResource): string[] {
    const names: string[] = [];
    for (
      let at: PlanResource | undefined = resource;
      at !== undefined;
      at = this.#byUrn.get(at.parent ?? "")
    ) {
      names.push(at.name);
    }
    return names;
  }

  /** What the usage map gives for the resource or the nearest of its parents, else undefined. */
  override(map: Readonly<Record<string, number>>, resource: PlanResource): number | undefined {
    const name = this.names(resource).find((each) => map[each] !== undefined);
    return name === undefined ? undefined : map[name];
  }

  /** Use that follows traffic: the assumption, with the low and the high estimate around it. */
  assumed(amount: number): Monthly {
    return times(fixed(amount), { low: this.usage.usageLow, expected: 1, high: this.usage.usageHigh });
  }
}

/** The input as a number (numbers in strings count), else `otherwise`. */
export function numberAt(inputs: Record<string, Json>, name: string, otherwise = 0): number {
  const value = inputs[name];
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : otherwise;
}

/** The input as a string, else `otherwise`. */
export function textAt(inputs: Record<string, Json>, name: string, otherwise = ""): string {
  const value = inputs[name];
  return typeof value === "string" ? value : otherwise;
}

/** The input as a list; a missing one is empty. */
export function listAt(inputs: Record<string, Json>, name: string): Json[] {
  const value = inputs[name];
  return Array.isArray(value) ? value : [];
}

/** The input as an object, the first of a list of objects included; undefined when it is neither. */
export function objectAt(inputs: Record<string, Json>, name: string): Record<string, Json> | undefined {
  const value = inputs[name];
  const object = Array.isArray(value) ? value[0] : value;
  return isObject(object) ? object : undefined;
}

/** The objects of a list input. */
export const objectsAt = (inputs: Record<string, Json>, name: string): Record<string, Json>[] =>
  listAt(inputs, name).filter(isObject);

/** Whether the input is `true`. */
export const isOn = (inputs: Record<string, Json>, name: string): boolean => inputs[name] === true;

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
