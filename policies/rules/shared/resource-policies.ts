import { matches, statementsOf, type Statement } from "../../policy-document.ts";
import { resourceRule, type ResourceRule, type Severity } from "../../rule.ts";
import { listed } from "../../text.ts";
import { allOf, ifKnown, some, visit, type Props } from "../../values.ts";

/** What a message calls a statement. */
export function nameOf(statement: Statement): string {
  return `the statement ${statement.sid || "without Sid"}`;
}

/** What a message calls the actions of a statement that covers all of them, or all but those of `NotAction`. */
export function everyAction(statement: Statement): string {
  if (!statement.leavesActionsOut) return "every action";
  const leftOut = ifKnown(() => statement.actionsLeftOut);
  return `every action but ${leftOut ? listed(leftOut) : "some"}`;
}

/** A rule that a resource's policy grants nothing to everyone. */
export function notPublicRule(
  rule: {
    id: string;
    title: string;
    severity: Severity;
    types: readonly string[];
    why: string;
    /** @default names principals or narrows them by a condition on the source */
    remedy?: string;
  },
  path = "policy",
): ResourceRule {
  return resourceRule({
    remedy: "Name the principals, or narrow them by a condition on `aws:SourceAccount` or `aws:SourceArn`.",
    ...rule,
    check(props, fail) {
      visit(statementsOf(props.json(path)), (statement) => {
        if (statement.isPublic()) fail(`${nameOf(statement)} grants to everyone`);
      });
    },
  });
}

/**
 * Whether a policy denies every request that does not come over TLS.
 *
 * @param actions Actions that must all be denied, such as `s3:GetObject` and `s3:PutObject`.
 * @param covers Whether the statement speaks of all that the actions are done to, where it may speak of a part only.
 */
export function deniesPlaintext(
  document: Props | undefined,
  actions: readonly string[],
  covers: (statement: Statement) => boolean = () => true,
): boolean {
  return some(statementsOf(document), (statement) =>
    allOf(
      () => statement.denies && statement.principals.some(({ value }) => value === "*"),
      () => actions.every((action) => statement.actions.some((pattern) => matches(pattern, action))),
      () => covers(statement),
      () =>
        statement.conditions.length === 1 &&
        statement.conditions.some(
          ({ operator, key, values }) =>
            (/^bool(ifexists)?$/.test(operator) &&
              key === "aws:securetransport" &&
              values.join("") === "false") ||
            (operator.startsWith("numericlessthan") && key === "s3:tlsversion"),
        ),
    ),
  );
}
