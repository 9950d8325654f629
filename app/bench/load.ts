/**
 * Load over HTTP/1.1: a fixed number of connections, each with one request at a time. Runs as a process of its own and
 * speaks to sockets directly, so that the client's share of the machine stays small; tells its result as JSON.
 */
import { connect, type Socket } from "node:net";
import { percentile } from "./percentile.ts";

export interface LoadOptions {
  port: number;
  connections: number;
  seconds: number;
  path: string;
  apiKey: string;
  /** Bodies are made by name: see BODIES. */
  body: keyof typeof BODIES;
  accounts: string[];
  paymentMethod?: string;
  /** Distinguishes the idempotency keys of several runs. */
  run: string;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  /** Answers by status. */
  statuses: Record<string, number>;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

const BODIES = {
  /** Between two accounts by chance. */
  transfer: ({ accounts }: LoadOptions) => {
    const source = Math.floor(Math.random() * accounts.length);
    const destination = (source + 1 + Math.floor(Math.random() * (accounts.length - 1))) % accounts.length;
    return `{"amount":100,"currency":"usd","source":"${accounts[source] ?? ""}","destination":"${accounts[destination] ?? ""}"}`;
  },
  /** All into the first account. */
  hot: ({ accounts }: LoadOptions) => {
    const source = 1 + Math.floor(Math.random() * (accounts.length - 1));
    return `{"amount":100,"currency":"usd","source":"${accounts[source] ?? ""}","destination":"${accounts[0] ?? ""}"}`;
  },
  payment: ({ paymentMethod = "" }: LoadOptions) =>
    `{"amount":1000,"currency":"usd","payment_method":"${paymentMethod}","confirm":true}`,
};

/** One request at a time on one connection, until the time is up. */
function worker(
  options: LoadOptions,
  index: number,
  until: number,
  times: number[],
  statuses: Map<string, number>,
) {
  const { port, path, apiKey, run } = options;
  const makeBody = BODIES[options.body];
  const head =
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${String(port)}\r\nauthorization: Bearer ${apiKey}\r\n` +
    "content-type: application/json\r\n";
  return new Promise<void>((resolve, reject) => {
    const socket: Socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let sent = 0;
    let count = 0;
    let pending = "";
    const next = () => {
      const now = performance.now();
      if (now >= until) {
        socket.end();
        resolve();
        return;
      }
      const body = makeBody(options);
      count += 1;
      sent = now;
      socket.write(
        `${head}idempotency-key: ${run}-${String(index)}-${String(count)}\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`,
      );
    };
    socket.setEncoding("latin1");
    socket.on("connect", next);
    socket.on("error", reject);
    socket.on("data", (chunk: string) => {
      pending += chunk;
      const end = pending.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = /content-length: (\d+)/i.exec(pending.slice(0, end));
      if (pending.length < end + 4 + Number(length?.[1] ?? 0)) return;
      const status = pending.slice(9, 12);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      times.push(performance.now() - sent);
      pending = "";
      next();
    });
  });
}

async function load(options: LoadOptions): Promise<LoadResult> {
  const times: number[] = [];
  const statuses = new Map<string, number>();
  const started = performance.now();
  const until = started + options.seconds * 1000;
  const workers = Array.from({ length: options.connections }, (_, index) =>
    worker(options, index, until, times, statuses),
  );
  await Promise.all(workers);
  const seconds = (performance.now() - started) / 1000;
  times.sort((a, b) => a - b);
  return {
    requests: times.length,
    seconds,
    statuses: Object.fromEntries(statuses),
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  };
}

process.once("message", (options: LoadOptions) => {
  void load(options).then((result) => {
    process.send?.(result);
    process.disconnect();
  });
});
