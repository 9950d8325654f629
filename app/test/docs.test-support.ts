/** What documents say, against what the code does. */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { format, resolveConfig } from "prettier";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The text of a file, by its path from the repository's root. */
export function textOf(path: string): Promise<string> {
  return readFile(`${ROOT}${path}`, "utf8");
}

/**
 * Expects a part of a document, between `<!-- name -->` and `<!-- /name -->`, to say what the code gives. With
 * STRONGROOM_UPDATE_GOLDEN=1 it is written anew.
 */
export async function expectPart(path: string, name: string, generated: string): Promise<void> {
  const text = await textOf(path);
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, rest = ""] = text.split(begin);
  const [part = "", after] = rest.split(end);
  expect(after, `${path} has no part ${begin} … ${end}`).to.be.a("string");
  if (process.env.STRONGROOM_UPDATE_GOLDEN === "1") {
    const isInline = !part.includes("\n");
    const middle = isInline ? generated : `\n\n${generated}\n\n`;
    const whole = [before, begin, middle, end, after].join("");
    const options = await resolveConfig(`${ROOT}${path}`);
    await writeFile(`${ROOT}${path}`, await format(whole, { ...options, filepath: path }));
    return;
  }
  expect(plain(part), `${path} is stale: STRONGROOM_UPDATE_GOLDEN=1 writes ${begin} anew`).to.equal(
    plain(generated),
  );
}

/** Without what only lines it up. */
function plain(markdown: string): string {
  return markdown
    .replace(/-{3,}/g, "---")
    .replace(/[ \t]+/g, " ")
    .replace(/\n{2,}/g, "\n")
    .trim();
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The cells of the first table after `<!-- name -->`, without its head. */
export async function rowsOf(path: string, name: string): Promise<string[][]> {
  const [, rest = ""] = (await textOf(path)).split(`<!-- ${name} -->`);
  return tableIn(rest);
}

/** The first table in a text, be it in a comment of code: its rows' cells, without the head. */
export function tableIn(text: string): string[][] {
  const [, lines = ""] = /^((?:[ *]*\|.*\|[ ]*\n)+)/m.exec(`${text}\n`) ?? [];
  const rows = lines
    .trim()
    .split("\n")
    .map((line) =>
      line
        .replace(/^[ *]*\||\|\s*$/g, "")
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
  return rows.slice(2);
}
