/** Schemas that have a name stand once in an OpenAPI document, and are referred to wherever they are used. */

type Json = Record<string, unknown>;

/**
 * Moves named schemas into the document's components: those with a `title`, those that say what `object` they are
 * (`payment` becomes `Payment`), and lists of the latter (`PaymentList`). Of two schemas with one name the second stays
 * where it is, and needs a title of its own.
 */
export function withComponents<Document extends { components?: object; paths?: object }>(
  document: Document,
): Document {
  const schemas: Record<string, unknown> = {};
  const texts = new Map<string, string>();

  function visit(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(visit);
    if (!isObject(value)) return value;
    const visited = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, visit(each)]));
    const name = nameOf(visited);
    if (name === undefined) return visited;
    const text = JSON.stringify(visited);
    if (!texts.has(name)) {
      texts.set(name, text);
      schemas[name] = visited;
    }
    return texts.get(name) === text ? { $ref: `#/components/schemas/${name}` } : visited;
  }

  const paths = visit(document.paths);
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { ...document, paths, components: { ...document.components, schemas: sorted } };
}

function nameOf({ type, title, properties }: Json): string | undefined {
  // Elsewhere (in properties, in examples) these words mean something else.
  if (type === undefined || typeof type === "object") return undefined;
  if (typeof title === "string") return pascalCase(title);
  if (!isObject(properties) || !isObject(properties.object)) return undefined;
  const kind = properties.object.const;
  if (typeof kind !== "string") return undefined;
  return kind === "list" ? nameOfList(properties.data) : pascalCase(kind);
}

function nameOfList(data: unknown): string | undefined {
  const items = isObject(data) ? data.items : undefined;
  const reference = isObject(items) ? items.$ref : undefined;
  return typeof reference === "string" ? `${reference.slice(reference.lastIndexOf("/") + 1)}List` : undefined;
}

function pascalCase(kind: string): string {
  return kind
    .split(/[._]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
