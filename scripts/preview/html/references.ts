import type { Json, Plan, PlanResource } from "../../../components/testing/plan.ts";

/** A Plan's resources by type, and who refers to whom: by Pulumi's own record, and by ids and ARNs within values. */
export class References {
  /** In the order of registration. */
  readonly all: readonly PlanResource[];
  readonly #byUrn: Map<string, PlanResource>;
  readonly #byType: Map<string, PlanResource[]>;
  readonly #byId = new Map<string, PlanResource>();

  constructor(plan: Plan) {
    this.all = plan.resources;
    this.#byUrn = new Map(plan.resources.map((resource) => [resource.urn, resource]));
    this.#byType = Map.groupBy(plan.resources, ({ type }) => type);
    for (const resource of plan.resources) {
      if (!resource.custom) continue;
      for (const key of [resource.id, resource.outputs.arn]) {
        // Shorter ones are words that may mean anything. What configures another often has that one's id, and follows it.
        if (typeof key === "string" && key.length > 4 && !this.#byId.has(key)) this.#byId.set(key, resource);
      }
    }
  }

  /** Every resource of one of the types. */
  ofType(...types: string[]): PlanResource[] {
    return types.flatMap((type) => this.#byType.get(type) ?? []);
  }

  parentOf({ parent }: PlanResource): PlanResource | undefined {
    return parent === undefined ? undefined : this.#byUrn.get(parent);
  }

  /** What the resource refers to: by all of its inputs, or by those named. */
  of(resource: PlanResource, ...properties: string[]): PlanResource[] {
    const every = () => Object.keys({ ...resource.inputs, ...resource.propertyDependencies });
    const found = new Set<PlanResource>();
    for (const name of properties.length > 0 ? properties : every()) {
      for (const urn of resource.propertyDependencies[name] ?? []) {
        const other = this.#byUrn.get(urn);
        if (other !== undefined) found.add(other);
      }
      for (const other of this.within(resource.inputs[name])) found.add(other);
    }
    found.delete(resource);
    return [...found];
  }

  /** What a value names by id or ARN. */
  within(value: Json | undefined): PlanResource[] {
    return textsIn(value)
      .map((text) => this.#byId.get(text))
      .filter((resource) => resource !== undefined);
  }
}

function textsIn(value: Json | undefined): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** A text or number as text; nothing for any other value. */
export function text(value: Json | undefined): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function isRecord(value: Json | undefined): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
