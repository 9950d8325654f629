/** Pages of lists: from the query to the database and back. */
import type { ListOptions } from "../database/objects.ts";
import { invalid } from "../errors.ts";
import { ID_PREFIXES, type IdKind, isId } from "../ids.ts";

export interface PageParameters {
  limit: number;
  starting_after?: string;
  ending_before?: string;
  created_gt?: number;
  created_gte?: number;
  created_lt?: number;
  created_lte?: number;
}

/** How the ids of a list's objects look, where no prefix of their own tells the kind. */
export interface IdForm {
  isId: (text: string) => boolean;
  /** For people, as `flag_test_ and a key`. */
  form: string;
}

export type PageOptions = Pick<ListOptions, "limit" | "startingAfter" | "endingBefore" | "created">;

/**
 * @param ids Kind or form of the ids of the list's objects: what is none would begin the list anew, or end it. One of no object
 * will do: it is a place in the list's order, of time or of keys.
 * @throws ApiError 400 when both ends of the page are given, or one that is no id of the list's.
 */
export function pageOptions(query: PageParameters, ids?: IdKind | IdForm): PageOptions {
  if (query.starting_after !== undefined && query.ending_before !== undefined) {
    throw invalid(
      "parameters_exclusive",
      "starting_after and ending_before exclude each other: send one of them.",
      "ending_before",
    );
  }
  const wanted = typeof ids === "string" ? formOf(ids) : ids;
  for (const param of ["starting_after", "ending_before"] as const) {
    const id = query[param];
    if (id === undefined || wanted === undefined || wanted.isId(id)) continue;
    throw invalid(
      "parameter_invalid",
      `${param} is "${id}", but must be the id of an object of this list: ${wanted.form}.`,
      param,
    );
  }
  return {
    limit: query.limit,
    startingAfter: query.starting_after,
    endingBefore: query.ending_before,
    created: { gt: query.created_gt, gte: query.created_gte, lt: query.created_lt, lte: query.created_lte },
  };
}

function formOf(kind: IdKind): IdForm {
  return { isId: (text) => isId(kind, text), form: `${ID_PREFIXES[kind]}_ and 26 digits and letters` };
}
