import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Json, Plan } from "../../components/testing/plan.ts";
import { CommandError } from "../exit.ts";
import { savedPlanIn } from "../policy/input.ts";

/** Reads the Plan that another run saved: with `--save-plan`, or as part of its JSON report. */
export function readPlan(file: string): Plan {
  let document: Json;
  try {
    document = JSON.parse(readFileSync(file, "utf8")) as Json;
  } catch (error) {
    throw new CommandError(
      `${file} cannot be read as a saved plan: ${error instanceof Error ? error.message : ""}`,
    );
  }
  const plan = savedPlanIn(document, file);
  if (plan !== undefined) return plan;
  throw new CommandError(
    `${file} is no saved plan. Make one with "strongroom preview --save-plan FILE" or "--format json --out FILE".`,
  );
}

/** A commit of the repository that a folder lies in. */
export interface Commit {
  hash: string;
  /** Folder of the repository's working tree. */
  top: string;
}

/** Finds the commit that a git ref names. @throws {CommandError} when there is none. */
export async function findCommit(ref: string, cwd: string): Promise<Commit> {
  const git = gitIn(cwd);
  const top = await git("rev-parse", "--show-toplevel").catch(() => undefined);
  // What begins with a dash would be an option of git's.
  const hash = ref.startsWith("-")
    ? undefined
    : await git("rev-parse", "--verify", "--quiet", `${ref}^{commit}`).catch(() => undefined);
  if (top !== undefined && hash !== undefined) return { hash, top };
  const advice =
    top === undefined ? "" : ` If it is a branch of the remote, fetch it first: git fetch origin ${ref}`;
  throw new CommandError(`--against ${ref} is neither a file nor a commit of this repository.${advice}`);
}

/**
 * Lays the files of a commit out in a folder of their own, with the installed packages of the working tree, and calls
 * `use` with the folder that stands for `cwd`. Neither the working tree nor the repository's index is touched.
 */
export async function withCommit<T>(
  { hash, top }: Commit,
  cwd: string,
  use: (folder: string) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const folder = realpathSync(await mkdtemp(path.join(tmpdir(), "strongroom-")));
  try {
    const tree = path.join(folder, "tree");
    const git = gitIn(top, signal, { GIT_INDEX_FILE: path.join(folder, "index") });
    await git("read-tree", hash);
    await git("checkout-index", "--all", `--prefix=${tree}/`);
    mkdirSync(tree, { recursive: true });
    linkPackages(top, tree);
    return await use(path.join(tree, path.relative(top, realpathSync(cwd))));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function gitIn(cwd: string, signal?: AbortSignal, environment: NodeJS.ProcessEnv = {}) {
  const run = promisify(execFile);
  return async (...args: string[]): Promise<string> => {
    const env = { ...process.env, ...environment };
    const { stdout } = await run("git", args, { cwd, env, signal, maxBuffer: 64 * 1024 * 1024 });
    return stdout.trim();
  };
}

/** Gives each folder of the tree the `node_modules` that its counterpart has, down to workspaces' own. */
function linkPackages(from: string, to: string, depth = 3): void {
  for (const { name } of readdirSync(to, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (depth > 0 && existsSync(source)) linkPackages(source, target, depth - 1);
  }
  const packages = path.join(from, "node_modules");
  if (existsSync(packages)) linkEach(packages, path.join(to, "node_modules"), from, to);
}

/** Links packages one by one: a workspace's package must be the tree's own, not the working tree's. */
function linkEach(packages: string, target: string, from: string, to: string): void {
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(packages)) {
    const source = path.join(packages, name);
    if (name.startsWith("@") && statSync(source).isDirectory()) {
      linkEach(source, path.join(target, name), from, to);
      continue;
    }
    const real = existsSync(source) ? realpathSync(source) : source;
    const isWorkspace =
      !real.includes(`${path.sep}node_modules${path.sep}`) && !path.relative(from, real).startsWith("..");
    const counterpart = path.join(to, path.relative(from, real));
    symlinkSync(isWorkspace && existsSync(counterpart) ? counterpart : real, path.join(target, name));
  }
}
