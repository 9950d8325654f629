import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { requirePackage } from "../../test/servers.test-support.ts";
import { embeddedTest, expectRejection } from "./embedded.test-support.ts";
import { serverAccount } from "./embedded-account.ts";
import { remedyFor } from "./migrate-remedies.ts";
import { createPool } from "./pool.ts";
import { type DatabaseConfig, databaseConnection } from "./settings.ts";

describe("encrypted connections to the database", () => {
  const test = embeddedTest();
  let certificates: string;

  before(() => {
    requirePackage("openssl");
    certificates = mkdtempSync(join(tmpdir(), "strongroom-certificates-"));
    chmodSync(certificates, 0o755);
    const shell = `
      openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem
      openssl req -newkey rsa:2048 -nodes -subj /CN=server -keyout server.key -out server.csr
      printf 'subjectAltName=DNS:localhost' >names
      openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem
      chmod 600 server.key`;
    const { status, stderr } = spawnSync("sh", ["-ec", shell], { cwd: certificates, encoding: "utf8" });
    expect(status, stderr).to.equal(0);
    const account = serverAccount();
    if (account) chownSync(join(certificates, "server.key"), account.uid, account.gid);
  });

  after(() => rmSync(certificates, { recursive: true }));

  it("need the right authority and the right name, unless only encryption is asked for", async () => {
    const { url } = await test.start({
      throwaway: true,
      settings: {
        ssl: "on",
        ssl_cert_file: join(certificates, "server.pem"),
        ssl_key_file: join(certificates, "server.key"),
      },
    });
    const ca = join(certificates, "ca.pem");
    const byName = Object.assign(new URL(url), { hostname: "localhost" }).href;

    expect(
      await encryption({ DATABASE_URL: byName, DATABASE_SSL: "verify-full", DATABASE_SSL_CA_FILE: ca }),
    ).to.equal(true);
    expect(await encryption({ DATABASE_URL: `${byName}?sslmode=verify-full&sslrootcert=${ca}` })).to.equal(
      true,
    );
    expect(await encryption({ DATABASE_URL: url, DATABASE_SSL: "require" })).to.equal(true);
    expect(await encryption({ DATABASE_URL: url, DATABASE_SSL: "disable" })).to.equal(false);

    const unknown = encryption({ DATABASE_URL: byName, DATABASE_SSL: "verify-full" });
    expect(remedyFor(await unknown.catch((error: unknown) => error))).to.equal(
      "Name the file with the authority's certificate in DATABASE_SSL_CA_FILE.",
    );
    await expectRejection(
      encryption({ DATABASE_URL: url, DATABASE_SSL: "verify-full", DATABASE_SSL_CA_FILE: ca }),
      /does not match certificate's altnames/,
    );
  });
});

/** Whether the connection that the settings make is encrypted. */
async function encryption(settings: Partial<DatabaseConfig>): Promise<boolean | undefined> {
  const config = {
    DATABASE_PORT: 5432,
    DATABASE_NAME: "",
    DATABASE_POOL_SIZE: 1,
    DATABASE_CONNECT_TIMEOUT: 5,
    DATABASE_STATEMENT_TIMEOUT: 5,
  };
  const pool = createPool({ connection: databaseConnection({ ...config, ...settings }) ?? "", role: null });
  try {
    const { rows } = await pool.query<{ ssl: boolean }>(
      "select ssl from pg_stat_ssl where pid = pg_backend_pid()",
    );
    return rows[0]?.ssl;
  } finally {
    await pool.end();
  }
}
