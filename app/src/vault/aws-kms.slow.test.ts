import { CreateKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { expect } from "chai";
import { testDatabase, type TestDatabase } from "../../test/database.test-support.ts";
import { testMoto, type TestServer } from "../../test/servers.test-support.ts";
import { ApiError } from "../errors.ts";
import { IntegrityError } from "./aes-gcm.ts";
import { awsKms } from "./aws-kms.ts";
import { testVault } from "./vault.test-support.ts";

const ACCESS = { purpose: "test", actor: "key_1" };
const NUMBER = "4242424242424242";
const CONTEXT = { application: "strongroom", key: "test" };

describe("AWS KMS as the vault's root key", () => {
  let moto: TestServer;
  let database: TestDatabase;
  let client: KMSClient;
  let keyId: string;

  before(async () => {
    [moto, database] = await Promise.all([testMoto(), testDatabase()]);
    client = clientAt(moto.url);
    keyId = await newKey();
  });
  after(async () => {
    await moto.stop();
    await database.drop();
  });

  function clientAt(endpoint: string): KMSClient {
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    return new KMSClient({ endpoint, region: "eu-central-1", credentials, maxAttempts: 1 });
  }

  async function newKey(): Promise<string> {
    const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
    return KeyMetadata?.Arn ?? "";
  }

  async function errorOf(promise: Promise<unknown>): Promise<unknown> {
    return promise.then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  it("wraps and unwraps keys for their context alone", async () => {
    const kms = awsKms(keyId, client);
    const { plain, ...key } = await kms.generate(CONTEXT);
    expect(plain).to.have.length(32);
    expect(key.root).to.equal(keyId);
    expect(key.wrapped.includes(plain)).to.equal(false);
    expect(await kms.unwrap(key, CONTEXT)).to.deep.equal(plain);
    const error = await errorOf(kms.unwrap(key, { ...CONTEXT, key: "other" }));
    expect(error).to.be.an.instanceOf(IntegrityError);
  });

  it("wraps a key anew by another root key without showing it", async () => {
    const { plain, ...key } = await awsKms(keyId, client).generate(CONTEXT);
    const next = awsKms(await newKey(), client);
    const rewrapped = await next.rewrap(key, CONTEXT);
    expect(rewrapped.root).not.to.equal(keyId);
    expect(next.isToday(rewrapped.root)).to.equal(true);
    expect(next.isToday(key.root)).to.equal(false);
    expect(await next.unwrap(rewrapped, CONTEXT)).to.deep.equal(plain);
  });

  it("answers 503 when KMS is away, or the key cannot be used", async () => {
    for (const kms of [awsKms(keyId, clientAt("http://127.0.0.1:9")), awsKms("no-such-key", client)]) {
      const error = await errorOf(kms.generate(CONTEXT));
      expect(error).to.be.an.instanceOf(ApiError);
      expect(error).to.include({
        status: 503,
        message: "The key service of the card vault does not answer; try again.",
      });
      expect((error as ApiError).details.retryAfter).to.equal(1);
    }
  });

  it("is found by AWS_ENDPOINT_URL, region and credentials of the environment", async () => {
    const environment = {
      AWS_ENDPOINT_URL: moto.url,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    };
    const before = { ...process.env };
    Object.assign(process.env, environment);
    try {
      const { plain, ...key } = await awsKms(keyId).generate(CONTEXT);
      expect(await awsKms(keyId).unwrap(key, CONTEXT)).to.deep.equal(plain);
    } finally {
      for (const name of Object.keys(environment)) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      }
    }
  });

  it("keeps the vault: numbers, fingerprints, rotation, and a new root key after which the old one can go", async () => {
    const test = await testVault(database, { root: awsKms(keyId, client) });
    try {
      const entry = {
        livemode: true,
        subject: "cus_1",
        kind: "card" as const,
        holder: "pm_1",
        number: NUMBER,
      };
      const token = await test.vault.store(entry);
      const fingerprint = await test.vault.fingerprint("card", true, NUMBER);
      await test.vault.rotation.begin();
      expect(await test.vault.rotation.run(0)).to.equal(true);

      const nextRoot = await newKey();
      const moved = test.open(awsKms(nextRoot, client));
      await moved.start();
      await client.send(
        new ScheduleKeyDeletionCommand({ KeyId: keyId.split("/").at(-1), PendingWindowInDays: 7 }),
      );
      const fresh = test.open(awsKms(nextRoot, client));
      expect(await fresh.reveal(true, token, ACCESS)).to.equal(NUMBER);
      expect(await fresh.fingerprint("card", true, NUMBER)).to.equal(fingerprint);
      const { rows } = await test.database.pool.query(
        "select distinct root from (select root from vault_branch_keys union all select root from vault_hash_keys) r",
      );
      expect(rows).to.deep.equal([{ root: nextRoot }]);
      await moved.stop();
    } finally {
      await test.close();
      keyId = await newKey();
    }
  });

  it("is asked once for many numbers, and again when the key was kept long enough", async () => {
    let asked = 0;
    client.middlewareStack.add(
      (next) => (input) => {
        asked += 1;
        return next(input);
      },
      { step: "initialize", name: "count" },
    );
    let now = Date.UTC(2026, 10, 22);
    const test = await testVault(database, { root: awsKms(keyId, client), clock: () => now });
    try {
      const entry = {
        livemode: true,
        subject: "cus_1",
        kind: "card" as const,
        holder: "pm_1",
        number: NUMBER,
      };
      const token = await test.vault.store(entry);
      const other = test.open();
      asked = 0;
      await Promise.all(Array.from({ length: 50 }, () => other.reveal(true, token, ACCESS)));
      expect(asked).to.equal(1);
      now += 300_001;
      await other.reveal(true, token, ACCESS);
      expect(asked).to.equal(2);
    } finally {
      client.middlewareStack.remove("count");
      await test.close();
    }
  });

  it("away, does not stop what is done with a key that is kept; then 503, never a wrong answer", async () => {
    let now = Date.UTC(2026, 10, 22);
    let away = false;
    const real = awsKms(keyId, client);
    const gone = awsKms(keyId, clientAt("http://127.0.0.1:9"));
    const root = {
      ...real,
      unwrap: (...call: Parameters<typeof real.unwrap>) => (away ? gone : real).unwrap(...call),
    };
    const test = await testVault(database, { root, clock: () => now });
    try {
      const entry = {
        livemode: true,
        subject: "cus_1",
        kind: "card" as const,
        holder: "pm_1",
        number: NUMBER,
      };
      const token = await test.vault.store(entry);
      away = true;
      expect(await test.vault.reveal(true, token, ACCESS)).to.equal(NUMBER);
      now += 300_001;
      expect(await errorOf(test.vault.reveal(true, token, ACCESS))).to.include({ status: 503 });
      expect(await errorOf(test.vault.store(entry))).to.include({ status: 503 });
      away = false;
      expect(await test.vault.reveal(true, token, ACCESS)).to.equal(NUMBER);
    } finally {
      await test.close();
    }
  });
});
