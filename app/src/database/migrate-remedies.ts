/** What to do about a connection that does not come about, or a database that is not as it should be. */

const BY_CODE: Record<string, string> = {
  ECONNREFUSED: "Nothing answers there: is PostgreSQL running, and are host and port right?",
  ENOTFOUND: "There is no such host: check the name in DATABASE_URL or DATABASE_HOST.",
  ETIMEDOUT: "Nothing answers there: check the address and the firewall or security group on the way.",
  "28P01": "The password is wrong: check DATABASE_URL or DATABASE_USER and DATABASE_PASSWORD.",
  "28000": "The server refuses this user: check its pg_hba.conf, and DATABASE_SSL if it asks for encryption.",
  "3D000": "Make the database first: create database … (or check the name in DATABASE_URL or DATABASE_NAME).",
  "42P01": "Bring the schema to this version first: npm run migrate.",
  "42501":
    "Migrations run as the owner of the database, who may create roles: alter role … createrole; alter database … owner to …",
  SELF_SIGNED_CERT_IN_CHAIN: "Name the file with the authority's certificate in DATABASE_SSL_CA_FILE.",
  DEPTH_ZERO_SELF_SIGNED_CERT: "Name the file with the server's certificate in DATABASE_SSL_CA_FILE.",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "Name the file with the authority's certificate in DATABASE_SSL_CA_FILE.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "Name the file with the authority's certificate in DATABASE_SSL_CA_FILE.",
  CERT_HAS_EXPIRED: "Renew the server's certificate, and check this machine's clock.",
  ERR_TLS_CERT_ALTNAME_INVALID: "Connect by a name that the server's certificate holds.",
};

const BY_MESSAGE: [string, string][] = [
  [
    "does not support SSL",
    "Switch TLS on in the server, or set DATABASE_SSL=disable where the way to it is safe.",
  ],
];

/** The remedy for an error of the database or of the way to it; empty when there is none to give. */
export function remedyFor(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const code = "code" in error ? String(error.code) : "";
  return BY_CODE[code] ?? BY_MESSAGE.find(([part]) => error.message.includes(part))?.[1] ?? "";
}

/** What an error says. Where a name has several addresses, Node's own error has no message, only those of the attempts. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  return error instanceof Error ? error.message : String(error);
}
