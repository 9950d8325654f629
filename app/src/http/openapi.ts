/** The API's description, generated from the schemas that validate requests, and pages to read it. */
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyPluginAsync } from "fastify";
import fastifyPlugin from "fastify-plugin";

const DESCRIPTION = `
Payments, refunds, disputes, payouts and transfers on a double-entry ledger.

Amounts are integers in the currency's minor unit. Times are seconds since 1970 (UTC). Every \`POST\` takes an
\`Idempotency-Key\`: the request then has one effect and one answer, however often it is sent.
`;

export const openApi: FastifyPluginAsync = fastifyPlugin(async (app) => {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Strongroom payments", version: "1.0.0", description: DESCRIPTION.trim() },
      components: {
        securitySchemes: {
          bearer: {
            type: "http",
            scheme: "bearer",
            description: "An API key (sk_test_…) or a token from /v1/tokens.",
          },
        },
      },
      security: [{ bearer: [] }],
    },
  });
  const isPublic = { config: { scope: "public" }, schema: { hide: true } };
  app.get("/openapi.json", isPublic, () => app.swagger());

  await app.register(swaggerUi, { routePrefix: "/docs", uiConfig: { deepLinking: true } });
  app.get("/swagger-ui.html", isPublic, (_request, reply) => reply.redirect("/docs"));
});
