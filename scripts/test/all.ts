/**
 * Runs every check and every suite, goes on after a failure, and ends in one line: `N passed, N failed`.
 * A check (types, lint, …) counts as one; a suite counts its tests.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const CHECKS = ["typecheck", "lint", "format", "dead-code"];
const SUITES = ["test", "test:slow"];

const folder = mkdtempSync(join(tmpdir(), "strongroom-test-"));
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

for (const check of CHECKS) {
  const status = run(check);
  total[status === 0 ? "passed" : "failed"] += 1;
  if (status !== 0) failures.push(check);
}

for (const suite of SUITES) {
  const file = join(folder, `${suite.replace(":", "-")}.jsonl`);
  const status = run(suite, { STRONGROOM_COUNTS: file });
  const counts = existsSync(file)
    ? readFileSync(file, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Counts)
    : [];
  for (const { passed, failed, skipped } of counts) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  // A suite that died before it could count has failed all the same.
  if (status !== 0 && counts.every(({ failed }) => failed === 0)) total.failed += 1;
  if (status !== 0) failures.push(suite);
}

rmSync(folder, { recursive: true, force: true });
if (failures.length > 0) console.log(`\nFailed: ${failures.join(", ")}`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = failures.length > 0 ? 1 : 0;

/** Runs an npm script with its output shown; returns its exit status. */
function run(script: string, environment: Record<string, string> = {}): number {
  console.log(`\n=== npm run ${script}`);
  const { status } = spawnSync("npm", ["run", "--silent", script], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...environment },
  });
  return status ?? 1;
}
