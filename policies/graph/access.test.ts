import { expect } from "chai";
import { UNKNOWN } from "../corpus/case.ts";
import { stackFrom, type JudgedResource } from "../judging.ts";
import { Statement } from "../policy-document.ts";
import { Props } from "../values.ts";
import { StatementIndex } from "./access-index.ts";
import { Target } from "./access-targets.ts";
import { Access, whoCan } from "./access.ts";

const ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:payments-a1b2c3";
const READ = "secretsmanager:GetSecretValue";

function resource(
  type: string,
  name: string,
  inputs: Record<string, unknown>,
  more: { outputs?: object; from?: Record<string, string[]> } = {},
): JudgedResource {
  return {
    type,
    name,
    urn: name,
    inputs,
    outputs: { ...inputs, ...more.outputs },
    propertyDependencies: more.from ?? {},
  };
}

const secret = resource(
  "aws:secretsmanager/secret:Secret",
  "secret",
  { name: "payments" },
  { outputs: { arn: ARN } },
);
const role = (name: string) =>
  resource(
    "aws:iam/role:Role",
    name,
    { name },
    { outputs: { arn: `arn:aws:iam::111122223333:role/${name}` } },
  );
const policy = (of: string, Resource: unknown, more: object = {}) =>
  resource("aws:iam/rolePolicy:RolePolicy", `${of}-policy`, {
    role: of,
    policy: { Statement: [{ Sid: "Read", Effect: "Allow", Action: READ, Resource, ...more }] },
  });

/** Who can read the secret of a stack of these resources beside it. */
function readers(...resources: JudgedResource[]) {
  const stack = stackFrom([secret, ...resources]);
  const subject = stack.byUrn("secret");
  if (subject === undefined) throw new Error("the stack has lost its secret");
  const { grants, unknown } = whoCan(Access.of(stack), READ, subject);
  return {
    grants: grants.map(({ principal, by, reach }) => `${principal.name} by ${by}: ${reach}`),
    unknown,
  };
}

describe("Access graph", () => {
  it("tells who can read a secret, by which statement, and how that speaks of the secret", () => {
    expect(
      readers(
        role("one"),
        policy("one", ARN),
        role("two"),
        policy("two", "arn:aws:secretsmanager:*:*:secret:pay*"),
      ),
    ).to.deep.equal({
      grants: [
        "the role one by the statement Read of one-policy: named",
        "the role two by the statement Read of two-policy: pattern",
      ],
      unknown: [],
    });
    expect(readers(role("three"), policy("three", "*")).grants).to.deep.equal([
      "the role three by the statement Read of three-policy: everything",
    ]);
  });

  it("knows roles of which the stack has no more than the name", () => {
    expect(readers(policy("elsewhere", ARN)).grants).to.deep.equal([
      "the role elsewhere by the statement Read of elsewhere-policy: named",
    ]);
  });

  it("knows permission sets, of the stack and of others", () => {
    const inlineOf = (name: string, permissionSetArn: string) =>
      resource("aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy", name, {
        permissionSetArn,
        inlinePolicy: { Statement: [{ Effect: "Allow", Action: READ, Resource: ARN }] },
      });
    const [own, other] = [1, 2].map((n) => `arn:aws:sso:::permissionSet/ssoins-1/ps-${n}`);
    expect(
      readers(
        // Its name is that of a role too, which is somebody else.
        resource(
          "aws:ssoadmin/permissionSet:PermissionSet",
          "oncall",
          { name: "one" },
          { outputs: { arn: own } },
        ),
        inlineOf("oncall-policy", own ?? ""),
        inlineOf("others-policy", other ?? ""),
        policy("one", ARN),
      ).grants,
    ).to.have.members([
      "the permission set oncall by a statement of oncall-policy: named",
      `the permission set ${other} by a statement of others-policy: named`,
      "the role one by the statement Read of one-policy: named",
    ]);
  });

  it("lets a tag decide that a statement's condition asks for", () => {
    const tagged = { ...secret, inputs: { ...secret.inputs, tags: { team: "ledger" } } };
    const condition = { StringEquals: { "secretsmanager:ResourceTag/team": "payments" } };
    const stack = stackFrom([tagged, role("one"), policy("one", "*", { Condition: condition })]);
    const [subject] = stack.of([secret.type]);
    expect(subject && whoCan(Access.of(stack), READ, subject).grants).to.deep.equal([]);
  });

  it("says what is not known, and still names those who are", () => {
    const { grants, unknown } = readers(
      role("one"),
      policy("one", ARN),
      role("two"),
      resource("aws:iam/rolePolicy:RolePolicy", "two-policy", { role: "two", policy: UNKNOWN }),
    );
    expect(grants).to.have.lengthOf(1);
    expect(unknown).to.deep.equal(["policy of two-policy"]);
  });

  it("takes the engine's record for an ARN that is not known yet", () => {
    const own = resource(
      "aws:iam/rolePolicy:RolePolicy",
      "one-policy",
      { role: "one", policy: { Statement: { Effect: "Allow", Action: READ, Resource: UNKNOWN } } },
      { from: { policy: ["secret"] } },
    );
    const other = {
      ...own,
      name: "two-policy",
      urn: "two-policy",
      propertyDependencies: { policy: ["other"] },
    };
    expect(readers(role("one"), own, other)).to.deep.equal({
      grants: ["the role one by a statement of one-policy: named"],
      unknown: [],
    });
  });

  it("is built once for a stack", () => {
    const stack = stackFrom([secret]);
    expect(Access.of(stack)).to.equal(Access.of(stack));
    expect(Access.of(stack)).not.to.equal(Access.of(stackFrom([secret])));
  });

  it("compares a resource only with statements that may speak of it", () => {
    const index = new StatementIndex();
    const stack = stackFrom([secret]);
    const [subject] = stack.of([secret.type]);
    if (subject === undefined) throw new Error("the stack has lost its secret");
    const add = (Action: string, Resource: string) => {
      const props = new Props({ Effect: "Allow", Action, Resource });
      index.add({
        props,
        statement: new Statement(props),
        holder: subject,
        origins: new Set(),
        principal: undefined,
      });
    };
    for (let other = 0; other < 100; other++) {
      add(READ, `arn:aws:secretsmanager:eu-central-1:111122223333:secret:other${other}-a1b2c3`);
      add(READ, `arn:aws:secretsmanager:eu-central-1:111122223333:secret:other${other}*`);
      add("logs:PutLogEvents", "*");
    }
    const meant = [ARN, "arn:aws:secretsmanager:*:*:secret:pay*", "*"];
    for (const pattern of meant) add("secretsmanager:Get*", pattern);
    const found = [...index.candidates(READ, new Target(subject))];
    expect(found.map(({ props }) => props.text("Resource"))).to.have.members(meant);
  });
});
