/** The HTTP application: one plugin for each concern, one for each domain. */
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyServerOptions,
  LogController,
} from "fastify";
import type { Core } from "./core.ts";
import { refusePath, registerErrorHandlers } from "./http/errors-handler.ts";
import { idempotencyKeys } from "./http/idempotency.ts";
import { lazySerializers, lazyValidators } from "./http/lazy-compilers.ts";
import { openApi } from "./http/openapi.ts";
import { refuseUnread } from "./http/unread.ts";
import { validatorCompiler } from "./http/validation.ts";
import "./http/request.ts";

export interface AppOptions {
  /** Time and size limits of the server. */
  server: FastifyServerOptions;
  /** Keys the fingerprints of requests; 256 bits. */
  idempotencyKey: Buffer;
  /** Hooks that concern every route, in order: reports, hardening, limits, who calls. */
  hooks: readonly FastifyPluginAsync[];
  /** Routes without a prefix: health, key sets. */
  root: readonly FastifyPluginAsync[];
  /** The domains' routes, under /v1. */
  v1: readonly FastifyPluginAsync[];
}

export async function buildApp(core: Core, options: AppOptions): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = core.log;
  const app = Fastify({
    ...options.server,
    loggerInstance,
    // One line a request comes from `operations`, with what is safe to tell.
    logController: new LogController({ disableRequestLogging: true }),
    // A logger for each request would cost more than its line: what is logged names the request itself.
    childLoggerFactory: (logger) => logger,
    genReqId: () => core.makeId("request"),
    frameworkErrors: refusePath,
  })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(lazyValidators(validatorCompiler()))
    .setSerializerCompiler(lazySerializers());
  registerErrorHandlers(app);
  app.addHook("onRoute", refuseUnread);
  app.addHook("onRequest", (request, reply, next) => {
    void reply.header("request-id", request.id);
    next();
  });
  for (const hook of options.hooks) await app.register(hook);
  await app.register(idempotencyKeys, { key: options.idempotencyKey });
  await app.register(openApi);
  for (const routes of options.root) await app.register(routes);
  for (const routes of options.v1) await app.register(routes, { prefix: "/v1" });
  return app;
}
