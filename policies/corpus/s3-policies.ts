import { document, fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const bucket = of("aws:s3/bucket:Bucket");
const policy = of("aws:s3/bucketPolicy:BucketPolicy");
const versioning = of("aws:s3/bucketVersioning:BucketVersioning");
const role = of("aws:iam/role:Role");

const ofBucket = { bucket: ["Bucket"] };
const everyone = {
  Sid: "Open",
  Effect: "Allow",
  Principal: "*",
  Action: "s3:GetObject",
  Resource: "arn:aws:s3:::payments/*",
};
const organisation = { ...everyone, Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } } };
const tlsOnly = {
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [UNKNOWN, `${UNKNOWN}/*`],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};
const partner = {
  Sid: "Partner",
  Effect: "Allow",
  Principal: { AWS: "arn:aws:iam::210987654321:root" },
  Action: ["s3:GetObject", "s3:PutObjectAcl"],
  Resource: "*",
};
const ownAccount = role({ arn: "arn:aws:iam::123456789012:role/payments" });
const allDenied = {
  Sid: "DenyAll",
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: ["arn:aws:s3:::payments", "arn:aws:s3:::payments/*"],
};

export default [
  fails("s3-policy-no-wildcard-principal", policy({ bucket: "payments", policy: document(everyone) })),
  fails("s3-policy-no-wildcard-principal", bucket({ policy: document(everyone) })),
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
  // A role of that name in whatever account.
  fails(
    "s3-policy-no-wildcard-principal",
    policy({
      policy: document({
        ...everyone,
        Condition: { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/reports" } },
      }),
    }),
  ),
  passes(
    "s3-policy-no-wildcard-principal",
    policy({ bucket: "payments", policy: document(tlsOnly, organisation) }),
  ),
  unknown(
    "s3-policy-no-wildcard-principal",
    policy({ policy: document({ ...everyone, Principal: UNKNOWN }) }),
  ),

  fails("s3-policy-no-cross-account-danger", policy({ policy: document(partner) }), ownAccount),
  fails("s3-policy-no-cross-account-danger", bucket({ policy: document(partner) }), ownAccount),
  fails(
    "s3-policy-no-cross-account-danger",
    policy({ policy: document({ ...partner, Principal: { AWS: "210987654321" }, Action: "s3:*" }) }),
    ownAccount,
  ),
  passes(
    "s3-policy-no-cross-account-danger",
    policy({ policy: document({ ...partner, Action: "s3:GetObject" }) }),
    ownAccount,
  ),
  passes(
    "s3-policy-no-cross-account-danger",
    policy({
      policy: document({ ...partner, Principal: { AWS: "arn:aws:iam::123456789012:role/admin" } }),
    }),
    ownAccount,
  ),
  passes(
    "s3-policy-no-cross-account-danger",
    policy({ policy: document({ ...partner, Effect: "Deny" }) }),
    ownAccount,
  ),
  passes(
    "s3-policy-no-cross-account-danger",
    policy({ policy: document({ ...partner, Principal: { Service: "logging.s3.amazonaws.com" } }) }),
  ),
  {
    ...passes("s3-policy-no-cross-account-danger", policy({ policy: document(partner) }), ownAccount),
    parameters: { accounts: ["210987654321"] },
  },
  unknown("s3-policy-no-cross-account-danger", policy({ policy: document(partner) }), bucket()),
  unknown("s3-policy-no-cross-account-danger", policy({ policy: UNKNOWN }), ownAccount),

  fails("s3-policy-no-lockout", policy({ bucket: "payments", policy: document(allDenied) })),
  fails("s3-policy-no-lockout", policy({ policy: document({ ...allDenied, Resource: "*" }) })),
  fails("s3-policy-no-lockout", bucket({ policy: document(allDenied) })),
  passes(
    "s3-policy-no-lockout",
    policy({
      bucket: "payments",
      policy: document({
        ...allDenied,
        Condition: { ArnNotEquals: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/admin" } },
      }),
    }),
  ),
  passes("s3-policy-no-lockout", policy({ policy: document({ ...allDenied, Action: "s3:DeleteObject" }) })),
  passes(
    "s3-policy-no-lockout",
    policy({ policy: document({ ...allDenied, Resource: "arn:aws:s3:::payments/*" }) }),
  ),
  passes("s3-policy-no-lockout", policy({ policy: document(tlsOnly) })),
  unknown("s3-policy-no-lockout", policy({ policy: document({ ...allDenied, Resource: UNKNOWN }) })),

  fails("s3-tls-only", bucket({ bucket: "payments" })),
  fails("s3-tls-only", bucket(), policy({ bucket: UNKNOWN, policy: document(everyone) }, ofBucket)),
  fails(
    "s3-tls-only",
    bucket(),
    policy(
      { bucket: UNKNOWN, policy: document({ ...tlsOnly, Principal: { AWS: "123456789012" } }) },
      ofBucket,
    ),
  ),
  // The bucket itself, or a folder of it, is not its objects.
  ...["arn:aws:s3:::payments", "arn:aws:s3:::payments/logs/*"].map((Resource) =>
    fails(
      "s3-tls-only",
      bucket({ bucket: "payments" }),
      policy({ bucket: "payments", policy: document({ ...tlsOnly, Resource }) }),
    ),
  ),
  passes(
    "s3-tls-only",
    bucket({ bucket: "payments" }),
    policy({ bucket: UNKNOWN, policy: document(tlsOnly) }, ofBucket),
  ),
  passes("s3-tls-only", bucket({ policy: document(tlsOnly) })),
  passes(
    "s3-tls-only",
    bucket(),
    policy({ bucket: UNKNOWN, policy: document(tlsOnly) }, { bucket: ["BucketVersioning"] }),
    versioning({ bucket: UNKNOWN }, ofBucket),
  ),
  unknown("s3-tls-only", bucket(), policy({ bucket: UNKNOWN, policy: UNKNOWN }, ofBucket)),
];
