/** The exports' SQL. */
import type pg from "pg";

/** Where the export goes on after a part; `after` is null when that was the last. */
export interface Cursor {
  after: string | null;
  /** Rows of the part. */
  rows: number;
}

export interface Part {
  number: number;
  content: string;
  cursor: Cursor;
}

export async function lastPart(pool: pg.Pool, id: string): Promise<Omit<Part, "content"> | undefined> {
  const { rows } = await pool.query<Omit<Part, "content">>(
    "select number, cursor from export_parts where export = $1 order by number desc limit 1",
    [id],
  );
  return rows[0];
}

export async function addPart(pool: pg.Pool, id: string, { number, content, cursor }: Part): Promise<void> {
  await pool.query(
    "insert into export_parts (export, number, content, cursor) values ($1, $2, $3, $4) on conflict do nothing",
    [id, number, content, JSON.stringify(cursor)],
  );
}

export async function exportSize(pool: pg.Pool, id: string): Promise<{ rows: number; bytes: number }> {
  const { rows } = await pool.query<{ rows: number; bytes: number }>(
    `select coalesce(sum((cursor ->> 'rows')::bigint), 0)::bigint as rows,
       coalesce(sum(octet_length(content)), 0)::bigint as bytes
     from export_parts where export = $1`,
    [id],
  );
  return rows[0] ?? { rows: 0, bytes: 0 };
}

/** One part at a time, so that a large export needs little memory. */
export async function* readParts(pool: pg.Pool, id: string): AsyncIterable<string> {
  for (let number = 1; ; number++) {
    const { rows } = await pool.query<{ content: string }>(
      "select content from export_parts where export = $1 and number = $2",
      [id, number],
    );
    if (!rows[0]) return;
    if (rows[0].content !== "") yield rows[0].content;
  }
}

export async function openExports(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    "select id from exports where status = 'processing' order by id",
  );
  return rows.map(({ id }) => id);
}

/** Removes the content of exports that have expired. @param now seconds since 1970 (UTC) */
export async function forgetExpired(pool: pg.Pool, now: number): Promise<void> {
  await pool.query(
    `delete from export_parts p using exports x
     where x.id = p.export and x.status = 'completed' and (x.data ->> 'expires')::bigint <= $1`,
    [now],
  );
}
