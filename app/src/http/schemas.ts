/** Pieces that the API's schemas are made of. They validate requests, and the OpenAPI document is generated from them. */
import { Type, type TSchema } from "typebox";
import { ID_PREFIXES, type IdKind } from "../ids.ts";
import { CURRENCIES } from "../money/currency.ts";

/** The largest amount of one movement: ten digits of units in a currency of two decimals. */
const MAX_AMOUNT = 999_999_999_999;

export const Amount = Type.Integer({
  minimum: 1,
  maximum: MAX_AMOUNT,
  description: "In the currency's minor unit (cents for usd, yen for jpy).",
  examples: [1099],
});

/** Amounts in answers: also zero, and negative where a balance is. */
export const Balance = Type.Integer({ description: "In the currency's minor unit." });

export const Currency = Type.Unsafe<string>({
  title: "Currency",
  type: "string",
  enum: CURRENCIES,
  description: "Three-letter ISO 4217 code in lower case.",
  examples: ["usd"],
});

/** An id of a kind, as `pay_01m80pvkadecrbzqsgybvvvmqg`. */
export function Id(kind: IdKind, description?: string) {
  return Type.String({
    minLength: 1,
    maxLength: 64,
    description,
    examples: [`${ID_PREFIXES[kind]}_01m80pvkadecrbzqsgybvvvmqg`],
  });
}

export const Metadata = Type.Record(Type.String(), Type.String({ maxLength: 500 }), {
  // A record's own type of key would stay without effect.
  propertyNames: { minLength: 1, maxLength: 40 },
  title: "Metadata",
  maxProperties: 50,
  description: "Up to 50 keys of your own. Do not keep card numbers or personal data here.",
});

export const Timestamp = Type.Integer({
  minimum: 0,
  maximum: 253_402_300_799, // the end of the year 9999
  description: "Seconds since 1970 (UTC).",
  examples: [1795305600],
});

export const Description = Type.String({ maxLength: 500, description: "Shown to you, not to the customer." });

export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** `created[gte]=…` as query parameters are flat: created_gte, created_lt, … */
export const CreatedQuery = {
  created_gt: Type.Optional(Timestamp),
  created_gte: Type.Optional(Timestamp),
  created_lt: Type.Optional(Timestamp),
  created_lte: Type.Optional(Timestamp),
};

/** The longest ids are those with a key of their owner's in them, as a segment's. */
const MAX_CURSOR = 100;

/** Query of a list; more filters as properties. */
export const PageQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 10, description: "Objects on the page." }),
  starting_after: Type.Optional(
    Type.String({
      maxLength: MAX_CURSOR,
      description: "Id of the last object of the page before: the page goes on after it.",
    }),
  ),
  ending_before: Type.Optional(
    Type.String({
      maxLength: MAX_CURSOR,
      description: "Id of the first object of the page after: the page ends before it.",
    }),
  ),
};

export function ListOf<T extends TSchema>(item: T) {
  return Type.Object({
    object: Type.Literal("list"),
    url: Type.String(),
    has_more: Type.Boolean(),
    data: Type.Array(item),
  });
}

export function listAnswer<T>(url: string, data: T[], hasMore: boolean) {
  return { object: "list" as const, url, has_more: hasMore, data };
}

const ErrorAnswer = Type.Object(
  {
    error: Type.Object({
      type: Type.String({
        description:
          "api_error, authentication_error, card_error, idempotency_error, invalid_request_error, permission_error or rate_limit_error.",
      }),
      code: Type.String({ description: "What went wrong, for programs.", examples: ["resource_missing"] }),
      message: Type.String({ description: "What went wrong, for people." }),
      param: Type.Optional(Type.String({ description: "The field at fault." })),
      decline_code: Type.Optional(Type.String({ description: "The bank's or network's reason." })),
      payment: Type.Optional(Type.String({ description: "Id of the payment that the error is about." })),
      mistakes: Type.Optional(
        Type.Array(Type.Object({ param: Type.String(), code: Type.String(), message: Type.String() }), {
          description: "All mistakes of the request, when there are several.",
        }),
      ),
      request_id: Type.String(),
      doc_url: Type.String(),
    }),
  },
  { title: "Error", description: "An error." },
);

/** Answers that every route may give, besides its own. */
export const ERROR_ANSWERS = { "4xx": ErrorAnswer, "5xx": ErrorAnswer };

export const IdempotencyHeaders = Type.Object({
  "idempotency-key": Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      // No `examples`: /docs would fill every form with the same key, and the second request would be refused.
      description:
        "A key of your own, as `order-1042-payment`: the request has one effect and one answer, however often it is sent.",
    }),
  ),
});
