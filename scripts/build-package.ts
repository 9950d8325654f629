/**
 * Builds a workspace for publishing: `dist/esm` and `dist/cjs`, each with declarations. Node strips types only outside
 * `node_modules`, so that what others install has to be JavaScript.
 *
 *     node scripts/build-package.ts components
 */
import { spawnSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Files that the code reads at run time and that are not code. */
const ASSETS = ["**/*.schema.json", "**/PulumiPolicy.yaml", "packs/*/package.json"];
const EXCLUDED = ["dist/**", "node_modules/**", "**/golden/**", "**/fixtures/**"];

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = resolve(process.argv[2] ?? ".");
const dist = join(folder, "dist");

rmSync(dist, { recursive: true, force: true });
compile("esm", { module: "nodenext", moduleResolution: "nodenext" }, "module");
compile("cjs", { module: "commonjs", moduleResolution: "bundler", verbatimModuleSyntax: false }, "commonjs");

/** Compiles all but tests into `dist/<name>`, marked with the module system that Node shall take it for. */
function compile(name: string, options: object, type: "module" | "commonjs"): void {
  const outDir = join(dist, name);
  mkdirSync(outDir, { recursive: true });
  const project = join(dist, `tsconfig.${name}.json`);
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      ...options,
      outDir,
      rootDir: folder,
      noEmit: false,
      declaration: true,
      incremental: false,
      tsBuildInfoFile: null,
      types: ["node"],
    },
    include: [`${folder}/**/*.ts`],
    exclude: ["**/*.test.ts", "corpus/**", ...EXCLUDED].map((pattern) => join(folder, pattern)),
  };
  writeFileSync(project, JSON.stringify(config));
  const { status } = spawnSync(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-p", project],
    { stdio: "inherit" },
  );
  rmSync(project);
  if (status !== 0) process.exit(status ?? 1);
  for (const asset of globSync(ASSETS, { cwd: folder, exclude: EXCLUDED })) {
    mkdirSync(dirname(join(outDir, asset)), { recursive: true });
    cpSync(join(folder, asset), join(outDir, asset));
  }
  writeFileSync(join(outDir, "package.json"), `${JSON.stringify({ type })}\n`);
}
