import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Fact } from "./facts.ts";
import { fileJournal, memoryJournal } from "./journal.ts";
import { charge, foundBy, referenceOf, testSimulator } from "./simulator.test-support.ts";

const APPROVED = "4242424242424242";

describe("simulator: journal of facts", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "strongroom-simulator-"));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("remembers charges, keys and disputes over a restart, and goes on where it was", async () => {
    const before = testSimulator({ journal: fileJournal(folder) });
    const held = await before.authorize(charge(APPROVED, { capture: false }));
    const reference = referenceOf(held);
    await before.capture({ key: "c", reference, amount: 700, currency: "usd", final: false });
    await before.authorize(charge("4000000000900037", { key: "lost" }));
    before.close();

    const after = testSimulator({ journal: fileJournal(folder) });
    expect(await after.authorize(charge(APPROVED, { capture: false }))).to.deep.equal(held);
    expect(foundBy(await after.inquire("lost"))).to.include({ outcome: "approved" });
    const rest = { reference, currency: "usd", final: true };
    expect(await after.capture({ ...rest, key: "c2", amount: 1301 })).to.include({
      code: "amount_too_large",
    });
    expect(await after.capture({ ...rest, key: "c3", amount: 1300 })).to.include({ outcome: "approved" });
    after.close();
  });

  it("writes what one turn of the event loop asks with one write, before it answers", async () => {
    const simulator = testSimulator({ journal: fileJournal(folder) });
    const file = join(folder, "facts-000001.jsonl");
    const answers = [1, 2, 3].map(async (number) =>
      simulator.authorize(charge(APPROVED, { key: `key_${number}` })),
    );
    expect(readFileSync(file, "utf8")).to.equal("");
    await answers[0];
    expect(readFileSync(file, "utf8").split("\n")).to.have.length(4);
    await Promise.all(answers);
    simulator.close();
  });

  it("drops a last line that a kill cut off", async () => {
    const before = testSimulator({ journal: fileJournal(folder) });
    const first = await before.authorize(charge(APPROVED));
    before.close();
    appendFileSync(join(folder, "facts-000001.jsonl"), '{"n":2,"at":1767614400000,"type":"auth');

    const after = testSimulator({ journal: fileJournal(folder) });
    expect(await after.authorize(charge(APPROVED))).to.deep.equal(first);
    await after.authorize(charge(APPROVED, { key: "key_2" }));
    after.close();
    const again = testSimulator({ journal: fileJournal(folder) });
    expect(foundBy(await again.inquire("key_2"))).to.include({ outcome: "approved" });
    again.close();
  });

  it("finds what only old segments know: keys, charges and what became of them", async () => {
    const small = (): ReturnType<typeof fileJournal> => fileJournal(folder, 300);
    const before = testSimulator({ journal: small() });
    const old = await before.authorize(charge(APPROVED, { key: "old", capture: false }));
    const reference = referenceOf(old);
    await before.capture({ key: "c", reference, amount: 500, currency: "usd", final: false });
    for (let number = 1; number <= 5; number += 1) {
      await before.authorize(charge(APPROVED, { key: `later_${number}` }));
    }
    before.close();
    expect(readdirSync(folder).filter((name) => name.startsWith("facts-")).length).to.be.above(3);

    const after = testSimulator({ journal: small() });
    expect(foundBy(await after.inquire("old"))).to.deep.equal(old);
    expect(await after.inquire("never")).to.deep.equal({ inquiry: "not_found" });
    const rest = { reference, currency: "usd", final: true };
    const captures = await Promise.all(
      ["c2", "c3"].map(async (key) => after.capture({ ...rest, key, amount: 1500 })),
    );
    expect(captures.map(({ outcome }) => outcome).sort()).to.deep.equal(["approved", "declined"]);
    after.close();
  });

  it("in memory keeps the latest facts alone, and the simulator goes on without the older ones", async () => {
    const journal = memoryJournal(10);
    const simulator = testSimulator({ journal, remembered: 5 });
    const references: string[] = [];
    for (let number = 1; number <= 45; number += 1)
      references.push(referenceOf(await simulator.authorize(charge(APPROVED, { key: `key_${number}` }))));
    const facts: Fact[] = [];
    for await (const fact of journal.history()) facts.push(fact);
    expect(facts.map(({ n }) => n)).to.deep.equal(Array.from({ length: 15 }, (_, index) => 31 + index));

    const refund = { amount: 1, currency: "usd" };
    const [forgotten = ""] = references;
    const recalled = references[32] ?? "";
    expect(await simulator.refund({ ...refund, key: "r", reference: forgotten })).to.include({
      code: "charge_missing",
    });
    expect(await simulator.refund({ ...refund, key: "r2", reference: recalled })).to.include({
      outcome: "approved",
    });
  });

  it("holds no card number", async () => {
    const simulator = testSimulator({ journal: fileJournal(folder) });
    await simulator.authorize(charge("4000000000009995"));
    simulator.close();
    expect(readFileSync(join(folder, "facts-000001.jsonl"), "utf8")).not.to.contain("4000000000009995");
  });

  it("knows after SIGKILL all that it had answered", async () => {
    const script = join(folder, "victim.mjs");
    const from = new URL("./simulator.test-support.ts", import.meta.url).href;
    writeFileSync(
      script,
      `import { fileJournal } from ${JSON.stringify(new URL("./journal.ts", import.meta.url).href)};
       import { charge, testSimulator } from ${JSON.stringify(from)};
       const simulator = testSimulator({ journal: fileJournal(${JSON.stringify(join(folder, "facts"))}) });
       for (let number = 1; ; number += 1) {
         const result = await simulator.authorize(charge("${APPROVED}", { key: "key_" + number }));
         process.stdout.write(JSON.stringify({ key: "key_" + number, result }) + "\\n");
       }`,
    );
    const victim = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
    const answered: { key: string; result: object }[] = [];
    for await (const line of createInterface({ input: victim.stdout })) {
      answered.push(JSON.parse(line) as { key: string; result: object });
      if (answered.length === 200) victim.kill("SIGKILL");
    }
    if (victim.signalCode === null) await once(victim, "exit");
    expect(victim.signalCode).to.equal("SIGKILL");
    expect(answered.length).to.be.at.least(200);

    const after = testSimulator({ journal: fileJournal(join(folder, "facts")) });
    for (const { key, result } of answered) {
      expect(foundBy(await after.inquire(key))).to.deep.equal(result);
    }
    after.close();
  });
});
