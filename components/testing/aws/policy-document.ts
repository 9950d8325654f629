import { type Json, UNKNOWN } from "../plan.ts";

type Statement = Record<string, Json>;

interface Document {
  Version?: string;
  Id?: string;
  Statement?: Statement | Statement[];
}

/**
 * `aws.iam.getPolicyDocument` as the provider evaluates it: source documents first, then the own statements, then the
 * overriding documents. A later statement with the same sid replaces an earlier one; a list of one value is written as
 * that value, longer ones in descending order; `&{…}` stands for IAM's own variables.
 *
 * @throws Error when a sid is repeated within the sources or within the own statements
 */
export function policyDocument(args: Record<string, Json>): string {
  const sources = documents(args.sourcePolicyDocuments);
  const overrides = documents(args.overridePolicyDocuments);
  if (sources === UNKNOWN || overrides === UNKNOWN) return UNKNOWN;
  const own: Document = {
    Version: typeof args.version === "string" ? args.version : "2012-10-17",
    ...(typeof args.policyId === "string" && { Id: args.policyId }),
    Statement: list(args.statements).map((each) => statement(each as Record<string, Json>)),
  };
  refuseRepeatedSids(sources.flatMap(statements));
  refuseRepeatedSids(statements(own));

  const merged: Document & { Statement: Statement[] } = { Statement: [] };
  for (const document of [...sources, own, ...overrides]) {
    if (document.Id !== undefined && document.Id !== "") merged.Id = document.Id;
    if ((document.Version ?? "") > (merged.Version ?? "")) merged.Version = document.Version;
    for (const each of statements(document)) {
      const at =
        sidOf(each) === "" ? -1 : merged.Statement.findIndex((other) => sidOf(other) === sidOf(each));
      if (at >= 0) merged.Statement[at] = each;
      else merged.Statement.push(each);
    }
  }
  const { Version, Id, Statement } = merged;
  return JSON.stringify({ Version, Id, ...(Statement.length > 0 && { Statement }) }, undefined, 2);
}

function documents(value: Json | undefined): Document[] | typeof UNKNOWN {
  if (value === UNKNOWN) return UNKNOWN;
  const given = texts(value);
  if (given.includes(UNKNOWN)) return UNKNOWN;
  return given.filter((text) => text !== "").map((text) => JSON.parse(text) as Document);
}

function statements(document: Document): Statement[] {
  return [document.Statement ?? []].flat();
}

function sidOf(statement: Statement): string {
  return typeof statement.Sid === "string" ? statement.Sid : "";
}

function refuseRepeatedSids(all: Statement[]): void {
  const sids = all.map(sidOf).filter((sid) => sid !== "");
  const repeated = sids.find((sid, index) => sids.indexOf(sid) !== index);
  if (repeated !== undefined) {
    throw new Error(`duplicate Sid (${repeated}). Remove the Sid or ensure the Sid is unique.`);
  }
}

function statement(given: Record<string, Json>): Statement {
  const all: Record<string, Json | undefined> = {
    Sid: given.sid === "" ? undefined : given.sid,
    Effect: given.effect ?? "Allow",
    Action: collapsed(given.actions),
    NotAction: collapsed(given.notActions),
    Resource: collapsed(given.resources),
    NotResource: collapsed(given.notResources),
    Principal: principals(list(given.principals)),
    NotPrincipal: principals(list(given.notPrincipals)),
    Condition: conditions(list(given.conditions)),
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, Json] => entry[1] !== undefined),
  );
}

/** A set as the provider writes it: nothing, its one value, or its values in descending order. */
function collapsed(value: Json | undefined): Json | undefined {
  const values = [...new Set(texts(value).map(withVariables))].toSorted().reverse();
  return values.length === 0 ? undefined : values.length === 1 ? values[0] : values;
}

function principals(given: Json[]): Json | undefined {
  if (given.length === 0) return undefined;
  const byType: Record<string, string[]> = {};
  for (const each of given as { type: string; identifiers: string[] }[]) {
    (byType[each.type] ??= []).push(...each.identifiers);
  }
  // Only `{"*": "*"}` alone becomes `"*"`: for trust policies `{"AWS": "*"}` is something else.
  if (given.length === 1 && byType["*"]?.join() === "*") return "*";
  return sorted(byType, (identifiers) => collapsed(identifiers) ?? []);
}

function conditions(given: Json[]): Json | undefined {
  if (given.length === 0) return undefined;
  const byTest: Record<string, Record<string, string[]>> = {};
  for (const each of given as { test: string; variable: string; values: string[] }[]) {
    ((byTest[each.test] ??= {})[each.variable] ??= []).push(...each.values.map(withVariables));
  }
  const written = (values: string[]): Json => (values.length === 1 ? (values[0] ?? "") : values);
  return sorted(byTest, (ofTest) => sorted(ofTest, written));
}

function sorted<Value>(values: Record<string, Value>, write: (value: Value) => Json): Record<string, Json> {
  return Object.fromEntries(
    Object.keys(values)
      .toSorted()
      .map((key) => [key, write(values[key] as Value)]),
  );
}

function withVariables(text: string): string {
  return text.replaceAll("&{", "${");
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: Json | undefined): string[] {
  return list(value).filter((each) => typeof each === "string");
}
