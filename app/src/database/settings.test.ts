import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readEnvironment } from "../operations/environment.ts";
import { databaseConnection, databaseGuards, databaseSettings, dataFolder } from "./settings.ts";

/** The configuration that environment variables make. */
function configured(environment: Record<string, string>) {
  const { values, mistakes } = readEnvironment(databaseSettings, environment);
  expect(mistakes).to.deep.equal([]);
  return { ...values, NODE_ENV: environment.NODE_ENV };
}

describe("the database's settings", () => {
  const mistakes = (environment: Record<string, string>) => databaseGuards(configured(environment));
  const connection = (environment: Record<string, string>) => databaseConnection(configured(environment));

  it("mean the embedded PostgreSQL when nothing is set", () => {
    expect(connection({})).to.equal(undefined);
    expect(mistakes({})).to.deep.equal([]);
  });

  it("refuse the embedded PostgreSQL in production", () => {
    expect(mistakes({ NODE_ENV: "production" })).to.deep.equal([
      "DATABASE_URL is missing: the embedded PostgreSQL is not for production; set DATABASE_URL or DATABASE_HOST",
    ]);
  });

  it("take a URL, without TLS on this machine and verified elsewhere", () => {
    expect(connection({ DATABASE_URL: "postgresql://u:p@127.0.0.1:5433/pay" })).to.deep.equal({
      connectionString: "postgresql://u:p@127.0.0.1:5433/pay",
      ssl: false,
    });
    expect(connection({ DATABASE_URL: "postgresql://u:p@db.example.com/pay" })).to.deep.equal({
      connectionString: "postgresql://u:p@db.example.com/pay",
      ssl: { rejectUnauthorized: true, ca: undefined },
    });
    expect(connection({ DATABASE_URL: "postgresql:///pay?host=/run/postgresql&user=u" })).to.deep.include({
      ssl: false,
    });
  });

  it("take the parts that a task definition gives", () => {
    expect(
      connection({
        DATABASE_HOST: "db.example.com",
        DATABASE_PORT: "5433",
        DATABASE_NAME: "pay",
        DATABASE_USER: "master",
        DATABASE_PASSWORD: "p@ss/word",
      }),
    ).to.deep.equal({
      host: "db.example.com",
      port: 5433,
      database: "pay",
      user: "master",
      password: "p@ss/word",
      ssl: { rejectUnauthorized: true, ca: undefined },
    });
  });

  it("understand sslmode in the URL; DATABASE_SSL wins", () => {
    const url = "postgresql://u:p@db.example.com/pay?sslmode=require&connect_timeout=3";
    expect(connection({ DATABASE_URL: url })).to.deep.equal({
      connectionString: "postgresql://u:p@db.example.com/pay?connect_timeout=3",
      ssl: { rejectUnauthorized: false, ca: undefined },
    });
    expect(connection({ DATABASE_URL: url, DATABASE_SSL: "disable" })).to.deep.include({ ssl: false });
    expect(mistakes({ DATABASE_URL: "postgresql://u:p@db.example.com/pay?sslmode=prefer" })).to.deep.equal([
      "DATABASE_URL has sslmode=prefer; write one of disable, require, verify-full",
    ]);
  });

  for (const parameter of ["ssl=0", "ssl=true", "ssl=no-verify", "sslcert=c.pem&sslkey=k.pem"]) {
    it(`do not let ${parameter} in the URL undo verify-full`, () => {
      const environment = {
        DATABASE_URL: `postgresql://u:p@db.example.com/pay?${parameter}`,
        DATABASE_SSL: "verify-full",
      };
      expect(mistakes(environment)[0]).to.match(
        /^DATABASE_URL has the parameter ssl(cert)?; say it with sslmode and sslrootcert$/,
      );
      expect(connection(environment)).to.deep.equal({
        connectionString: "postgresql://u:p@db.example.com/pay",
        ssl: { rejectUnauthorized: true, ca: undefined },
      });
    });
  }

  it("refuse in production what leaves the machine unencrypted, and only there", () => {
    const environment = { DATABASE_URL: "postgresql://u:secret@db.example.com/pay", DATABASE_SSL: "disable" };
    expect(mistakes(environment)).to.deep.equal([]);
    expect(mistakes({ ...environment, NODE_ENV: "production" })).to.deep.equal([
      "The connection to db.example.com is not encrypted (DATABASE_SSL or sslmode is disable): " +
        "production encrypts what leaves the machine; write verify-full",
    ]);
    expect(
      mistakes({ DATABASE_HOST: "db", DATABASE_USER: "u", DATABASE_SSL: "disable", NODE_ENV: "production" }),
    ).to.have.length(1);
    expect(
      mistakes({ DATABASE_URL: "postgresql://u:secret@localhost/pay", NODE_ENV: "production" }),
    ).to.deep.equal([]);
    expect(
      mistakes({ DATABASE_URL: "postgresql://u:secret@db.example.com/pay", NODE_ENV: "production" }),
    ).to.deep.equal([]);
  });

  it("tell what belongs together, and never show a password", () => {
    expect(mistakes({ DATABASE_URL: "mysql://u:secret@h/pay" })).to.deep.equal([
      "DATABASE_URL is not the URL of a PostgreSQL; write postgresql://user:password@host:5432/strongroom",
    ]);
    expect(
      mistakes({ DATABASE_URL: "postgresql://u:p@h/pay", DATABASE_HOST: "other", DATABASE_USER: "u" }),
    ).to.deep.equal(["DATABASE_HOST is other although DATABASE_URL is set; unset one of them"]);
    expect(mistakes({ DATABASE_HOST: "db" })).to.deep.equal([
      "DATABASE_USER is missing although DATABASE_HOST is db; set DATABASE_USER and DATABASE_PASSWORD",
    ]);
    expect(mistakes({ DATABASE_USER: "u" })).to.deep.equal([
      "DATABASE_USER is u without DATABASE_HOST; set DATABASE_HOST as well",
    ]);
  });

  it("read the authority's certificates, and refuse a file that holds none", () => {
    const folder = mkdtempSync(join(tmpdir(), "strongroom-settings-"));
    const file = join(folder, "ca.pem");
    const environment = { DATABASE_URL: "postgresql://u:p@db.example.com/pay", DATABASE_SSL_CA_FILE: file };
    expect(mistakes(environment)).to.deep.equal([
      `DATABASE_SSL_CA_FILE: ${file} cannot be read (ENOENT); name a readable file`,
    ]);
    writeFileSync(file, "nothing");
    expect(mistakes(environment)).to.deep.equal([
      `DATABASE_SSL_CA_FILE: ${file} holds no certificate; name a file of PEM certificates`,
    ]);
    const pem = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
    writeFileSync(file, pem);
    expect(mistakes(environment)).to.deep.equal([]);
    expect(connection(environment)).to.deep.include({ ssl: { rejectUnauthorized: true, ca: pem } });
    const inUrl = `postgresql://u:p@db.example.com/pay?sslmode=verify-full&sslrootcert=${file}`;
    expect(connection({ DATABASE_URL: inUrl })).to.deep.include({
      ssl: { rejectUnauthorized: true, ca: pem },
    });
    rmSync(file);
    expect(mistakes({ DATABASE_URL: inUrl })).to.deep.equal([
      `DATABASE_URL has an sslrootcert: ${file} cannot be read (ENOENT); name a readable file`,
    ]);
    rmSync(folder, { recursive: true });
  });

  it("keep data in the user's data folder, and root's where PostgreSQL's account can reach it", () => {
    expect(dataFolder({ DATA_FOLDER: "/srv/pay" })).to.equal("/srv/pay");
    const isRoot = process.getuid?.() === 0;
    const orRoot = (folder: string) => (isRoot ? "/var/lib/strongroom" : folder);
    expect(dataFolder({}, { HOME: "/home/ada" })).to.equal(orRoot("/home/ada/.local/share/strongroom"));
    expect(dataFolder({}, { HOME: "/home/ada", XDG_DATA_HOME: "/data" })).to.equal(
      orRoot("/data/strongroom"),
    );
    expect(dataFolder({}, { HOME: "/home/ada", XDG_DATA_HOME: "relative" })).to.equal(
      orRoot("/home/ada/.local/share/strongroom"),
    );
  });
});
