import { prefixLength } from "./cidr.ts";
import { wildcard } from "./text.ts";
import { allOf, anyOf, every, some, UNKNOWN_MARKER, type Props } from "./values.ts";

/** Whom a statement speaks of: `AWS`, `Service`, `Federated`, `CanonicalUser`; `*` alone is kind `*`. */
export interface Principal {
  kind: string;
  value: string;
}

/** One condition of a statement. */
export interface Condition {
  /** Lower case, such as `stringequals`. */
  operator: string;
  /** Lower case, such as `aws:sourceaccount`. */
  key: string;
  values: string[];
}

/** A statement of an IAM policy document. Reading an unknown part of it throws `UnknownValue`. */
export class Statement {
  readonly #statement: Props;
  #leavesOut: boolean | undefined;
  #patterns: readonly Props[] | undefined;

  constructor(statement: Props) {
    this.#statement = statement;
  }

  get sid(): string {
    return this.#statement.text("Sid");
  }

  get allows(): boolean {
    return this.#statement.text("Effect") === "Allow";
  }

  get denies(): boolean {
    return this.#statement.text("Effect") === "Deny";
  }

  get actions(): string[] {
    return this.#statement.texts("Action");
  }

  /** Whether it speaks of every action but some (`NotAction`). */
  get leavesActionsOut(): boolean {
    return this.#statement.given("NotAction");
  }

  /** The actions that it leaves out. */
  get actionsLeftOut(): string[] {
    return this.#statement.texts("NotAction");
  }

  get resources(): string[] {
    return this.#statement.texts("Resource");
  }

  get principals(): Principal[] {
    const principal = this.#statement.value("Principal");
    if (principal === undefined) return [];
    if (typeof principal === "string") return [{ kind: principal, value: principal }];
    return this.#statement
      .entries("Principal")
      .flatMap(([kind, values]) => values.texts("").map((value) => ({ kind, value })));
  }

  /** Conditions, all of which must hold for the statement to take effect. */
  get conditions(): Condition[] {
    return this.#statement.entries("Condition").flatMap(([operator, tests]) =>
      tests.entries().map(([key, values]) => ({
        operator: operator.toLowerCase(),
        key: key.toLowerCase(),
        values: values.texts(""),
      })),
    );
  }

  /** Whether the statement covers the action, by `Action` or by leaving it out of `NotAction`. */
  coversAction(action: string): boolean {
    // Rules ask for hundreds of actions; the lists are taken apart once.
    if ((this.#leavesOut ??= this.leavesActionsOut)) {
      this.#patterns ??= this.#statement.list("NotAction");
      return every(this.#patterns, (pattern) => !matches(pattern.text(), action));
    }
    this.#patterns ??= this.#statement.list("Action");
    return some(this.#patterns, (pattern) => matches(pattern.text(), action));
  }

  /**
   * Whether the statement covers every action of AWS or, with a service's prefix, of that service. What leaves some out
   * (`NotAction`) still covers nearly all, and those that AWS adds later, unless it leaves out all that are asked for.
   */
  coversAllActions(service?: string): boolean {
    const everything = service === undefined ? ["*", "*:*"] : ["*", "*:*", `${service}:*`];
    const isEverything = (action: Props) => everything.includes(action.text().toLowerCase());
    return this.leavesActionsOut
      ? !some(this.#statement.list("NotAction"), isEverything)
      : some(this.#statement.list("Action"), isEverything);
  }

  /** Whether the statement covers every resource. */
  coversAllResources(): boolean {
    return anyOf(
      () => this.#statement.given("NotResource"),
      () => some(this.#statement.list("Resource"), (resource) => resource.text() === "*"),
    );
  }

  /** Whether it covers every object of a bucket, and not only the bucket itself or some folder of it. */
  coversEveryObject(): boolean {
    return some(this.#statement.list("Resource"), (resource) => {
      const value = resource.value();
      // The ARN of a bucket that is yet to be made.
      if (value === `${UNKNOWN_MARKER}/*`) return true;
      return EVERY_OBJECT.test(resource.text());
    });
  }

  /** Whether it names no resource: `*`, what a list leaves out, or an ARN that stands for all of a kind (`arn:aws:s3:::*`). */
  namesNoResource(): boolean {
    return anyOf(
      () => this.#statement.given("NotResource"),
      () => some(this.#statement.list("Resource"), (resource) => standsForAll(resource.text())),
    );
  }

  /** Whether a condition narrows what it is about: a tag, a cluster, a source; not merely which service or Region asks. */
  isSelective(): boolean {
    return this.conditions.some((condition) => isPositive(condition) && !UNSELECTIVE_KEYS.has(condition.key));
  }

  /** Whether a condition on the source, such as `aws:SourceAccount`, limits on whose behalf a service may act. */
  pinsSource(): boolean {
    return this.conditions.some(
      (condition) =>
        isPinned(condition) &&
        /^(aws:source(account|arn|orgid|orgpaths)|sts:externalid)$/.test(condition.key),
    );
  }

  /** Whether anyone at all is a principal of it, conditions aside. */
  namesEveryone(): boolean {
    return anyOf(
      () => this.#statement.given("NotPrincipal") && this.allows,
      () => this.#statement.value("Principal") === "*",
      () => some(this.#statement.list("Principal.AWS"), (principal) => principal.text() === "*"),
    );
  }

  /** Whether it grants something to anyone at all: an open principal, and no condition that narrows who that is. */
  isPublic(): boolean {
    return allOf(
      () => this.allows,
      () => this.namesEveryone(),
      () => !this.conditions.some(narrowsCaller),
    );
  }
}

/** The statements of a document; one statement counts as a list of one. */
export function statementsOf(document: Props | undefined): Statement[] {
  return document === undefined
    ? []
    : document.list("Statement").map((statement) => new Statement(statement));
}

/** Whether one statement of a document denies an action on everything, always: then no other can allow it. */
export function deniesAlways(statements: readonly Statement[], action: string): boolean {
  return some(statements, (statement) =>
    allOf(
      () => statement.denies,
      () => statement.coversAction(action),
      () => statement.coversAllResources() && statement.conditions.length === 0,
    ),
  );
}

const PATTERNS = new Map<string, RegExp>();

/** Whether an action pattern of a policy (`s3:Get*`) covers an action or a narrower pattern. Letter case is ignored. */
export function matches(pattern: string, action: string): boolean {
  let expression = PATTERNS.get(pattern);
  if (expression === undefined) {
    expression = wildcard(pattern, { question: true, ignoreCase: true });
    PATTERNS.set(pattern, expression);
  }
  return expression.test(action);
}

/** Patterns of resources that hold every object of a bucket, at least. */
const EVERY_OBJECT = /^(arn:[^:]*:s3:::[^/]*\/?)?\*$/;

/** Services whose ARNs give a name at once; those of others begin with a type, as in `role/name`. */
const UNTYPED = new Set(["codecommit", "codepipeline", "execute-api", "s3", "sns", "sqs"]);

/** Whether a resource of a statement stands for all there are, at least of a kind. */
function standsForAll(resource: string): boolean {
  if (resource === "*") return true;
  const [, , service = "", , , ...rest] = resource.split(":");
  const names = UNTYPED.has(service) ? /^[*/]+$/ : /^([\w-]+[:/]?)?\*([:/]([\w-]+[:/]?)?\*)*$/;
  return names.test(rest.join(":"));
}

/** Condition keys that say nothing of which resource is meant. */
const UNSELECTIVE_KEYS = new Set([
  "aws:calledvia",
  "aws:calledviafirst",
  "aws:calledvialast",
  "aws:requestedregion",
  "iam:passedtoservice",
  "kms:viaservice",
]);

/** Condition keys that tie a call to an account, an organisation, a resource or a network. */
const CALLER_KEYS = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceip",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "aws:vpceaccount",
  "aws:vpceorgid",
  "aws:vpceorgpaths",
  "kms:calleraccount",
  "s3:dataaccesspointaccount",
  "s3:dataaccesspointarn",
]);

/** Values that a condition on the caller may not have if it is to narrow anything. */
const EVERYWHERE = new Set(["*", "0.0.0.0/0", "::/0", "arn:aws:*", "arn:*"]);

/** Whether a condition limits who may call. */
function narrowsCaller(condition: Condition): boolean {
  return CALLER_KEYS.has(condition.key) && isPinned(condition);
}

/** Whether a condition names one account, organisation, resource or network, or several, and not a pattern of them. */
function isPinned(condition: Condition): boolean {
  return isPositive(condition) && condition.values.every((value) => tellsWhose(condition.key, value));
}

/**
 * Whether a value of a condition tells whose it is: `arn:aws:iam::*:role/deploy` is a role of anybody's account.
 *
 * @param key The condition's key, in lower case.
 */
export function tellsWhose(key: string, value: string): boolean {
  // S3 itself calls ranges public that are wider than these.
  if (key === "aws:sourceip") return prefixLength(value) >= (value.includes(":") ? 32 : 8);
  const owner = ownerIn(key, value);
  return owner !== "" && !/[*?]/.test(owner);
}

/** The part of a condition's value that tells whose it is. */
function ownerIn(key: string, value: string): string {
  if (key.endsWith("arn")) {
    const [, , , , account = "", ...resource] = value.split(":");
    // ARNs without an account, such as those of buckets, have names that nobody else can take.
    return account === "" ? resource.join(":") : account;
  }
  // Sessions follow the id of their role, units that of their organisation.
  return /(userid|orgpaths)$/.test(key) ? value.replace(/[:/].*$/s, "") : value;
}

/** Whether a condition demands that something is there, and is narrower than everything. */
function isPositive({ operator, values }: Condition): boolean {
  // …IfExists also holds where the key is missing, and ForAllValues also for an empty set.
  const positive = /^(foranyvalue:)?(string(equals|like|equalsignorecase)|arn(equals|like)|ipaddress)$/.test(
    operator,
  );
  return positive && values.length > 0 && !values.some((value) => EVERYWHERE.has(value));
}
