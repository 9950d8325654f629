import { statementsOf } from "../policy-document.ts";
import { resourceRule } from "../rule.ts";
import { allOf, visit } from "../values.ts";

const ADMINISTRATOR = /^arn:aws[\w-]*:iam::aws:policy\/AdministratorAccess$/;

export const iamRules = [
  resourceRule({
    id: "iam-no-admin-policy",
    title: "No policy grants every action on everything",
    severity: "high",
    types: [
      "aws:iam/policy:Policy",
      "aws:iam/rolePolicy:RolePolicy",
      "aws:iam/userPolicy:UserPolicy",
      "aws:iam/groupPolicy:GroupPolicy",
      "aws:iam/role:Role",
      "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
      "aws:iam/userPolicyAttachment:UserPolicyAttachment",
      "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
      "aws:iam/policyAttachment:PolicyAttachment",
      "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    ],
    remedy: "List the actions that are needed, on the ARNs that they are needed for.",
    check(props, fail) {
      const looks = [
        () =>
          visit([props, ...props.list("inlinePolicies")], (holder) =>
            visit(statementsOf(holder.json("policy")), (statement) => {
              const everything = allOf(
                () => statement.allows,
                () => statement.coversAllActions(),
                () => statement.coversAllResources(),
              );
              if (everything)
                fail(`the statement ${statement.sid || "without Sid"} grants every action on everything`);
            }),
          ),
        ...["policyArn", "policyArns", "managedPolicyArns"].map(
          (property) => () =>
            visit(props.list(property), (arn) => {
              if (ADMINISTRATOR.test(arn.text())) fail(`${property} attaches AdministratorAccess`);
            }),
        ),
      ];
      visit(looks, (look) => look());
    },
  }),
  resourceRule({
    id: "iam-no-declared-access-keys",
    title: "No long-lived access keys are declared",
    severity: "high",
    types: ["aws:iam/accessKey:AccessKey"],
    remedy: "Let people sign in by single sign-on and programs assume a role (ECS task role, OIDC in CI).",
    check(props, fail) {
      if (props.text("status") !== "Inactive")
        fail("an access key is declared, and kept in the stack's state");
    },
  }),
];
