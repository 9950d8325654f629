/** Moves personal data to new keys that a domain keeps, encrypted by the vault, in rows of a table of its own. */
import type pg from "pg";
import type { Subject } from "./repository.ts";
import type { Mover } from "./rotation.ts";
import type { Vault } from "./vault.ts";

/** A table with the columns `livemode`, `subject` and `sealed`; `subject` has an index. */
export interface SealedTable {
  table: string;
  /** The column that tells rows apart. */
  key: string;
  /** SQL expression for the record that the data was encrypted for. */
  record: string;
}

interface Row {
  key: unknown;
  record: string;
  sealed: string;
}

/** For `rotation.onMove`. What was erased stays as it is. The names go into the SQL: they are constants of the domain. */
export function sealedRows(
  pool: pg.Pool,
  vault: Pick<Vault, "openPersonal" | "sealPersonal">,
  { table, key, record }: SealedTable,
): Mover {
  const rowsOf = async ({ livemode, subject }: Subject): Promise<Row[]> => {
    const { rows } = await pool.query<Row>(
      `select ${key} as key, ${record} as record, sealed from ${table}
       where livemode = $1 and subject = $2 and sealed is not null`,
      [livemode, subject],
    );
    return rows;
  };

  return async (subject) => {
    /** What was encrypted anew here, and what nobody can open. */
    const done = new Set<string>();
    const isLeft = ({ sealed }: Row) => !done.has(sealed);
    // Until nothing is left: while a row was moved, another may have been made that took over what it had before.
    for (let rows = await rowsOf(subject); rows.length > 0; rows = (await rowsOf(subject)).filter(isLeft)) {
      for (const row of rows) {
        const place = { ...subject, record: row.record };
        const data = await vault.openPersonal(place, row.sealed);
        const sealed = data ? await vault.sealPersonal(place, data) : row.sealed;
        done.add(sealed);
        // Unless it was changed meanwhile.
        await pool.query(`update ${table} set sealed = $2 where ${key} = $1 and sealed = $3`, [
          row.key,
          sealed,
          row.sealed,
        ]);
      }
    }
  };
}
