import type { PlanResource } from "../testing/index.ts";
import type { ResourceStatement } from "./policy-document.ts";

/** A statement as AWS would read it, every value known. */
type PlainStatement = Omit<ResourceStatement, "Principal"> & {
  Principal: "*" | Record<string, string | string[]>;
};

/** The statements of a policy that a planned resource carries, for tests. */
export function statementsOf(resource: PlanResource, property = "policy"): PlainStatement[] {
  const document = JSON.parse(resource.inputs[property] as string) as { Statement: PlainStatement[] };
  return document.Statement;
}

/** The one statement of this id. @throws {Error} naming those that there are */
export function statementOf(resource: PlanResource, sid: string, property = "policy"): PlainStatement {
  const statements = statementsOf(resource, property);
  const found = statements.find(({ Sid }) => Sid === sid);
  if (found === undefined)
    throw new Error(`no statement ${sid}; there are ${statements.map((s) => s.Sid).join(", ")}`);
  return found;
}
