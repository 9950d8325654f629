/** Environment variables of the database: which one, how to reach it, and where the embedded one keeps its data. */
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { type Static, type TObject, Type } from "typebox";

/** As libpq's `sslmode`, without its half measures: no TLS, TLS with any server, TLS with the right server. */
const SSL_MODES = ["disable", "require", "verify-full"] as const;

type SslMode = (typeof SSL_MODES)[number];

/** Parameters of a URL by which `pg` would choose for itself how to encrypt, whatever else is said. */
const SSL_PARAMETERS = ["ssl", "sslcert", "sslkey", "sslnegotiation", "uselibpqcompat"] as const;

/** Connections: the processors' news and a rotation of the vault's keys each hold one while they ask on another. */
export const SMALLEST_POOL = 3;

export const databaseSettings = {
  DATABASE_URL: Type.Optional(
    Type.String({
      description:
        "PostgreSQL 15 or newer, as postgresql://user:password@host:5432/strongroom. " +
        "Default: an embedded PostgreSQL of the service's own",
    }),
  ),
  DATABASE_HOST: Type.Optional(
    Type.String({ description: "Host of PostgreSQL, where there is no DATABASE_URL" }),
  ),
  DATABASE_PORT: Type.Integer({ minimum: 1, maximum: 65_535, default: 5432, description: "Its port" }),
  DATABASE_NAME: Type.String({ default: "strongroom", description: "Name of the database" }),
  DATABASE_USER: Type.Optional(
    Type.String({ description: "Who connects; owns the tables, or is a member of strongroom_service" }),
  ),
  DATABASE_PASSWORD: Type.Optional(Type.String({ description: "Password of DATABASE_USER" })),
  DATABASE_SSL: Type.Optional(
    Type.Enum([...SSL_MODES], {
      description:
        "`verify-full`: encrypted, and the server's certificate and name are checked; `require`: encrypted only. " +
        "Default: verify-full, and disable for a server on this machine",
    }),
  ),
  DATABASE_SSL_CA_FILE: Type.Optional(
    Type.String({
      description:
        "Certificates (PEM) that may sign the server's; for RDS the file global-bundle.pem. Default: the public authorities",
    }),
  ),
  DATABASE_POOL_SIZE: Type.Integer({
    minimum: SMALLEST_POOL,
    maximum: 1000,
    default: 20,
    description: "Most connections for reads; a few for commits and notices come on top",
  }),
  DATABASE_CONNECT_TIMEOUT: Type.Number({
    minimum: 0.1,
    maximum: 60,
    default: 5,
    description: "Seconds to wait for a connection",
  }),
  DATABASE_STATEMENT_TIMEOUT: Type.Number({
    minimum: 0.1,
    maximum: 600,
    default: 15,
    description: "Seconds that one statement may take",
  }),
  DATA_FOLDER: Type.Optional(
    Type.String({
      description:
        "Where the embedded PostgreSQL and local keys are kept. " +
        "Default: strongroom in $XDG_DATA_HOME or ~/.local/share; /var/lib/strongroom for root",
    }),
  ),
};

export type DatabaseConfig = Static<TObject<typeof databaseSettings>>;

/** Mistakes that single variables do not show. */
export function databaseGuards(config: DatabaseConfig & { NODE_ENV?: string }): string[] {
  const {
    DATABASE_URL: url,
    DATABASE_HOST: host,
    DATABASE_USER: user,
    DATABASE_SSL_CA_FILE: caFile,
  } = config;
  const production = config.NODE_ENV === "production";
  const mistakes: string[] = [];
  if (url !== undefined && host !== undefined) {
    mistakes.push(`DATABASE_HOST is ${host} although DATABASE_URL is set; unset one of them`);
  }
  if (url === undefined && host === undefined) {
    if (user !== undefined)
      mistakes.push(`DATABASE_USER is ${user} without DATABASE_HOST; set DATABASE_HOST as well`);
    if (production) {
      mistakes.push(
        "DATABASE_URL is missing: the embedded PostgreSQL is not for production; set DATABASE_URL or DATABASE_HOST",
      );
    }
    return mistakes;
  }
  if (host !== undefined && user === undefined) {
    mistakes.push(
      `DATABASE_USER is missing although DATABASE_HOST is ${host}; set DATABASE_USER and DATABASE_PASSWORD`,
    );
  }
  if (caFile !== undefined) mistakes.push(...caMistakes("DATABASE_SSL_CA_FILE", caFile));
  if (url === undefined) return [...mistakes, ...encryptionMistakes(config, production)];
  const parsed = URL.parse(url);
  if (parsed === null || !["postgres:", "postgresql:"].includes(parsed.protocol)) {
    return [
      ...mistakes,
      "DATABASE_URL is not the URL of a PostgreSQL; write postgresql://user:password@host:5432/strongroom",
    ];
  }
  const mode = parsed.searchParams.get("sslmode");
  if (mode !== null && !isSslMode(mode)) {
    return [...mistakes, `DATABASE_URL has sslmode=${mode}; write one of ${SSL_MODES.join(", ")}`];
  }
  for (const name of SSL_PARAMETERS) {
    if (parsed.searchParams.has(name))
      mistakes.push(`DATABASE_URL has the parameter ${name}; say it with sslmode and sslrootcert`);
  }
  const rootCert = parsed.searchParams.get("sslrootcert");
  if (caFile === undefined && rootCert !== null)
    mistakes.push(...caMistakes("DATABASE_URL has an sslrootcert", rootCert));
  return [...mistakes, ...encryptionMistakes(config, production)];
}

function caMistakes(name: string, file: string): string[] {
  try {
    if (readFileSync(file, "utf8").includes("-----BEGIN CERTIFICATE-----")) return [];
    return [`${name}: ${file} holds no certificate; name a file of PEM certificates`];
  } catch (error) {
    return [
      `${name}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}); name a readable file`,
    ];
  }
}

function encryptionMistakes(config: DatabaseConfig, production: boolean): string[] {
  const { host, sslMode } = addressOf(config);
  if (!production || sslMode !== "disable" || isLocal(host)) return [];
  return [
    `The connection to ${host} is not encrypted (DATABASE_SSL or sslmode is disable): ` +
      "production encrypts what leaves the machine; write verify-full",
  ];
}

/**
 * How to connect, as `pg` takes it; undefined for the embedded PostgreSQL.
 * @throws when DATABASE_SSL_CA_FILE cannot be read
 */
export function databaseConnection(config: DatabaseConfig): pg.ClientConfig | undefined {
  if (config.DATABASE_URL === undefined && config.DATABASE_HOST === undefined) return undefined;
  const { url, sslMode, caFile } = addressOf(config);
  const ssl = sslMode !== "disable" && {
    rejectUnauthorized: sslMode === "verify-full",
    ca: caFile === undefined ? undefined : readFileSync(caFile, "utf8"),
  };
  if (url !== undefined) return { connectionString: url, ssl };
  return {
    host: config.DATABASE_HOST,
    port: config.DATABASE_PORT,
    database: config.DATABASE_NAME,
    user: config.DATABASE_USER,
    password: config.DATABASE_PASSWORD,
    ssl,
  };
}

interface Address {
  /** Without what it says about TLS. */
  url?: string;
  host: string;
  sslMode: SslMode;
  caFile?: string;
}

/** What the variables and the URL's parameters say together; the variables win. */
function addressOf(config: DatabaseConfig): Address {
  const { DATABASE_URL, DATABASE_HOST = "", DATABASE_SSL, DATABASE_SSL_CA_FILE } = config;
  if (DATABASE_URL === undefined) {
    return {
      host: DATABASE_HOST,
      sslMode: DATABASE_SSL ?? defaultMode(DATABASE_HOST),
      caFile: DATABASE_SSL_CA_FILE,
    };
  }
  const url = new URL(DATABASE_URL);
  const host = url.searchParams.get("host") ?? decodeURIComponent(url.hostname).replace(/^\[(.+)\]$/, "$1");
  const mode = url.searchParams.get("sslmode") ?? "";
  const caFile = url.searchParams.get("sslrootcert") ?? undefined;
  // `pg` would read the file and choose for itself.
  for (const name of ["sslmode", "sslrootcert", ...SSL_PARAMETERS]) url.searchParams.delete(name);
  return {
    url: url.href,
    host,
    sslMode: DATABASE_SSL ?? (isSslMode(mode) ? mode : defaultMode(host)),
    caFile: DATABASE_SSL_CA_FILE ?? caFile,
  };
}

function isSslMode(text: string): text is SslMode {
  return SSL_MODES.some((mode) => mode === text);
}

function defaultMode(host: string): SslMode {
  return isLocal(host) ? "disable" : "verify-full";
}

/** On this machine: loopback addresses and sockets. */
function isLocal(host: string): boolean {
  return (
    host === "" || host === "localhost" || host === "::1" || host.startsWith("127.") || host.startsWith("/")
  );
}

/** Where the embedded PostgreSQL and local keys are kept. */
export function dataFolder(
  config: Pick<DatabaseConfig, "DATA_FOLDER">,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  if (config.DATA_FOLDER !== undefined) return config.DATA_FOLDER;
  // PostgreSQL runs as another account there, which cannot enter root's home.
  if (process.getuid?.() === 0) return "/var/lib/strongroom";
  const { XDG_DATA_HOME: xdg, HOME: home } = environment;
  if (xdg?.startsWith("/") === true) return join(xdg, "strongroom");
  return join(home?.startsWith("/") === true ? home : userInfo().homedir, ".local", "share", "strongroom");
}
