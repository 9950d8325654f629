import type { Command } from "./command.ts";
import { cost } from "./cost.ts";
import { destroy } from "./destroy.ts";
import { preview } from "./preview.ts";
import { refresh } from "./refresh.ts";
import { up } from "./up.ts";
import { verifyLedger } from "./verify-ledger.ts";

/** Every verb, in the order of the help. */
export const commands: readonly Command[] = [preview, cost, up, refresh, destroy, verifyLedger];
