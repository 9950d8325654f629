/** A process to stop: a server with a slow answer. Run as a program, with SHUTDOWN_DELAY and the like in its environment. */
import { setTimeout as sleep } from "node:timers/promises";
import Fastify from "fastify";
import { loadConfig } from "../config.ts";
import { draining } from "./draining.ts";
import { createLog } from "./log.ts";
import { endOnSignals } from "./shutdown.ts";

const config = loadConfig({ ...process.env, LOG_LEVEL: "info" });
const log = createLog(config);
const lifecycle = { isReady: true };
const app = Fastify();
await app.register(draining, { lifecycle });
app.get("/ready", (_request, reply) => reply.status(lifecycle.isReady ? 200 : 503).send());
app.get("/slow", async () => {
  process.stderr.write("slow began\n");
  await sleep(400);
  return "finished";
});
app.get("/defect", () => {
  setImmediate(() => {
    throw new Error("defect with 4242424242424242");
  });
  return "ok";
});
app.get("/rejection", () => {
  void Promise.reject(new Error("nobody waits"));
  return "ok";
});
endOnSignals({
  log,
  lifecycle,
  delay: config.SHUTDOWN_DELAY,
  timeout: config.SHUTDOWN_TIMEOUT,
  stop: async () => {
    await app.close();
    if (process.env.FAIL_TO_STOP !== undefined) throw new Error("cannot stop");
    if (process.env.HANG !== undefined) await sleep(60_000);
  },
});
process.stderr.write(`${await app.listen({ port: 0 })}\n`);
