import { writeFileSync } from "node:fs";
import { CommandError } from "./exit.ts";

/** Writes a result. @throws {CommandError} for what could not be known before the work, such as a disk that is full */
export function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CommandError(`${file} cannot be written: ${(error as Error).message}`);
  }
}
