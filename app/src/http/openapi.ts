/** The API's description, generated from the schemas that validate requests, and the pages to read and try it. */
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyPluginAsync, FastifySchema, RouteOptions } from "fastify";
import fastifyPlugin from "fastify-plugin";
import { errorsPage } from "./errors-page.ts";
import { withComponents } from "./openapi-components.ts";
import { completeOperations, HEADERS } from "./openapi-operations.ts";
import "./request.ts";

const DESCRIPTION = `
Payments, refunds, disputes, payouts and transfers on a double-entry ledger.

Amounts are integers in the currency's minor unit. Times are seconds since 1970 (UTC). Every \`POST\` takes an
\`Idempotency-Key\`: the request then has one effect and one answer, however often it is sent. Two do without:
\`POST /v1/tokens\` gives another token each time, and of \`POST /v1/vault/rotations\` one runs at a time. Every answer has
a \`Request-Id\`. Errors are explained at [/docs/errors](/docs/errors).
`;

/** What the page shows, in its order. */
const TAGS = {
  Payments: "Take money: create, confirm, capture, cancel.",
  Refunds: "Give it back, in whole or in part.",
  Disputes: "What customers contest with their banks.",
  Payouts: "Send money to a bank account.",
  Transfers: "Move money between accounts of the ledger.",
  Customers: "Who pays, with their consents.",
  "Payment methods": "Cards and bank accounts, tokenised.",
  Ledger: "Accounts, entries and balances: double-entry, and append-only.",
  Events: "All that happened, in order.",
  Webhooks: "Events sent to your servers, signed.",
  Reconciliations: "Settlement files compared with the ledger.",
  Exports: "Data as files.",
  Flags: "Feature flags, segments, experiments and kill switches.",
  ACH: "Files to and from a bank.",
  Vault: "The keys that card numbers are encrypted with.",
  "API keys": "Who may call, and what.",
  Privacy: "What is known of a customer, and its erasure.",
  Operations: "How the service is.",
};

/** Swagger UI has a dark mode, and leaves it to the page when to show it. */
const DARK_MODE = `
const dark = matchMedia("(prefers-color-scheme: dark)");
const show = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", show);
show();
`;

/** What its dark mode leaves dark on dark: the tables of headers. */
const DARK_STYLE = "html.dark-mode .swagger-ui table.headers td { color: inherit; }";

export const openApi: FastifyPluginAsync = fastifyPlugin(async (app) => {
  await app.register(swagger, {
    convertConstToEnum: false,
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Strongroom payments",
        version: "1.0.0",
        description: DESCRIPTION.trim(),
        license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      },
      servers: [{ url: "/", description: "The server that this document comes from." }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        headers: HEADERS,
        securitySchemes: {
          bearer: {
            type: "http",
            scheme: "bearer",
            description: "An API key (sk_test_…, sk_live_…) or a token from /v1/tokens.",
          },
        },
      },
      security: [{ bearer: [] }],
    },
    transform: ({ schema, url, route }) => ({ schema: withScope(schema, route), url }),
    transformObject: (document) => {
      if (!("openapiObject" in document)) return document.swaggerObject;
      return withComponents(completeOperations(document.openapiObject));
    },
  });
  const isPublic = { config: { scope: "public" }, schema: { hide: true } };
  // Made at the first request, when all routes are declared, and large: the text is kept.
  let text: string | undefined;
  app.get("/openapi.json", isPublic, (_request, reply) => {
    text ??= JSON.stringify(app.swagger());
    return reply.type("application/json; charset=utf-8").send(text);
  });

  await app.register(swaggerUi, {
    routePrefix: "/docs",
    uiConfig: { layout: "BaseLayout", deepLinking: true, docExpansion: "none" },
    theme: {
      title: "Strongroom payments",
      css: [{ filename: "dark-mode.css", content: DARK_STYLE }],
      js: [{ filename: "dark-mode.js", content: DARK_MODE }],
    },
  });
  app.get("/swagger-ui.html", isPublic, (_request, reply) => reply.redirect("/docs"));

  const page = errorsPage();
  app.get("/docs/errors", isPublic, (_request, reply) => reply.type("text/html; charset=utf-8").send(page));
});

/** Says who may call a route, as authentication enforces it. */
function withScope(schema: FastifySchema = {}, { config }: RouteOptions): FastifySchema {
  const scope = config?.scope;
  if (scope === undefined) return schema;
  if (scope === "public") return { ...schema, security: [] };
  const description = [schema.description, `Scope: \`${scope}\`.`].filter((part) => part !== undefined);
  return { ...schema, description: description.join("\n\n") };
}
