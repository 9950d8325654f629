/** Following references from one resource to others, by identifier or by the engine's record. */

import { oncePerStack } from "../once-per-stack.ts";
import type { Stack, StackResource } from "../stack.ts";
import { ifKnown, type Props } from "../values.ts";
import { ENDPOINT, VPCS } from "./tokens.ts";

/** What a property refers to. */
export interface Linked {
  found: readonly StackResource[];
  /** Identifiers, as far as known, of what the stack does not show. */
  elsewhere: readonly string[];
  /** Paths of what is given and not known yet, and may be any resource. */
  unknown: readonly string[];
  /** Paths of all that is given and cannot be followed: not known yet, or not in this stack. */
  unseen: readonly string[];
}

/** Names that others give to a resource, beside its identifiers. */
const OTHER_NAMES: readonly [types: readonly string[], keys: readonly string[]][] = [
  // What AWS makes with a network leads to the network, as the engine's record of it does.
  [VPCS, ["defaultSecurityGroupId", "defaultNetworkAclId", "defaultRouteTableId", "mainRouteTableId"]],
  [
    [
      "aws:lb/loadBalancer:LoadBalancer",
      "aws:alb/loadBalancer:LoadBalancer",
      "aws:elb/loadBalancer:LoadBalancer",
    ],
    ["dnsName"],
  ],
  [[ENDPOINT], ["prefixListId"]],
  [["aws:lambda/function:Function"], ["invokeArn"]],
  [["aws:lambda/functionUrl:FunctionUrl"], ["functionUrl"]],
  [["aws:apigatewayv2/api:Api"], ["apiEndpoint"]],
];

const NOTHING: Linked = { found: [], elsewhere: [], unknown: [], unseen: [] };

/** The references between the resources of a stack. */
export class Links {
  readonly #stack: Stack;
  readonly #named = new Map<string, StackResource[]>();

  constructor(stack: Stack) {
    this.#stack = stack;
    for (const resource of stack.of(["aws:*"])) {
      for (const name of resource.names) pushTo(this.#named, name, resource);
    }
    for (const [types, keys] of OTHER_NAMES) {
      for (const resource of stack.of(types)) {
        for (const key of keys) {
          const name = ifKnown(() => resource.outputs.text(key).replace(/^https?:\/\/|\/$/g, ""));
          if (name) pushTo(this.#named, name, resource);
        }
      }
    }
  }

  /** The resources of the types. */
  of(types: readonly string[]): readonly StackResource[] {
    return this.#stack.of(types);
  }

  /** The resource with the URN. */
  byUrn(urn: string): StackResource | undefined {
    return this.#stack.byUrn(urn);
  }

  /** What a property of a resource refers to among resources of the types. */
  follow(resource: StackResource, path: string, types: readonly string[]): Linked {
    return this.followItems(resource, path, items(resource.props, path), types);
  }

  /**
   * What values of a resource refer to among resources of the types.
   *
   * @param path The property that the values stand in, by whose record the unknown ones are followed.
   */
  followItems(
    resource: StackResource,
    path: string,
    values: readonly Props[] | undefined,
    types: readonly string[],
  ): Linked {
    if (values?.length === 0) return NOTHING;
    const found = new Set<StackResource>();
    const elsewhere: string[] = [];
    let unknown = values === undefined ? 1 : 0;
    for (const value of values ?? []) {
      const text = textOf(value);
      if (text === undefined) unknown += 1;
      else if (text !== "") {
        const named = this.named(text, types);
        named.forEach((one) => found.add(one));
        if (named.length === 0) elsewhere.push(text);
      }
    }
    if (unknown > 0) {
      // The record is of the whole property: what is left of it after the known values are the unknown ones.
      const recorded = resource
        .originsOf(path)
        .flatMap((urn) => this.#stack.byUrn(urn) ?? [])
        .filter((one) => types.includes(one.type) && !found.has(one));
      recorded.forEach((one) => found.add(one));
      unknown = values === undefined && recorded.length > 0 ? 0 : unknown - recorded.length;
    }
    const at = [`${resource.name} ${path}`];
    return {
      found: [...found],
      elsewhere,
      unknown: unknown > 0 && resource.originsOf(path).length === 0 ? at : [],
      unseen: elsewhere.length > 0 || unknown > 0 ? at : [],
    };
  }

  /** The resources of the types that go by an identifier. */
  named(name: string, types: readonly string[]): StackResource[] {
    return (this.#named.get(name) ?? []).filter(({ type }) => types.includes(type));
  }

  /** Resources of the types by the resource that a property of theirs refers to. */
  referring(
    types: readonly string[],
    path: string,
    targets: readonly string[],
  ): Map<StackResource, StackResource[]> {
    const all = new Map<StackResource, StackResource[]>();
    for (const resource of this.of(types)) {
      for (const target of this.follow(resource, path, targets).found) pushTo(all, target, resource);
    }
    return all;
  }
}

/** The references of a stack, found once. */
export const linksOf = oncePerStack((stack) => new Links(stack));

/** Adds to the list of a key. */
export function pushTo<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Whether a value is given that is not known yet. */
export function isUnknown(props: Props, path: string): boolean {
  return ifKnown(() => props.value(path) ?? null) === undefined;
}

function items(props: Props, path: string): Props[] | undefined {
  return ifKnown(() => props.list(path));
}

function textOf(value: Props): string | undefined {
  return ifKnown(() => value.text());
}
