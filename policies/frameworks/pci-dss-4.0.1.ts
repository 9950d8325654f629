import type { Framework } from "../framework.ts";

/** The requirements of PCI DSS v4.0.1 that rules serve. Published controls often disagree on numbers: each mapping names whose it is. */
export const pciDss: Framework = {
  id: "pci-dss-4.0.1",
  name: "PCI DSS",
  version: "4.0.1",
  url: "https://www.pcisecuritystandards.org/document_library/",
  requirements: {
    "1.3.1": "Traffic into the cardholder data environment is limited to what is needed",
    "1.3.2": "Traffic out of the cardholder data environment is limited to what is needed",
    "1.4.1": "Controls stand between trusted and untrusted networks",
    "1.4.2": "From untrusted networks only public services and answers are reachable",
    "1.4.4": "Stores of cardholder data are not reachable from untrusted networks",
    "2.2.7": "Administrative access without a console is encrypted",
    "3.5.1": "Stored card numbers are unreadable",
    "3.6.1": "Keys that protect card data are protected",
    "3.6.1.2": "Secret keys are stored in a safe form",
    "3.6.1.3": "Few people can reach keys in clear",
    "3.7.4": "Keys change at the end of their lifetime",
    "3.7.5": "Keys that are weak or no longer needed are retired",
    "4.2.1": "Card data is encrypted on open networks",
    "6.2.3": "Own software is reviewed before release",
    "6.2.4": "Own software is built to withstand common attacks",
    "6.3.3": "Known weaknesses are patched in time",
    "6.4.2": "Public web applications stand behind an automated defence",
    "7.2.1": "Access follows a model of roles and needs",
    "7.2.2": "Rights are the least that a task needs",
    "7.3.1": "A system enforces rights on every component",
    "8.2.1": "Every user has an identity of their own",
    "8.3.1": "Users prove who they are by at least one factor",
    "8.3.2": "Credentials are unreadable in storage and transit",
    "8.6.2": "Credentials of programs are not in code or configuration",
    "8.6.3": "Credentials of programs are protected against misuse",
    "10.2.1": "Audit logs are on for all components",
    "10.2.1.2": "Actions of administrators are logged",
    "10.2.1.4": "Invalid access attempts are logged",
    "10.2.1.5": "Changes to credentials are logged",
    "10.2.1.6": "Starting and stopping of audit logs is logged",
    "10.2.1.7": "Making and deleting of system objects is logged",
    "10.3.2": "Audit logs cannot be altered",
    "10.3.3": "Audit logs are backed up promptly to a safe place",
    "10.3.4": "Changes to audit logs are noticed",
    "10.4.2": "Logs of other components are reviewed regularly",
    "10.5.1": "Audit logs are kept 12 months, three of them at hand",
    "10.7.2": "Failures of security controls are noticed and answered",
    "11.5.2": "Changes to critical files are noticed",
    "12.10.5": "The incident plan covers alerts of monitoring systems",
  },
  rules: {
    "sg-no-public-ssh": [
      {
        requirement: "1.3.1",
        sources: [
          "Security Hub EC2.13",
          "Security Hub EC2.53",
          "Security Hub EC2.54",
          "Prowler ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22",
          "Pulumi PCI pack security-group-ssh-rdp-ingress-restricted",
        ],
      },
    ],
    "sg-no-public-rdp": [
      {
        requirement: "1.3.1",
        sources: [
          "Security Hub EC2.14",
          "Security Hub EC2.53",
          "Security Hub EC2.54",
          "Pulumi PCI pack security-group-ssh-rdp-ingress-restricted",
        ],
      },
    ],
    "sg-no-public-high-risk-ports": [
      { requirement: "1.3.1", sources: ["Strongroom"] },
      { requirement: "1.4.1", sources: ["Strongroom"] },
      { requirement: "1.4.4", sources: ["Strongroom"] },
    ],
    "sg-no-all-ports-ingress": [
      { requirement: "1.3.1", sources: ["Pulumi PCI pack security-group-default-deny"] },
      { requirement: "1.3.2", sources: ["Pulumi PCI pack security-group-default-deny"] },
      { requirement: "1.4.2", sources: ["Pulumi PCI pack security-group-default-deny"] },
    ],
    "sg-public-ingress-only-approved-ports": [
      {
        requirement: "1.3.1",
        sources: [
          "Prowler ec2_securitygroup_allow_ingress_from_internet_to_any_port",
          "Pulumi PCI pack security-group-default-deny",
        ],
      },
      {
        requirement: "1.3.2",
        sources: [
          "Prowler ec2_securitygroup_allow_ingress_from_internet_to_any_port",
          "Pulumi PCI pack security-group-default-deny",
        ],
      },
      {
        requirement: "1.4.2",
        sources: [
          "Prowler ec2_securitygroup_allow_ingress_from_internet_to_any_port",
          "Pulumi PCI pack security-group-default-deny",
        ],
      },
    ],
    "sg-no-public-http": [
      { requirement: "1.3.1", sources: ["Pulumi PCI pack ec2-security-group-disallow-inbound-http-traffic"] },
      { requirement: "4.2.1", sources: ["Pulumi PCI pack ec2-security-group-disallow-inbound-http-traffic"] },
    ],
    "sg-database-ingress-from-groups-only": [
      { requirement: "1.3.1", sources: ["Pulumi PCI pack database-strict-network-access"] },
    ],
    "sg-database-egress-restricted": [
      { requirement: "1.3.2", sources: ["Pulumi PCI pack database-strict-egress"] },
    ],
    "subnet-no-auto-public-ip": [
      { requirement: "1.3.1", sources: ["Pulumi PCI pack vpc-subnet-auto-assign-public-ip-disabled"] },
      { requirement: "1.4.2", sources: ["Pulumi PCI pack vpc-subnet-auto-assign-public-ip-disabled"] },
      { requirement: "1.4.4", sources: ["Security Hub EC2.15"] },
    ],
    "route-no-unrestricted-igw": [
      { requirement: "1.3.1", sources: ["Pulumi PCI pack vpc-route-table-internet-gateway-restricted"] },
      { requirement: "1.4.2", sources: ["Pulumi PCI pack vpc-route-table-internet-gateway-restricted"] },
    ],
    "rds-subnets-private": [
      { requirement: "1.3.1", sources: ["Pulumi PCI pack rds-private-subnet-validation"] },
      { requirement: "1.4.1", sources: ["Pulumi PCI pack rds-private-subnet-validation"] },
    ],
    "vpc-flow-logs": [
      {
        requirement: "10.2.1",
        sources: [
          "Prowler vpc_flow_logs_enabled",
          "Pulumi PCI pack vpc-flow-logs",
          "Pulumi PCI pack vpc-subnet-flow-logs",
        ],
      },
    ],
    "lb-listener-encrypted": [
      { requirement: "4.2.1", sources: ["Strongroom"] },
      { requirement: "2.2.7", sources: ["Strongroom"] },
    ],
    "lb-listener-modern-tls-policy": [
      { requirement: "4.2.1", sources: ["Strongroom"] },
      { requirement: "2.2.7", sources: ["Strongroom"] },
    ],
    "alb-drop-invalid-headers": [{ requirement: "6.2.4", sources: ["Security Hub ELB.4"] }],
    "lb-access-logs": [
      { requirement: "10.2.1", sources: ["Pulumi PCI pack elb-load-balancer-configure-access-logging"] },
    ],
    "alb-waf-associated": [
      {
        requirement: "6.4.2",
        sources: ["Prowler elbv2_waf_acl_attached", "Pulumi PCI pack waf-association-validation"],
      },
    ],
    "waf-logging": [
      {
        requirement: "10.2.1",
        sources: [
          "Prowler wafv2_webacl_logging_enabled",
          "Pulumi PCI pack wafv2-logging-enabled",
          "AWS Config wafv2-logging-enabled",
        ],
      },
      { requirement: "10.4.2", sources: ["Security Hub WAF.11"] },
    ],
    "ecs-service-no-public-ip": [{ requirement: "1.4.4", sources: ["Security Hub ECS.2"] }],
    "ecs-taskset-no-public-ip": [{ requirement: "1.4.4", sources: ["Security Hub ECS.16"] }],
    "ecs-task-host-mode-user": [
      {
        requirement: "7.2.2",
        sources: [
          "Prowler ecs_task_definitions_host_networking_mode_users",
          "Pulumi PCI pack ecs-task-non-privileged-required",
        ],
      },
    ],
    "ecs-task-no-env-secrets": [{ requirement: "8.6.2", sources: ["Security Hub ECS.8"] }],
    "ecr-scan-on-push": [
      { requirement: "6.2.3", sources: ["Security Hub ECR.1"] },
      { requirement: "6.2.4", sources: ["Security Hub ECR.1"] },
    ],
    "ecr-kms-encrypted": [
      { requirement: "3.5.1", sources: ["Pulumi PCI pack ecr-repository-disallow-unencrypted-repository"] },
      { requirement: "3.6.1", sources: ["Pulumi PCI pack ecr-repository-disallow-unencrypted-repository"] },
    ],
    "ecr-immutable-tags": [
      { requirement: "11.5.2", sources: ["Pulumi PCI pack ecr-repository-disallow-mutable-image"] },
    ],
    "rds-storage-encrypted": [
      {
        requirement: "3.5.1",
        sources: [
          "Prowler rds_instance_storage_encrypted",
          "Pulumi PCI pack rds-instance-disallow-unencrypted-storage",
        ],
      },
      { requirement: "3.6.1", sources: ["Pulumi PCI pack rds-instance-disallow-unencrypted-storage"] },
    ],
    "rds-cluster-storage-encrypted": [
      {
        requirement: "3.5.1",
        sources: [
          "Prowler rds_cluster_storage_encrypted",
          "Pulumi PCI pack rds-cluster-disallow-unencrypted-storage",
        ],
      },
      { requirement: "3.6.1", sources: ["Pulumi PCI pack rds-cluster-disallow-unencrypted-storage"] },
    ],
    "rds-not-public": [
      {
        requirement: "1.4.1",
        sources: [
          "Pulumi PCI pack rds-instance-disallow-public-access",
          "Pulumi PCI pack rds-cluster-instance-disallow-public-access",
        ],
      },
      {
        requirement: "1.4.2",
        sources: [
          "Prowler rds_instance_no_public_access",
          "Pulumi PCI pack rds-instance-disallow-public-access",
          "Pulumi PCI pack rds-cluster-instance-disallow-public-access",
        ],
      },
      { requirement: "1.4.4", sources: ["Security Hub RDS.2"] },
    ],
    "rds-force-tls": [
      {
        requirement: "4.2.1",
        sources: [
          "Pulumi PCI pack rds-instance-ssl-encryption",
          "Pulumi PCI pack rds-clusterinstance-ssl-encryption",
        ],
      },
    ],
    "rds-managed-master-password": [
      { requirement: "8.3.2", sources: ["Pulumi PCI pack rds-secure-master-credentials"] },
      { requirement: "8.6.3", sources: ["Pulumi PCI pack rds-secure-master-credentials"] },
    ],
    "rds-minor-upgrades": [
      {
        requirement: "6.3.3",
        sources: [
          "Security Hub RDS.13",
          "Prowler rds_instance_minor_version_upgrade_enabled",
          "Pulumi PCI pack rds-instance-managed-service-patching",
          "Pulumi PCI pack rds-clusterinstance-managed-service-patching",
        ],
      },
    ],
    "rds-cluster-minor-upgrades": [{ requirement: "6.3.3", sources: ["Security Hub RDS.35"] }],
    "rds-log-exports": [
      {
        requirement: "10.2.1",
        sources: [
          "Security Hub RDS.9",
          "Prowler rds_instance_integration_cloudwatch_logs",
          "Pulumi PCI pack rds-audit-logging",
        ],
      },
      { requirement: "10.4.2", sources: ["Security Hub RDS.36"] },
    ],
    "rds-cluster-log-exports": [
      {
        requirement: "10.2.1",
        sources: ["Security Hub RDS.34", "Prowler rds_cluster_integration_cloudwatch_logs"],
      },
      { requirement: "10.4.2", sources: ["Security Hub RDS.37"] },
    ],
    "elasticache-minor-upgrades": [
      {
        requirement: "6.3.3",
        sources: [
          "Security Hub ElastiCache.2",
          "Prowler elasticache_redis_cluster_auto_minor_version_upgrades",
        ],
      },
    ],
    "elasticache-transit-encryption": [
      {
        requirement: "4.2.1",
        sources: [
          "Security Hub ElastiCache.5",
          "Prowler elasticache_redis_cluster_in_transit_encryption_enabled",
        ],
      },
    ],
    "elasticache-at-rest-encryption": [
      { requirement: "3.5.1", sources: ["Prowler elasticache_redis_cluster_rest_encryption_enabled"] },
      { requirement: "8.3.2", sources: ["Prowler elasticache_redis_cluster_rest_encryption_enabled"] },
    ],
    "elasticache-auth": [{ requirement: "8.3.1", sources: ["Security Hub ElastiCache.6"] }],
    "s3-block-public-access": [
      { requirement: "1.4.2", sources: ["Pulumi PCI pack s3-bucket-public-access-block-required"] },
      { requirement: "1.4.4", sources: ["Security Hub S3.8"] },
      { requirement: "7.3.1", sources: ["Pulumi PCI pack s3-bucket-public-access-block-required"] },
    ],
    "s3-no-public-read": [
      {
        requirement: "1.4.2",
        sources: ["Prowler s3_bucket_public_access", "Pulumi PCI pack s3-bucket-disallow-public-read"],
      },
      { requirement: "7.3.1", sources: ["Pulumi PCI pack s3-bucket-disallow-public-read"] },
    ],
    "s3-policy-no-wildcard-principal": [
      { requirement: "7.2.1", sources: ["Pulumi PCI pack s3-bucket-least-privilege"] },
      { requirement: "7.2.2", sources: ["Pulumi PCI pack s3-bucket-least-privilege"] },
      { requirement: "7.3.1", sources: ["Pulumi PCI pack s3-bucket-least-privilege"] },
    ],
    "s3-default-encryption": [
      {
        requirement: "3.5.1",
        sources: ["Prowler s3_bucket_default_encryption", "Pulumi PCI pack s3-bucket-encryption"],
      },
      { requirement: "3.6.1", sources: ["Pulumi PCI pack s3-bucket-encryption"] },
      { requirement: "3.6.1.2", sources: ["Pulumi PCI pack s3-bucket-encryption"] },
    ],
    "s3-tls-only": [
      {
        requirement: "2.2.7",
        sources: [
          "Prowler s3_bucket_secure_transport_policy",
          "Pulumi PCI pack s3-bucket-ssl-enforcement-required",
        ],
      },
      {
        requirement: "4.2.1",
        sources: [
          "Security Hub S3.5",
          "Prowler s3_bucket_secure_transport_policy",
          "Pulumi PCI pack s3-bucket-ssl-enforcement-required",
        ],
      },
    ],
    "s3-access-point-blocks": [{ requirement: "1.4.4", sources: ["Security Hub S3.19"] }],
    "s3-mrap-blocks": [{ requirement: "1.4.4", sources: ["Security Hub S3.24"] }],
    "kms-policy-least-privilege": [
      { requirement: "3.6.1.3", sources: ["Pulumi PCI pack kms-key-policy-access-control"] },
      { requirement: "7.2.2", sources: ["Pulumi PCI pack kms-key-policy-access-control"] },
    ],
    "kms-deletion-window": [
      { requirement: "3.7.5", sources: ["Pulumi PCI pack kms-key-deletion-protection"] },
    ],
    "kms-rotation": [
      {
        requirement: "3.7.4",
        sources: [
          "Security Hub KMS.4",
          "Prowler kms_cmk_rotation_enabled",
          "Pulumi PCI pack kms-key-rotation-enabled",
        ],
      },
    ],
    "secret-cmk": [
      {
        requirement: "3.5.1",
        sources: ["Pulumi PCI pack secrets-manager-secret-configure-customer-managed-key"],
      },
      {
        requirement: "3.6.1",
        sources: ["Pulumi PCI pack secrets-manager-secret-configure-customer-managed-key"],
      },
      {
        requirement: "3.6.1.2",
        sources: ["Pulumi PCI pack secrets-manager-secret-configure-customer-managed-key"],
      },
    ],
    "iam-no-admin-policy": [
      { requirement: "7.2.2", sources: ["Pulumi PCI pack iam-user-policy-least-privilege"] },
      { requirement: "7.3.1", sources: ["Pulumi PCI pack iam-user-policy-least-privilege"] },
    ],
    "iam-no-declared-access-keys": [
      { requirement: "7.2.2", sources: ["Pulumi PCI pack no-direct-user-access-keys"] },
      { requirement: "8.2.1", sources: ["Pulumi PCI pack no-direct-user-access-keys"] },
    ],
    "alarm-actions": [
      {
        requirement: "10.7.2",
        sources: [
          "Prowler cloudwatch_alarm_actions_alarm_state_configured",
          "Pulumi PCI pack cloudwatch-alarms-actions-required",
        ],
      },
      {
        requirement: "12.10.5",
        sources: [
          "Prowler cloudwatch_alarm_actions_alarm_state_configured",
          "Pulumi PCI pack cloudwatch-alarms-actions-required",
        ],
      },
    ],
    "log-group-retention": [
      {
        requirement: "10.5.1",
        sources: [
          "Prowler cloudwatch_log_group_retention_policy_specific_days_enabled",
          "Pulumi PCI pack cloudwatch-log-retention",
        ],
      },
    ],
    "log-group-kms": [
      {
        requirement: "3.5.1",
        sources: [
          "Prowler cloudwatch_log_group_kms_encryption_enabled",
          "Pulumi PCI pack cloudwatch-log-group-kms-encryption-enabled",
        ],
      },
      { requirement: "3.6.1", sources: ["Pulumi PCI pack cloudwatch-log-group-kms-encryption-enabled"] },
    ],
    "cloudtrail-exists-multi-region": [
      {
        requirement: "10.2.1",
        sources: [
          "Security Hub CloudTrail.3",
          "Prowler cloudtrail_multi_region_enabled",
          "Pulumi PCI pack cloudtrail-multi-region-enabled",
          "Pulumi PCI pack cloudtrail-enabled",
          "AWS Config cloudtrail-enabled",
        ],
      },
      {
        requirement: "10.2.1.2",
        sources: ["Prowler cloudtrail_multi_region_enabled", "Pulumi PCI pack audit-admin-actions-logged"],
      },
      {
        requirement: "10.2.1.4",
        sources: [
          "Prowler cloudtrail_multi_region_enabled",
          "Pulumi PCI pack cloudtrail-enabled",
          "AWS Config cloudtrail-enabled",
        ],
      },
      {
        requirement: "10.2.1.5",
        sources: ["Prowler cloudtrail_multi_region_enabled", "Pulumi PCI pack audit-admin-actions-logged"],
      },
      {
        requirement: "10.2.1.6",
        sources: ["Prowler cloudtrail_multi_region_enabled", "Pulumi PCI pack audit-admin-actions-logged"],
      },
      {
        requirement: "10.2.1.7",
        sources: ["Prowler cloudtrail_multi_region_enabled", "Pulumi PCI pack audit-admin-actions-logged"],
      },
    ],
    "cloudtrail-bucket-private": [
      { requirement: "1.4.4", sources: ["Security Hub CloudTrail.6"] },
      { requirement: "10.3.2", sources: ["Pulumi PCI pack cloudtrail-s3-bucket-public-access-denied"] },
    ],
    "cloudtrail-kms": [
      {
        requirement: "3.5.1",
        sources: [
          "Prowler cloudtrail_kms_encryption_enabled",
          "Pulumi PCI pack cloudtrail-kms-encryption-enabled",
        ],
      },
      { requirement: "3.6.1", sources: ["Pulumi PCI pack cloudtrail-kms-encryption-enabled"] },
      {
        requirement: "10.3.2",
        sources: ["Security Hub CloudTrail.2", "Prowler cloudtrail_kms_encryption_enabled"],
      },
    ],
    "cloudtrail-file-validation": [
      {
        requirement: "10.3.2",
        sources: ["Security Hub CloudTrail.4", "Prowler cloudtrail_log_file_validation_enabled"],
      },
      {
        requirement: "10.3.4",
        sources: [
          "Prowler cloudtrail_log_file_validation_enabled",
          "Pulumi PCI pack cloudtrail-log-file-validation-enabled",
        ],
      },
    ],
    "cloudtrail-to-cloudwatch": [
      { requirement: "10.3.3", sources: ["Pulumi PCI pack cloudtrail-cloudwatch-logs-integration"] },
    ],
    "sns-policy-not-public": [
      { requirement: "7.2.1", sources: ["Strongroom"] },
      { requirement: "7.2.2", sources: ["Strongroom"] },
    ],
    "sqs-policy-not-public": [
      { requirement: "7.2.1", sources: ["Strongroom"] },
      { requirement: "7.2.2", sources: ["Strongroom"] },
    ],
    "sns-kms": [
      {
        requirement: "3.5.1",
        sources: [
          "Prowler sns_topics_kms_encryption_at_rest_enabled",
          "Pulumi PCI pack sns-kms-encryption-enabled",
        ],
      },
      { requirement: "3.6.1", sources: ["Pulumi PCI pack sns-kms-encryption-enabled"] },
    ],
    "sqs-encrypted": [
      { requirement: "3.5.1", sources: ["Pulumi PCI pack sqs-encryption"] },
      { requirement: "3.6.1", sources: ["Pulumi PCI pack sqs-encryption"] },
    ],
    "lambda-not-public": [
      {
        requirement: "1.4.2",
        sources: [
          "Prowler awslambda_function_not_publicly_accessible",
          "Pulumi PCI pack lambda-public-access-restricted",
        ],
      },
      { requirement: "7.2.1", sources: ["Security Hub Lambda.1"] },
      { requirement: "7.3.1", sources: ["Pulumi PCI pack lambda-public-access-restricted"] },
    ],
    "lambda-permission-source": [
      { requirement: "7.2.2", sources: ["Pulumi PCI pack lambda-permission-configure-source-arn"] },
      { requirement: "7.3.1", sources: ["Pulumi PCI pack lambda-permission-configure-source-arn"] },
    ],
    "acm-key-strength": [{ requirement: "4.2.1", sources: ["Security Hub ACM.2"] }],
    "acm-auto-renewable": [{ requirement: "4.2.1", sources: ["Security Hub ACM.1"] }],
  },
};
