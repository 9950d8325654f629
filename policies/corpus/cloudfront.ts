import { fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const distribution = of("aws:cloudfront/distribution:Distribution");
const tenants = of("aws:cloudfront/multitenantDistribution:MultitenantDistribution");
const logSource = of("aws:cloudwatch/logDeliverySource:LogDeliverySource");
const webAcl = of("aws:wafv2/webAcl:WebAcl");
const headersPolicy = of("aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy");

const https = { targetOriginId: "site", viewerProtocolPolicy: "redirect-to-https" };
const plain = { targetOriginId: "site", viewerProtocolPolicy: "allow-all" };
const api = { ...https, pathPattern: "/api/*", targetOriginId: "api" };
const behaviour = (properties: object) => ({ defaultCacheBehavior: { ...https, ...properties } });
const certificate = {
  acmCertificateArn: "arn:aws:acm:us-east-1:111122223333:certificate/payments",
  sslSupportMethod: "sni-only",
};
const viewerCertificate = (properties: object) => distribution({ viewerCertificate: properties });
const bucket = { originId: "site", domainName: "payments-site.s3.eu-west-1.amazonaws.com" };
const server = {
  originId: "api",
  domainName: "api.example.com",
  customOriginConfig: { originProtocolPolicy: "https-only", originSslProtocols: ["TLSv1.2"] },
};
const restriction = (restrictionType: string) => ({
  restrictions: { geoRestriction: { restrictionType, locations: ["DE"] } },
});
const hsts = (accessControlMaxAgeSec: unknown) => ({
  securityHeadersConfig: {
    strictTransportSecurity: { accessControlMaxAgeSec, override: true },
    contentTypeOptions: { override: true },
  },
});

export default [
  fails("cloudfront-viewer-https", distribution({ defaultCacheBehavior: plain })),
  fails(
    "cloudfront-viewer-https",
    distribution({ ...behaviour({}), orderedCacheBehaviors: [{ ...plain, pathPattern: "/old/*" }] }),
  ),
  fails("cloudfront-viewer-https", tenants({ ...behaviour({}), cacheBehaviors: [plain] })),
  passes("cloudfront-viewer-https", distribution(behaviour({}))),
  passes(
    "cloudfront-viewer-https",
    distribution({
      ...behaviour({}),
      orderedCacheBehaviors: [{ ...api, viewerProtocolPolicy: "https-only" }],
    }),
  ),
  passes("cloudfront-viewer-https", tenants(behaviour({}))),
  unknown("cloudfront-viewer-https", distribution(behaviour({ viewerProtocolPolicy: UNKNOWN }))),

  fails(
    "cloudfront-modern-viewer-tls",
    viewerCertificate({ ...certificate, minimumProtocolVersion: "TLSv1.1_2016" }),
  ),
  fails("cloudfront-modern-viewer-tls", viewerCertificate({ cloudfrontDefaultCertificate: true })),
  fails("cloudfront-modern-viewer-tls", viewerCertificate(certificate)),
  fails("cloudfront-modern-viewer-tls", tenants({ viewerCertificate: certificate })),
  fails(
    "cloudfront-modern-viewer-tls",
    viewerCertificate({ ...certificate, minimumProtocolVersion: "TLSv1.2_2018" }),
  ),
  passes(
    "cloudfront-modern-viewer-tls",
    viewerCertificate({ ...certificate, minimumProtocolVersion: "TLSv1.2_2021" }),
  ),
  passes(
    "cloudfront-modern-viewer-tls",
    viewerCertificate({ ...certificate, minimumProtocolVersion: "TLSv1.2_2025" }),
  ),
  passes(
    "cloudfront-modern-viewer-tls",
    viewerCertificate({ ...certificate, minimumProtocolVersion: "TLSv1.3_2025" }),
  ),
  unknown(
    "cloudfront-modern-viewer-tls",
    viewerCertificate({ ...certificate, minimumProtocolVersion: UNKNOWN }),
  ),

  fails("cloudfront-custom-certificate", viewerCertificate({ cloudfrontDefaultCertificate: true })),
  fails(
    "cloudfront-custom-certificate",
    viewerCertificate({ iamCertificateId: "ASCA1", sslSupportMethod: "vip" }),
  ),
  fails("cloudfront-custom-certificate", tenants({ viewerCertificate: {} })),
  passes("cloudfront-custom-certificate", viewerCertificate(certificate)),
  passes("cloudfront-custom-certificate", viewerCertificate({ ...certificate, acmCertificateArn: UNKNOWN })),
  unknown("cloudfront-custom-certificate", viewerCertificate({ ...certificate, sslSupportMethod: UNKNOWN })),

  fails("cloudfront-logging", distribution(behaviour({}))),
  fails("cloudfront-logging", distribution({ loggingConfig: { includeCookies: false } })),
  fails(
    "cloudfront-logging",
    distribution(),
    logSource({ logType: "ACCESS_LOGS", resourceArn: UNKNOWN }, { resourceArn: ["other"] }),
  ),
  fails(
    "cloudfront-logging",
    tenants(),
    logSource(
      { logType: "CONNECTION_LOGS", resourceArn: UNKNOWN },
      { resourceArn: ["MultitenantDistribution"] },
    ),
  ),
  passes("cloudfront-logging", distribution({ loggingConfig: { bucket: "payments-logs.s3.amazonaws.com" } })),
  passes("cloudfront-logging", distribution({ loggingConfig: { bucket: UNKNOWN } })),
  passes(
    "cloudfront-logging",
    distribution(),
    logSource({ logType: "ACCESS_LOGS", resourceArn: UNKNOWN }, { resourceArn: ["Distribution"] }),
  ),
  passes(
    "cloudfront-logging",
    tenants({ arn: "arn:aws:cloudfront::111122223333:distribution/E1" }),
    logSource({
      logType: "ACCESS_LOGS",
      resourceArn: "arn:aws:cloudfront::111122223333:distribution/E1",
    }),
  ),
  unknown("cloudfront-logging", distribution(), logSource({ logType: "ACCESS_LOGS", resourceArn: UNKNOWN })),

  fails("cloudfront-waf", distribution(behaviour({}))),
  fails("cloudfront-waf", distribution({ webAclId: "" })),
  fails("cloudfront-waf", tenants()),
  passes(
    "cloudfront-waf",
    distribution({ webAclId: "arn:aws:wafv2:us-east-1:111122223333:global/webacl/payments/1" }),
  ),
  fails(
    "cloudfront-waf",
    distribution({ webAclId: UNKNOWN }, { webAclId: ["WebAcl"] }),
    webAcl({ scope: "REGIONAL" }),
  ),
  passes("cloudfront-waf", tenants({ webAclId: UNKNOWN })),
  passes(
    "cloudfront-waf",
    distribution({ webAclId: UNKNOWN }, { webAclId: ["WebAcl"] }),
    webAcl({ scope: "CLOUDFRONT" }),
  ),
  unknown("cloudfront-waf", distribution({ webAclId: UNKNOWN }), webAcl({ scope: "REGIONAL" })),

  fails("cloudfront-default-root", distribution({ ...behaviour({}), origins: [bucket] })),
  fails("cloudfront-default-root", distribution({ ...behaviour({}), origins: [bucket, server] })),
  fails(
    "cloudfront-default-root",
    distribution({
      ...behaviour({ targetOriginId: "group" }),
      origins: [bucket, server],
      originGroups: [{ originId: "group", members: [{ originId: "site" }, { originId: "api" }] }],
    }),
  ),
  // The names of the origins do not matter where all are buckets.
  fails(
    "cloudfront-default-root",
    distribution({ ...behaviour({ targetOriginId: UNKNOWN }), origins: [{ ...bucket, originId: UNKNOWN }] }),
  ),
  fails(
    "cloudfront-default-root",
    tenants({ ...behaviour({}), origins: [{ id: "site", domainName: UNKNOWN }] }),
  ),
  passes(
    "cloudfront-default-root",
    distribution({ ...behaviour({}), origins: [bucket], defaultRootObject: "index.html" }),
  ),
  passes(
    "cloudfront-default-root",
    distribution({ ...behaviour({ targetOriginId: "api" }), origins: [bucket, server] }),
  ),
  passes("cloudfront-default-root", distribution({ ...behaviour({}), origins: [server] })),
  unknown(
    "cloudfront-default-root",
    distribution({ ...behaviour({ targetOriginId: UNKNOWN }), origins: [bucket, server] }),
  ),

  fails("cloudfront-enabled", distribution({ enabled: false })),
  fails("cloudfront-enabled", tenants({ enabled: false })),
  passes("cloudfront-enabled", distribution({ enabled: true })),
  unknown("cloudfront-enabled", distribution({ enabled: UNKNOWN })),

  fails("cloudfront-trusted-key-groups", distribution(behaviour({ trustedSigners: ["self"] }))),
  fails(
    "cloudfront-trusted-key-groups",
    distribution({ ...behaviour({}), orderedCacheBehaviors: [{ ...api, trustedSigners: [UNKNOWN] }] }),
  ),
  passes("cloudfront-trusted-key-groups", distribution(behaviour({ trustedKeyGroups: [UNKNOWN] }))),
  passes("cloudfront-trusted-key-groups", distribution(behaviour({}))),
  passes("cloudfront-trusted-key-groups", tenants(behaviour({ trustedKeyGroups: { items: ["kg-1"] } }))),

  fails(
    "cloudfront-field-level-encryption",
    distribution(behaviour({ allowedMethods: ["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"] })),
  ),
  fails(
    "cloudfront-field-level-encryption",
    tenants(behaviour({ allowedMethods: { items: ["GET", "POST"], cachedMethods: ["GET"] } })),
  ),
  passes(
    "cloudfront-field-level-encryption",
    distribution(behaviour({ allowedMethods: ["GET", "POST"], fieldLevelEncryptionId: UNKNOWN })),
  ),
  passes("cloudfront-field-level-encryption", distribution(behaviour({ allowedMethods: ["GET", "HEAD"] }))),
  unknown("cloudfront-field-level-encryption", distribution(behaviour({ allowedMethods: UNKNOWN }))),

  fails("cloudfront-geo-restriction", distribution(restriction("none"))),
  fails("cloudfront-geo-restriction", tenants()),
  passes("cloudfront-geo-restriction", distribution(restriction("whitelist"))),
  passes(
    "cloudfront-geo-restriction",
    tenants({ restrictions: { geoRestriction: { restrictionType: "blacklist", items: ["DE"] } } }),
  ),
  unknown("cloudfront-geo-restriction", distribution(restriction(UNKNOWN))),

  fails("cloudfront-response-headers", distribution(behaviour({}))),
  fails(
    "cloudfront-response-headers",
    distribution(behaviour({ responseHeadersPolicyId: "60669652-455b-4ae9-85a4-c4c02393f86c" })),
  ),
  fails(
    "cloudfront-response-headers",
    tenants({ ...behaviour({ responseHeadersPolicyId: "policy-1" }), cacheBehaviors: [api] }),
  ),
  fails(
    "cloudfront-response-headers",
    headersPolicy({ corsConfig: { accessControlAllowCredentials: false, originOverride: true } }),
  ),
  fails("cloudfront-response-headers", headersPolicy(hsts(31_535_999))),
  fails(
    "cloudfront-response-headers",
    headersPolicy({
      securityHeadersConfig: {
        strictTransportSecurity: { accessControlMaxAgeSec: 31_536_000, override: true },
      },
    }),
  ),
  passes(
    "cloudfront-response-headers",
    distribution(behaviour({ responseHeadersPolicyId: "67f7725c-6f97-4210-82d7-5512b31e9d03" })),
  ),
  passes("cloudfront-response-headers", headersPolicy(hsts(31_536_000))),
  { ...passes("cloudfront-response-headers", headersPolicy(hsts(3600))), parameters: { minimumAge: 3600 } },
  // A function may set them.
  passes(
    "cloudfront-response-headers",
    distribution(
      behaviour({ functionAssociations: [{ eventType: "viewer-response", functionArn: UNKNOWN }] }),
    ),
  ),
  fails(
    "cloudfront-response-headers",
    distribution(
      behaviour({ functionAssociations: [{ eventType: "viewer-request", functionArn: UNKNOWN }] }),
    ),
  ),
  unknown("cloudfront-response-headers", headersPolicy(hsts(UNKNOWN))),
  unknown("cloudfront-response-headers", distribution(behaviour({ responseHeadersPolicyId: UNKNOWN }))),
];
