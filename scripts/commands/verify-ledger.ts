import { EXIT } from "../exit.ts";
import { command } from "./command.ts";

/** `strongroom verify-ledger`: recomputes the payment service's audit chain and balances, through its API. */
export const verifyLedger = command({
  name: "verify-ledger",
  describe: "Recompute the payment service's ledger: audit chain, balances, trial balance",
  options: {
    url: { type: "string", default: "http://127.0.0.1:3000", describe: "Where the payment service answers" },
    "key-file": {
      type: "string",
      describe: "File with an API key that may read the ledger; else STRONGROOM_API_KEY",
    },
    format: { choices: ["terminal", "json"] as const, default: "terminal" },
  },
  examples: [
    ["$0 verify-ledger --url https://pay.example.com", "with the key in STRONGROOM_API_KEY"],
    ["$0 verify-ledger --format json", "also keeps the chains' heads, to compare with later"],
  ],
  run: async ({ url, keyFile, format }) => {
    const { verify } = await import("../operate/ledger.ts");
    const { isSound, text } = await verify({ url, keyFile, format });
    process.stdout.write(text);
    return isSound ? EXIT.fine : EXIT.broken;
  },
});
