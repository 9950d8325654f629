import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { parse } from "csv-parse/sync";
import { EXIT } from "../exit.ts";
import type { Preview } from "../preview/document.ts";
import { evidenceOf, type EvidenceReport } from "./evidence.ts";
import { evidenceSummary, evidenceText, reportOf, sealIn, verifyEvidence, writeEvidence } from "./files.ts";
import { FRAMEWORK, samplePreview, sampleReport, URNS } from "./sample.test-support.ts";
import { isIntact, PLACEHOLDER, sealed, sealOf } from "./seal.ts";

const FORMATS = ["html", "csv", "json", "oscal", "oscal-component"] as const;

/** What somebody could call a resource, or write as a reason. */
const STRANGE = [
  "<script>alert(1)</script></title></style>",
  "=cmd|' /C calc'!A0",
  "two\nlines",
  "two\rlines",
  "two\r\nlines",
  'a "quote", a comma; a tab\t',
  "\u{1b}[31mred\u{1b}]0;title\u{7}",
  "\u{202e}gpj.exe",
  "nul\0",
  "x".repeat(10_000),
  `${PLACEHOLDER} strongroom-seal:sha256:${"1".repeat(64)}`,
  "\ud800",
];

/** The sample with a text wherever a program, a state or an exemption could bring it. */
function strangeReport(text: string): EvidenceReport {
  const document = samplePreview();
  const { plan, judgement } = document;
  plan.project = plan.stack = text;
  for (const resource of plan.resources) resource.urn += text;
  judgement.notJudged = [text];
  for (const verdict of judgement.verdicts) {
    verdict.urn = plan.resources[0]?.urn ?? "";
    verdict.message = text;
    if (verdict.exemption) verdict.exemption = { reason: text, owner: text, expires: "2030-06-30" };
  }
  return evidenceOf(document, FRAMEWORK, {});
}

/** The sample as it is where rules are switched off. */
function without(...rules: string[]): Preview {
  const document = samplePreview();
  const { judgement } = document;
  judgement.checks = judgement.checks?.filter(({ rule }) => !rules.includes(rule)) ?? [];
  judgement.verdicts = judgement.verdicts.filter(({ rule }) => !rules.includes(rule));
  return document;
}

describe("Evidence", () => {
  it("says how each requirement stands: as the worst of its rules, and never as passed where there is nothing", () => {
    const statuses = Object.fromEntries(
      sampleReport().requirements.map(({ number, status }) => [number, status]),
    );
    expect(statuses).to.deep.equal({
      "1.1": "fail",
      "1.2": "fail",
      "1.3": "unknown",
      "1.4": "excepted",
      "1.5(a)": "not applicable",
      "2.1": "documented",
      "2.2": "outside",
    });
    expect(evidenceSummary(sampleReport())).to.equal(
      "Sample 1, shop/test: 7 requirements: 2 fail, 1 unknown, 1 excepted, 1 not applicable, 1 documented, 1 outside",
    );
  });

  it("names each resource with what is said of it, those that pass too", () => {
    const rule = sampleReport().requirements[1]?.rules[0];
    expect(rule).to.deep.include({ id: "rds-not-public", source: "Strongroom", status: "fail" });
    expect(rule?.resources.map(({ urn, status }) => ({ urn, status }))).to.deep.equal([
      { urn: URNS[0], status: "fail" },
      { urn: URNS[1], status: "pass" },
    ]);
  });

  it("lists exemptions with owner and expiry, and digests the Plan that it speaks of", () => {
    const report = sampleReport();
    expect(report.exemptions).to.deep.equal([
      {
        rule: "rds-multi-az",
        urn: URNS[0],
        reason: "A test",
        owner: "team@example.com",
        expires: "2030-06-30",
      },
    ]);
    const other = samplePreview();
    other.plan.stack = "another";
    expect(report.subject.planDigest).to.match(/^sha256:[0-9a-f]{64}$/);
    expect(evidenceOf(other, FRAMEWORK, {}).subject.planDigest).to.not.equal(report.subject.planDigest);
  });

  it("names the commit that the program is at, and none outside of a repository", async () => {
    const about = { framework: FRAMEWORK, cwd: import.meta.dirname };
    expect((await reportOf(samplePreview(), about)).subject.commit?.hash).to.match(/^[0-9a-f]{40}$/);
    expect((await reportOf(samplePreview(), { ...about, cwd: tmpdir() })).subject.commit).to.equal(undefined);
  });

  it("says that files differ from the commit, also where they lie beside the program's folder", async () => {
    const repository = mkdtempSync(path.join(tmpdir(), "strongroom-evidence-"));
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], {
        cwd: repository,
      });
    try {
      for (const name of ["shop", "shared"]) {
        mkdirSync(path.join(repository, name));
        writeFileSync(path.join(repository, name, "index.js"), "");
      }
      git("init", "--quiet");
      git("add", "--all");
      git("commit", "--quiet", "--message", "first");
      const about = { framework: FRAMEWORK, cwd: path.join(repository, "shop") };
      expect((await reportOf(samplePreview(), about)).subject.commit?.changed).to.equal(false);
      writeFileSync(path.join(repository, "shared", "index.js"), "exports.open = true;\n");
      expect((await reportOf(samplePreview(), about)).subject.commit?.changed).to.equal(true);
    } finally {
      rmSync(repository, { recursive: true });
    }
  });

  it("names the same digest of a Plan from whichever folder it was judged", () => {
    const from = (file: string) => {
      const preview = samplePreview();
      for (const resource of preview.plan.resources) resource.source = { file, line: 1 };
      return evidenceOf(preview, FRAMEWORK, {}).subject.planDigest;
    };
    expect(from("index.js")).to.equal(from("shop/index.js"));
  });

  it("shows rules that the stack's settings switch off, rather than to forget them", () => {
    const report = evidenceOf(without("rds-cmk", "efs-encrypted"), FRAMEWORK, {});
    expect(report.requirements[2]?.rules[0]).to.deep.include({ id: "rds-cmk", status: "disabled" });
    expect(report.counts).to.deep.include({ disabled: 2, unknown: 0, "not applicable": 0 });
    expect(evidenceText(report, "html")).to.include(
      '<span class="tag disabled">disabled</span> <a href="#r1-3">',
    );
    expect(evidenceText(report, "oscal")).to.include("A rule is switched off in the stack's settings.");
  });

  it("names what was judged in place of the program, and what no rule could look into", () => {
    const document = samplePreview();
    document.origin = { kind: "state", file: "state.json" };
    document.judgement.notJudged = ["urn:pulumi:test::shop::eks:index:Cluster::apps"];
    const report = evidenceOf(document, FRAMEWORK, {});
    const page = evidenceText(report, "html");
    expect(page)
      .to.include("from what is deployed, by the stack's state in <code>state.json</code>")
      .and.not.include("<dt>Commit</dt>");
    expect(page).to.include("which no rule can look into: apps<");
    expect(evidenceText(report, "oscal")).to.include("components of other languages: urn:pulumi:test");
    expect(report.subject).to.deep.include({ origin: document.origin });
  });

  it("holds whatever names and messages there are, and stays one sealed file", () => {
    for (const text of STRANGE) {
      for (const format of FORMATS) {
        const written = evidenceText(strangeReport(text), format);
        expect(isIntact(written), `${format}: ${text}`).to.equal(true);
        if (format !== "html" && format !== "csv")
          expect(() => JSON.parse(written) as unknown).not.to.throw();
      }
    }
    expect(evidenceSummary(strangeReport("\u{1b}[31mred\u{202e}"))).not.to.match(/[\u{1b}\u{202e}]/u);
  });

  it("is the same file each time for the same judgement", () => {
    for (const format of FORMATS) {
      expect(evidenceText(sampleReport(), format), format).to.equal(evidenceText(sampleReport(), format));
    }
  });
});

describe("Evidence as CSV", () => {
  it("has a line per requirement, rule and resource, which no spreadsheet takes for a formula", () => {
    const lines: Record<string, string>[] = parse(evidenceText(sampleReport(), "csv"), { columns: true });
    expect(lines.filter(({ requirement }) => requirement === "1.2")).to.have.length(2);
    expect(lines.find(({ requirement }) => requirement === "2.1")).to.deep.include({
      requirement_status: "documented",
      evidence: "Card numbers are masked (README.md)",
      commit: `${"a".repeat(40)} (changed)`,
    });
    expect(lines.find(({ resource_status }) => resource_status === "excepted")).to.deep.include({
      exemption_owner: "team@example.com",
      exemption_expires: "2030-06-30",
    });
    const strange = sampleReport();
    for (const { rules } of strange.requirements)
      for (const { resources } of rules) resources.forEach((one) => (one.message = "=1+1"));
    expect(evidenceText(strange, "csv")).to.include(",'=1+1,").and.not.to.include(",=1+1");
  });

  it("is read by any reader, with line ends of each kind within cells", () => {
    for (const text of STRANGE) {
      const lines: string[][] = parse(evidenceText(strangeReport(text), "csv"), {
        record_delimiter: ["\r\n", "\n", "\r"],
      });
      expect(new Set(lines.map(({ length }) => length)).size, text).to.equal(1);
    }
  });
});

describe("Evidence as HTML", () => {
  const page = evidenceText(sampleReport(), "html");

  it("shows statuses, sources, exemptions and what it speaks of, and nothing of it as markup", () => {
    expect(page)
      .to.include("publiclyAccessible is on, &lt;b&gt;really&lt;/b&gt;")
      .and.not.to.include("<b>really");
    expect(page).to.include("Security Hub RDS.3").and.to.include("our mapping");
    expect(page).to.include("Excepted until 2030-06-30, for which team@example.com answers: A test");
    expect(page).to.include("with changes that are not committed");
    expect(page).to.include("7 requirements; 4 judged by rules on this stack, <strong>2 broken</strong>.");
  });

  it("shows no letters in another order than they stand", () => {
    expect(evidenceText(strangeReport("\u{202e}gpj.exe"), "html")).to.include("\u{fffd}gpj.exe");
  });

  it("links only to what is on the page, once each, whatever the framework numbers", () => {
    const all = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    const ids = new Set(all);
    expect(all).to.have.length(ids.size);
    const numbered = {
      ...FRAMEWORK,
      requirements: { "Art. 13": { title: "A" }, "Art. 13(1)": { title: "B" } },
    };
    const own = [
      ...evidenceText(evidenceOf(samplePreview(), numbered, {}), "html").matchAll(/ id="([^"]+)"/g),
    ];
    expect(own).to.have.length(new Set(own.map(([, id]) => id)).size);
    const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(links.length).to.be.greaterThan(5);
    expect(links.filter((id) => !ids.has(id))).to.deep.equal([]);
  });
});

describe("An evidence file", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "strongroom-evidence-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it("shows that it was changed, whatever the form and whichever letter", () => {
    for (const format of FORMATS) {
      const file = path.join(folder, format);
      writeEvidence(file, evidenceText(sampleReport(), format), undefined);
      expect(verifyEvidence(file, undefined)).to.match(/is as it was written\.\nSeal: sha256:[0-9a-f]{64}$/);
      writeFileSync(file, readFileSync(file, "utf8").replace("shop", "shoq"));
      expect(() => verifyEvidence(file, undefined), format).to.throw(
        `${file} was changed after it was written: its seal does not fit.`,
      );
    }
  });

  it("bears one seal, which fits nothing else", () => {
    const text = sealed(`before ${PLACEHOLDER} after`);
    expect(isIntact(text)).to.equal(true);
    expect(isIntact(`${text} `)).to.equal(false);
    expect(isIntact(`${text}${text}`)).to.equal(false);
    expect(sealOf("no seal")).to.equal(undefined);
  });

  it("names the seal of the file before, so that files form a chain", async () => {
    const first = path.join(folder, "first.html");
    writeEvidence(first, evidenceText(sampleReport(), "html"), undefined);
    const next = await reportOf(samplePreview(), { framework: FRAMEWORK, previous: sealIn(first) });
    expect(next.previous).to.equal(sealOf(readFileSync(first, "utf8")));
    for (const format of FORMATS) {
      expect(evidenceText(next, format), format).to.include(next.previous);
      expect(isIntact(evidenceText(next, format)), format).to.equal(true);
    }
  });

  it("is signed by whoever has the key, and by nobody else", () => {
    const [own, other] = [generateKeyPairSync("ed25519"), generateKeyPairSync("ed25519")];
    const keep = (name: string, pem: string | Buffer) => {
      writeFileSync(path.join(folder, name), pem);
      return path.join(folder, name);
    };
    const privateKey = keep("key.pem", own.privateKey.export({ type: "pkcs8", format: "pem" }));
    const publicKey = keep("key.pub", own.publicKey.export({ type: "spki", format: "pem" }));
    const stranger = keep("other.pub", other.publicKey.export({ type: "spki", format: "pem" }));
    const file = path.join(folder, "signed.json");
    expect(writeEvidence(file, evidenceText(sampleReport(), "json"), privateKey)).to.deep.equal([
      file,
      `${file}.sig`,
    ]);
    expect(verifyEvidence(file, publicKey)).to.include(`signed by the key of ${publicKey}`);
    expect(() => verifyEvidence(file, stranger)).to.throw(
      `was not made for ${file} by the key of ${stranger}`,
    );
  });

  it("is not written at all by a key that is none", () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
      type: "pkcs8",
      format: "pem",
    });
    const file = path.join(folder, "signed.json");
    for (const [name, content, what] of [
      ["text.pem", "hello", "it holds no key in PEM that can be read"],
      ["rsa.pem", rsa, "it is a key of kind rsa, not of Ed25519"],
    ] as const) {
      const key = path.join(folder, name);
      writeFileSync(key, content);
      expect(() => writeEvidence(file, "text", key)).to.throw(
        `${key} cannot be used: ${what}. Make one with: openssl genpkey -algorithm ed25519 -out key.pem`,
      );
      expect(() => readFileSync(file)).to.throw("ENOENT");
    }
  });

  it("is told from files that are none", () => {
    const file = path.join(folder, "other.html");
    expect(() => verifyEvidence(file, undefined)).to.throw(`${file} cannot be read: ENOENT`);
    writeFileSync(file, "<p>");
    expect(() => verifyEvidence(file, undefined)).to.throw(`${file} is no evidence file, or is cut off`);
  });

  it("is found out where it is cut off, follows a changed one, or is no UTF-8 any more", () => {
    const file = path.join(folder, "cut.html");
    const text = evidenceText(strangeReport("\u{fffd}"), "json");
    writeFileSync(file, text.slice(0, 20));
    expect(() => verifyEvidence(file, undefined)).to.throw(`${file} is no evidence file, or is cut off`);
    writeFileSync(file, `${text} `);
    expect(() => sealIn(file))
      .to.throw(`${file} was changed after it was written`)
      .with.property("exitCode", EXIT.broken);
    const at = text.indexOf("\u{fffd}");
    writeFileSync(
      file,
      Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.of(0xff), Buffer.from(text.slice(at + 1))]),
    );
    expect(() => verifyEvidence(file, undefined)).to.throw(`${file} was changed after it was written`);
  });

  it("leaves no signature of what stood there before", () => {
    const file = path.join(folder, "unsigned.html");
    writeFileSync(`${file}.sig`, "of the former file");
    writeEvidence(file, evidenceText(sampleReport(), "html"), undefined);
    expect(existsSync(`${file}.sig`)).to.equal(false);
  });
});
