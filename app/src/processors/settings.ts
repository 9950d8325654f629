/** Environment variables of the processors. */
import { Type } from "typebox";
import type { Config } from "../config.ts";
import { parsePins } from "../http/outgoing.ts";
import { isRoutingNumber } from "../vault/bank-account.ts";
import { parseFaults, parseLatency } from "./simulator/conditions.ts";

/** How the simulator behaves, in this process or in one of its own. */
const simulatorSettings = {
  SIMULATOR_LATENCY: Type.String({
    default: "0",
    description:
      "Time that the simulator's answers take, in milliseconds: 50, 10-80 (even) or lognormal:50:0.4 (median, sigma)",
  }),
  SIMULATOR_FAULTS: Type.String({
    default: "",
    description: "Shares of the simulator's answers that go astray, as lost_answer=0.01,timeout=0.005",
  }),
  SIMULATOR_SEED: Type.Integer({
    minimum: 0,
    maximum: 2 ** 32 - 1,
    default: 1,
    description: "Where the simulator's random numbers begin: the same seed, the same faults",
  }),
  SIMULATOR_FEE: Type.Integer({
    minimum: 0,
    maximum: 10_000,
    default: 30,
    description: "Basis points of a charge that the simulator keeps",
  }),
  SIMULATOR_SETTLEMENT_DELAY: Type.Number({
    minimum: 0,
    maximum: 604_800,
    default: 0,
    description:
      "Seconds after which the simulator's charges count as settled: disputes open, refunds turn out",
  }),
};

export const processorsSettings = {
  ...simulatorSettings,
  PROCESSOR_URL: Type.Optional(
    Type.String({ format: "uri", description: "Base URL of the card processor for live payments" }),
  ),
  PROCESSOR_KEY: Type.Optional(Type.String({ description: "Bearer key for PROCESSOR_URL" })),
  PROCESSOR_TEST_URL: Type.Optional(
    Type.String({
      format: "uri",
      description:
        "Base URL of the card processor for test payments. Default: the simulator in this process, in production in its memory alone",
    }),
  ),
  PROCESSOR_TEST_KEY: Type.Optional(Type.String({ description: "Bearer key for PROCESSOR_TEST_URL" })),
  PROCESSOR_PINS: Type.Array(Type.String(), {
    default: [],
    description:
      "Public keys that the processors' certificates may have, as sha256/<base64>; give the next key too. Default: any",
  }),
  PROCESSOR_TIMEOUT: Type.Number({
    minimum: 0.1,
    maximum: 120,
    default: 10,
    description: "Seconds for a processor's answer; then its outcome is unknown until an inquiry tells it",
  }),
  PROCESSOR_CONCURRENCY: Type.Integer({
    minimum: 1,
    maximum: 10_000,
    default: 64,
    description: "Calls to a processor at a time; as many again wait, more are turned away",
  }),
  PROCESSOR_NOTICE_INTERVAL: Type.Integer({
    minimum: 0,
    maximum: 3600,
    default: 5,
    description:
      "Seconds between two looks for the processors' news (disputes, returns, late outcomes); 0: never",
  }),
  ACH_ORIGIN_ROUTING: Type.String({
    default: "110000000",
    description: "Routing number of the bank that takes our ACH files; a test number by default",
  }),
  ACH_BANK_NAME: Type.String({ default: "TEST BANK", maxLength: 23, description: "Name of that bank" }),
  ACH_COMPANY_ID: Type.String({
    default: "1234567890",
    pattern: "^[A-Z0-9]{10}$",
    description: "Our company identification at that bank, ten characters",
  }),
  ACH_COMPANY_NAME: Type.String({
    default: "STRONGROOM",
    maxLength: 16,
    description: "Our name on customers' bank statements",
  }),
  ACH_CUTOFF: Type.String({
    default: "17:00",
    pattern: "^([01]\\d|2[0-3]):[0-5]\\d$",
    description: "Time of day in New York after which a file counts for the next banking day",
  }),
  ACH_SETTLEMENT_DAYS: Type.Integer({
    minimum: 1,
    maximum: 10,
    default: 3,
    description: "Banking days after the effective entry date until a debit without a return has succeeded",
  }),
  ACH_FOLDER: Type.Optional(
    Type.String({
      description: "Folder where ACH files are delivered, besides the API. Default: by the API only",
    }),
  ),
};

export const simulatorServerSettings = {
  ...simulatorSettings,
  SIMULATOR_HOST: Type.String({ default: "127.0.0.1", description: "Address to listen on" }),
  SIMULATOR_PORT: Type.Integer({
    minimum: 0,
    maximum: 65535,
    default: 4242,
    description: "Port to listen on; 0: any",
  }),
  SIMULATOR_FOLDER: Type.Optional(
    Type.String({ description: "Where what truly happened is kept. Default: in memory" }),
  ),
  PROCESSOR_KEY: Type.Optional(
    Type.String({ description: "Bearer key that callers show. Default: simulator" }),
  ),
};

/** Mistakes beyond the form of single values. */
export function processorsGuards(config: Config): string[] {
  const production = config.NODE_ENV === "production";
  return [
    ...readable("SIMULATOR_LATENCY", config.SIMULATOR_LATENCY, parseLatency),
    ...readable("SIMULATOR_FAULTS", config.SIMULATOR_FAULTS, parseFaults),
    ...readable("PROCESSOR_PINS", config.PROCESSOR_PINS, parsePins),
    ...gatewayMistakes(
      "PROCESSOR_URL",
      config.PROCESSOR_URL,
      "PROCESSOR_KEY",
      config.PROCESSOR_KEY,
      production,
    ),
    ...gatewayMistakes(
      "PROCESSOR_TEST_URL",
      config.PROCESSOR_TEST_URL,
      "PROCESSOR_TEST_KEY",
      config.PROCESSOR_TEST_KEY,
      production,
    ),
    ...(isRoutingNumber(config.ACH_ORIGIN_ROUTING)
      ? []
      : [
          `ACH_ORIGIN_ROUTING is ${config.ACH_ORIGIN_ROUTING}, which is no routing number. Write the nine digits of your bank.`,
        ]),
  ];
}

function readable<T>(name: string, value: T, read: (value: T) => unknown): string[] {
  try {
    read(value);
    return [];
  } catch (error) {
    return [`${name}: ${(error as Error).message}`];
  }
}

function gatewayMistakes(
  urlName: string,
  url: string | undefined,
  keyName: string,
  key: string | undefined,
  production: boolean,
): string[] {
  if (url === undefined) {
    return key === undefined ? [] : [`${keyName} is set without ${urlName}. Set both, or neither.`];
  }
  const mistakes: string[] = [];
  if (key === undefined)
    mistakes.push(`${keyName} is missing although ${urlName} is ${url}. Set both, or neither.`);
  if (production && !url.startsWith("https://")) {
    mistakes.push(`${urlName} is ${url}. Production sends card numbers over https only.`);
  }
  return mistakes;
}
