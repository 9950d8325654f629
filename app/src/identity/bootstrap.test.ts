import { expect } from "chai";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { testIdentity, type TestIdentity } from "./identity.test-support.ts";

describe("The first key", () => {
  let service: TestIdentity;
  let folder: string;

  before(async () => {
    service = await testIdentity();
  });
  after(() => service.close());
  afterEach(() => rm(dirname(folder), { recursive: true, force: true }));
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "strongroom-first-key-")), "data");
  });

  const keys = async () => (await service.core.pool.query("select from api_keys")).rowCount;

  it("is a test key for everything, in a file that only its owner reads", async () => {
    const file = await service.identity.bootstrapKeys(folder);
    expect(file).to.equal(join(folder, "test-key"));
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    const secret = (await readFile(file, "utf8")).trim();
    expect(secret).to.match(/^sk_test_/);
    expect((await service.get("/v1/who", secret)).json()).to.deep.include({ scopes: ["*"], livemode: false });
  });

  it("is made once", async () => {
    const file = await service.identity.bootstrapKeys(folder);
    const secret = await readFile(file, "utf8");
    const count = await keys();
    await service.identity.bootstrapKeys(folder);
    expect(await readFile(file, "utf8")).to.equal(secret);
    expect(await keys()).to.equal(count);
  });

  for (const [title, text] of [
    ["of another database", "sk_test_0000000000000000000000000000000000000000000000000"],
    ["that is empty", ""],
  ] as const) {
    it(`takes the place of one ${title}`, async () => {
      const file = await service.identity.bootstrapKeys(folder);
      await writeFile(file, text);
      await service.identity.bootstrapKeys(folder);
      const secret = (await readFile(file, "utf8")).trim();
      expect((await service.get("/v1/who", secret)).statusCode).to.equal(200);
    });
  }
});
