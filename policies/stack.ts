import { allOf, some, UnknownValue, visit, type Props } from "./values.ts";

/** What a {@link StackResource} is made from. */
export interface StackResourceArgs {
  type: string;
  name: string;
  urn: string;
  /** Inputs that the program declares; absent for resources that the stack only reads. */
  declared?: Props;
  /** What the provider answered, which at preview is unknown in part. */
  outputs: Props;
  /** Top-level property → URNs of the resources that its value comes from. */
  dependencies: ReadonlyMap<string, readonly string[]>;
}

/** A resource as a stack rule sees it. */
export class StackResource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  /** Whether the program declares the resource; otherwise it only reads it and cannot change it. */
  readonly isDeclared: boolean;
  /**
   * Declared properties. Not the outputs: in those, at preview, everything that a provider may compute is unknown, even
   * what the program plainly left out.
   */
  readonly props: Props;
  readonly #outputs: Props;
  readonly #dependencies: ReadonlyMap<string, readonly string[]>;
  #names: Set<string> | undefined;

  constructor(args: StackResourceArgs) {
    this.type = args.type;
    this.name = args.name;
    this.urn = args.urn;
    this.isDeclared = args.declared !== undefined;
    this.props = args.declared ?? args.outputs;
    this.#outputs = args.outputs;
    this.#dependencies = args.dependencies;
  }

  /**
   * Whether a property refers to another resource: by a name of it, or, where its value is not known yet, by the
   * engine's record of where the value comes from.
   *
   * @param property Path, such as `vpcConfig.securityGroupIds`; a list refers when one item does.
   */
  refersTo(property: string, other: StackResource): boolean {
    const origins = this.#dependencies.get(property.split(".")[0] ?? property) ?? [];
    if (origins.includes(other.urn)) return true;
    try {
      return some(this.props.list(property), (item) => other.#isNamed(item.text()));
    } catch (error) {
      // The engine knows where the value comes from, and it is not from there.
      if (error instanceof UnknownValue && origins.length > 0) return false;
      throw error;
    }
  }

  /** Whether an identifier that other resources give is one of this resource's. */
  #isNamed(text: string): boolean {
    this.#names ??= new Set(
      ["id", "arn", "name", "bucket", "keyId", "targetKeyArn"].flatMap((key) =>
        [this.#outputs, this.props].flatMap((props) => knownText(props, key)),
      ),
    );
    return this.#names.has(text) || (text.endsWith(":*") && this.#names.has(text.slice(0, -2)));
  }
}

/** All resources of a stack, for rules that join them. */
export class Stack {
  readonly #byType = new Map<string, StackResource[]>();

  constructor(resources: readonly StackResource[]) {
    for (const resource of resources) {
      const same = this.#byType.get(resource.type);
      if (same) same.push(resource);
      else this.#byType.set(resource.type, [resource]);
    }
  }

  /** Declared resources of the types: what a rule may judge. */
  declared(types: readonly string[]): StackResource[] {
    return this.of(types).filter((resource) => resource.isDeclared);
  }

  /** Declared and read resources of the types. */
  of(types: readonly string[]): StackResource[] {
    return types.flatMap((type) => this.#byType.get(type) ?? []);
  }

  /** Whether the stack has resources of a provider's package, such as `aws`. */
  hasProvider(name: string): boolean {
    return [...this.#byType.keys()].some((type) => type.startsWith(`${name}:`));
  }

  /** Those of the types whose property refers to the resource. */
  referring(types: readonly string[], property: string, resource: StackResource): StackResource[] {
    const found: StackResource[] = [];
    visit(this.of(types), (other) => {
      if (other.refersTo(property, resource)) found.push(other);
    });
    return found;
  }

  /** Whether one of the types refers to the resource and meets the condition. */
  hasReferring(
    types: readonly string[],
    property: string,
    resource: StackResource,
    condition: (other: StackResource) => boolean = () => true,
  ): boolean {
    return some(this.of(types), (other) =>
      allOf(
        () => other.refersTo(property, resource),
        () => condition(other),
      ),
    );
  }

  /** The resource that a property refers to, where the stack has it. */
  referred(resource: StackResource, property: string, types: readonly string[]): StackResource | undefined {
    let found: StackResource | undefined;
    some(this.of(types), (other) => {
      if (!resource.refersTo(property, other)) return false;
      found = other;
      return true;
    });
    return found;
  }
}

function knownText(props: Props, key: string): string[] {
  try {
    const text = props.text(key);
    return text === "" ? [] : [text];
  } catch (error) {
    if (error instanceof UnknownValue) return [];
    throw error;
  }
}
