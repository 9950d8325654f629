/** The documentation's pages in a real browser: the security headers leave them working. */
import { expect } from "chai";
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { testApp, type TestApp } from "./app.test-support.ts";

/** Names that systems give the browser. */
const CHROMIUM = ["chromium", "chromium-browser", "google-chrome"]
  .map((name) => `/usr/bin/${name}`)
  .find((file) => existsSync(file));
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
];

describe("the documentation in Chromium", function () {
  this.timeout(60_000);
  let app: TestApp;
  let url: string;
  let browser: Browser;
  let page: Page;
  let problems: string[];

  before(async () => {
    if (CHROMIUM === undefined)
      throw new Error("There is no Chromium; install it with: apt-get install -y chromium");
    app = await testApp();
    url = await app.app.listen({ port: 0, host: "127.0.0.1" });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
  });
  after(async () => {
    await browser.close();
    await app.close();
  });
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    problems = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) problems.push(message.text());
    });
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("requestfailed", (request) => problems.push(request.url()));
  });
  afterEach(async () => {
    await page.close();
  });

  for (const path of ["/docs", "/docs/", "/swagger-ui.html"]) {
    it(`shows every operation at ${path}, without a complaint of the browser`, async () => {
      await page.goto(`${url}${path}`);
      await page.getByRole("heading", { name: /Strongroom payments/ }).waitFor();
      await page.getByRole("link", { name: "Payments", exact: true }).click();
      await page.getByText("Create a payment", { exact: true }).first().waitFor();
      expect(problems).to.deep.equal([]);
    });
  }

  it("is dark or light as the visitor's system is, also when that changes", async () => {
    const background = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
    await page.emulateMedia({ colorScheme: "dark" });
    await page.goto(`${url}/docs#/Payments/createPayment`);
    await page.locator("html.dark-mode").waitFor();
    expect(await background()).to.equal("rgb(28, 32, 34)");
    await page.locator("table.headers td").first().waitFor();
    expect(
      await page.evaluate("getComputedStyle(document.querySelector('table.headers td')).color"),
    ).to.equal("rgb(228, 230, 230)");
    await page.emulateMedia({ colorScheme: "light" });
    await page.locator("html:not(.dark-mode)").waitFor();
    expect(await background()).to.equal("rgba(0, 0, 0, 0)");
    expect(problems).to.deep.equal([]);
  });

  it("leads from an error's doc_url to its paragraph", async () => {
    const { body } = await app.get<{ error: { doc_url: string } }>("/v1/payments/none");
    await page.goto(`${url}${body.error.doc_url}`);
    const target = page.locator("section:target");
    expect(await target.getByRole("heading").textContent()).to.equal("resource_missing");
    expect(problems).to.deep.equal([]);
  });
});
