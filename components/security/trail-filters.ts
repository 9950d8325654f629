/** An event in the audit trail that somebody should hear of. */
interface TrailFilter {
  /** Part of the child's name and of the metric's. */
  role: string;
  title: string;
  /** CloudWatch Logs filter pattern over CloudTrail's JSON. */
  pattern: string;
  /** Events in five minutes that raise the alarm. */
  threshold: number;
  /** For the person who is called. */
  description: string;
}

/** The filters of the CIS AWS Foundations Benchmark (section "Monitoring"). */
export const TRAIL_FILTERS: readonly TrailFilter[] = [
  {
    role: "unauthorized-calls",
    title: "Unauthorised API calls",
    pattern:
      '{ (($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")) && ($.sourceIPAddress != "delivery.logs.amazonaws.com") && ($.eventName != "HeadBucket") }',
    threshold: 10,
    description:
      "Many calls were refused. Find the principal in the trail: a wrong policy or somebody who tries doors.",
  },
  {
    role: "sign-in-without-mfa",
    title: "Console sign-in without MFA",
    pattern:
      '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
    threshold: 1,
    description: "A user signed in to the console without a second factor. Ask the user, then enforce MFA.",
  },
  {
    role: "root-use",
    title: "Use of the root user",
    pattern:
      '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
    threshold: 1,
    description: "The account's root user acted. Unless it was announced, treat it as an incident.",
  },
  {
    role: "iam-changes",
    title: "Changes of IAM policies",
    pattern: anyOf(
      "DeleteGroupPolicy",
      "DeleteRolePolicy",
      "DeleteUserPolicy",
      "PutGroupPolicy",
      "PutRolePolicy",
      "PutUserPolicy",
      "CreatePolicy",
      "DeletePolicy",
      "CreatePolicyVersion",
      "DeletePolicyVersion",
      "AttachRolePolicy",
      "DetachRolePolicy",
      "AttachUserPolicy",
      "DetachUserPolicy",
      "AttachGroupPolicy",
      "DetachGroupPolicy",
    ),
    threshold: 1,
    description: "Somebody changed who may do what. Expected during a deployment; else find who and why.",
  },
  {
    role: "trail-changes",
    title: "Changes of CloudTrail",
    pattern: anyOf("CreateTrail", "UpdateTrail", "DeleteTrail", "StartLogging", "StopLogging"),
    threshold: 1,
    description: "The audit trail itself was changed or stopped. Start it again and treat it as an incident.",
  },
  {
    role: "sign-in-failures",
    title: "Failed console sign-ins",
    pattern: '{ ($.eventName = "ConsoleLogin") && ($.errorMessage = "Failed authentication") }',
    threshold: 5,
    description: "Several sign-ins failed: a forgotten password or somebody who guesses.",
  },
  {
    role: "key-deletion",
    title: "Disabling or deletion of customer keys",
    pattern:
      '{ ($.eventSource = "kms.amazonaws.com") && (($.eventName = "DisableKey") || ($.eventName = "ScheduleKeyDeletion")) }',
    threshold: 1,
    description:
      "A customer key was disabled or marked for deletion; what it encrypts becomes unreadable. Cancel it.",
  },
  {
    role: "bucket-policy-changes",
    title: "Changes of bucket policies",
    pattern: from(
      "s3.amazonaws.com",
      "PutBucketAcl",
      "PutBucketPolicy",
      "PutBucketCors",
      "PutBucketLifecycle",
      "PutBucketReplication",
      "DeleteBucketPolicy",
      "DeleteBucketCors",
      "DeleteBucketLifecycle",
      "DeleteBucketReplication",
    ),
    threshold: 1,
    description: "Who may reach a bucket, or how long it keeps things, was changed.",
  },
  {
    role: "config-changes",
    title: "Changes of AWS Config",
    pattern: from(
      "config.amazonaws.com",
      "StopConfigurationRecorder",
      "DeleteDeliveryChannel",
      "PutDeliveryChannel",
      "PutConfigurationRecorder",
    ),
    threshold: 1,
    description: "The recording of configuration was changed or stopped.",
  },
  {
    role: "security-group-changes",
    title: "Changes of security groups",
    pattern: anyOf(
      "AuthorizeSecurityGroupIngress",
      "AuthorizeSecurityGroupEgress",
      "RevokeSecurityGroupIngress",
      "RevokeSecurityGroupEgress",
      "CreateSecurityGroup",
      "DeleteSecurityGroup",
    ),
    threshold: 1,
    description: "Who may reach what in the network was changed. Expected during a deployment.",
  },
  {
    role: "network-acl-changes",
    title: "Changes of network ACLs",
    pattern: anyOf(
      "CreateNetworkAcl",
      "CreateNetworkAclEntry",
      "DeleteNetworkAcl",
      "DeleteNetworkAclEntry",
      "ReplaceNetworkAclEntry",
      "ReplaceNetworkAclAssociation",
    ),
    threshold: 1,
    description: "A network ACL was changed. Expected during a deployment.",
  },
  {
    role: "gateway-changes",
    title: "Changes of network gateways",
    pattern: anyOf(
      "CreateCustomerGateway",
      "DeleteCustomerGateway",
      "AttachInternetGateway",
      "CreateInternetGateway",
      "DeleteInternetGateway",
      "DetachInternetGateway",
    ),
    threshold: 1,
    description: "A way in to or out of the network was made or removed.",
  },
  {
    role: "route-changes",
    title: "Changes of route tables",
    pattern: anyOf(
      "CreateRoute",
      "CreateRouteTable",
      "ReplaceRoute",
      "ReplaceRouteTableAssociation",
      "DeleteRouteTable",
      "DeleteRoute",
      "DisassociateRouteTable",
    ),
    threshold: 1,
    description: "Traffic takes another way now. Expected during a deployment.",
  },
  {
    role: "vpc-changes",
    title: "Changes of VPCs",
    pattern: anyOf(
      "CreateVpc",
      "DeleteVpc",
      "ModifyVpcAttribute",
      "AcceptVpcPeeringConnection",
      "CreateVpcPeeringConnection",
      "DeleteVpcPeeringConnection",
      "RejectVpcPeeringConnection",
    ),
    threshold: 1,
    description: "A network was made, removed or joined with another.",
  },
  {
    role: "organization-changes",
    title: "Changes of the organization",
    pattern: from(
      "organizations.amazonaws.com",
      "AcceptHandshake",
      "AttachPolicy",
      "CreateAccount",
      "CreateOrganizationalUnit",
      "CreatePolicy",
      "DeclineHandshake",
      "DeleteOrganization",
      "DeleteOrganizationalUnit",
      "DeletePolicy",
      "DetachPolicy",
      "DisablePolicyType",
      "EnablePolicyType",
      "InviteAccountToOrganization",
      "LeaveOrganization",
      "MoveAccount",
      "RemoveAccountFromOrganization",
      "UpdatePolicy",
      "UpdateOrganizationalUnit",
    ),
    threshold: 1,
    description: "The organization's accounts or guard rails were changed.",
  },
];

/** Events of these names. */
function anyOf(...events: string[]): string {
  return `{ ${alternatives(events)} }`;
}

/** Events of these names of one service. */
function from(service: string, ...events: string[]): string {
  return `{ ($.eventSource = "${service}") && (${alternatives(events)}) }`;
}

function alternatives(events: string[]): string {
  return events.map((event) => `($.eventName = "${event}")`).join(" || ");
}
