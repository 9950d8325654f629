/**
 * What the service is measured against: pgbench, calling one SQL function per transfer. The function does what any durable
 * transfer must: the key with its answer, two balances, two entries, one event, one commit. Entries are found by account
 * and by transfer, as in any ledger; without these two indexes the reference is some 1.3 times as fast.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { percentile } from "./percentile.ts";

export const REFERENCE_SCHEMA = `
  create schema reference;
  create table reference.accounts (id integer primary key, balance bigint not null) with (fillfactor = 60);
  create table reference.keys (key text primary key, answer text not null);
  create table reference.entries (
    id bigserial primary key, account integer not null, transfer text not null, amount bigint not null
  );
  create index on reference.entries (account, id);
  create index on reference.entries (transfer);
  create table reference.outbox (id bigserial primary key, payload text not null);
  insert into reference.accounts select n, 0 from generate_series(1, 1000) n;

  create function reference.transfer(key text, source integer, destination integer, amount bigint) returns text
    language plpgsql as $$
  declare
    answer text := format('{"id":"%s","amount":%s,"source":%s,"destination":%s}', key, amount, source, destination);
  begin
    insert into reference.keys values (key, answer) on conflict do nothing;
    if not found then
      return (select k.answer from reference.keys k where k.key = transfer.key);
    end if;
    -- In one order, so that transfers do not deadlock.
    if source < destination then
      update reference.accounts a set balance = a.balance - amount where a.id = source;
      update reference.accounts a set balance = a.balance + amount where a.id = destination;
    else
      update reference.accounts a set balance = a.balance + amount where a.id = destination;
      update reference.accounts a set balance = a.balance - amount where a.id = source;
    end if;
    insert into reference.entries (account, transfer, amount) values (source, key, -amount), (destination, key, amount);
    insert into reference.outbox (payload) values (answer);
    return answer;
  end
  $$;
`;

const SCRIPTS = {
  spread: `
\\set source random(1, 1000)
\\set step random(1, 999)
\\set destination (:source + :step - 1) % 1000 + 1
select reference.transfer(gen_random_uuid()::text, :source::int, :destination::int, 100);
`,
  hot: `
\\set source random(2, 1000)
select reference.transfer(gen_random_uuid()::text, :source::int, 1, 100);
`,
};

export interface ReferenceResult {
  perSecond: number;
  p50: number;
  p99: number;
}

/** Runs pgbench with 32 clients in two threads. */
export async function runReference(
  url: string,
  script: keyof typeof SCRIPTS,
  seconds: number,
): Promise<ReferenceResult> {
  const folder = await mkdtemp(join(tmpdir(), "strongroom-bench-"));
  try {
    await writeFile(join(folder, "script.sql"), SCRIPTS[script]);
    const options = [
      "-n",
      "-c",
      "32",
      "-j",
      "2",
      "-M",
      "prepared",
      "-T",
      String(seconds),
      "-l",
      "-f",
      "script.sql",
      url,
    ];
    await new Promise<void>((resolve, reject) => {
      const child = spawn("pgbench", options, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
      child.once("error", reject);
      child.once("exit", (code) => {
        if (code === 0) resolve();
        else reject(new Error(`pgbench ended with ${String(code)}`));
      });
    });
    const logs = (await readdir(folder)).filter((name) => name.startsWith("pgbench_log"));
    const times: number[] = [];
    for (const name of logs) {
      for (const line of (await readFile(join(folder, name), "utf8")).trim().split("\n")) {
        times.push(Number(line.split(" ")[2]) / 1000);
      }
    }
    times.sort((a, b) => a - b);
    return { perSecond: times.length / seconds, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
