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

export type PageOptions = Pick<ListOptions, "limit" | "startingAfter" | "endingBefore" | "created">;

/**
 * @param kind Of the list's objects, where their ids tell it: what is no id of the kind would begin the list anew, or end it. One
 * of no object will do: ids are in the order of time, so it is a place in the list.
 * @throws ApiError 400 when both ends of the page are given, or one that is no id of the list's.
 */
export function pageOptions(query: PageParameters, kind?: IdKind): PageOptions {
  if (query.starting_after !== undefined && query.ending_before !== undefined) {
    throw invalid(
      "parameters_exclusive",
      "starting_after and ending_before exclude each other: send one of them.",
      "ending_before",
    );
  }
  for (const param of ["starting_after", "ending_before"] as const) {
    const id = query[param];
    if (id === undefined || kind === undefined || isId(kind, id)) continue;
    throw invalid(
      "parameter_invalid",
      `${param} is "${id}", but must be the id of an object of this list: ${ID_PREFIXES[kind]}_ and 26 digits and letters.`,
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
