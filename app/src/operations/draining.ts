/** Lets go of the clients' connections when the service stops. */
import type { FastifyPluginCallback } from "fastify";
import fastifyPlugin from "fastify-plugin";
import type { Lifecycle } from "./shutdown.ts";

/** Milliseconds between two looks for connections that have become idle. */
const PAUSE = 50;

/**
 * Answers tell clients to close the connection while the service takes no new requests. Once the server closes, a connection
 * is closed as soon as nothing is under way on it: Node closes those alone that are idle at that moment, and would wait for
 * the others until their keep-alive time is over.
 */
export const draining: FastifyPluginCallback<{ lifecycle: Lifecycle }> = fastifyPlugin(
  (app, { lifecycle }: { lifecycle: Lifecycle }, done) => {
    app.addHook("onSend", (_request, reply, payload, next) => {
      if (!lifecycle.isReady) reply.header("connection", "close");
      next(null, payload);
    });
    app.addHook("preClose", (next) => {
      if (!app.server.listening) {
        next();
        return;
      }
      const timer = setInterval(() => app.server.closeIdleConnections(), PAUSE);
      app.server.once("close", () => clearInterval(timer));
      timer.unref();
      next();
    });
    done();
  },
);
