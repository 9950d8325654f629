/** /v1/experiments: variants of a flag tried on subjects, and what came of it. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { notFound } from "../errors.ts";
import { sendAnswer } from "../http/answer.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, IdempotencyHeaders, ListOf, PageQuery } from "../http/schemas.ts";
import { createExperiment, startExperiment, stopExperiment, updateExperiment } from "./changes.ts";
import { experimentResults } from "./results.ts";
import {
  ConversionsBody,
  ConversionsResource,
  ExperimentDefinition,
  ExperimentResource,
  ExperimentUpdate,
  KeyParams,
  ResultsResource,
  VersionBody,
} from "./schemas.ts";
import { type FlagService, refuseElsewhere } from "./service.ts";

const TAGS = ["Flags"];
const READ = { config: { scope: "flags:read" } };
const WRITE = { config: { scope: "flags:write" } };

export function experimentRoutes(service: FlagService): FastifyPluginAsyncTypebox {
  const { experiments } = service;
  return (app) => {
    app.get(
      "/experiments",
      {
        ...READ,
        schema: {
          operationId: "listExperiments",
          tags: TAGS,
          summary: "List experiments",
          description: "By key, last first.",
          querystring: Type.Object(
            { ...PageQuery, status: Type.Optional(ExperimentResource.properties.status) },
            { additionalProperties: false },
          ),
          response: { 200: ListOf(ExperimentResource), ...ERROR_ANSWERS },
        },
      },
      async ({ query, operation }) =>
        experiments.list("/v1/experiments", query, operation.caller.livemode, query.status),
    );

    app.post(
      "/experiments",
      {
        ...WRITE,
        schema: {
          operationId: "createExperiment",
          tags: TAGS,
          summary: "Create an experiment",
          description:
            "A draft; `start` begins it. Subjects of its audience whom no rule of the flag decides about get a variant by `split`.",
          headers: IdempotencyHeaders,
          body: ExperimentDefinition,
          response: { 201: ExperimentResource, ...ERROR_ANSWERS },
        },
      },
      async ({ body, operation }, reply) => {
        const answer = await experiments.change(operation, body.key, async (current) => {
          refuseElsewhere(service, "Experiments");
          return createExperiment(current, body, await service.fresh(operation.caller.livemode));
        });
        return sendAnswer(reply, answer);
      },
    );

    app.get(
      "/experiments/:key",
      {
        ...READ,
        schema: {
          operationId: "retrieveExperiment",
          tags: TAGS,
          summary: "Retrieve an experiment",
          description: "With its version.",
          params: KeyParams,
          response: { 200: ExperimentResource, ...ERROR_ANSWERS },
        },
      },
      async ({ params, operation }) =>
        experiments.show(await experiments.get(params.key, operation.caller.livemode)),
    );

    app.patch(
      "/experiments/:key",
      {
        ...WRITE,
        schema: {
          operationId: "updateExperiment",
          tags: TAGS,
          summary: "Update an experiment",
          description: "Once started, who takes part and what they get is fixed.",
          params: KeyParams,
          body: ExperimentUpdate,
          response: { 200: ExperimentResource, ...ERROR_ANSWERS },
        },
      },
      async ({ params, body, operation }, reply) => {
        const answer = await experiments.change(operation, params.key, async (current) => {
          if (!current) throw notFound("experiment", params.key, "key");
          return updateExperiment(current, body, await service.fresh(operation.caller.livemode));
        });
        return sendAnswer(reply, answer);
      },
    );

    app.post(
      "/experiments/:key/start",
      {
        ...WRITE,
        schema: {
          operationId: "startExperiment",
          tags: TAGS,
          summary: "Start an experiment",
          description: "One at a time for each flag.",
          headers: IdempotencyHeaders,
          params: KeyParams,
          body: VersionBody,
          response: { 200: ExperimentResource, ...ERROR_ANSWERS },
        },
      },
      async ({ params, body, operation }, reply) => {
        const answer = await experiments.change(operation, params.key, async (current) => {
          if (!current) throw notFound("experiment", params.key, "key");
          const snapshot = await service.fresh(operation.caller.livemode);
          return startExperiment(current, body.version, snapshot, service.now());
        });
        await service.refresh();
        return sendAnswer(reply, answer);
      },
    );

    app.post(
      "/experiments/:key/stop",
      {
        ...WRITE,
        schema: {
          operationId: "stopExperiment",
          tags: TAGS,
          summary: "Stop an experiment",
          description: "Subjects get what the flag gives; the results stay.",
          headers: IdempotencyHeaders,
          params: KeyParams,
          body: VersionBody,
          response: { 200: ExperimentResource, ...ERROR_ANSWERS },
        },
      },
      async ({ params, body, operation }, reply) => {
        const answer = await experiments.change(operation, params.key, (current) => {
          if (!current) throw notFound("experiment", params.key, "key");
          return stopExperiment(current, body.version, service.now());
        });
        await service.refresh();
        return sendAnswer(reply, answer);
      },
    );

    app.get(
      "/experiments/:key/results",
      {
        ...READ,
        schema: {
          operationId: "retrieveExperimentResults",
          tags: TAGS,
          summary: "Retrieve an experiment's results",
          description: "Rates, and each treatment compared with the control by a two-proportion z-test.",
          params: KeyParams,
          response: { 200: ResultsResource, ...ERROR_ANSWERS },
        },
      },
      async ({ params, operation }) => {
        const { livemode } = operation.caller;
        const { data } = await experiments.get(params.key, livemode);
        return experimentResults(data, await service.count(livemode, params.key));
      },
    );

    app.post(
      "/conversions",
      {
        ...WRITE,
        schema: {
          operationId: "createConversions",
          tags: TAGS,
          summary: "Record conversions",
          description:
            "What subjects did. Counted once per subject and metric, in every running experiment with the metric.",
          headers: IdempotencyHeaders,
          body: ConversionsBody,
          response: { 200: ConversionsResource, ...ERROR_ANSWERS },
        },
      },
      async ({ body: { conversions }, operation }, reply) => {
        const answer = await service.once.act(operation, async () => {
          const named = conversions.map(({ targeting_key: targetingKey, metric }) => ({
            targetingKey,
            metric,
          }));
          await service.convert(operation.caller.livemode, named);
          return { answer: { status: 200, body: { object: "conversions", received: conversions.length } } };
        });
        return sendAnswer(reply, answer);
      },
    );
    return Promise.resolve();
  };
}
