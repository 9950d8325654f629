/**
 * `npm run migrate`: brings the database to this version's schema. Run it before the new version starts; the version that
 * runs meanwhile goes on working.
 *
 * Exit status: 0 the schema is up to date, 1 it is not (the database cannot be reached, or a migration failed and changed
 * nothing), 2 the configuration is wrong.
 */
import { startEmbeddedPostgres } from "./database/embedded.ts";
import { listMigrations, migrate } from "./database/migrate.ts";
import { messageOf, remedyFor } from "./database/migrate-remedies.ts";
import {
  type DatabaseConfig,
  databaseConnection,
  databaseGuards,
  databaseSettings,
  dataFolder,
} from "./database/settings.ts";
import { requireOwnSession } from "./database/sessions.ts";
import { readEnvironment } from "./operations/environment.ts";

process.exitCode = await main();

async function main(): Promise<number> {
  const { values, mistakes } = readEnvironment(databaseSettings, process.env);
  const all = mistakes.length > 0 ? mistakes : databaseGuards({ ...values, NODE_ENV: process.env.NODE_ENV });
  if (all.length > 0) {
    console.error(all.join("\n"));
    return 2;
  }
  try {
    const applied = await migrateDatabase(values);
    const total = (await listMigrations()).length;
    console.log(
      applied.length === 0
        ? `Nothing to do: all ${total} migrations are applied.`
        : "The schema is up to date.",
    );
    return 0;
  } catch (error) {
    console.error(`The migration failed: ${messageOf(error)}`);
    const remedy = remedyFor(error);
    if (remedy !== "") console.error(remedy);
    return 1;
  }
}

async function migrateDatabase(config: DatabaseConfig): Promise<string[]> {
  const log = (line: string) => console.log(line);
  const connection = databaseConnection(config);
  if (connection !== undefined) {
    await requireOwnSession(connection);
    return migrate(connection, { log });
  }
  const embedded = await startEmbeddedPostgres({ folder: dataFolder(config) });
  try {
    return await migrate(embedded.url, { log });
  } finally {
    await embedded.stop();
  }
}
