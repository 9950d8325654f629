/** Pages of lists: read with one row more than they hold, which tells whether there are more. */

export interface Page<T> {
  /** In the list's order, mostly newest first. */
  data: T[];
  hasMore: boolean;
}

/**
 * The page out of rows that were read in the direction away from its anchor, up to `limit + 1` of them.
 * @param isTurned the anchor is the page's end: the nearest rows came first, and are turned round into the list's order
 */
export function pageOf<T>(rows: readonly T[], limit: number, isTurned = false): Page<T> {
  const data = rows.slice(0, limit);
  if (isTurned) data.reverse();
  return { data, hasMore: rows.length > limit };
}
