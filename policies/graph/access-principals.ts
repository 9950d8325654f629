import { matches, type Statement } from "../policy-document.ts";
import type { Stack, StackResource } from "../stack.ts";
import { ifKnown, some, visit, type Props } from "../values.ts";
import { ACCOUNT_ASSIGNMENT, IDENTITIES, PERMISSION_SETS, ROLES } from "./access-documents.ts";
import type { Entry } from "./access-index.ts";
import { itemsOf } from "./paths.ts";

/** Somebody who can be allowed something. */
export interface Principal {
  kind: "role" | "user" | "group" | "permission set" | "service" | "account" | "everyone" | "federated";
  /** What messages call it: `the role backend-task`. */
  name: string;
  /** Tells principals apart. */
  key: string;
  /** Its ARN, where it has one and it is known. Those of the roles that a permission set becomes never are. */
  arn: string | undefined;
  /** Where the stack has it. */
  resource: StackResource | undefined;
}

/** The principals that the policies of a stack speak of. */
export class Principals {
  readonly #stack: Stack;
  #byName: Map<string, StackResource> | undefined;
  #accounts: Set<string> | undefined;

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** The identity that a policy is attached to, where need be one of which only the name is known. */
  identity(resource: StackResource | undefined, named: string): Principal {
    return resource === undefined ? this.#ofText("AWS", named) : ofResource(resource);
  }

  /** Whom a statement of a resource's policy speaks of. */
  of({ props, statement, origins }: Entry): Principal[] {
    if (props.declares("NotPrincipal")) return [EVERYONE];
    if (!props.declares("Principal")) return [];
    const narrowed = callersOf(statement);
    const named = typeof props.value("Principal") === "string" ? [] : props.entries("Principal");
    const found: Principal[] = props.value("Principal") === "*" ? [EVERYONE] : [];
    visit(named, ([kind, values]) =>
      visit(itemsOf(values, ""), (item) => {
        found.push(...this.#read(kind, item, origins));
      }),
    );
    return found.flatMap((one) =>
      one.kind === "everyone" && narrowed.length > 0
        ? narrowed.map((arn) => this.#ofText("AWS", arn))
        : [one],
    );
  }

  /** Whom a property of another resource names, such as the grantee of a key. */
  named(holder: StackResource, property: string): Principal[] {
    const found = this.#stack.allReferred(holder, property, IDENTITIES);
    if (found.length > 0) return found.map(ofResource);
    return holder.props
      .texts(property)
      .map((text) => this.#ofText(text.endsWith(".amazonaws.com") ? "Service" : "AWS", text));
  }

  /** Whether a statement of a resource's policy speaks of the principal. */
  concerns(entry: Entry, principal: Principal): boolean {
    const { props } = entry;
    if (props.declares("NotPrincipal")) {
      return !props
        .entries("NotPrincipal")
        .some(([kind, values]) =>
          some(itemsOf(values, ""), (item) =>
            this.#read(kind, item, entry.origins).some(({ key }) => key === principal.key),
          ),
        );
    }
    return this.of(entry).some(
      (one) =>
        one.key === principal.key ||
        one.kind === "everyone" ||
        (one.kind === "account" && principal.kind !== "service" && this.isOwnAccount(one)),
    );
  }

  /** Whether it is the account of the stack itself, by which a resource's policy hands decisions over to IAM. */
  isOwnAccount({ kind, arn }: Principal): boolean {
    // Without a role whose ARN is known there is nothing to tell the own account by; foreign ones have rules of their own.
    return kind === "account" && this.#mayBeOwn(arn?.split(":")[4] ?? "");
  }

  /** Whether it acts in the account of the stack: all do but permission sets that are assigned for other accounts only. */
  mayActHere({ resource }: Principal): boolean {
    if (resource === undefined || !PERMISSION_SETS.includes(resource.type)) return true;
    const assignments = this.#stack.referring([ACCOUNT_ASSIGNMENT], "permissionSetArn", resource);
    // What nothing here assigns may be assigned elsewhere.
    return (
      assignments.length === 0 || some(assignments, ({ props }) => this.#mayBeOwn(props.text("targetId")))
    );
  }

  #mayBeOwn(account: string): boolean {
    this.#accounts ??= new Set(
      this.#stack.of(IDENTITIES).flatMap(({ outputs }) => {
        const own = ifKnown(() => outputs.text("arn"))?.split(":")[4];
        return own === undefined ? [] : [own];
      }),
    );
    return this.#accounts.size === 0 || this.#accounts.has(account);
  }

  #read(kind: string, item: Props, origins: ReadonlySet<string>): Principal[] {
    const text = ifKnown(() => item.text());
    if (text !== undefined) return [this.#ofText(kind, text)];
    const meant = [...origins].flatMap((urn) => {
      const origin = this.#stack.byUrn(urn);
      return origin !== undefined && IDENTITIES.includes(origin.type) ? [ofResource(origin)] : [];
    });
    if (meant.length === 0) item.text();
    return meant;
  }

  #ofText(kind: string, text: string): Principal {
    if (text === "*") return EVERYONE;
    if (kind === "Service") return named("service", text);
    if (kind !== "AWS") return named("federated", text);
    const account = /^(?:arn:[^:]*:iam::)?(\d{12})(?::root)?$/.exec(text)?.[1];
    if (account !== undefined) return { ...named("account", account), arn: `arn:aws:iam::${account}:root` };
    const role = text.replace(/^arn:([^:]*):sts::(\d+):assumed-role\/([^/]+)\/.*$/, "arn:$1:iam::$2:role/$3");
    if (text.includes(":permissionSet/")) return named("permission set", text);
    const resource = this.#named(role);
    if (resource) return ofResource(resource);
    const type = /:(user|group)\//.exec(role)?.[1];
    const name = named(type === "user" || type === "group" ? type : "role", role);
    return role.startsWith("arn:") ? { ...name, arn: role } : name;
  }

  #named(text: string): StackResource | undefined {
    this.#byName ??= new Map(
      this.#stack
        .of(IDENTITIES)
        .flatMap((identity) => [...identity.names].map((name) => [name, identity] as const)),
    );
    return this.#byName.get(text);
  }
}

const EVERYONE: Principal = {
  kind: "everyone",
  name: "everyone",
  key: "*",
  arn: undefined,
  resource: undefined,
};

function ofResource(resource: StackResource): Principal {
  const kind = kindOf(resource);
  return {
    kind,
    name: `the ${kind} ${resource.name}`,
    key: resource.urn,
    arn: kind === "permission set" ? undefined : ifKnown(() => resource.outputs.text("arn") || undefined),
    resource,
  };
}

function kindOf({ type }: StackResource): Principal["kind"] {
  if (PERMISSION_SETS.includes(type)) return "permission set";
  if (ROLES.includes(type)) return "role";
  return type.includes("/user:") ? "user" : "group";
}

function named(kind: Principal["kind"], text: string): Principal {
  return { kind, name: `the ${kind} ${text}`, key: text, arn: undefined, resource: undefined };
}

/** The ARNs that a condition holds callers to, in a statement that otherwise speaks to everyone. */
function callersOf(statement: Statement): string[] {
  return statement.conditions
    .filter(({ operator, key }) => key === "aws:principalarn" && /^(string|arn)(equals|like)$/.test(operator))
    .flatMap(({ values }) => values)
    .filter((arn) => !matches(arn, "arn:aws:iam::000000000000:role/any"));
}
