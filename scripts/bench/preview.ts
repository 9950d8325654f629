/**
 * Measures `strongroom preview` of production, with both packs and cost, against a floor that only imports the SDKs and
 * registers as many bare resources under mocks; and how time and memory grow with the number of resources.
 *
 * Runs alternate, so that load on the machine falls on both; ratios are of medians.
 *
 *     npm run bench:preview
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { measure, median, type Measurement } from "./measure.ts";

const RUNS = 5;
const SCALES = [1, 3, 10];

const folder = fileURLToPath(new URL(".", import.meta.url));
const output = mkdtempSync(join(tmpdir(), "strongroom-bench-"));
const plan = join(output, "plan.json");

function preview(...args: string[]): Promise<Measurement> {
  return measure(process.execPath, [
    join(folder, "../strongroom.js"),
    "preview",
    "--quiet",
    "--save-plan",
    plan,
    "--out",
    join(output, "report.json"),
    ...args,
  ]);
}

function countResources(): number {
  return (JSON.parse(readFileSync(plan, "utf8")) as { resources: unknown[] }).resources.length;
}

function show({ seconds, mebibytes }: Measurement): string {
  return `${seconds.toFixed(2)} s, ${mebibytes.toFixed(0)} MiB`;
}

function middle(runs: Measurement[]): Measurement {
  return {
    seconds: median(runs.map((run) => run.seconds)),
    mebibytes: median(runs.map((run) => run.mebibytes)),
  };
}

await preview("--stack", "production");
const count = countResources();
const production: Measurement[] = [];
const floor: Measurement[] = [];
for (let run = 0; run < RUNS; run++) {
  production.push(await preview("--stack", "production"));
  floor.push(await measure(process.execPath, [join(folder, "floor.ts"), String(count)]));
}
const [ours, least] = [middle(production), middle(floor)];
console.log(`production, ${count} resources: ${show(ours)}`);
console.log(`floor, ${count} resources:      ${show(least)}`);
console.log(
  `ratio: ${(ours.seconds / least.seconds).toFixed(2)} × time, ${(ours.mebibytes / least.mebibytes).toFixed(2)} × memory`,
);

let first: (Measurement & { count: number }) | undefined;
for (const scale of SCALES) {
  const runs: Measurement[] = [];
  for (let run = 0; run < 3; run++) {
    runs.push(
      await preview("--cwd", join(folder, "scaled"), "--stack", "bench", "--config", `bench:copies=${scale}`),
    );
  }
  const now = { ...middle(runs), count: countResources() };
  first ??= now;
  console.log(
    `${scale} ×, ${now.count} resources (${(now.count / first.count).toFixed(1)} ×): ${show(now)}` +
      ` — ${(now.seconds / first.seconds).toFixed(2)} × time, ${(now.mebibytes / first.mebibytes).toFixed(2)} × memory`,
  );
}
rmSync(output, { recursive: true });
