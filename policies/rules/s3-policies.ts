import { statementsOf, type Statement } from "../policy-document.ts";
import { resourceRule, stackRule } from "../rule.ts";
import { allOf, anyOf, visit, type Props } from "../values.ts";
import { foreignPrincipals, TRUSTED_ACCOUNTS } from "./shared/accounts.ts";
import { BUCKET_POLICY, BUCKET_TYPES, BUCKETS, hasPart } from "./shared/buckets.ts";
import { deniesPlaintext, nameOf, notPublicRule } from "./shared/resource-policies.ts";

/** Where a bucket's policy may stand. */
const POLICIES = [BUCKET_POLICY, ...BUCKETS];

const DENIED_WITHOUT_TLS = ["s3:GetObject", "s3:PutObject"];

/** Actions by which another account could take the bucket over or lock its owner out. */
const DANGEROUS = [
  "s3:DeleteBucket",
  "s3:DeleteBucketPolicy",
  "s3:PutBucketAcl",
  "s3:PutBucketPolicy",
  "s3:PutEncryptionConfiguration",
  "s3:PutObjectAcl",
];

/** Whether a statement denies everyone, its own administrators too, to mend the bucket's policy. */
function locksOut(statement: Statement): boolean {
  return allOf(
    () => statement.denies,
    () => statement.namesEveryone(),
    () => statement.coversAction("s3:PutBucketPolicy"),
    () => statement.conditions.length === 0,
    // What speaks of objects only leaves the bucket itself alone.
    () =>
      anyOf(
        () => statement.coversAllResources(),
        () => statement.resources.some((resource) => !resource.includes("/")),
      ),
  );
}

/** Whether a bucket's policy denies reading and writing any of its objects without TLS. */
function deniesObjectsPlaintext(props: Props): boolean {
  return deniesPlaintext(props.json("policy"), DENIED_WITHOUT_TLS, (statement) =>
    statement.coversEveryObject(),
  );
}

export const s3PolicyRules = [
  notPublicRule({
    id: "s3-policy-no-wildcard-principal",
    title: "Bucket policies grant nothing to everyone",
    severity: "critical",
    types: POLICIES,
    why: "Whatever the statement allows, anybody on the internet may do, without being anybody's user.",
    remedy:
      "Name the principals, or tie the statement to your organisation by an `aws:PrincipalOrgID` condition.",
  }),
  stackRule({
    id: "s3-policy-no-cross-account-danger",
    title: "Bucket policies give other accounts no action by which they could take the bucket over",
    severity: "high",
    types: POLICIES,
    joins: [],
    why: "Whoever gets into the other account can rewrite the policy, the ACLs or the encryption, and so read everything or lock its owner out.",
    remedy: `Give other accounts only what they need, such as \`s3:GetObject\`, and never ${DANGEROUS.join(", ")}.`,
    parameters: TRUSTED_ACCOUNTS,
    check({ props }, stack, fail, parameters) {
      const trusted = parameters.texts("accounts");
      visit(statementsOf(props.json("policy")), (statement) => {
        if (!statement.allows) return;
        const actions = DANGEROUS.filter((action) => statement.coversAction(action));
        if (actions.length === 0) return;
        const [principal] = foreignPrincipals(statement, stack, trusted);
        if (principal) fail(`${nameOf(statement)} lets ${principal.value} do ${actions.join(", ")}`);
      });
    },
  }),
  resourceRule({
    id: "s3-policy-no-lockout",
    title: "Bucket policies do not lock everyone out",
    severity: "medium",
    types: POLICIES,
    why: "Nobody of the account can read the bucket or mend its policy any more; only the root user can delete it.",
    remedy:
      "Leave your administrators out of the denial by a condition, such as `ArnNotEquals` on `aws:PrincipalArn`.",
    check(props, fail) {
      visit(statementsOf(props.json("policy")), (statement) => {
        if (locksOut(statement)) fail(`${nameOf(statement)} denies everyone to change the policy`);
      });
    },
  }),
  stackRule({
    id: "s3-tls-only",
    title: "Buckets refuse requests without TLS",
    severity: "medium",
    types: BUCKETS,
    joins: BUCKET_TYPES,
    why: "A client set to plain HTTP sends what it writes and reads, and signed requests, readable for the network.",
    remedy:
      'Add a statement to the bucket policy that denies `s3:*` to `"*"` on condition ' +
      '`{ Bool: { "aws:SecureTransport": "false" } }`.',
    check(bucket, stack, fail) {
      const denied = anyOf(
        () => deniesObjectsPlaintext(bucket.props),
        () => hasPart(stack, bucket, [BUCKET_POLICY], ({ props }) => deniesObjectsPlaintext(props)),
      );
      if (!denied) fail("no policy denies requests without TLS");
    },
  }),
];
