/** Prefix lists: ranges of addresses under one name, which rules of security groups give in place of the ranges. */

import { oncePerStack } from "../once-per-stack.ts";
import type { StackResource } from "../stack.ts";
import { ifKnown, type Props } from "../values.ts";
import { isUnknown, linksOf, type Links } from "./links.ts";
import { ENDPOINT } from "./tokens.ts";

const PREFIX_LIST = "aws:ec2/managedPrefixList:ManagedPrefixList";
const PREFIX_LIST_ENTRY = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry";

/** Types that prefix lists are made of. */
export const PREFIX_LIST_TYPES = [PREFIX_LIST, PREFIX_LIST_ENTRY];

/** The properties by which a rule of a group names prefix lists. */
export const PREFIX_LIST_KEYS = ["prefixListIds", "prefixListId"];

/** What a rule names by a prefix list. */
export interface NamedLists {
  lists: readonly StackResource[];
  /** Endpoints, each of which has a list of the addresses of its service. */
  endpoints: readonly StackResource[];
  /** Where it names them within its resource. */
  path: string;
  /** Whether something is named that is not known yet and may be any list of the stack. */
  mayBeAny: boolean;
  /** Whether something is named that is not known yet, or not in this stack. */
  isUnseen: boolean;
  /** Whether the lists cannot be told from those of other rules of the same resource. */
  isAmbiguous: boolean;
}

/** The addresses of a list. */
export interface ListEntries {
  /** Each holds a `cidr`. */
  entries: readonly Props[];
  /** What is not known of them, by its path. */
  unknown: string | undefined;
}

/** The prefix lists of a stack. */
export class PrefixLists {
  readonly #links: Links;
  /** Entries that are resources of their own. */
  #separate: Map<StackResource, StackResource[]> | undefined;

  constructor(links: Links) {
    this.#links = links;
  }

  /** The prefix lists of a stack; found when first asked for. */
  static readonly of = oncePerStack((stack) => new PrefixLists(linksOf(stack)));

  /**
   * What a rule of a group names by prefix lists.
   *
   * @param by The resource that declares the rule.
   * @param rule The rule itself: the resource, or an inline one.
   * @param at Path of the rule within the resource; empty where they are one.
   * @param key Which of {@link PREFIX_LIST_KEYS}.
   */
  named(by: StackResource, rule: Props, at: string, key: string): NamedLists {
    const values = ifKnown(() => rule.list(key));
    const path = [at, key].filter(Boolean).join(".");
    const linked = this.#links.followItems(by, path, values, [PREFIX_LIST, ENDPOINT]);
    return {
      lists: linked.found.filter(({ type }) => type === PREFIX_LIST),
      endpoints: linked.found.filter(({ type }) => type === ENDPOINT),
      path,
      mayBeAny: linked.unknown.length > 0 && this.#links.of([PREFIX_LIST]).length > 0,
      isUnseen: linked.unseen.length > 0,
      isAmbiguous: linked.found.length > 1 && isOneOfSeveralUnknown(by, rule, at, key),
    };
  }

  /** The entries of a list, its own and those that are resources of their own. */
  entriesOf(list: StackResource): ListEntries {
    this.#separate ??= this.#links.referring([PREFIX_LIST_ENTRY], "prefixListId", [PREFIX_LIST]);
    const separate = this.#separate.get(list) ?? [];
    return {
      entries: [...(ifKnown(() => list.props.list("entries")) ?? []), ...separate.map(({ props }) => props)],
      unknown: isUnknown(list.props, "entries") && list.isDeclared ? `${list.name} entries` : undefined,
    };
  }
}

/**
 * Whether a rule and others of the same resource name lists that are not known yet. Of all inline rules the engine
 * records together what they refer to, so that which is whose is not known then.
 */
function isOneOfSeveralUnknown(by: StackResource, rule: Props, at: string, key: string): boolean {
  if (at === "" || !hasUnknown(rule, key)) return false;
  const all = ifKnown(() => by.props.list(at.replace(/\..*$/, ""))) ?? [];
  return all.filter((one) => hasUnknown(one, key)).length > 1;
}

/** Whether a list, or an item of it, is not known yet. */
export function hasUnknown(props: Props, key: string): boolean {
  const list = ifKnown(() => props.list(key));
  return list === undefined || list.some((value) => isUnknown(value, ""));
}
