import { matches, statementsOf } from "../policy-document.ts";
import { resourceRule, stackRule } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { allOf, anyOf, some, visit, type Props } from "../values.ts";

const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";
const ACLS = ["aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2"];
const ENCRYPTION = [
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
];
const ACCESS_BLOCK = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const ACCOUNT_ACCESS_BLOCK = "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock";

const BLOCKS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
const PUBLIC_ACLS = ["public-read", "public-read-write", "authenticated-read", "website"];
const PUBLIC_GROUPS = /\/groups\/global\/(AllUsers|AuthenticatedUsers)$/;

/** The public blocks that are off at a path. @param byDefault What a block is where nothing is said. */
function blocksOff(props: Props, path: string, byDefault: boolean): string[] {
  return BLOCKS.filter((block) => !props.flag(path === "" ? block : `${path}.${block}`, byDefault));
}

/** What is wrong with the public access blocks of a bucket, if anything. */
export function publicBlocksMissing(stack: Stack, bucket: StackResource): string | undefined {
  if (some(stack.of([ACCOUNT_ACCESS_BLOCK]), ({ props }) => blocksOff(props, "", false).length === 0))
    return undefined;
  const blocks = stack.referring([ACCESS_BLOCK], "bucket", bucket);
  if (blocks.length === 0) return "no public access block is declared for it";
  const off =
    blocks.map(({ props }) => blocksOff(props, "", false)).sort((a, b) => a.length - b.length)[0] ?? [];
  return off.length === 0 ? undefined : `its public access block leaves ${off.join(", ")} off`;
}

/** How a bucket, its ACL or its policy lets everyone read, if at all. */
export function publicRead(props: Props): string | undefined {
  const acl = props.text("acl");
  if (PUBLIC_ACLS.includes(acl)) return `acl is ${acl}`;
  const grants = [...props.list("grants"), ...props.list("accessControlPolicy.grants")];
  if (some(grants, (grant) => PUBLIC_GROUPS.test(grant.text("uri") || grant.text("grantee.uri")))) {
    return "a grant names a public group";
  }
  const reads = some(statementsOf(props.json("policy")), (statement) =>
    allOf(
      () => statement.isPublic(),
      () =>
        anyOf(
          () => statement.coversAction("s3:GetObject"),
          () => statement.coversAction("s3:ListBucket"),
        ),
    ),
  );
  return reads ? "its policy lets everyone read" : undefined;
}

/** Whether a policy denies every request that does not come over TLS. */
function deniesPlaintext(props: Props): boolean {
  return some(statementsOf(props.json("policy")), (statement) =>
    allOf(
      () => statement.denies && statement.principals.some(({ value }) => value === "*"),
      () =>
        statement.actions.some(
          (action) => matches(action, "s3:GetObject") && matches(action, "s3:PutObject"),
        ),
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

function accessPointRule(
  id: string,
  type: string,
  path: string,
  severity: "critical" | "high",
  what: string,
) {
  return resourceRule({
    id,
    title: `${what} have all four public blocks on`,
    severity,
    types: [type],
    remedy: `Leave \`${path}\` out, or set all of its blocks to true; a change replaces the access point.`,
    check(props, fail) {
      const off = blocksOff(props, path, true);
      if (off.length > 0) fail(`${path} leaves ${off.join(", ")} off`);
    },
  });
}

export const s3Rules = [
  stackRule({
    id: "s3-block-public-access",
    title: "Buckets have all four public access blocks on",
    severity: "critical",
    types: BUCKETS,
    joins: [ACCESS_BLOCK, ACCOUNT_ACCESS_BLOCK],
    remedy: `Declare an \`aws.s3.BucketPublicAccessBlock\` for the bucket with ${BLOCKS.join(", ")} true.`,
    check(bucket, stack, fail) {
      const missing = publicBlocksMissing(stack, bucket);
      if (missing) fail(missing);
    },
  }),
  resourceRule({
    id: "s3-no-public-read",
    title: "Buckets are not readable by everyone",
    severity: "critical",
    types: [...BUCKETS, ...ACLS, BUCKET_POLICY],
    remedy:
      "Remove public ACLs and grants; serve public files through CloudFront with origin access control.",
    check(props, fail) {
      const how = publicRead(props);
      if (how) fail(how);
    },
  }),
  resourceRule({
    id: "s3-policy-no-wildcard-principal",
    title: "Bucket policies grant nothing to everyone",
    severity: "critical",
    types: [...BUCKETS, BUCKET_POLICY],
    remedy:
      "Name the principals, or tie the statement to your organisation by an `aws:PrincipalOrgID` condition.",
    check(props, fail) {
      visit(statementsOf(props.json("policy")), (statement) => {
        if (statement.isPublic()) fail(`the statement ${statement.sid || "without Sid"} grants to everyone`);
      });
    },
  }),
  stackRule({
    id: "s3-default-encryption",
    title: "Buckets declare default encryption",
    severity: "high",
    types: BUCKETS,
    joins: ENCRYPTION,
    remedy: "Declare an `aws.s3.BucketServerSideEncryptionConfiguration` for the bucket.",
    check(bucket, stack, fail) {
      const declared = anyOf(
        () => bucket.props.declares("serverSideEncryptionConfiguration"),
        () => stack.hasReferring(ENCRYPTION, "bucket", bucket),
      );
      if (!declared) fail("no default encryption is declared for it");
    },
  }),
  stackRule({
    id: "s3-tls-only",
    title: "Buckets refuse requests without TLS",
    severity: "medium",
    types: BUCKETS,
    joins: [BUCKET_POLICY],
    remedy:
      'Add a statement to the bucket policy that denies `s3:*` to `"*"` on condition ' +
      '`{ Bool: { "aws:SecureTransport": "false" } }`.',
    check(bucket, stack, fail) {
      const denied = anyOf(
        () => deniesPlaintext(bucket.props),
        () => stack.hasReferring([BUCKET_POLICY], "bucket", bucket, ({ props }) => deniesPlaintext(props)),
      );
      if (!denied) fail("no policy denies requests without TLS");
    },
  }),
  accessPointRule(
    "s3-access-point-blocks",
    "aws:s3/accessPoint:AccessPoint",
    "publicAccessBlockConfiguration",
    "critical",
    "Access points",
  ),
  accessPointRule(
    "s3-mrap-blocks",
    "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint",
    "details.publicAccessBlock",
    "high",
    "Multi-Region access points",
  ),
];
