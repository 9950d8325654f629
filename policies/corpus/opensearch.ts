import { fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const domain = of("aws:opensearch/domain:Domain");
const formerDomain = of("aws:elasticsearch/domain:Domain");

const endpoint = (domainEndpointOptions: object) => domain({ domainEndpointOptions });
const publishing = (...logTypes: string[]) =>
  domain({ logPublishingOptions: logTypes.map((logType) => ({ logType, cloudwatchLogGroupArn: UNKNOWN })) });
const resilient = {
  instanceCount: 3,
  zoneAwarenessEnabled: true,
  dedicatedMasterEnabled: true,
  dedicatedMasterCount: 3,
};

export default [
  fails("opensearch-in-vpc", domain({ domainName: "payments" })),
  fails("opensearch-in-vpc", formerDomain()),
  passes("opensearch-in-vpc", domain({ vpcOptions: { subnetIds: [UNKNOWN] } })),
  fails("opensearch-fine-grained-access", domain({ domainName: "payments" })),
  fails("opensearch-fine-grained-access", formerDomain({ advancedSecurityOptions: { enabled: false } })),
  fails(
    "opensearch-fine-grained-access",
    domain({ advancedSecurityOptions: { enabled: true, anonymousAuthEnabled: true } }),
  ),
  passes("opensearch-fine-grained-access", domain({ advancedSecurityOptions: { enabled: true } })),
  unknown("opensearch-fine-grained-access", domain({ advancedSecurityOptions: UNKNOWN })),

  fails("opensearch-encrypted-at-rest", domain({ domainName: "payments" })),
  passes("opensearch-encrypted-at-rest", domain({ encryptAtRest: { enabled: true } })),
  passes("opensearch-encrypted-at-rest", formerDomain({ encryptAtRest: { enabled: true } })),
  unknown("opensearch-encrypted-at-rest", domain({ encryptAtRest: { enabled: UNKNOWN } })),
  fails("opensearch-cmk", domain({ encryptAtRest: { enabled: true } })),
  fails("opensearch-cmk", formerDomain({ encryptAtRest: { enabled: true, kmsKeyId: "alias/aws/es" } })),
  passes("opensearch-cmk", domain({ encryptAtRest: { enabled: true, kmsKeyId: UNKNOWN } })),
  fails("opensearch-node-to-node", domain({ domainName: "payments" })),
  passes("opensearch-node-to-node", domain({ nodeToNodeEncryption: { enabled: true } })),
  passes("opensearch-node-to-node", formerDomain({ nodeToNodeEncryption: { enabled: true } })),
  unknown("opensearch-node-to-node", domain({ nodeToNodeEncryption: UNKNOWN })),

  fails("opensearch-https-tls", domain({ domainName: "payments" })),
  fails("opensearch-https-tls", endpoint({ enforceHttps: true })),
  fails("opensearch-https-tls", endpoint({ tlsSecurityPolicy: "Policy-Min-TLS-1-0-2019-07" })),
  fails(
    "opensearch-https-tls",
    endpoint({ enforceHttps: false, tlsSecurityPolicy: "Policy-Min-TLS-1-2-2019-07" }),
  ),
  passes(
    "opensearch-https-tls",
    endpoint({ enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10" }),
  ),
  passes("opensearch-https-tls", endpoint({ tlsSecurityPolicy: "Policy-Min-TLS-1-2-RFC9151-FIPS-2024-08" })),
  passes(
    "opensearch-https-tls",
    formerDomain({ domainEndpointOptions: { tlsSecurityPolicy: "Policy-Min-TLS-1-2-2019-07" } }),
  ),
  unknown("opensearch-https-tls", endpoint({ enforceHttps: true, tlsSecurityPolicy: UNKNOWN })),

  fails("opensearch-logs", publishing("INDEX_SLOW_LOGS")),
  fails("opensearch-logs", publishing("ES_APPLICATION_LOGS")),
  fails("opensearch-logs", formerDomain()),
  fails(
    "opensearch-logs",
    domain({
      logPublishingOptions: [{ logType: "ES_APPLICATION_LOGS" }, { logType: "AUDIT_LOGS", enabled: false }],
    }),
  ),
  passes("opensearch-logs", publishing("ES_APPLICATION_LOGS", "AUDIT_LOGS")),
  unknown("opensearch-logs", publishing("AUDIT_LOGS", UNKNOWN)),

  fails("opensearch-resilient", domain({ clusterConfig: { instanceCount: 1 } })),
  fails("opensearch-resilient", formerDomain()),
  fails("opensearch-resilient", domain({ clusterConfig: { ...resilient, instanceCount: 2 } })),
  fails("opensearch-resilient", domain({ clusterConfig: { ...resilient, dedicatedMasterCount: 2 } })),
  fails("opensearch-resilient", domain({ clusterConfig: { ...resilient, zoneAwarenessEnabled: false } })),
  fails(
    "opensearch-resilient",
    domain({ clusterConfig: { ...resilient, instanceCount: UNKNOWN, dedicatedMasterEnabled: false } }),
  ),
  passes("opensearch-resilient", domain({ clusterConfig: resilient })),
  unknown("opensearch-resilient", domain({ clusterConfig: { ...resilient, instanceCount: UNKNOWN } })),

  fails("opensearch-custom-security-group", domain({ vpcOptions: { subnetIds: [UNKNOWN] } })),
  fails(
    "opensearch-custom-security-group",
    formerDomain({ vpcOptions: { subnetIds: [UNKNOWN], securityGroupIds: [] } }),
  ),
  passes(
    "opensearch-custom-security-group",
    domain({ vpcOptions: { subnetIds: [UNKNOWN], securityGroupIds: [UNKNOWN] } }),
  ),
  passes("opensearch-custom-security-group", domain({ domainName: "payments" })),
];
