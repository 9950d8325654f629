import * as pulumi from "@pulumi/pulumi";

/** Tags as AWS takes them: name to value. */
export type Tags = Record<string, pulumi.Input<string>>;

/**
 * Changes one child's arguments before it is made: either properties that replace the component's, or a function
 * that edits arguments and options in place (or returns new arguments).
 */
export type Transform<Args> =
  Partial<Args> | ((args: Args, options: pulumi.CustomResourceOptions, name: string) => Args | undefined);

/** Arguments that every component takes. */
export interface ComponentArgs {
  /**
   * AWS region of every child and look-up. A change replaces everything.
   * @default the provider's region
   */
  region?: string;
  /** Tags of every child that can carry tags; a child's own win. @default none */
  tags?: Tags;
}

/** A child's class as `@pulumi/aws` and its like generate it. */
type ResourceClass<Resource, Args> = new (
  name: string,
  args: Args,
  options?: pulumi.CustomResourceOptions,
) => Resource;

/**
 * What all components share: children named `<name>-<role>` below their component, in its region and with its tags.
 */
export abstract class Component extends pulumi.ComponentResource {
  /** The component's name, which its children's names begin with. */
  protected readonly componentName: string;
  /** Region given to every child; undefined leaves it to the provider. */
  readonly region: string | undefined;
  /** Tags given to every child. */
  protected readonly tags: Tags;

  protected constructor(
    token: `strongroom:${string}:${string}`,
    name: string,
    args: ComponentArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super(token, name, {}, options);
    this.componentName = name;
    this.region = args.region;
    this.tags = args.tags ?? {};
  }

  /**
   * Makes the child `<name>-<role>`.
   *
   * Region and tags are always handed over: generated resource classes read only the properties they know, so the
   * ones without either (IAM, Route 53, …) drop them.
   */
  protected make<Resource extends pulumi.CustomResource, Args extends object>(
    type: ResourceClass<Resource, Args>,
    role: string,
    args: Args,
    settings: { transform?: Transform<Args> | undefined; options?: pulumi.CustomResourceOptions } = {},
  ): Resource {
    const name = `${this.componentName}-${role}`;
    const options: pulumi.CustomResourceOptions = { parent: this, ...settings.options };
    const own: { region?: string; tags?: Tags } = { ...args };
    let complete: Args = {
      ...args,
      ...(this.region === undefined ? {} : { region: own.region ?? this.region }),
      tags: { ...this.tags, ...own.tags },
    };
    if (typeof settings.transform === "function") {
      complete = settings.transform(complete, options, name) ?? complete;
    } else {
      complete = { ...complete, ...settings.transform };
    }
    return new type(name, complete, options);
  }

  /** Options for look-ups (`aws.*.get…`), which then use the component's provider. */
  protected get lookup(): pulumi.InvokeOptions {
    return { parent: this };
  }

  /** `{ region }` for the arguments of look-ups; empty when the provider's region is used. */
  protected get inRegion(): { region?: string } {
    return this.region === undefined ? {} : { region: this.region };
  }
}
