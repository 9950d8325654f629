import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect } from "chai";
import * as components from "../../components/index.ts";
import { planOf } from "../../components/testing/index.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What examples import, and where it is in this tree. */
const MODULES: Record<string, string> = {
  "@strongroom/components": new URL("../../components/index.ts", import.meta.url).href,
  "@strongroom/components/testing": new URL("../../components/testing/index.ts", import.meta.url).href,
  chai: import.meta.resolve("chai"),
};

/** The TypeScript blocks of a document, with imports that work from anywhere. */
function blocks(file: string): string[] {
  const text = readFileSync(path.join(ROOT, file), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) =>
    code.replace(/from "([^"]+)"/g, (_, name: string) => `from ${JSON.stringify(MODULES[name] ?? name)}`),
  );
}

/** Blocks as one module, whose default export runs them. */
function asProgram(codes: string[]): string {
  const code = codes.join("\n");
  const imports = /^import .*?;$/gms;
  return `${(code.match(imports) ?? []).join("\n")}\nexport default async () => {\n${code.replace(imports, "")}\n};\n`;
}

describe("documented examples", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "strongroom-docs-"));
    writeFileSync(path.join(folder, "package.json"), '{"type":"module"}');
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const file of ["README.md", "docs/components.md"]) {
    it(`${file} holds one program that plans`, async () => {
      const module = path.join(folder, `${path.basename(file)}.ts`);
      writeFileSync(module, asProgram(blocks(file)));
      const { default: program } = (await import(pathToFileURL(module).href)) as { default: () => unknown };
      expect((await planOf(program)).resources).to.have.length.above(20);
    });
  }

  it("docs/components.md has a paragraph for every component", () => {
    const text = readFileSync(path.join(ROOT, "docs/components.md"), "utf8");
    const described = [...text.matchAll(/^### `(\w+)`$/gm)].map(([, name]) => name);
    const isComponent = (value: unknown): boolean =>
      typeof value === "function" && (value.prototype as unknown) instanceof components.Component;
    const exported = Object.entries(components)
      .filter(([name, value]) => isComponent(value) && !name.startsWith("Adopted"))
      .map(([name]) => name);
    expect(described).to.have.members(exported);
  });

  it("docs/testing.md shows a test that passes", () => {
    const [code = ""] = blocks("docs/testing.md");
    const file = path.join(folder, "exports.test.ts");
    writeFileSync(file, code);
    const mocha = (golden: object) =>
      spawnSync(process.execPath, [path.join(ROOT, "node_modules/mocha/bin/mocha.js"), "--no-config", file], {
        cwd: folder,
        env: { ...process.env, ...golden },
        encoding: "utf8",
        timeout: 60_000,
      });
    const { status, stdout, stderr } = mocha({ STRONGROOM_UPDATE_GOLDEN: "1" });
    expect(status, stdout + stderr).to.equal(0);
    expect(stdout).to.contain("3 passing");
  }).timeout(60_000);
});
