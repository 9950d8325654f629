import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Core } from "../core.ts";
import { sendAnswer } from "../http/answer.ts";
import { pageOptions } from "../http/pages.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, IdempotencyHeaders, listAnswer } from "../http/schemas.ts";
import { type ReconciliationData, showItem, showReconciliation } from "./reconciliation.ts";
import { listItems } from "./repository.ts";
import {
  CONTENT_LIMIT,
  Item,
  ItemList,
  ItemPath,
  ItemQuery,
  Reconciliation,
  ReconciliationInput,
  ReconciliationList,
  ReconciliationPath,
  ReconciliationQuery,
} from "./schemas.ts";
import type { ReconciliationService } from "./service.ts";

const tags = ["Reconciliations"];
const read = { config: { scope: "reconciliations:read" } };
const write = { config: { scope: "reconciliations:write" } };

export function reconciliationRoutes(core: Core, service: ReconciliationService): FastifyPluginAsyncTypebox {
  return (app) => {
    app.post(
      "/reconciliations",
      {
        ...write,
        // The text may double in size as JSON.
        bodyLimit: 2 * CONTENT_LIMIT,
        schema: {
          operationId: "createReconciliation",
          tags,
          summary: "Reconcile a settlement file",
          description:
            "201 with the reconciliation, `processing` until its file is worked through. The same file again answers 200 with the reconciliation that it has; lines that an earlier file had are left alone.",
          headers: IdempotencyHeaders,
          body: ReconciliationInput,
          response: { 200: Reconciliation, 201: Reconciliation, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, body }, reply) => sendAnswer(reply, await service.create(operation, body)),
    );

    app.get(
      "/reconciliations",
      {
        ...read,
        schema: {
          operationId: "listReconciliations",
          tags,
          summary: "List reconciliations",
          description: "Newest first.",
          querystring: ReconciliationQuery,
          response: { 200: ReconciliationList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, query }) => {
        const { livemode } = operation.caller;
        const options = { ...pageOptions(query, "reconciliation"), livemode, status: query.status };
        const { data, hasMore } = await core.objects.list<ReconciliationData>("reconciliations", options);
        return listAnswer("/v1/reconciliations", data.map(showReconciliation), hasMore);
      },
    );

    app.get(
      "/reconciliations/:id",
      {
        ...read,
        schema: {
          operationId: "retrieveReconciliation",
          tags,
          summary: "Retrieve a reconciliation",
          description: "How many lines agree, and how many faults of each kind there are.",
          params: ReconciliationPath,
          response: { 200: Reconciliation, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params }) =>
        showReconciliation(await service.get(params.id, operation.caller.livemode)),
    );

    app.get(
      "/reconciliations/:id/items",
      {
        ...read,
        schema: {
          operationId: "listReconciliationItems",
          tags,
          summary: "List a reconciliation's items",
          description:
            "Faults with what would set the ledger right, and the settlement of what agrees; by number.",
          params: ReconciliationPath,
          querystring: ItemQuery,
          response: { 200: ItemList, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params, query: { limit, starting_after: after, kind } }) => {
        const stored = await service.get(params.id, operation.caller.livemode);
        const { data, hasMore } = await listItems(core.pool, stored.id, { limit, after, kind });
        const items = data.map((item) => showItem(stored, item));
        return listAnswer(`/v1/reconciliations/${stored.id}/items`, items, hasMore);
      },
    );

    app.get(
      "/reconciliations/:id/items/:item",
      {
        ...read,
        schema: {
          operationId: "retrieveReconciliationItem",
          tags,
          summary: "Retrieve an item of a reconciliation",
          description: "With the entries that are proposed, or were posted.",
          params: ItemPath,
          response: { 200: Item, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params }) => {
        const stored = await service.get(params.id, operation.caller.livemode);
        return showItem(stored, await service.item(stored, params.item));
      },
    );

    app.post(
      "/reconciliations/:id/items/:item/apply",
      {
        ...write,
        schema: {
          operationId: "applyReconciliationItem",
          tags,
          summary: "Apply an item of a reconciliation",
          description: "Posts the entries that it proposes; however often it is asked for, once.",
          headers: IdempotencyHeaders,
          params: ItemPath,
          response: { 200: Item, ...ERROR_ANSWERS },
        },
      },
      async ({ operation, params }, reply) =>
        sendAnswer(reply, await service.apply(operation, params.id, params.item)),
    );
    return Promise.resolve();
  };
}
