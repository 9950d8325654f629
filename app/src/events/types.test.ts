import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { EVENT_PATTERNS, EVENT_TYPES } from "./types.ts";

describe("types of events", () => {
  it("are chosen by their names, by how they begin, or all at once", () => {
    expect(EVENT_PATTERNS).to.include.members([
      ...EVENT_TYPES,
      "*",
      "payment.*",
      "ledger.*",
      "ledger.account.*",
    ]);
    expect(EVENT_PATTERNS).to.not.include.members(["ping.*"]);
    expect(EVENT_PATTERNS).to.have.length(new Set(EVENT_PATTERNS).size);
  });

  it("stand in the webhooks' guide, each of them", async () => {
    const guide = await readFile(new URL("../webhooks/README.md", import.meta.url), "utf8");
    const rows = [...guide.matchAll(/^\| `([a-z_.]+)` +\| (`.*`) +\|$/gm)];
    const listed = rows.flatMap(([, kind, names = ""]) =>
      [...names.matchAll(/`([a-z_]+)`/g)].map(([, name]) => `${String(kind)}.${String(name)}`),
    );
    expect([...listed, "ping"]).to.have.members(EVENT_TYPES);
  });
});
