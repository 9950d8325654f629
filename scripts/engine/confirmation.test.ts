import { PassThrough } from "node:stream";
import { expect } from "chai";
import { CommandError, EXIT } from "../exit.ts";
import { confirmed } from "./confirmation.ts";

/** A terminal at which these keys are pressed. */
function pressing(keys: string): { stdin: PassThrough; stdout: PassThrough } {
  const stdin = new PassThrough();
  stdin.write(keys);
  return { stdin, stdout: Object.assign(new PassThrough(), { isTTY: true }) };
}

describe("the question before something is changed", () => {
  it("is confirmed by the word alone", async () => {
    expect(await confirmed("Delete?", "live", pressing("live\r"))).to.equal(true);
  });

  for (const [key, name] of [
    ["\u0003", "Ctrl-C"],
    ["\u0004", "Ctrl-D"],
  ] as const) {
    it(`ends the command as interrupted at ${name}`, async () => {
      const error: unknown = await confirmed("Delete?", "live", pressing(key)).catch(
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(CommandError);
      expect(error).to.include({ message: "Nothing was changed.", exitCode: EXIT.interrupted });
    });
  }
});
