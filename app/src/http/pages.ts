/** Pages of lists: from the query to the database and back. */
import type { ListOptions } from "../database/objects.ts";
import { invalid } from "../errors.ts";

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

/** @throws ApiError 400 when both ends of the page are given. */
export function pageOptions(query: PageParameters): PageOptions {
  if (query.starting_after !== undefined && query.ending_before !== undefined) {
    throw invalid(
      "parameters_exclusive",
      "starting_after and ending_before exclude each other: send one of them.",
      "ending_before",
    );
  }
  return {
    limit: query.limit,
    startingAfter: query.starting_after,
    endingBefore: query.ending_before,
    created: { gt: query.created_gt, gte: query.created_gte, lt: query.created_lt, lte: query.created_lte },
  };
}
