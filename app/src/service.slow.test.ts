import { expect } from "chai";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { loadConfig } from "./config.ts";
import { embeddedTest, expectRejection } from "./database/embedded.test-support.ts";
import { startTelemetry } from "./operations/telemetry.ts";
import { createService } from "./service.ts";

describe("a service that cannot be put together", () => {
  const test = embeddedTest();

  it("leaves no PostgreSQL of its own behind, and can be tried again at once", async () => {
    const { folder } = test;
    const broken = join(folder, "broken-key");
    await writeFile(broken, "no key");
    const create = async (environment: Record<string, string>) => {
      const config = loadConfig({ DATA_FOLDER: join(folder, "own"), ...environment });
      const telemetry = await startTelemetry(config, "test");
      const silent = pino({ level: "silent" });
      const log = { log: silent, access: silent, flush: () => undefined };
      return createService(config, { log, telemetry, lifecycle: { isReady: true } });
    };
    await expectRejection(create({ VAULT_KEY_FILE: broken }), /broken-key/);
    expect(existsSync(join(folder, "own", "data", "PG_VERSION"))).to.equal(true);
    expect(existsSync(join(folder, "own", "data", "postmaster.pid"))).to.equal(false);

    const service = await create({});
    expect((await service.app.inject("/ready")).statusCode).to.equal(200);
    await service.stop();
    expect(existsSync(join(folder, "own", "data", "postmaster.pid"))).to.equal(false);
  });
});
