import { expect } from "chai";
import { createHash } from "node:crypto";
import { find, samplePreview } from "../samples.ts";
import { htmlReport } from "./page.ts";

const ATTACK = `</script><img src=x onerror="alert(1)">'&`;

describe("htmlReport", () => {
  let page: string;
  before(async () => (page = await htmlReport(samplePreview())));

  it("needs nothing from anywhere else", () => {
    expect(page).not.to.match(/<(?:link|iframe|object|embed|base)\b/);
    expect(page).not.to.match(/\b(?:src|data)=|@import|url\((?!#)|\bfetch\(|XMLHttpRequest|import\(/);
  });

  it("lets only its own script and style sheet run, and has no inline handlers or styles", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1];
    const hashOf = (tag: string) => {
      const content = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(page)?.[1] ?? "";
      return `sha256-${createHash("sha256").update(content).digest("base64")}`;
    };
    expect(policy?.split("; ")).to.deep.equal([
      "default-src 'none'",
      `script-src '${hashOf("script")}'`,
      `style-src '${hashOf("style")}'`,
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(page.match(/<script/g)).to.have.length(1);
    expect(page).not.to.match(/<[^>]+\s(?:style|on\w+)=/);
  });

  it("lets nothing within a name, a value or a message become markup", async () => {
    const preview = samplePreview();
    const { plan, judgement, cost, diff } = preview;
    const bucket = find(plan, "statements-bucket");
    bucket.name = ATTACK;
    bucket.inputs[ATTACK] = ATTACK;
    plan.project = ATTACK;
    plan.diagnostics.push({ severity: "warning", message: ATTACK });
    for (const verdict of judgement.verdicts) {
      Object.assign(verdict, { message: ATTACK, remedy: `\`${ATTACK}\``, url: `javascript:${ATTACK}` });
    }
    if (cost !== undefined) cost.notPriced.push({ urn: ATTACK, type: ATTACK, why: ATTACK });
    diff?.changed[0]?.changes.push({ path: ATTACK, before: ATTACK, after: ATTACK });
    const attacked = await htmlReport(preview);
    expect(attacked).to.include("&lt;/script&gt;&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;");
    expect(attacked).not.to.match(/<img|href="javascript:/);
    expect(attacked.match(/<\/script>/g)).to.have.length(1);
  });

  it("gives every resource its inputs, policies laid out, and an address that links lead to", () => {
    expect(page).to.include("&quot;instanceClass&quot;: &quot;db.r6g.large&quot;");
    expect(page).to.include("&quot;Sid&quot;: &quot;Account&quot;");
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const missing = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id).filter((id) => !ids.has(id));
    expect(missing.filter((id) => !/^r\d+$/.test(id ?? ""))).to.deep.equal([]);
  });

  it("has no section for what was not asked", async () => {
    const preview = samplePreview();
    delete preview.cost;
    delete preview.diff;
    const shorter = await htmlReport(preview);
    expect(shorter).to.include('id="policies"').and.not.include('id="cost"').and.not.include('id="changes"');
  });

  it("says in words what the diagram draws", () => {
    expect(page)
      .to.include("<li>backend reaches PostgreSQL orders: 5432</li>")
      .and.to.include("<li>backend uses 3 Secrets</li>");
  });
});
