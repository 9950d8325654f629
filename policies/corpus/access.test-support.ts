import { document, of } from "./case.ts";

const role = of("aws:iam/role:Role");
const rolePolicy = of("aws:iam/rolePolicy:RolePolicy");
const lambda = of("aws:lambda/function:Function");

export const SECRET_ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:payments/db-a1b2c3";
export const ROLE_ARN = "arn:aws:iam::111122223333:role/payments";
export const ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess";

export const paymentsRole = role({ name: "payments", arn: ROLE_ARN });
/** What runs with the role `payments` and names the secret of the cases. */
export const app = lambda({ role: ROLE_ARN, environment: { variables: { DB_SECRET: SECRET_ARN } } });
/** Something else that runs with it. */
export const stranger = lambda({ role: ROLE_ARN });

/** A statement that allows. */
export const allow = (Action: string | string[], Resource: unknown, more: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
export const read = (Resource: unknown, more: object = {}) =>
  allow("secretsmanager:GetSecretValue", Resource, more);
export const decrypt = (Resource: unknown, more: object = {}) => allow("kms:Decrypt", Resource, more);

/** What the role `payments` may do. */
export const inline = (...statements: object[]) =>
  rolePolicy({ role: "payments", policy: document(...statements) });

/** What people sign in with: a permission set of the stack. */
export const SET_ARN = "arn:aws:sso:::permissionSet/ssoins-1/ps-1";
export const permissionSet = of("aws:ssoadmin/permissionSet:PermissionSet")({ name: "oncall", arn: SET_ARN });
/** What the permission set may do. */
export const inlineOfSet = (...statements: object[]) =>
  of("aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy")({
    permissionSetArn: SET_ARN,
    inlinePolicy: document(...statements),
  });
/** That people sign in to an account with the permission set. */
export const assignedFor = (targetId: string) =>
  of("aws:ssoadmin/accountAssignment:AccountAssignment")({
    permissionSetArn: SET_ARN,
    principalType: "GROUP",
    targetId,
  });
