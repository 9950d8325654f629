/** Compares the ledger with itself from time to time: balances with entries, debits with credits. Both differ by 0. */
import type { Meter } from "@opentelemetry/api";
import type pg from "pg";
import type { Logger } from "pino";

export interface LedgerWatch {
  start(): void;
  /** Waits for the comparison under way. */
  stop(): Promise<void>;
  /** Compares now. */
  compare(): Promise<void>;
}

export interface LedgerWatchOptions {
  pool: pg.Pool;
  meter: Meter;
  log: Logger;
  /** Seconds between two comparisons, at least; 0: none. */
  interval: number;
}

/** Comparing reads every entry: it may take this share of the time at most. */
const SHARE = 0.02;

/** Seconds that one comparison may take; a ledger of 10 million entries takes some 10. */
const TIME_LIMIT = 600;

interface Drift {
  account: string;
  column_name: string;
}

interface Difference {
  currency: string;
  livemode: boolean;
  layer: string;
  /** Debits less credits, in minor units; text, as it may be any number when something is wrong. */
  difference: string;
}

const IMBALANCE = `
  select currency, livemode, layer, sum(difference)::text as difference
  from ledger_accounts, lateral (values
    ('posted', debits_posted - credits_posted),
    ('pending', debits_pending - credits_pending)
  ) as sums (layer, difference)
  group by currency, livemode, layer`;

/** What `pg` takes, and its types leave out. */
interface PatientQuery extends pg.QueryConfig {
  /** Milliseconds to wait for the answer. */
  query_timeout: number;
}

/** The pool's own limit is for requests' statements. */
function patient(text: string): PatientQuery {
  return { text, query_timeout: TIME_LIMIT * 1000 };
}

export function watchLedger({ pool, meter, log, interval }: LedgerWatchOptions): LedgerWatch {
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  let stopped = false;
  let drift: number | undefined;
  let imbalances: Difference[] = [];
  let compared: number | undefined;

  meter
    .createObservableGauge("ledger.drift", {
      description: "Sums of accounts that differ from their entries; anything but 0 is an incident",
    })
    .addCallback((result) => {
      if (drift !== undefined) result.observe(drift);
    });
  meter
    .createObservableGauge("ledger.imbalance", {
      description: "Debits less credits in minor units; anything but 0 is an incident",
    })
    .addCallback((result) => {
      for (const { currency, livemode, layer, difference } of imbalances) {
        result.observe(Number(difference), { currency, livemode, layer });
      }
    });
  meter
    .createObservableGauge("ledger.compared.age", {
      description: "Time since the last comparison",
      unit: "s",
    })
    .addCallback((result) => {
      if (compared !== undefined) result.observe((performance.now() - compared) / 1000);
    });

  async function compare(): Promise<void> {
    const [drifted, sums] = await read();
    drift = drifted.length;
    imbalances = sums;
    compared = performance.now();
    if (drift > 0) log.fatal({ drift, first: drifted.slice(0, 10) }, "accounts differ from their entries");
    const unequal = imbalances.filter(({ difference }) => difference !== "0");
    if (unequal.length > 0) log.fatal({ unequal }, "debits and credits differ");
  }

  /** Both at the same moment: one snapshot. */
  async function read(): Promise<[Drift[], Difference[]]> {
    const client = await pool.connect();
    try {
      await client.query("begin isolation level repeatable read read only");
      await client.query(`set local statement_timeout = '${TIME_LIMIT}s'`);
      const drifted = await client.query<Drift>(patient("select account, column_name from ledger_drift()"));
      const sums = await client.query<Difference>(patient(IMBALANCE));
      await client.query("commit");
      client.release();
      return [drifted.rows, sums.rows];
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async function run(): Promise<void> {
    const started = performance.now();
    try {
      await compare();
    } catch (error) {
      log.warn({ err: error }, "the ledger could not be compared");
    }
    if (!stopped) schedule(Math.max(interval, (performance.now() - started) / 1000 / SHARE));
  }

  function schedule(seconds: number): void {
    timer = setTimeout(() => {
      running = run();
    }, seconds * 1000);
    timer.unref();
  }

  return {
    // Not at once: the start has enough to do.
    start: () => interval > 0 && schedule(Math.min(interval, 10)),
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
    compare,
  };
}
