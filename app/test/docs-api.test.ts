import { existsSync, globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { testApp, type TestApp } from "./app.test-support.ts";
import { textOf } from "./docs.test-support.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const GUIDES = [
  "docs/payments.md",
  "docs/payments-operations.md",
  ...globSync("docs/runbooks/*.md", { cwd: ROOT }).sort(),
];

describe("the guides' routes and queries", function () {
  this.timeout(30_000);
  let app: TestApp;
  let texts: { guide: string; text: string }[];

  before(async () => {
    app = await testApp();
    await app.app.ready();
    texts = await Promise.all(GUIDES.map(async (guide) => ({ guide, text: await textOf(guide) })));
  });

  after(() => app.close());

  it("name only routes that the API has", () => {
    const unknown = texts.flatMap(({ guide, text }) =>
      [...text.matchAll(/\b(GET|POST|PUT|PATCH|DELETE) (\/v1\/[a-z_/:.-]*[a-z_])/g)]
        .filter(([, method = "", url = ""]) => !hasRoute(app, method, url))
        .map(([route]) => `${guide}: ${route}`),
    );
    expect(unknown).to.deep.equal([]);
    expect(hasRoute(app, "POST", "/v1/payments/:id/capture")).to.equal(true);
    expect(hasRoute(app, "PUT", "/v1/payments/:id/capture")).to.equal(false);
  });

  it("hold queries that PostgreSQL answers", async () => {
    const queries = texts.flatMap(({ text }) =>
      [...text.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, query = ""]) => query),
    );
    expect(queries).to.have.length.above(10);
    for (const query of queries) await app.database.pool.query(query);
  });

  it("name only tests that there are", async () => {
    const tests = [...GUIDES, "docs/compliance-payments.md"].map(async (guide) =>
      [...(await textOf(guide)).matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, file = ""]) => file),
    );
    const named = (await Promise.all(tests)).flat();
    expect(named).to.have.length.above(20);
    const missing = named.filter(
      (file) => !existsSync(`${ROOT}${file}`) && !existsSync(`${ROOT}app/src/${file}`),
    );
    expect(missing).to.deep.equal([]);
  });
});

/** Whether the API has a route; its parameters may have other names. */
function hasRoute({ app }: TestApp, method: string, url: string): boolean {
  const paths = Object.entries(app.swagger().paths ?? {});
  const shape = (path: string) => path.replace(/:\w+|\{\w+\}/g, "*");
  return paths.some(([path, item]) => shape(path) === shape(url) && method.toLowerCase() in (item ?? {}));
}
