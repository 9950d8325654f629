import type { Rule } from "../rule.ts";
import { acmRules } from "./acm.ts";
import { cloudtrailRules } from "./cloudtrail.ts";
import { cloudwatchRules } from "./cloudwatch.ts";
import { ecrRules } from "./ecr.ts";
import { ecsRules } from "./ecs.ts";
import { elasticacheRules } from "./elasticache.ts";
import { elbRules } from "./elb.ts";
import { iamRules } from "./iam.ts";
import { kmsRules } from "./kms.ts";
import { lambdaRules } from "./lambda.ts";
import { messagingRules } from "./messaging.ts";
import { rdsRules } from "./rds.ts";
import { s3Rules } from "./s3.ts";
import { secretsManagerRules } from "./secretsmanager.ts";
import { securityGroupRules } from "./security-groups.ts";
import { vpcRules } from "./vpc.ts";
import { wafRules } from "./waf.ts";

/** Every rule, once, by AWS service. */
export const RULES: readonly Rule[] = [
  ...securityGroupRules,
  ...vpcRules,
  ...elbRules,
  ...wafRules,
  ...ecsRules,
  ...ecrRules,
  ...rdsRules,
  ...elasticacheRules,
  ...s3Rules,
  ...kmsRules,
  ...secretsManagerRules,
  ...iamRules,
  ...cloudwatchRules,
  ...cloudtrailRules,
  ...messagingRules,
  ...lambdaRules,
  ...acmRules,
];
