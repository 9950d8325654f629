/** Reads the Dockerfile: instructions of its stages, with continued lines joined. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));

export interface Instruction {
  /** As `COPY`. */
  name: string;
  /** Flags, as `--from=build`. */
  flags: string[];
  rest: string;
}

export interface Stage {
  from: string;
  instructions: Instruction[];
}

export interface Dockerfile {
  /** Arguments that come before the first stage, with their defaults. */
  args: Record<string, string>;
  stages: Stage[];
}

export function readDockerfile(): Dockerfile {
  const text = readFileSync(`${REPOSITORY}/app/Dockerfile`, "utf8");
  const lines = text.replace(/^\s*#.*\n/gm, "").replace(/\\\n\s*/g, "");
  const dockerfile: Dockerfile = { args: {}, stages: [] };
  for (const line of lines.split("\n")) {
    const [, name, flags = "", rest = ""] = /^([A-Z]+)((?:\s+--[a-z-]+=\S+)*)\s+(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const stage = dockerfile.stages.at(-1);
    if (name === "FROM") dockerfile.stages.push({ from: rest, instructions: [] });
    else if (stage) stage.instructions.push({ name, flags: flags.trim().split(/\s+/).filter(Boolean), rest });
    else dockerfile.args[rest.split("=")[0] ?? ""] = rest.split("=").slice(1).join("=");
  }
  return dockerfile;
}

/** What `ENV` sets. */
export function environmentOf({ instructions }: Stage): Record<string, string> {
  const pairs = instructions.filter(({ name }) => name === "ENV").flatMap(({ rest }) => rest.split(/\s+/));
  return Object.fromEntries(
    pairs.map((pair) => [pair.split("=")[0] ?? "", pair.split("=").slice(1).join("=")]),
  );
}
