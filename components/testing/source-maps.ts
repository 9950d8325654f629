/**
 * Argument for Node that keeps the SDK's runner from loading the package `source-map-support`.
 *
 * The SDK takes a full stack per resource and per promise, and that package maps every frame of each of them, which
 * costs more than the rest of a large program. ts-node maps stacks by itself, and Node keeps lines when it strips types;
 * who runs compiled JavaScript can have Node map it with `nodeargs: --enable-source-maps`.
 */
export function withoutSourceMaps(runner: string): string {
  const preload = `
import Module, { createRequire } from "node:module";
const require = createRequire(${JSON.stringify(runner)});
try {
  const file = require.resolve("source-map-support/register");
  require.cache[file] = Object.assign(new Module(file), { filename: file, loaded: true });
} catch {
  // An SDK that does without the package.
}
`;
  return `--import=data:text/javascript,${encodeURIComponent(preload)}`;
}
