/** What the service adds to Fastify's requests and routes. */
import type { Operation } from "./operation.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks, and with which idempotency key. Set before validation for all routes that need a scope. */
    operation: Operation;
  }
  interface FastifyInstance {
    /** Headers of answers that no route gives. Absent in applications without hardening. */
    securityHeaders?: Record<string, string>;
  }
  interface FastifyContextConfig {
    /** What the caller must be allowed, as `payments:write`; `public` for routes that anybody may call. */
    scope?: string;
  }
}
