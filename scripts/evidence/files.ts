import { execFile } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { promisify } from "node:util";
import type { Framework } from "../../policies/framework.ts";
import { CommandError, EXIT } from "../exit.ts";
import type { Preview } from "../preview/document.ts";
import { plain } from "../preview/report/table.ts";
import { write } from "../write.ts";
import { csvEvidence } from "./csv.ts";
import { evidenceOf, STATUSES, type EvidenceReport } from "./evidence.ts";
import { htmlEvidence } from "./html.ts";
import { oscalComponents, oscalResults } from "./oscal.ts";
import { isIntact, isSignedBy, PLACEHOLDER, PREFIX, sealed, sealOf, signatureOf } from "./seal.ts";

/** Forms of an evidence file. */
export type EvidenceFormat = "html" | "csv" | "json" | "oscal" | "oscal-component";

/** What goes into a file beside what was judged. */
export interface EvidenceRequest {
  framework: Framework;
  /** Folder of the program, whose commit is named. @default no commit is named */
  cwd?: string;
  /** Seal of the evidence before. */
  previous?: string;
}

/** What an auditor is handed, from a preview that judged by the framework's rules. */
export async function reportOf(
  preview: Preview,
  { framework, cwd, previous }: EvidenceRequest,
): Promise<EvidenceReport> {
  return evidenceOf(preview, framework, {
    ...(cwd === undefined ? {} : { commit: await commitOf(cwd) }),
    ...(previous === undefined ? {} : { previous }),
  });
}

/** The sealed text of a report in one of its forms. */
export function evidenceText(report: EvidenceReport, format: EvidenceFormat): string {
  return sealed(unsealed(withoutSeals(report), format));
}

function unsealed(report: EvidenceReport, format: EvidenceFormat): string {
  switch (format) {
    case "html":
      return htmlEvidence(report);
    case "csv":
      return csvEvidence(report);
    case "oscal":
      return oscalResults(report);
    case "oscal-component":
      return oscalComponents(report);
    case "json":
      return `${JSON.stringify({ seal: PLACEHOLDER, ...report }, undefined, 1)}\n`;
  }
}

/** Names and messages come from programs, need not be Unicode, and may look like seals; a file bears one: its own. */
function withoutSeals(report: EvidenceReport): EvidenceReport {
  return JSON.parse(JSON.stringify(report), (_, value: unknown) =>
    typeof value === "string" ? value.toWellFormed().replaceAll(PREFIX, PREFIX.replace(":", " ")) : value,
  ) as EvidenceReport;
}

/** One line on how the requirements stand. */
export function evidenceSummary({ framework, subject, counts, requirements }: EvidenceReport): string {
  const parts = STATUSES.filter((status) => counts[status] > 0).map(
    (status) => `${counts[status]} ${status}`,
  );
  return plain(
    `${framework.name} ${framework.version}, ${subject.project}/${subject.stack}: ` +
      `${requirements.length} requirements: ${parts.join(", ")}`,
  );
}

/** Says that a key is none before any work is done for it. @throws {CommandError} */
export function checkKey(file: string): void {
  withKey(file, (pem) => signatureOf("", pem));
}

/**
 * Writes an evidence file and, where there is a key, its signature beside it. A signature of what stood there before
 * goes. Returns the files' names.
 */
export function writeEvidence(file: string, text: string, key: string | undefined): string[] {
  // The signature first: a key that is none must leave nothing behind.
  const signature = key === undefined ? undefined : withKey(key, (pem) => signatureOf(text, pem));
  write(file, text);
  if (signature === undefined) {
    rmSync(signatureFile(file), { force: true });
    return [file];
  }
  write(signatureFile(file), `${signature}\n`);
  return [file, signatureFile(file)];
}

/**
 * Says that an evidence file is as it was written and, where there is a key, by whom.
 *
 * @throws {CommandError} when it is not
 */
export function verifyEvidence(file: string, key: string | undefined): string {
  const { text, seal } = intact(file);
  if (key === undefined) return `${file} is as it was written.\nSeal: ${seal}`;
  const signature = read(signatureFile(file)).trim();
  if (!withKey(key, (pem) => isSignedBy(text, signature, pem))) {
    throw new CommandError(
      `${signatureFile(file)} was not made for ${file} by the key of ${key}.`,
      EXIT.broken,
    );
  }
  return `${file} is as it was written, and signed by the key of ${key}.\nSeal: ${seal}`;
}

function signatureFile(file: string): string {
  return `${file}.sig`;
}

/** The seal of an evidence file that is as it was written. @throws {CommandError} when it is not */
export function sealIn(file: string): string {
  return intact(file).seal;
}

function intact(file: string): { text: string; seal: string } {
  const text = read(file);
  const seal = sealOf(text);
  if (seal === undefined) {
    throw new CommandError(
      `${file} is no evidence file, or is cut off: it does not bear the one seal of strongroom's that it should.`,
    );
  }
  // What is no UTF-8 is read as something else than what stands there.
  if (!isIntact(text) || !readFileSync(file).equals(Buffer.from(text))) {
    throw new CommandError(`${file} was changed after it was written: its seal does not fit.`, EXIT.broken);
  }
  return { text, seal };
}

function withKey<T>(file: string, use: (pem: string) => T): T {
  const pem = read(file);
  try {
    return use(pem);
  } catch (error) {
    // The error of a key that cannot be read may quote it.
    const what = error instanceof TypeError ? error.message : "it holds no key in PEM that can be read";
    throw new CommandError(
      `${file} cannot be used: ${what}. Make one with: openssl genpkey -algorithm ed25519 -out key.pem`,
    );
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${(error as Error).message}.`);
  }
}

/**
 * The commit that a folder is at, and whether any file of the repository differs from it: programs import from beside
 * their folder too. Nothing where the folder belongs to no repository.
 */
async function commitOf(cwd: string): Promise<EvidenceReport["subject"]["commit"]> {
  const git = async (...args: string[]) =>
    (await promisify(execFile)("git", args, { cwd, maxBuffer: 64 * 1024 * 1024 })).stdout.trim();
  try {
    const hash = await git("rev-parse", "HEAD");
    return { hash, changed: (await git("status", "--porcelain")) !== "" };
  } catch {
    return undefined;
  }
}
