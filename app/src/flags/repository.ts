/** The flags' SQL. */
import type pg from "pg";
import type { ExperimentDefinition, FlagDefinition, SegmentDefinition } from "./schemas.ts";
import { makeSnapshot, type Snapshot } from "./snapshot.ts";

export interface Exposure {
  livemode: boolean;
  experiment: string;
  /** Hash of the targeting key. */
  subject: string;
  variant: string;
  /** Milliseconds since 1970 (UTC). */
  created: number;
}

export interface Conversion extends Omit<Exposure, "variant"> {
  metric: string;
}

export interface Snapshots {
  live: Snapshot;
  test: Snapshot;
  /** Grows with every change of a flag, a segment or an experiment. */
  stamp: string;
}

/** Versions only ever grow, so their sum tells every change. */
const STAMP = `(select coalesce(sum(version), 0) from flags) + (select coalesce(sum(version), 0) from flag_segments)
  + (select coalesce(sum(version), 0) from experiments)`;

export async function readStamp(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ stamp: string }>(`select (${STAMP})::text as stamp`);
  return rows[0]?.stamp ?? "";
}

/** All flags in one statement, so that they belong together. */
export async function readSnapshots(pool: pg.Pool): Promise<Snapshots> {
  const { rows } = await pool.query<{ stamp: string; kind: string; livemode: boolean; data: object }>(`
    select (${STAMP})::text as stamp, o.* from (
      select '' as kind, null::boolean as livemode, null::jsonb as data
      union all select 'flag', livemode, data from flags where status = 'active'
      union all select 'segment', livemode, data from flag_segments where status = 'active'
      union all select 'experiment', livemode, data from experiments where status = 'running'
    ) o`);
  const of = (livemode: boolean): Snapshot => {
    const all = <T>(kind: string) =>
      rows.filter((row) => row.kind === kind && row.livemode === livemode).map((row) => row.data as T);
    return makeSnapshot(
      all<FlagDefinition>("flag"),
      all<SegmentDefinition>("segment"),
      all<ExperimentDefinition>("experiment"),
    );
  };
  return { live: of(true), test: of(false), stamp: rows[0]?.stamp ?? "" };
}

/** Keeps the first exposure of each subject. */
export async function insertExposures(pool: pg.Pool, exposures: readonly Exposure[]): Promise<void> {
  await pool.query(
    `insert into flag_exposures (livemode, experiment, subject, variant, created)
     select livemode, experiment, subject, variant, to_timestamp(created / 1000.0)
     from unnest($1::boolean[], $2::text[], $3::text[], $4::text[], $5::bigint[])
       as e (livemode, experiment, subject, variant, created)
     order by livemode, experiment, subject
     on conflict do nothing`,
    [
      exposures.map((exposure) => exposure.livemode),
      exposures.map((exposure) => exposure.experiment),
      exposures.map((exposure) => exposure.subject),
      exposures.map((exposure) => exposure.variant),
      exposures.map((exposure) => exposure.created),
    ],
  );
}

/** Keeps the latest conversion of each subject and metric: an earlier one may be of before the subject took part. */
export async function insertConversions(pool: pg.Pool, conversions: readonly Conversion[]): Promise<void> {
  await pool.query(
    `insert into flag_conversions (livemode, experiment, subject, metric, created)
     select livemode, experiment, subject, metric, to_timestamp(max(created) / 1000.0)
     from unnest($1::boolean[], $2::text[], $3::text[], $4::text[], $5::bigint[])
       as c (livemode, experiment, subject, metric, created)
     group by livemode, experiment, subject, metric
     order by livemode, experiment, subject, metric
     on conflict (livemode, experiment, subject, metric)
       do update set created = excluded.created where flag_conversions.created < excluded.created`,
    [
      conversions.map((conversion) => conversion.livemode),
      conversions.map((conversion) => conversion.experiment),
      conversions.map((conversion) => conversion.subject),
      conversions.map((conversion) => conversion.metric),
      conversions.map((conversion) => conversion.created),
    ],
  );
}

/** Subjects per variant; and per metric those of them who converted after they saw their variant. */
export async function countExperiment(
  pool: pg.Pool,
  livemode: boolean,
  experiment: string,
): Promise<{ variant: string; metric: string | null; subjects: number }[]> {
  const { rows } = await pool.query<{ variant: string; metric: string | null; subjects: number }>(
    `select variant, null as metric, count(*) as subjects
     from flag_exposures where livemode = $1 and experiment = $2 group by variant
     union all
     select e.variant, c.metric, count(*)
     from flag_exposures e join flag_conversions c using (livemode, experiment, subject)
     where e.livemode = $1 and e.experiment = $2 and c.created >= e.created
     group by e.variant, c.metric`,
    [livemode, experiment],
  );
  return rows;
}
