/**
 * Who may do what: the principals of a stack, what their policies, the policies of resources and the grants of keys
 * allow them, less what is denied.
 */
import { Statement } from "../policy-document.ts";
import { oncePerStack } from "../once-per-stack.ts";
import type { Stack, StackResource } from "../stack.ts";
import { allOf, ifKnown, some, UNKNOWN_MARKER, UnknownValue, visit, type Props } from "../values.ts";
import { holding, isNarrowed } from "./access-conditions.ts";
import {
  boundaryOf,
  originsOf,
  resourcePoliciesOf,
  visitIdentityPolicies,
  type PolicySource,
} from "./access-documents.ts";
import { StatementIndex, type Entry } from "./access-index.ts";
import { Principals, type Principal } from "./access-principals.ts";
import { Target } from "./access-targets.ts";
import { pushTo } from "./links.ts";
import { itemsOf } from "./paths.ts";

export type { Principal } from "./access-principals.ts";
export { ACCESS_TYPES } from "./access-documents.ts";
export { TARGET_TYPES } from "./access-targets.ts";

/** How a statement comes to speak of a resource. */
export type Reach =
  /** It names it, by its ARN or by reference; or it stands in the resource's own policy. */
  | "named"
  /** By a pattern with a part of its name, such as `…:secret:payments-*`. */
  | "pattern"
  /** By a pattern that says nothing of its name, such as `*`, or by not leaving it out (`NotResource`). */
  | "everything";

/** That a principal may take an action on a resource, and what lets it. */
export interface Grant {
  principal: Principal;
  /** What lets it, for messages: `the statement ReadAll of backend-policy`. */
  by: string;
  /** The statement; undefined where it is a grant of a key. */
  statement: Statement | undefined;
  /** The resource that holds the statement: a policy, a role, an attachment, the policy of a resource, a grant. */
  holder: StackResource;
  reach: Reach;
  /** Whether the action is let by its being left out of `NotAction`, or by an action `*`. */
  isEveryAction: boolean;
  /** Whether it speaks to everyone, and no condition narrows who that is. */
  isPublic: boolean;
  /** Whether a condition narrows it to a use, such as `kms:ViaService`, or to some resources. */
  isNarrowed: boolean;
}

/** All who may take an action. `unknown` holds paths of values that may let others, or not let these. */
export interface Answer {
  grants: Grant[];
  unknown: string[];
}

/** The access that a stack's policies give. Built once per stack, in about n log n. */
export class Access {
  readonly #stack: Stack;
  readonly #principals: Principals;
  readonly #allows = new StatementIndex();
  /** Denials by key of the principal that they speak to. */
  readonly #denies = new Map<string, Entry[]>();
  /** Paths of policies that cannot be read yet: anybody may have any right by them. */
  #unread: string[] = [];
  readonly #targets = new Map<string, Target>();
  /** Statements of the policies of resources, by URN of what holds them. */
  readonly #read = new Map<string, Entry[]>();
  readonly #answers = new Map<string, Answer>();

  private constructor(stack: Stack) {
    this.#stack = stack;
    this.#principals = new Principals(stack);
    this.#unread = unknownsOf(() =>
      visitIdentityPolicies(stack, ({ owner, named, source }) => {
        const principal = this.#principals.identity(owner, named);
        naming(source.holder, () => visit(this.#entries(source, principal), (entry) => this.#add(entry)));
      }),
    );
  }

  /** The access of a stack; built when it is first asked for. */
  static readonly of = oncePerStack((stack) => new Access(stack));

  /** Who may take an action on a resource of one of {@link TARGET_TYPES}. */
  whoCan(action: string, resource: StackResource): Answer {
    const key = `${action} ${resource.urn}`;
    const former = this.#answers.get(key);
    if (former) return former;
    const grants: Grant[] = [];
    const target = this.#target(resource);
    const unknown = unknownsOf(() =>
      visit(
        [
          () => this.#byIdentity(action, target, grants),
          () => this.#byResource(action, target, grants),
          () => this.#byKeyGrant(action, target, grants),
        ],
        (find) => find(),
      ),
    );
    const answer = { grants, unknown: [...new Set([...unknown, ...this.#unread])] };
    this.#answers.set(key, answer);
    return answer;
  }

  /** Grants by the policies of roles, users, groups and permission sets. */
  #byIdentity(action: string, target: Target, grants: Grant[]): void {
    visit(this.#allows.candidates(action, target), (entry) => {
      const grant = naming(entry.holder, () => this.#grant(entry, entry.principal, action, target));
      if (grant === undefined) return;
      const counts = allOf(
        () => this.#delegates(action, target),
        () => this.#isWithinBoundary(grant.principal, action, target),
        () => this.#principals.mayActHere(grant.principal),
      );
      if (counts) grants.push(grant);
    });
  }

  /** Grants by the resource's own policy. */
  #byResource(action: string, target: Target, grants: Grant[]): void {
    visit(resourcePoliciesOf(this.#stack, target.resource), (source) =>
      visit(this.#ownEntries(source), (entry) => {
        if (!entry.statement.allows || !entry.statement.coversAction(action)) return;
        visit(this.#principals.of(entry), (principal) => {
          if (this.#principals.isOwnAccount(principal)) return;
          const grant = this.#grant(entry, principal, action, target);
          if (grant) grants.push(grant);
        });
      }),
    );
  }

  /** Grants of a key, which stand beside all policies. */
  #byKeyGrant(action: string, target: Target, grants: Grant[]): void {
    if (target.service !== "kms") return;
    visit(this.#stack.referring(["aws:kms/grant:Grant"], "keyId", target.resource), (holder) => {
      if (!some(holder.props.list("operations"), (operation) => `kms:${operation.text()}` === action)) return;
      visit(this.#principals.named(holder, "granteePrincipal"), (principal) =>
        grants.push({
          principal,
          by: `the grant ${holder.name}`,
          statement: undefined,
          holder,
          reach: "named",
          isEveryAction: false,
          isPublic: false,
          isNarrowed: holder.props.declares("constraints"),
        }),
      );
    });
  }

  /** What a statement lets a principal do, unless it is denied. */
  #grant(entry: Entry, principal: Principal | undefined, action: string, target: Target): Grant | undefined {
    const { statement, holder } = entry;
    if (principal === undefined || !entry.statement.coversAction(action)) return undefined;
    const reach = this.#reach(entry, target);
    if (reach === undefined || holding(statement, principal, target.resource) === "never") return undefined;
    if (this.#isDenied(principal, action, target)) return undefined;
    return {
      principal,
      by: `${statement.sid === "" ? "a statement" : `the statement ${statement.sid}`} of ${holder.name}`,
      statement,
      holder,
      reach,
      isEveryAction: entry.props.given("NotAction") || statement.coversAllActions(),
      isPublic: principal.kind === "everyone" && statement.isPublic(),
      isNarrowed: isNarrowed(statement),
    };
  }

  /** How a statement speaks of the target, if it does. */
  #reach(entry: Entry, target: Target): Reach | undefined {
    const { props, origins } = entry;
    const isOwn = entry.principal === undefined;
    if (props.declares("NotResource")) {
      const isLeftOut = some(itemsOf(props, "NotResource"), (item) =>
        this.#meets(item, origins, target, true),
      );
      return isLeftOut ? undefined : "everything";
    }
    const reaching: Reach[] = [];
    visit(itemsOf(props, "Resource"), (item) => {
      if (this.#meets(item, origins, target, false)) reaching.push(isOwn ? "named" : reachOf(item, target));
    });
    return (["everything", "pattern", "named"] as const).find((reach) => reaching.includes(reach));
  }

  /** Whether one item of `Resource` speaks of the target; by where its value comes from while that is not known. */
  #meets(item: Props, origins: ReadonlySet<string>, target: Target, wholly: boolean): boolean {
    const pattern = ifKnown(() => item.text());
    if (pattern !== undefined) {
      return wholly ? target.isWhollyCoveredBy(pattern) : target.isReachedBy(pattern);
    }
    if (origins.size === 0) item.text();
    const isMeant = origins.has(target.resource.urn);
    // What follows the unknown part may narrow it to a part of the resource.
    if (isMeant && wholly && !["", "*", "/*", ":*"].includes(knownEnd(item))) item.text();
    return isMeant;
  }

  #isDenied(principal: Principal, action: string, target: Target): boolean {
    const denies = (entry: Entry) =>
      allOf(
        () => entry.statement.coversAction(action),
        () => this.#refuses(entry, target),
        () => holding(entry.statement, principal, target.resource) === "always",
      );
    const own = this.#denies.get(principal.key) ?? [];
    const ofResource = () =>
      some(resourcePoliciesOf(this.#stack, target.resource), (source) =>
        some(this.#ownEntries(source), (entry) =>
          allOf(
            () => entry.statement.denies,
            () => this.#principals.concerns(entry, principal),
            () => denies(entry),
          ),
        ),
      );
    return some([() => some(own, denies), ofResource], (look) => look());
  }

  #refuses({ props, origins }: Entry, target: Target): boolean {
    return props.declares("NotResource")
      ? !some(itemsOf(props, "NotResource"), (item) => this.#meets(item, origins, target, false))
      : some(itemsOf(props, "Resource"), (item) => this.#meets(item, origins, target, true));
  }

  /** Whether policies of IAM count at all: those on a key do only where the key's policy hands them the decision. */
  #delegates(action: string, target: Target): boolean {
    if (target.service !== "kms") return true;
    const policies = resourcePoliciesOf(this.#stack, target.resource);
    return (
      policies.length === 0 ||
      some(policies, (source) =>
        some(this.#ownEntries(source), (entry) =>
          allOf(
            () => entry.statement.allows && entry.statement.coversAction(action),
            () => some(this.#principals.of(entry), (one) => this.#principals.isOwnAccount(one)),
          ),
        ),
      )
    );
  }

  #isWithinBoundary(principal: Principal, action: string, target: Target): boolean {
    const boundary = principal.resource && boundaryOf(this.#stack, principal.resource);
    if (boundary === undefined) return true;
    const entries = this.#entries(boundary, principal);
    const covers = (entry: Entry) =>
      entry.statement.coversAction(action) && this.#reach(entry, target) !== undefined;
    return (
      some(entries, (entry) => entry.statement.allows && covers(entry)) &&
      !some(entries, (entry) => entry.statement.denies && covers(entry))
    );
  }

  #add(entry: Entry): void {
    if (entry.statement.allows) this.#allows.add(entry);
    else if (entry.principal) pushTo(this.#denies, entry.principal.key, entry);
  }

  #entries(source: PolicySource, principal?: Principal): Entry[] {
    const { holder, property, read } = source;
    const origins = originsOf(this.#stack, holder, property);
    return (read()?.list("Statement") ?? []).map((props) => ({
      props,
      statement: new Statement(props),
      holder,
      origins,
      principal,
    }));
  }

  /** The statements of a resource's own policy, read once. */
  #ownEntries(source: PolicySource): Entry[] {
    const former = this.#read.get(source.holder.urn);
    if (former) return former;
    const entries = this.#entries(source);
    this.#read.set(source.holder.urn, entries);
    return entries;
  }

  #target(resource: StackResource): Target {
    const former = this.#targets.get(resource.urn);
    if (former) return former;
    const target = new Target(resource);
    this.#targets.set(resource.urn, target);
    return target;
  }
}

/** Who may take an action on a resource, with the statement that lets each; or what would have to be known to say. */
export function whoCan(access: Access, action: string, resource: StackResource): Answer {
  return access.whoCan(action, resource);
}

/**
 * Looks at all who may take one of the actions on a resource, once for each statement that lets them.
 *
 * @throws UnknownValue after all looks, where there may be more.
 */
export function visitGrants(
  stack: Stack,
  actions: readonly string[],
  resource: StackResource,
  look: (grant: Grant) => void,
): void {
  const answers = actions.map((action) => Access.of(stack).whoCan(action, resource));
  const seen = new Map<object, Set<string>>();
  const grants = answers.flatMap((answer) =>
    answer.grants.filter(({ statement, holder, principal }) => {
      const principals = seen.get(statement ?? holder) ?? new Set();
      seen.set(statement ?? holder, principals);
      const isNew = !principals.has(principal.key);
      principals.add(principal.key);
      return isNew;
    }),
  );
  const looks = [
    () => visit(grants, look),
    () => {
      const unknown = answers.flatMap((answer) => answer.unknown);
      if (unknown.length > 0) throw new UnknownValue([...new Set(unknown)]);
    },
  ];
  visit(looks, (next) => next());
}

/** What a look gives. Paths of unknown values get the name of the resource that they are of: it is not the one judged. */
function naming<T>(holder: StackResource, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof UnknownValue)) throw error;
    throw new UnknownValue(error.paths.map((path) => `${path} of ${holder.name}`));
  }
}

function reachOf(item: Props, target: Target): Reach {
  const pattern = ifKnown(() => item.text());
  if (pattern === undefined || target.isNamedBy(pattern)) return "named";
  return target.saysNothingOfName(pattern) ? "everything" : "pattern";
}

/** What is known behind the unknown part of a text. */
function knownEnd(item: Props): string {
  const value = ifKnown(() => item.value());
  return typeof value === "string" ? (value.split(UNKNOWN_MARKER).at(-1) ?? "") : "";
}

function unknownsOf(look: () => void): string[] {
  try {
    look();
    return [];
  } catch (error) {
    if (error instanceof UnknownValue) return error.paths;
    throw error;
  }
}
