/** Checks the payment service's ledger from outside: the service recomputes, this says what it found. */
import { readFileSync } from "node:fs";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { json } from "node:stream/consumers";
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
  const integrity = await ask("/v1/ledger/integrity", Integrity);
  const { currencies } = await ask("/v1/ledger/trial-balance", TrialBalance);
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
  const key = file === undefined ? (process.env.STRONGROOM_API_KEY ?? "") : keyIn(file);
  if (file === undefined && key === "") {
    throw new CommandError("There is no API key: set STRONGROOM_API_KEY, or name a file with --key-file.");
  }
  // What cannot stand in a header would be refused with a message that quotes it.
  if (/^[\x21-\x7e]+$/.test(key)) return key;
  throw new CommandError(`${file ?? "STRONGROOM_API_KEY"} holds no API key: that is one word on one line.`);
}

function keyIn(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new CommandError(
      `--key-file: ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`,
    );
  }
}

type Ask = <T>(path: string, schema: z.ZodType<T>) => Promise<T>;

function askerOf(url: string, key: string): Ask {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new CommandError(`--url is "${url}"; write the service's address, as https://pay.example.com.`);
  }
  const { username, password } = new URL(url);
  if (username !== "" || password !== "") {
    throw new CommandError("--url holds a user's name or password: leave them out, the API key is enough.");
  }
  return async (path, schema) => {
    const address = new URL(url.replace(/\/*$/, path));
    const { status, body } = await get(address, key);
    if (status !== 200) {
      const told = z.object({ error: z.object({ message: z.string() }) }).safeParse(body);
      const message = told.success ? told.data.error.message : "no reason given";
      throw new CommandError(`${address.href} answered ${status}: ${message}`, EXIT.program);
    }
    const answer = schema.safeParse(body);
    if (answer.success) return answer.data;
    throw new CommandError(
      `${address.href} answered, but not as the payment service does. Is --url its address?`,
      EXIT.program,
    );
  };
}

/** Asks an address. (`fetch` would give up after five minutes without an answer, whatever its signal says.) */
async function get(address: URL, key: string): Promise<{ status: number; body: unknown }> {
  const request = address.protocol === "https:" ? requestHttps : requestHttp;
  const headers = { authorization: `Bearer ${key}` };
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request(address, { headers, signal: AbortSignal.timeout(TIME_LIMIT) }, resolve)
        .on("error", reject)
        .end();
    });
    return { status: response.statusCode ?? 0, body: await json(response).catch(notJson) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandError(
      `${address.origin} does not answer (${code ?? message}). Is the service running?`,
      EXIT.program,
    );
  }
}

/** An answer that is no JSON says nothing; one that breaks off is none. */
function notJson(error: unknown): undefined {
  if (!(error instanceof SyntaxError)) throw error;
}
