import { expect } from "chai";
import pino from "pino";
import { until } from "../../test/wait.test-support.ts";
import { JobQueue } from "./job-queue.ts";

describe("a queue of jobs", () => {
  let open: string[];
  let looks: number;
  let begun: string[];
  let queue: JobQueue;
  /** Lets the job under way end. */
  let release: () => void;

  beforeEach(() => {
    open = [];
    looks = 0;
    begun = [];
    release = () => undefined;
    queue = new JobQueue({
      log: pino({ level: "silent" }),
      open: () => {
        looks += 1;
        return Promise.resolve(open);
      },
      finish: (id) => {
        begun.push(id);
        return new Promise((resolve) => (release = resolve));
      },
      lookInterval: 5,
    });
  });

  afterEach(async () => {
    release();
    await queue.stop();
  });

  it("finishes what another process leaves behind while this one runs", async () => {
    queue.start();
    await until(() => looks > 0);
    open = ["left"];
    await until(() => begun.length > 0);
    expect(begun).to.deep.equal(["left"]);
  });

  it("does a job once that is asked for again while it waits", async () => {
    for (const id of ["first", "second", "second", "third"]) queue.enqueue(id);
    for (const count of [1, 2, 3]) {
      await until(() => begun.length === count);
      release();
    }
    await new Promise(setImmediate);
    expect(begun).to.deep.equal(["first", "second", "third"]);
  });

  it("does a job again that is asked for while it is under way", async () => {
    queue.enqueue("first");
    await until(() => begun.length === 1);
    queue.enqueue("first");
    release();
    await until(() => begun.length === 2);
    expect(begun).to.deep.equal(["first", "first"]);
  });

  it("begins no further job once it is to stop", async () => {
    for (const id of ["first", "second"]) queue.enqueue(id);
    await until(() => begun.length === 1);
    const stopped = queue.stop();
    queue.enqueue("third");
    release();
    await stopped;
    await new Promise(setImmediate);
    expect(begun).to.deep.equal(["first"]);
  });
});
