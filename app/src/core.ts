/** What every domain of the service builds on. Made once by `createCore` (service.ts), handed to each domain's constructor. */
import type { Meter } from "@opentelemetry/api";
import type pg from "pg";
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Objects } from "./database/objects.ts";
import type { MakeId } from "./ids.ts";
import type { Journal } from "./journal/journal.ts";

export interface Core {
  config: Config;
  clock: Clock;
  makeId: MakeId;
  log: Logger;
  /** Makes the counters and histograms that `/metrics` and OTLP show. */
  meter: Meter;
  /** For reads and for the domains' own tables; money and objects change through `journal` only. */
  pool: pg.Pool;
  journal: Journal;
  objects: Objects;
}
