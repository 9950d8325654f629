import type { Command } from "./command.ts";
import { preview } from "./preview.ts";

/** Every verb, in the order of the help. */
export const commands: readonly Command[] = [preview];
