import { document, fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const bucket = of("aws:s3/bucket:Bucket");
const block = of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock");
const accountBlock = of("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock");
const policy = of("aws:s3/bucketPolicy:BucketPolicy");
const acl = of("aws:s3/bucketAcl:BucketAcl");
const encryption = of(
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
);
const accessPoint = of("aws:s3/accessPoint:AccessPoint");
const multiRegionAccessPoint = of("aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint");

const ofBucket = { bucket: ["Bucket"] };
const allBlocks = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};
const everyone = {
  Sid: "Open",
  Effect: "Allow",
  Principal: "*",
  Action: "s3:GetObject",
  Resource: "arn:aws:s3:::b/*",
};
const organisation = { ...everyone, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } };
const tlsOnly = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [UNKNOWN, `${UNKNOWN}/*`],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

export default [
  fails("s3-block-public-access", bucket()),
  fails("s3-block-public-access", bucket(), block({ ...allBlocks, bucket: UNKNOWN }, { bucket: ["other"] })),
  fails(
    "s3-block-public-access",
    bucket(),
    block({ ...allBlocks, ignorePublicAcls: false, bucket: UNKNOWN }, ofBucket),
  ),
  passes("s3-block-public-access", bucket(), block({ ...allBlocks, bucket: UNKNOWN }, ofBucket)),
  passes("s3-block-public-access", bucket({ bucket: "data" }), block({ ...allBlocks, bucket: "data" })),
  passes("s3-block-public-access", bucket(), accountBlock(allBlocks)),
  unknown("s3-block-public-access", bucket(), block({ ...allBlocks, bucket: UNKNOWN })),
  unknown(
    "s3-block-public-access",
    bucket(),
    block({ ...allBlocks, blockPublicAcls: UNKNOWN, bucket: UNKNOWN }, ofBucket),
  ),

  fails("s3-no-public-read", bucket({ acl: "public-read" })),
  fails("s3-no-public-read", acl({ acl: "public-read-write" })),
  fails(
    "s3-no-public-read",
    acl({
      accessControlPolicy: {
        grants: [{ grantee: { uri: "http://acs.amazonaws.com/groups/global/AllUsers" } }],
      },
    }),
  ),
  fails("s3-no-public-read", policy({ policy: document(everyone) })),
  passes("s3-no-public-read", bucket()),
  passes("s3-no-public-read", policy({ policy: document({ ...everyone, Action: "s3:PutObject" }) })),
  passes("s3-no-public-read", policy({ policy: document(organisation, tlsOnly) })),
  unknown("s3-no-public-read", policy({ policy: UNKNOWN })),

  fails("s3-policy-no-wildcard-principal", policy({ policy: document(everyone) })),
  fails(
    "s3-policy-no-wildcard-principal",
    policy({ policy: document({ ...everyone, Action: UNKNOWN }, tlsOnly) }),
  ),
  fails(
    "s3-policy-no-wildcard-principal",
    policy({
      policy: document({
        Effect: "Allow",
        NotPrincipal: { AWS: "123456789012" },
        Action: "s3:*",
        Resource: "*",
      }),
    }),
  ),
  passes("s3-policy-no-wildcard-principal", policy({ policy: document(tlsOnly, organisation) })),
  unknown(
    "s3-policy-no-wildcard-principal",
    policy({ policy: document({ ...everyone, Principal: UNKNOWN }) }),
  ),

  fails("s3-default-encryption", bucket()),
  passes("s3-default-encryption", bucket(), encryption({ bucket: UNKNOWN, rules: UNKNOWN }, ofBucket)),
  passes("s3-default-encryption", bucket({ serverSideEncryptionConfiguration: { rule: {} } })),
  unknown("s3-default-encryption", bucket(), encryption({ bucket: UNKNOWN })),

  fails("s3-tls-only", bucket()),
  fails("s3-tls-only", bucket(), policy({ bucket: UNKNOWN, policy: document(everyone) }, ofBucket)),
  fails(
    "s3-tls-only",
    bucket(),
    policy(
      { bucket: UNKNOWN, policy: document({ ...tlsOnly, Principal: { AWS: "123456789012" } }) },
      ofBucket,
    ),
  ),
  passes("s3-tls-only", bucket(), policy({ bucket: UNKNOWN, policy: document(tlsOnly) }, ofBucket)),
  passes("s3-tls-only", bucket({ policy: document(tlsOnly) })),
  unknown("s3-tls-only", bucket(), policy({ bucket: UNKNOWN, policy: UNKNOWN }, ofBucket)),

  fails(
    "s3-access-point-blocks",
    accessPoint({ publicAccessBlockConfiguration: { blockPublicAcls: false } }),
  ),
  passes("s3-access-point-blocks", accessPoint()),
  unknown(
    "s3-access-point-blocks",
    accessPoint({ publicAccessBlockConfiguration: { blockPublicAcls: UNKNOWN } }),
  ),
  fails(
    "s3-mrap-blocks",
    multiRegionAccessPoint({ details: { publicAccessBlock: { blockPublicPolicy: false } } }),
  ),
  passes("s3-mrap-blocks", multiRegionAccessPoint({ details: { name: "payments" } })),
  unknown("s3-mrap-blocks", multiRegionAccessPoint({ details: UNKNOWN })),
];
