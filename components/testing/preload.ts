/**
 * Argument for Node that spares a program two costs of the SDK's runner, which together are more than the rest of a
 * large program:
 *
 * - The package `source-map-support`: the SDK takes a full stack per resource and per promise, and that package maps
 *   every frame of each. ts-node maps stacks by itself, and Node keeps lines when it strips types; who runs compiled
 *   JavaScript can have Node map it with `nodeargs: --enable-source-maps`.
 * - Debug messages: the SDK sends three for each resource, one after the other, and a Plan does not show them.
 *
 * @param runner file of the SDK's runner
 */
export function preload(runner: string): string {
  const program = `
import Module, { createRequire } from "node:module";
const require = createRequire(${JSON.stringify(runner)});
try {
  const maps = require.resolve("source-map-support/register");
  require.cache[maps] = Object.assign(new Module(maps), { filename: maps, loaded: true });
  require("../../log").debug = () => Promise.resolve();
} catch {
  // An SDK that is built otherwise runs as it is.
}
`;
  return `--import=data:text/javascript,${encodeURIComponent(program)}`;
}
