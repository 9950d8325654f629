import { expect } from "chai";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { ERROR_GUIDE } from "./errors-guide.ts";
import { errorsPage } from "./errors-page.ts";

const SOURCE = fileURLToPath(new URL("..", import.meta.url));

/** Error codes of this API; other objects have a `code` as well. */
const CODE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

describe("the guide to errors", function () {
  this.timeout(20_000);

  it("explains every code that the source can give, and no others", () => {
    const explained = ERROR_GUIDE.flatMap(({ codes }) => Object.keys(codes));
    const given = codesIn(parseSource(), explained);
    expect([...explained].sort(), "in the guide, as against the source").to.deep.equal([...given].sort());
  });

  it("explains each code once, in whole sentences", () => {
    const all = ERROR_GUIDE.flatMap(({ codes }) => Object.entries(codes));
    expect(new Set(all.map(([code]) => code)).size).to.equal(all.length);
    for (const [code, { title, meaning, remedy }] of all) {
      expect(title, code).to.match(/^[A-Z0-9].*[^.]$/);
      for (const text of [meaning, remedy]) expect(text, code).to.match(/\.$/);
    }
  });

  it("is a page with an anchor for each code, to which doc_url leads", () => {
    const page = errorsPage();
    expect(page).to.contain('<section id="insufficient_funds">').and.to.contain('<html lang="en">');
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size, "anchors are unique").to.equal(ids.length);
  });

  it("writes what is markup in HTML as text", () => {
    const codes = { x: { title: "<b>", meaning: "a & b.", remedy: 'Say "c".' } };
    const page = errorsPage([{ title: "Q & A", codes }]);
    expect(page)
      .to.contain("<dd>&#60;b&#62;</dd><dt>Meaning</dt><dd>a &#38; b.</dd>")
      .and.to.contain("Q &#38; A");
  });
});

function parseSource(): ts.SourceFile[] {
  const files = globSync(`${SOURCE}/**/*.ts`).filter((file) => !/\.test(-support)?\.ts$/.test(file));
  return files.map((file) =>
    ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true),
  );
}

/**
 * What is passed as `code` to functions that make errors, and what objects have as `code`.
 *
 * @param explained what codes that are put together are looked up among
 */
function codesIn(sources: readonly ts.SourceFile[], explained: readonly string[]): Set<string> {
  const nodes = sources.flatMap(nodesOf);
  // Third argument of the class; of functions, that of the parameter with this name.
  const makers = new Map([["ApiError", 2]]);
  const constants = new Map<string, string>();
  for (const node of nodes) {
    if (ts.isFunctionDeclaration(node) && node.name !== undefined) {
      const index = node.parameters.findIndex(({ name }) => name.getText() === "code");
      if (index >= 0) makers.set(node.name.text, index);
    }
    if (ts.isVariableDeclaration(node) && node.initializer && ts.isStringLiteral(node.initializer))
      constants.set(node.name.getText(), node.initializer.text);
  }

  function valuesOf(node: ts.Expression | undefined): string[] {
    if (node === undefined) return [];
    if (ts.isStringLiteral(node)) return [node.text];
    if (ts.isConditionalExpression(node)) return [...valuesOf(node.whenTrue), ...valuesOf(node.whenFalse)];
    if (ts.isTemplateExpression(node)) {
      const end = node.templateSpans.at(-1)?.literal.text ?? "";
      return explained.filter((code) => code.startsWith(node.head.text) && code.endsWith(end));
    }
    if (ts.isIdentifier(node)) return [constants.get(node.text) ?? ""];
    return [];
  }
  const values = nodes.flatMap((node) => {
    if (ts.isPropertyAssignment(node) && node.name.getText() === "code") return valuesOf(node.initializer);
    if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return [];
    const index = makers.get(node.expression.getText());
    return index === undefined ? [] : valuesOf(node.arguments?.[index]);
  });
  return new Set(values.filter((value) => CODE.test(value)));
}

function nodesOf(root: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node) => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return nodes;
}
