import { expect } from "chai";
import { ConfigError, configSchema, loadConfig } from "./config.ts";

function mistakesOf(environment: Record<string, string>): readonly string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
}

/** What production needs at least. */
const PRODUCTION = {
  NODE_ENV: "production",
  DATABASE_URL: "postgresql://service:hunter2@db.internal:5432/payments",
  JWT_SECRET: "j".repeat(64),
  CURSOR_KEY: "c".repeat(32),
  VAULT_KMS_KEY_ID: "alias/payments",
  TRUST_PROXY: "1",
};

describe("the configuration", () => {
  it("F5: needs nothing outside production", () => {
    expect(loadConfig({})).to.include({
      NODE_ENV: "development",
      HOST: "127.0.0.1",
      PORT: 3000,
      ACCESS_LOG: "all",
    });
  });

  it("F5: is complete for production with what production needs", () => {
    expect(mistakesOf(PRODUCTION)).to.deep.equal([]);
  });

  it("F5: tells everything that production misses at once", () => {
    const mistakes = mistakesOf({ NODE_ENV: "production" });
    for (const name of ["DATABASE_URL", "JWT_SECRET", "VAULT_KMS_KEY_ID"]) {
      expect(
        mistakes.filter((mistake) => mistake.startsWith(name)),
        name,
      ).to.have.length(1);
    }
  });

  it("tells all mistakes of single variables at once, before it compares them", () => {
    expect(mistakesOf({ PORT: "http", SHUTDOWN_DELAY: "400" })).to.deep.equal([
      'PORT: "http" is not a whole number from 0 to 65535; write one, or leave it out for 3000',
      'SHUTDOWN_DELAY: "400" is not a number from 0 to 300; write one, or leave it out for 0',
    ]);
  });

  it("never shows a secret", () => {
    const mistakes = mistakesOf({
      ...PRODUCTION,
      JWT_SECRET: "hunter2",
      CURSOR_KEY: "hunter2",
      PORT: "x",
    }).join("\n");
    expect(mistakes).to.include("JWT_SECRET").and.not.include("hunter2");
  });

  it("refuses a delay that leaves no time to finish", () => {
    expect(mistakesOf({ SHUTDOWN_DELAY: "30", SHUTDOWN_TIMEOUT: "25" })).to.deep.equal([
      "SHUTDOWN_DELAY: 30 leaves no time to finish within SHUTDOWN_TIMEOUT (25); write less, or raise SHUTDOWN_TIMEOUT",
    ]);
  });

  it("refuses a name to listen on, which may stand for several addresses", () => {
    expect(mistakesOf({ HOST: "localhost" })).to.deep.equal([
      'HOST: "localhost" is no IP address; write 127.0.0.1 or ::1 for this machine only, 0.0.0.0 or :: for all',
    ]);
    expect(mistakesOf({ HOST: "::1" })).to.deep.equal([]);
  });

  it("refuses one port for two things", () => {
    expect(mistakesOf({ PORT: "9464", METRICS_PORT: "9464" })).to.deep.equal([
      "METRICS_PORT: 9464 is PORT as well; write another port, or leave it out to serve /metrics on PORT to this machine only",
    ]);
    expect(mistakesOf({ PORT: "0", METRICS_PORT: "0" })).to.deep.equal([]);
  });

  it("cannot be changed once it is read", () => {
    expect(Object.isFrozen(loadConfig({}))).to.equal(true);
  });

  it("says of each variable what it is for", () => {
    const silent = Object.entries(configSchema.properties)
      .filter(([, schema]) => !("description" in schema && String(schema.description).length > 5))
      .map(([name]) => name);
    expect(silent).to.deep.equal([]);
    for (const name of Object.keys(configSchema.properties)) expect(name).to.match(/^[A-Z][A-Z0-9_]*$/);
  });
});
