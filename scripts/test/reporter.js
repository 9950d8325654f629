import { appendFileSync } from "node:fs";
import Mocha from "mocha";

/** Mocha's `spec` report, and the counts appended as a line of JSON to the file that STRONGROOM_COUNTS names. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once("end", () => {
      const file = process.env.STRONGROOM_COUNTS;
      if (file !== undefined) {
        const { passes, failures, pending } = this.stats;
        appendFileSync(file, `${JSON.stringify({ passed: passes, failed: failures, skipped: pending })}\n`);
      }
    });
  }
}
