/**
 * Notices of the database (LISTEN/NOTIFY). A connection of its own listens; when it is lost, another is made. It counts as
 * hearing only after a notice really arrived, since poolers accept LISTEN and then deliver nothing.
 */
import pg from "pg";
import type { Logger } from "pino";

export interface NoticesOptions {
  /** Its connection settings are used; its connections are not. */
  pool: pg.Pool;
  channel: string;
  log: Logger;
  onNotice: (payload: string) => void;
  /** Notices may have been missed. */
  onGap: () => void;
}

/** Milliseconds. */
const RECONNECT_INTERVAL = 250;
const PING_INTERVAL = 5000;
const PING_TIMEOUT = 2000;

/** Sent to ourselves, to learn whether notices arrive. */
const GREETING = "hello";

export class Notices {
  readonly #options: NoticesOptions;
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = true;
  #hearing = false;

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  /** True while notices arrive. */
  get isHearing(): boolean {
    return this.#hearing;
  }

  /** Resolves after the first attempt; later ones follow in the background. */
  async start(): Promise<void> {
    this.#stopped = false;
    await this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = undefined;
    this.#hearing = false;
    client?.removeAllListeners();
    client?.on("error", () => undefined);
    await client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const { pool, channel, onNotice, onGap, log } = this.#options;
    // A pool hides its password from those who copy its options.
    const { options } = pool;
    const client = new pg.Client({
      ...options,
      password: options.password,
      keepAlive: true,
      query_timeout: PING_TIMEOUT,
    });
    this.#client = client;
    const lost = (error?: Error) => {
      if (this.#client !== client) return;
      this.#client = undefined;
      clearTimeout(this.#timer);
      client.removeAllListeners();
      client.on("error", () => undefined);
      client.end().catch(() => undefined);
      if (this.#hearing) log.warn({ err: error, channel }, "notices of the database do not arrive");
      this.#hearing = false;
      onGap();
      if (!this.#stopped) this.#timer = setTimeout(() => void this.#connect(), RECONNECT_INTERVAL);
    };
    client.on("error", lost);
    client.on("end", lost);
    client.on("notification", ({ payload = "" }) => {
      if (!this.#hearing) {
        this.#hearing = true;
        // What changed before we heard.
        onGap();
      }
      if (payload !== GREETING) onNotice(payload);
    });
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(channel)}`);
      await pool.query("select pg_notify($1, $2)", [channel, GREETING]);
      this.#ping(client, lost);
    } catch (error) {
      lost(error as Error);
    }
  }

  /** Finds connections that are gone without a word. */
  #ping(client: pg.Client, lost: (error: Error) => void): void {
    this.#timer = setTimeout(() => {
      client.query("select").then(() => {
        if (this.#client === client) this.#ping(client, lost);
      }, lost);
    }, PING_INTERVAL);
    this.#timer.unref();
  }
}
