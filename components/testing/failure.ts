import path from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

import type { Ended } from "./program.ts";
import type { Project } from "./project.ts";

/**
 * What a person has to know of a failed program: its own message and the line it comes from, without our stack.
 *
 * @param logged errors that the SDK reported, each a message or a stack
 * @param ended how its process ended, and what it wrote to its standard error
 */
export function explain(project: Project, logged: readonly string[], ended: Ended): string {
  const reports = logged.length > 0 ? logged : [ended.errors];
  const messages = [
    ...new Set(reports.map((report) => explainOne(project, report)).filter((each) => each !== "")),
  ];
  return messages.join("\n\n") || unexplained(ended);
}

function unexplained({ code, signal }: Ended): string {
  if (signal === "SIGKILL")
    return "The program was killed (SIGKILL) from outside; the machine may be out of memory.";
  if (signal !== undefined) return `The program was ended by ${signal}.`;
  return `The program ended its process with exit code ${code ?? "unknown"}, and said nothing.`;
}

/**
 * Whether the program ended on purpose over what it was given: it threw a `pulumi.RunError`, as the SDK itself does over
 * wrong configuration. The SDK reports those alone without "Running program … failed" and without a stack.
 */
export function isRefusal(logged: readonly string[]): boolean {
  return logged.length > 0 && logged.every((report) => !/^Running program |^\s+at .+/m.test(report));
}

function explainOne(project: Project, report: string): string {
  const missing = missingPackage(project, report);
  if (missing !== undefined) return missing;
  // The properties that Node prints of an error follow its message, or its last frame.
  const all = stripVTControlCharacters(report)
    .replace(/ \{\n(?: {2}.*\n)*\}\s*$/, "")
    .split("\n");
  const text = all
    .filter((line) => !isFrame(line))
    .join("\n")
    .replace(/^Running program '.*' failed with an unhandled exception:\n/, "")
    // The class of an error says something only where it is the program's own or tells the mistake's kind.
    .replace(/^(?:Uncaught )?(?:Error|ResourceError|InputPropertiesError|RunError)(?: \[\w+\])?: /, "")
    .replace(/\nRequire stack:(?:\n- .*)*/, "")
    .replace(/\nNode\.js v[\d.]+\s*$/, "")
    .trim();
  const position = positionIn(project, all);
  return position !== undefined && !text.includes(position) ? `${text}\n  at ${position}` : text;
}

/** A package that the program loads and that is not there. */
function missingPackage(project: Project, report: string): string | undefined {
  const found = /Cannot find (?:module|package) '([^']+)'/.exec(report);
  const name = found?.[1];
  if (name === undefined || name.startsWith(".") || path.isAbsolute(name) || name.startsWith("file:"))
    return undefined;
  const parts = name.split("/");
  const pkg = name.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
  return `The package "${pkg ?? name}" is not installed for the program in ${project.folder}. Run \`npm install\` there; if package.json does not list it, \`npm install ${pkg ?? name}\`.`;
}

function isFrame(line: string): boolean {
  return /^\s+at .+/.test(line);
}

/** Where a stack comes from: the first frame in the program's own folder, else in its project, else in any source. */
function positionIn({ root, folder }: Project, lines: readonly string[]): string | undefined {
  const frames = lines.map(frameOf).filter((frame) => frame !== undefined);
  const within = (parent: string) => frames.find(({ file }) => !path.relative(parent, file).startsWith(".."));
  const frame = within(folder) ?? within(root) ?? frames[0];
  return frame && `${path.relative(root, frame.file)}:${frame.row}`;
}

/** File and line of a stack frame that lies in no installed package. */
function frameOf(line: string): { file: string; row: string } | undefined {
  const frame = /^\s+at (?:async )?(?:.*\()?([^()]+):(\d+):\d+\)?\s*$/.exec(line);
  const [, location, row] = frame ?? [];
  if (location === undefined || row === undefined || !isFrame(line)) return undefined;
  const file = location.startsWith("file:") ? fileURLToPath(location) : location;
  if (!path.isAbsolute(file) || file.includes(`${path.sep}node_modules${path.sep}`)) return undefined;
  return { file, row };
}
