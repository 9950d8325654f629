/**
 * `npm run api-key`: makes and ends API keys from beside the database. The first key of an installation comes from here;
 * further ones may come from the API.
 *
 * Exit status: 0 done, 1 it failed, 2 the command or the configuration is wrong.
 */
import { parseArgs } from "node:util";
import type pg from "pg";
import { pino } from "pino";
import { Value } from "typebox/value";
import { systemClock } from "./clock.ts";
import { startEmbeddedPostgres } from "./database/embedded.ts";
import { migrate } from "./database/migrate.ts";
import { messageOf, remedyFor } from "./database/migrate-remedies.ts";
import { createPool } from "./database/pool.ts";
import { requireOwnSession } from "./database/sessions.ts";
import { databaseConnection, databaseGuards, databaseSettings, dataFolder } from "./database/settings.ts";
import { ApiKeys } from "./identity/api-keys.ts";
import { asOperator, makeKey, OPERATOR } from "./identity/bootstrap.ts";
import { ANSWERS_PURPOSE } from "./identity/commit-once.ts";
import { isRole, isScope, ROLE_NAMES } from "./identity/scopes.ts";
import { type ApiKey, CreateApiKey } from "./identity/schemas.ts";
import { identitySettings } from "./identity/settings.ts";
import { signingKeysFor } from "./identity/signing-keys.ts";
import { makeIds } from "./ids.ts";
import { readEnvironment } from "./operations/environment.ts";
import { deriveFrom, localSecret } from "./root-key.ts";
import { importKey } from "./vault/aes-gcm.ts";

const USAGE = `Usage:
  api-key create --name NAME [--scopes payments:write,…] [--roles ${ROLE_NAMES.join(",")}] [--live]
                 [--customer ID] [--expires DAYSd]       prints the key, once
  api-key list [--live]
  api-key roll ID [--live]                               prints the new secret; the old one ends
  api-key revoke ID [--live]
  api-key rotate-signing-keys [--withdraw]               the next key signs tokens from now on

--live: live data instead of test data. --withdraw: tokens of the key before end at once.`;

/** What each command takes besides its name. */
const TAKES: ReadonlyMap<string, { id: boolean; options: readonly string[] }> = new Map([
  ["create", { id: false, options: ["name", "scopes", "roles", "live", "customer", "expires"] }],
  ["list", { id: false, options: ["live"] }],
  ["roll", { id: true, options: ["live"] }],
  ["revoke", { id: true, options: ["live"] }],
  ["rotate-signing-keys", { id: false, options: ["withdraw"] }],
]);

/** Keys that are read in one go. */
const PAGE = 1000;

/** The command cannot be understood. */
class UsageError extends Error {}

const makeId = makeIds(systemClock);

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(USAGE);
    return 0;
  }
  try {
    const command = commandOf(args);
    const { values: config, mistakes } = readEnvironment(
      { ...databaseSettings, ...identitySettings },
      process.env,
    );
    const all =
      mistakes.length > 0 ? mistakes : databaseGuards({ ...config, NODE_ENV: process.env.NODE_ENV });
    if (all.length > 0) throw new UsageError(all.join("\n"));
    const connection = databaseConnection(config);
    if (connection !== undefined) await requireOwnSession(connection);
    const embedded =
      connection === undefined ? await startEmbeddedPostgres({ folder: dataFolder(config) }) : undefined;
    if (embedded !== undefined) await migrate(embedded.url);
    const pool = createPool({ connection: connection ?? embedded?.url ?? "", max: 2 });
    try {
      await command({ pool, config, secret: config.JWT_SECRET ?? localSecret(dataFolder(config)) });
    } finally {
      await pool.end();
      await embedded?.stop();
    }
    return 0;
  } catch (error) {
    const message = messageOf(error);
    console.error(error instanceof UsageError ? message : `It failed: ${message}`);
    const remedy = remedyFor(error);
    if (remedy !== "") console.error(remedy);
    return error instanceof UsageError ? 2 : 1;
  }
}

interface Surroundings {
  pool: pg.Pool;
  config: Parameters<typeof signingKeysFor>[0];
  secret: string;
}

type Command = (surroundings: Surroundings) => Promise<void>;

function commandOf(args: string[]): Command {
  const { values, positionals } = parsed(args);
  const [name = "", id] = positionals;
  refuseSurplus(name, positionals.slice(1), Object.keys(values));
  const livemode = values.live ?? false;
  switch (name) {
    case "create": {
      const body = newKey(values, livemode);
      return async ({ pool, secret }) =>
        console.log((await makeKey(keysOf(pool, secret), makeId, body)).secret);
    }
    case "list":
      return async ({ pool, secret }) => {
        const keys = keysOf(pool, secret);
        let startingAfter: string | undefined;
        do {
          const { data, hasMore } = await keys.list({ livemode, limit: PAGE, startingAfter });
          for (const key of data) console.log(lineOf(key));
          startingAfter = hasMore ? data.at(-1)?.id : undefined;
        } while (startingAfter !== undefined);
      };
    case "roll":
    case "revoke": {
      if (id === undefined) throw new UsageError(`Which key? Give its id.\n\n${USAGE}`);
      return async ({ pool, secret }) => {
        const keys = keysOf(pool, secret);
        const operation = asOperator(makeId, livemode);
        const answer = await (name === "roll" ? keys.roll(operation, id, {}) : keys.revoke(operation, id));
        const key = JSON.parse(answer.body) as ApiKey;
        console.log(key.secret ?? lineOf(key));
      };
    }
    case "rotate-signing-keys":
      return async ({ pool, config, secret }) => {
        const keys = signingKeysFor(config, secret, {
          pool,
          clock: systemClock,
          makeId,
          log: pino({ level: "warn" }),
        });
        await keys.rotate(OPERATOR, values.withdraw);
        console.log(`Key ${keys.signer().id} signs from now on.`);
      };
    default:
      throw new UsageError(USAGE);
  }
}

/** Whoever revokes two keys at once, or gives a rolled one an end, is not to believe that it was done. */
function refuseSurplus(command: string, given: readonly string[], options: readonly string[]): void {
  const takes = TAKES.get(command);
  if (takes === undefined) throw new UsageError(USAGE);
  const surplus = [
    ...given.slice(takes.id ? 1 : 0),
    ...options.filter((option) => !takes.options.includes(option)).map((option) => `--${option}`),
  ];
  if (surplus.length > 0) throw new UsageError(`${command} does not take ${surplus.join(", ")}.\n\n${USAGE}`);
}

function parsed(args: string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    name: text,
    scopes: text,
    roles: text,
    customer: text,
    expires: text,
    live: flag,
    withdraw: flag,
  };
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function newKey(values: ReturnType<typeof parsed>["values"], livemode: boolean): CreateApiKey {
  const { name, customer, expires } = values;
  const scopes = listOf(values.scopes);
  const roles = listOf(values.roles);
  const unknown = [...scopes.filter((scope) => !isScope(scope)), ...roles.filter((role) => !isRole(role))];
  if (unknown.length > 0) throw new UsageError(`There is no scope or role ${unknown.join(", ")}.`);
  if (name === undefined) throw new UsageError(`The key needs a name: --name "Web shop".\n\n${USAGE}`);
  if (!Value.Check(CreateApiKey.properties.name, name))
    throw new UsageError("--name has to have 1 to 100 characters.");
  const days = expires === undefined ? undefined : Number(/^(\d{1,5})d$/.exec(expires)?.[1]);
  if (Number.isNaN(days)) throw new UsageError(`--expires is ${String(expires)}: give days, as 90d.`);
  return {
    name,
    scopes: scopes as CreateApiKey["scopes"],
    roles: roles.filter(isRole),
    livemode,
    customer,
    expires_at: days === undefined ? null : Math.floor(systemClock() / 1000) + days * 86_400,
  };
}

function listOf(text = ""): string[] {
  return text.split(",").filter((item) => item !== "");
}

function keysOf(pool: pg.Pool, secret: string): ApiKeys {
  const sealingKey = importKey(deriveFrom(secret)(ANSWERS_PURPOSE));
  return new ApiKeys({ pool, clock: systemClock, makeId, sealingKey });
}

function lineOf({
  id,
  name,
  status,
  prefix,
  last_four: lastFour,
  scopes,
  roles,
  last_used_at: used,
}: ApiKey): string {
  const last = used === null ? "never used" : `last used ${new Date(used * 1000).toISOString()}`;
  return [id, status, `${prefix}…${lastFour}`, name, [...roles, ...scopes].join(","), last].join("  ");
}
