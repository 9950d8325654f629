/** Reads of the events. They are written by the journal alone. */
import type pg from "pg";
import { TypeID } from "typeid-js";
import type { CreatedRange, ListOptions } from "../database/objects.ts";
import { pageOf, type Page } from "../database/page.ts";
import { ID_PREFIXES } from "../ids.ts";
import type { EventRow } from "./event.ts";

export interface EventFilter extends Pick<
  ListOptions,
  "livemode" | "limit" | "startingAfter" | "endingBefore" | "created"
> {
  /** Types that will do, as in an endpoint's `enabled_events`: `payment.succeeded`, `payment.*`, `*`. */
  types?: readonly string[];
  /** Id of the object that the events are about. */
  object?: string;
}

/** How far an event's id may be made before or after the time that it bears. */
const ID_TOLERANCE = 3_600_000;

const COLUMNS = "id, livemode, type, object, created, data::text as data, request";

export class EventRepository {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async get(id: string, livemode: boolean): Promise<EventRow | undefined> {
    const { rows } = await this.#pool.query<EventRow>({
      name: "get_event",
      text: `select ${COLUMNS} from events where id = $1 and livemode = $2`,
      values: [id, livemode],
    });
    return rows[0];
  }

  /** A page of events, newest first. */
  async list(filter: EventFilter): Promise<Page<EventRow>> {
    const { limit, startingAfter, endingBefore, object, types, created } = filter;
    const values: unknown[] = [filter.livemode];
    const conditions = ["livemode = $1"];
    const where = (condition: string, value: unknown) => {
      if (value === undefined) return;
      values.push(value);
      conditions.push(condition.replaceAll("?", `$${values.length}`));
    };
    where("id < ?", startingAfter);
    where("id > ?", endingBefore);
    where("object = ?", object);
    where("webhook_wants(?::jsonb, type)", types && JSON.stringify(types));
    const { from, to } = secondsOf(created);
    where("created >= to_timestamp(?::bigint)", from);
    where("created < to_timestamp(?::bigint)", to);
    // Ids grow with time: so the index leads near the first event, without one more index for each event to pay for.
    where("id >= ?", from === undefined ? undefined : lowestId(from * 1000 - ID_TOLERANCE));
    where("id < ?", to === undefined ? undefined : lowestId(to * 1000 + ID_TOLERANCE));
    values.push(limit + 1);
    const { rows } = await this.#pool.query<EventRow>(
      `select ${COLUMNS} from events where ${conditions.join(" and ")}
       order by id ${endingBefore === undefined ? "desc" : "asc"} limit $${values.length}`,
      values,
    );
    return pageOf(rows, limit, endingBefore !== undefined);
  }
}

/** The first second of the range, and the one after its last; undefined where it has no end. */
function secondsOf({ gt, gte, lt, lte }: CreatedRange = {}): { from?: number; to?: number } {
  const from = Math.max(gte ?? -Infinity, gt === undefined ? -Infinity : gt + 1);
  const to = Math.min(lt ?? Infinity, lte === undefined ? Infinity : lte + 1);
  return { from: from === -Infinity ? undefined : from, to: to === Infinity ? undefined : to };
}

/** The least id that an event made at this moment can have. @param time milliseconds since 1970 (UTC) */
function lowestId(time: number): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(Math.min(Math.max(time, 0), 2 ** 48 - 1), 0, 6);
  return TypeID.fromUUIDBytes(ID_PREFIXES.event, bytes).toString();
}
