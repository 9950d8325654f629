/** Exports: asked for, written part by part in the background, kept until they expire. */
import { toSeconds } from "../clock.ts";
import type { Core } from "../core.ts";
import type { StoredObject } from "../database/objects.ts";
import { ApiError, invalid, notFound } from "../errors.ts";
import { mergeMetadata } from "../http/metadata.ts";
import type { Operation } from "../http/operation.ts";
import type { GivenAnswer, Once } from "../journal/once.ts";
import { addPart, exportSize, lastPart, readParts } from "./repository.ts";
import { columnsOf, readPage } from "./rows.ts";
import type { Export, ExportFormat, ExportInput, ExportType } from "./schemas.ts";
import { toText } from "./text.ts";

/** What is kept of an export. */
export interface ExportData {
  status: "processing" | "completed";
  type: ExportType;
  format: ExportFormat;
  /** Seconds since 1970 (UTC). */
  period: { from: number; to: number };
  rows: number;
  bytes: number;
  /** Seconds since 1970 (UTC). */
  expires: number | null;
  metadata: Record<string, string>;
}

type StoredExport = StoredObject<ExportData>;

/** Seconds for which the content is kept. */
export const KEPT = 7 * 24 * 3600;

export class ExportService {
  readonly #core: Core;
  readonly #once: Once;
  readonly #enqueue: (id: string) => void;

  constructor(core: Core, once: Once, enqueue: (id: string) => void) {
    this.#core = core;
    this.#once = once;
    this.#enqueue = enqueue;
  }

  async create(operation: Operation, { type, format, period, metadata }: ExportInput): Promise<GivenAnswer> {
    const answer = await this.#once.answer(operation, () => {
      const id = this.#core.makeId("export");
      if (period.to <= period.from)
        throw invalid(
          "parameter_invalid",
          `period.to is ${period.to}, but must be after period.from, ${period.from}.`,
          "period.to",
        );
      const created = this.#core.clock();
      const data: ExportData = {
        status: "processing",
        type,
        format,
        period,
        rows: 0,
        bytes: 0,
        expires: null,
        metadata: mergeMetadata({}, metadata),
      };
      const stored = { id, livemode: operation.caller.livemode, version: 1, created, data };
      return Promise.resolve({
        answer: { status: 201, body: this.show(stored) },
        ...this.#effects(stored, "created"),
      });
    });
    // Asked again after an answer that was lost, it is the first request's export that waits.
    if (answer.status < 400) this.#enqueue((JSON.parse(answer.body) as { id: string }).id);
    return answer;
  }

  /** @throws ApiError 404 */
  async get(id: string, livemode: boolean): Promise<StoredExport> {
    const stored = await this.#core.objects.get<ExportData>("exports", id, livemode);
    if (!stored) throw notFound("export", id);
    return stored;
  }

  readonly show = ({ id, livemode, created, data }: StoredExport): Export => {
    const isExpired = data.expires !== null && data.expires <= toSeconds(this.#core.clock());
    const status = isExpired ? "expired" : data.status;
    const url = status === "completed" ? `/v1/exports/${id}/content` : null;
    return { id, object: "export", ...data, status, url, livemode, created: toSeconds(created) };
  };

  /** The content, part by part. @throws ApiError 404, 409 while it is written, 410 when it has expired */
  async content(
    id: string,
    livemode: boolean,
  ): Promise<{ stored: StoredExport; parts: AsyncIterable<string> }> {
    const stored = await this.get(id, livemode);
    const { status } = this.show(stored);
    if (status === "processing")
      throw new ApiError(
        409,
        "invalid_request_error",
        "export_processing",
        `Export ${id} is still being written.`,
        {
          retryAfter: 1,
        },
      );
    if (status === "expired")
      throw new ApiError(
        410,
        "invalid_request_error",
        "export_expired",
        `Export ${id} has expired: make a new one.`,
      );
    return { stored, parts: readParts(this.#core.pool, id) };
  }

  /** Writes what is left of an export; a process that died left whole parts. */
  async finish(id: string): Promise<void> {
    const { pool, objects, journal, clock } = this.#core;
    const stored =
      (await objects.get<ExportData>("exports", id, true)) ??
      (await objects.get<ExportData>("exports", id, false));
    if (stored?.data.status !== "processing") return;
    const { livemode, data } = stored;
    const scope = { livemode, from: data.period.from * 1000, to: data.period.to * 1000 };
    const columns = columnsOf(data.type);
    let last = await lastPart(pool, id);
    while (last?.cursor.after !== null) {
      const page = await readPage(pool, data.type, scope, last?.cursor.after);
      const number = (last?.number ?? 0) + 1;
      const cursor = { after: page.cursor ?? null, rows: page.rows.length };
      // Another instance may write the same part: whichever comes first is kept.
      await addPart(pool, id, {
        number,
        content: toText(data.format, columns, page.rows, number === 1),
        cursor,
      });
      last = await lastPart(pool, id);
    }
    const size = await exportSize(pool, id);
    const expires = toSeconds(clock()) + KEPT;
    const done = {
      ...stored,
      version: stored.version + 1,
      data: { ...data, ...size, status: "completed" as const, expires },
    };
    // Refused when another instance has completed it meanwhile.
    await journal.commit({ livemode, actor: "system", ...this.#effects(done, "completed") });
  }

  #effects(stored: StoredExport, event: "created" | "completed") {
    const { id, version, created, data } = stored;
    const body = JSON.stringify(this.show(stored));
    const at = this.#core.clock();
    return {
      objects: [{ kind: "exports" as const, id, version, created, data }],
      events: [
        {
          id: this.#core.makeId("event"),
          type: `export.${event}` as const,
          object: id,
          version,
          created: at,
          data: body,
        },
      ],
    };
  }
}
