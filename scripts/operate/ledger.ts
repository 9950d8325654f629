/** Checks the payment service's ledger from outside: the service recomputes, this says what it found. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { CommandError, EXIT } from "../exit.ts";

const Integrity = z.object({
  intact: z.boolean(),
  blocks: z.number(),
  violations: z.array(z.object({ chain: z.number(), height: z.number(), problem: z.string() })),
  drift: z.array(
    z.object({ account: z.string(), column: z.string(), kept: z.number(), counted: z.number() }),
  ),
  heads: z.array(z.object({ chain: z.number(), height: z.number(), hash: z.string() })),
});

const TrialBalance = z.object({
  currencies: z.array(
    z.object({ currency: z.string(), debits: z.number(), credits: z.number(), difference: z.number() }),
  ),
});

export interface VerifyOptions {
  url: string;
  /** @default the environment's STRONGROOM_API_KEY */
  keyFile?: string | undefined;
  format: "terminal" | "json";
}

/** The ledger is recomputed entry by entry: minutes where it has many millions. */
const TIME_LIMIT = 30 * 60_000;

export async function verify({
  url,
  keyFile,
  format,
}: VerifyOptions): Promise<{ isSound: boolean; text: string }> {
  const ask = askerOf(url, apiKey(keyFile));
  const integrity = Integrity.parse(await ask("/v1/ledger/integrity"));
  const { currencies } = TrialBalance.parse(await ask("/v1/ledger/trial-balance"));
  const isSound = integrity.intact && currencies.every(({ difference }) => difference === 0);
  if (format === "json") {
    return {
      isSound,
      text: `${JSON.stringify({ sound: isSound, ...integrity, currencies }, undefined, 2)}\n`,
    };
  }
  const lines = [
    `Audit chain     ${integrity.blocks} blocks recomputed, ${counted(integrity.violations.length, "violation")}`,
    ...integrity.violations.map(
      ({ chain, height, problem }) => `  chain ${chain}, block ${height}: ${problem}`,
    ),
    `Balances        ${counted(integrity.drift.length, "difference")} between accounts and their entries`,
    ...integrity.drift.map(
      ({ account, column, kept, counted: found }) =>
        `  ${account}: ${column} is ${kept}, its entries give ${found}`,
    ),
    ...currencies.map(
      ({ currency, debits, credits, difference }) =>
        `Trial balance   ${currency}: debits ${debits}, credits ${credits}, difference ${difference}`,
    ),
    isSound ? "The ledger is sound." : "The ledger is NOT sound: see docs/runbooks.",
  ];
  return { isSound, text: `${lines.join("\n")}\n` };
}

function counted(count: number, noun: string): string {
  return count === 0 ? `no ${noun}` : `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function apiKey(file: string | undefined): string {
  if (file === undefined) {
    const key = process.env.STRONGROOM_API_KEY;
    if (key === undefined || key === "") {
      throw new CommandError("There is no API key: set STRONGROOM_API_KEY, or name a file with --key-file.");
    }
    return key;
  }
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new CommandError(
      `--key-file: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`,
    );
  }
}

function askerOf(url: string, key: string): (path: string) => Promise<unknown> {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new CommandError(`--url is "${url}"; write the service's address, as https://pay.example.com.`);
  }
  return async (path) => {
    const address = new URL(path, url);
    let response: Response;
    try {
      response = await fetch(address, {
        headers: { authorization: `Bearer ${key}` },
        signal: AbortSignal.timeout(TIME_LIMIT),
      });
    } catch (error) {
      const { cause } = error as Error & { cause?: NodeJS.ErrnoException };
      const reason = cause?.code ?? (error as Error).message;
      throw new CommandError(
        `${address.origin} does not answer (${reason}). Is the service running?`,
        EXIT.program,
      );
    }
    const body: unknown = await response.json().catch(() => undefined);
    if (response.ok) return body;
    const told = z.object({ error: z.object({ message: z.string() }) }).safeParse(body);
    const message = told.success ? told.data.error.message : "no reason given";
    throw new CommandError(`${address.href} answered ${response.status}: ${message}`, EXIT.program);
  };
}
