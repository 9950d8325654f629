import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The repository's documents. */
function documents(): string[] {
  const others = new Set(["node_modules", "dist", "out", "coverage"]);
  return globSync("**/*.md", { cwd: ROOT, exclude: (name) => others.has(path.basename(name)) });
}

function withoutCode(text: string): string {
  return text.replace(/^(`{3,})[^\n]*\n.*?^\1/gms, "").replace(/`[^`\n]*`/g, "");
}

/** What a document links to in this repository. */
function linksOf(text: string): string[] {
  const targets = [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors of a document's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  const known = new Map<string, number>();
  const headings = text.replace(/^(`{3,})[^\n]*\n.*?^\1/gms, "").matchAll(/^#{1,6} (.+)$/gm);
  return [...headings].map(([, heading = ""]) => {
    const anchor = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, "")
      .replaceAll(" ", "-");
    const before = known.get(anchor) ?? 0;
    known.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

/** What is wrong with a link of a document; undefined when it leads somewhere. */
function faultOf(from: string, link: string): string | undefined {
  const [target = "", anchor] = link.split("#");
  const file = target === "" ? from : path.join(path.dirname(from), decodeURIComponent(target));
  const place = path.join(ROOT, file);
  if (!existsSync(place)) return `${from}: ${link} leads to no file`;
  if (anchor === undefined) return undefined;
  if (statSync(place).isDirectory() || !file.endsWith(".md"))
    return `${from}: ${link} has an anchor in no document`;
  return anchorsOf(readFileSync(place, "utf8")).includes(anchor)
    ? undefined
    : `${from}: ${link} leads to no heading of ${file}`;
}

describe("links between documents", () => {
  it("lead to files and headings that there are", () => {
    expect(documents()).to.include.members([
      "README.md",
      "docs/architecture.md",
      "docs/adr/0001-own-components.md",
    ]);
    const faults = documents().flatMap((file) =>
      linksOf(readFileSync(path.join(ROOT, file), "utf8")).flatMap((link) => faultOf(file, link) ?? []),
    );
    expect(faults).to.deep.equal([]);
  });

  it("are noticed when they lead nowhere", () => {
    expect(faultOf("README.md", "docs/nowhere.md")).to.equal("README.md: docs/nowhere.md leads to no file");
    expect(faultOf("README.md", "docs/testing.md#nowhere")).to.equal(
      "README.md: docs/testing.md#nowhere leads to no heading of docs/testing.md",
    );
    expect(faultOf("README.md", "#deploy")).to.equal(undefined);
    expect(faultOf("docs/preview.md", "policies.md#exemptions")).to.equal(undefined);
    expect(
      linksOf("[a](b.md) `[c](d.md)` [e](https://example.com)\n\n```md\n[f](g.md)\n```\n"),
    ).to.deep.equal(["b.md"]);
  });
});
