import { once } from "node:events";
import { KMSClient, CreateKeyCommand, EncryptCommand, DecryptCommand } from "@aws-sdk/client-kms";
import { expect } from "chai";
import { createClient } from "redis";
import { testMoto, testRedis } from "./servers.test-support.ts";

describe("servers for tests", () => {
  it("gives a Redis of one's own that can be stopped and come back at its port", async () => {
    const first = await testRedis();
    const client = createClient({ url: first.url, socket: { reconnectStrategy: false } });
    client.on("error", () => undefined);
    await client.connect();
    await client.set("a", "1");
    expect(await client.get("a")).to.equal("1");
    const closed = once(client, "error");
    await first.stop();
    await closed;

    const second = await testRedis(first.port);
    expect(second.url).to.equal(first.url);
    const again = createClient({ url: second.url });
    await again.connect();
    expect(await again.get("a")).to.equal(null);
    await again.close();
    await second.stop();
  });

  it("gives an AWS of one's own that encrypts and decrypts", async () => {
    const moto = await testMoto();
    const kms = new KMSClient({
      endpoint: moto.url,
      region: "eu-central-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}));
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: KeyMetadata?.KeyId, Plaintext: Buffer.from("secret") }),
    );
    const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob }));
    expect(Buffer.from(Plaintext ?? []).toString()).to.equal("secret");
    kms.destroy();
    await moto.stop();
  });
});
