/** /v1/flags: make them, change them, switch them, see what they give. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import {
  FlagNotFoundError,
  GeneralError,
  InvalidContextError,
  TargetingKeyMissingError,
} from "@openfeature/server-sdk";
import { Type } from "typebox";
import { invalid, notFound, unavailable } from "../errors.ts";
import { sendAnswer } from "../http/answer.ts";
import "../http/request.ts";
import { ERROR_ANSWERS, IdempotencyHeaders, ListOf, PageQuery } from "../http/schemas.ts";
import { createFlag, deleteFlag, switchFlag, updateFlag } from "./changes.ts";
import {
  EvaluateBody,
  EvaluationResource,
  FLAG_KINDS,
  FlagCreate,
  FlagResource,
  FlagUpdate,
  KeyParams,
  SwitchBody,
  VersionQuery,
} from "./schemas.ts";
import { contextOf, type FlagService, refuseElsewhere } from "./service.ts";

const TAGS = ["Flags"];
const READ = { config: { scope: "flags:read" } };
const WRITE = { config: { scope: "flags:write" } };

const SWITCHES = {
  enable: { to: "enabled", summary: "Enable a flag", description: "A kill switch opens its paths again." },
  disable: { to: "disabled", summary: "Disable a flag", description: "Everybody gets the off variant." },
  kill: {
    to: "killed",
    summary: "Kill a flag",
    description:
      "Disables it whatever its version is. A kill switch stops its paths, on every instance within a second.",
  },
} as const;

export function flagRoutes(service: FlagService): FastifyPluginAsyncTypebox {
  const { flags } = service;
  return (app) => {
    app.get(
      "/flags",
      {
        ...READ,
        schema: {
          operationId: "listFlags",
          tags: TAGS,
          summary: "List flags",
          description: "By key, last first.",
          querystring: Type.Object(PageQuery, { additionalProperties: false }),
          response: { 200: ListOf(FlagResource), ...ERROR_ANSWERS },
        },
      },
      async ({ query, operation }) => flags.list("/v1/flags", query, operation.caller.livemode, "active"),
    );

    app.post(
      "/flags",
      {
        ...WRITE,
        schema: {
          operationId: "createFlag",
          tags: TAGS,
          summary: "Create a flag",
          description: `Kinds: ${FLAG_KINDS.join(", ")}. A kill switch stops its paths while it is not enabled.`,
          headers: IdempotencyHeaders,
          body: FlagCreate,
          response: { 201: FlagResource, ...ERROR_ANSWERS },
        },
      },
      async ({ body, operation }, reply) => {
        const answer = await flags.change(operation, body.key, async (current) => {
          if (body.kind !== "kill_switch") refuseElsewhere(service, "Flags");
          return createFlag(current, body, await service.fresh(operation.caller.livemode));
        });
        await service.refresh();
        return sendAnswer(reply, answer);
      },
    );

    app.get(
      "/flags/:key",
      {
        ...READ,
        schema: {
          operationId: "retrieveFlag",
          tags: TAGS,
          summary: "Retrieve a flag",
          description: "With its version, for changes that must not overwrite another's.",
          params: KeyParams,
          response: { 200: FlagResource, ...ERROR_ANSWERS },
        },
      },
      async ({ params, operation }) => flags.show(await flags.get(params.key, operation.caller.livemode)),
    );

    app.patch(
      "/flags/:key",
      {
        ...WRITE,
        schema: {
          operationId: "updateFlag",
          tags: TAGS,
          summary: "Update a flag",
          description: "Fields that are absent stay; lists and maps are replaced whole.",
          params: KeyParams,
          body: FlagUpdate,
          response: { 200: FlagResource, ...ERROR_ANSWERS },
        },
      },
      async ({ params, body, operation }, reply) => {
        const answer = await flags.change(operation, params.key, async (current) => {
          if (!current) throw notFound("flag", params.key, "key");
          return updateFlag(current, body, await service.fresh(operation.caller.livemode));
        });
        await service.refresh();
        return sendAnswer(reply, answer);
      },
    );

    app.delete(
      "/flags/:key",
      {
        ...WRITE,
        schema: {
          operationId: "deleteFlag",
          tags: TAGS,
          summary: "Delete a flag",
          description: "Code that asks for it gets its own default from then on.",
          params: KeyParams,
          querystring: VersionQuery,
          response: { 200: FlagResource, ...ERROR_ANSWERS },
        },
      },
      async ({ params, query, operation }, reply) => {
        const answer = await flags.change(operation, params.key, async (current) => {
          if (!current) throw notFound("flag", params.key, "key");
          return deleteFlag(current, query.version, await service.fresh(operation.caller.livemode));
        });
        await service.refresh();
        return sendAnswer(reply, answer);
      },
    );

    for (const [verb, { to, summary, description }] of Object.entries(SWITCHES)) {
      app.post(
        `/flags/:key/${verb}`,
        {
          ...WRITE,
          schema: {
            operationId: `${verb}Flag`,
            tags: TAGS,
            summary,
            description,
            headers: IdempotencyHeaders,
            params: KeyParams,
            body: SwitchBody,
            response: { 200: FlagResource, ...ERROR_ANSWERS },
          },
        },
        async ({ params, body, operation }, reply) => {
          const answer = await flags.change(operation, params.key, (current) => {
            if (!current) throw notFound("flag", params.key, "key");
            return switchFlag(current, to, body);
          });
          await service.refresh();
          return sendAnswer(reply, answer);
        },
      );
    }

    app.post(
      "/flags/:key/evaluate",
      {
        ...READ,
        schema: {
          operationId: "evaluateFlag",
          tags: TAGS,
          summary: "Evaluate a flag",
          description: "What a subject gets, and why. It does not count as taking part in an experiment.",
          headers: IdempotencyHeaders,
          params: KeyParams,
          body: EvaluateBody,
          response: { 200: EvaluationResource, ...ERROR_ANSWERS },
        },
      },
      async ({ params: { key }, body, operation }, reply) => {
        const answer = await service.once.answer(operation, async () => {
          const evaluation = await service
            .explain(key, contextOf(operation, body))
            .catch((error: unknown) => {
              if (error instanceof FlagNotFoundError) throw notFound("flag", key, "key");
              if (error instanceof TargetingKeyMissingError)
                throw invalid(
                  "parameter_missing",
                  "A percentage decides: send a targeting_key.",
                  "targeting_key",
                );
              if (error instanceof InvalidContextError) throw invalid("parameter_invalid", error.message);
              // Whoever holds the flags does not answer.
              if (error instanceof GeneralError) throw unavailable(error.message, error);
              throw error;
            });
          const {
            value,
            variant,
            reason,
            rule = null,
            experiment = null,
            bucket = null,
            skipped,
          } = evaluation;
          const resource = {
            object: "flag_evaluation",
            key,
            value,
            variant,
            reason,
            rule,
            experiment,
            bucket,
            skipped,
          };
          return { answer: { status: 200, body: resource } };
        });
        return sendAnswer(reply, answer);
      },
    );
    return Promise.resolve();
  };
}
