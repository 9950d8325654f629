/**
 * Flags, segments and experiments: objects that are known by a key of their owner's. An object's id is made from its key, so
 * that no two can have the same; what is deleted is archived and may be made anew.
 */
import { toSeconds } from "../clock.ts";
import type { Core } from "../core.ts";
import type { StoredObject } from "../database/objects.ts";
import { ApiError, notFound } from "../errors.ts";
import type { EventType } from "../events/types.ts";
import type { Operation } from "../http/operation.ts";
import { pageOptions, type PageParameters } from "../http/pages.ts";
import { listAnswer } from "../http/schemas.ts";
import type { GivenAnswer, Once } from "../journal/once.ts";
import type { ObjectKind } from "../journal/write.ts";
import { KEY } from "./schemas.ts";

export interface NamedData {
  key: string;
  /** `archived` is gone for the API. */
  status: string;
  /** Seconds since 1970 (UTC). */
  updated: number;
}

export interface Change<T extends NamedData> {
  data: Omit<T, "updated"> & { updated?: number };
  event: EventType;
}

export class NamedObjects<T extends NamedData, Name extends string> {
  readonly #core: Core;
  readonly #once: Once;
  readonly #kind: ObjectKind;
  readonly #object: Name;

  /** @param object as the API's field `object` says, `flag` */
  constructor(core: Core, once: Once, kind: ObjectKind, object: Name) {
    this.#core = core;
    this.#once = once;
    this.#kind = kind;
    this.#object = object;
  }

  /** As the API shows it. */
  readonly show = ({ id, livemode, version, created, data }: StoredObject<T>) => {
    return { object: this.#object, id, livemode, created: toSeconds(created), version, ...data };
  };

  idOf(key: string, livemode: boolean): string {
    return `${this.#object}_${livemode ? "live" : "test"}_${key}`;
  }

  async find(key: string, livemode: boolean): Promise<StoredObject<T> | undefined> {
    const stored = await this.#core.objects.get<T>(this.#kind, this.idOf(key, livemode), livemode);
    return stored?.data.status === "archived" ? undefined : stored;
  }

  /** @throws ApiError 404 */
  async get(key: string, livemode: boolean): Promise<StoredObject<T>> {
    const stored = await this.find(key, livemode);
    if (!stored) throw notFound(this.#object.replace("_", " "), key, "key");
    return stored;
  }

  /** A page as the API shows it, by key, last first. @throws ApiError 400 for a cursor that is no id of these objects */
  async list(url: string, query: PageParameters, livemode: boolean, status?: string) {
    const prefix = this.idOf("", livemode);
    const isId = (text: string) => text.startsWith(prefix) && KEY.test(text.slice(prefix.length));
    const options = pageOptions(query, { isId, form: `${prefix} and a key` });
    const page = await this.#core.objects.list<T>(this.#kind, { ...options, livemode, status });
    return listAnswer(url, page.data.map(this.show), page.hasMore);
  }

  /**
   * Decides upon the object as it is, and commits.
   * @param decide gets undefined when there is no such object; may throw an ApiError
   */
  async change(
    operation: Operation,
    key: string,
    decide: (current: StoredObject<T> | undefined) => Promise<Change<T>> | Change<T>,
  ): Promise<GivenAnswer> {
    const attempt = () => this.#once.answer(operation, () => this.#decide(operation, key, decide));
    try {
      return await attempt();
    } catch (error) {
      // Somebody else made an object of this key at the same moment: now it is there to be seen.
      if (isUniqueViolation(error)) return attempt();
      throw error;
    }
  }

  async #decide(
    { caller: { livemode } }: Operation,
    key: string,
    decide: (current: StoredObject<T> | undefined) => Promise<Change<T>> | Change<T>,
  ) {
    const id = this.idOf(key, livemode);
    const stored = await this.#core.objects.get<T>(this.#kind, id, livemode);
    const change = await decide(stored?.data.status === "archived" ? undefined : stored);
    const now = this.#core.clock();
    const version = (stored?.version ?? 0) + 1;
    const created = stored?.created ?? now;
    const data = { ...change.data, updated: toSeconds(now) } as T;
    const body = this.show({ id, livemode, version, created, data });
    return {
      answer: { status: change.event.endsWith(".created") ? 201 : 200, body },
      objects: [{ kind: this.#kind, id, version, created, data }],
      events: [
        {
          id: this.#core.makeId("event"),
          type: change.event,
          object: id,
          version,
          created: now,
          data: JSON.stringify(body),
        },
      ],
    };
  }
}

/** @throws ApiError 409 when the object is not of the version that the caller decided upon */
export function expectVersion(stored: StoredObject<NamedData>, version: number | undefined): void {
  if (version === undefined || version === stored.version) return;
  throw new ApiError(
    409,
    "invalid_request_error",
    "version_mismatch",
    `${stored.data.key} has version ${stored.version}, not ${version}: read it again and repeat the change.`,
    { param: "version" },
  );
}

export function alreadyExists(what: string, key: string): ApiError {
  return new ApiError(409, "invalid_request_error", "resource_exists", `There is a ${what} ${key} already.`, {
    param: "key",
  });
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "23505";
}
