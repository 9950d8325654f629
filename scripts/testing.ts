import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const LAUNCHER = fileURLToPath(new URL("strongroom.js", import.meta.url));
const PACKAGES = fileURLToPath(new URL("../node_modules", import.meta.url));

/** How a command ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the command in a folder as people do, for tests. */
export async function strongroom(cwd: string, ...args: string[]): Promise<Ended> {
  return await new Promise((resolve) => {
    const env = { ...process.env, STRONGROOM_DEBUG: "" };
    execFile(process.execPath, [LAUNCHER, ...args], { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });
}

/** Makes Pulumi projects in folders of their own, for tests. */
export class Projects {
  readonly #folder = mkdtempSync(path.join(tmpdir(), "strongroom-test-"));

  /** A project of these files, an empty program unless they say otherwise, with Strongroom's packages installed. */
  make(files: Record<string, string> = {}): string {
    const root = mkdtempSync(path.join(this.#folder, "project-"));
    const project = "name: shop\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.js\n";
    symlinkSync(PACKAGES, path.join(root, "node_modules"));
    for (const [name, content] of Object.entries({ "Pulumi.yaml": project, "index.js": "", ...files })) {
      mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
      writeFileSync(path.join(root, name), content);
    }
    return root;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
