/** Schemas of API keys and tokens. */
import { Type, type Static } from "typebox";
import { Id, ListOf, Nullable, Timestamp } from "../http/schemas.ts";
import { ALL, ROLE_NAMES, SCOPES } from "./scopes.ts";

const Name = Type.String({ minLength: 1, maxLength: 100, description: "For people, as `Web shop`." });

const Scopes = Type.Array(Type.Enum([ALL, ...SCOPES]), {
  uniqueItems: true,
  maxItems: 100,
  description: "What the key may do, as `payments:write` (which includes reading); `*` is everything.",
});

const Roles = Type.Array(Type.Enum(ROLE_NAMES), {
  uniqueItems: true,
  description: "Names for sets of scopes; the key follows when a role changes.",
});

export const ApiKey = Type.Object(
  {
    id: Id("apiKey"),
    object: Type.Literal("api_key"),
    created: Timestamp,
    livemode: Type.Boolean(),
    name: Name,
    status: Type.Enum(["active", "expired", "revoked"]),
    prefix: Type.String({ description: "Begin of the secret: `sk_…`, or `rk_…` for a restricted key." }),
    last_four: Type.String({ description: "Last four characters of the secret." }),
    scopes: Scopes,
    roles: Roles,
    customer: Nullable(Id("customer", "The one customer that the key sees.")),
    created_by: Type.String({ description: "Id of the key that made it, or `operator`." }),
    expires_at: Nullable(Timestamp),
    revoked_at: Nullable(Timestamp),
    last_used_at: Nullable(Type.Integer({ description: "Seconds since 1970 (UTC), to the minute." })),
    previous: Nullable(
      Type.Object(
        { last_four: Type.String(), expires_at: Timestamp },
        { description: "The secret that was replaced and still holds." },
      ),
    ),
    secret: Type.Optional(
      Type.String({ description: "The whole secret: in the answer that makes it, and never again." }),
    ),
  },
  { description: "A key to this API." },
);

export type ApiKey = Static<typeof ApiKey>;

export const ApiKeyList = ListOf(ApiKey);

export const ApiKeyParams = Type.Object({ id: Id("apiKey") });

const ExpiresAt = Nullable(
  Type.Integer({ minimum: 1, maximum: 253_402_300_799, description: "Seconds since 1970 (UTC)." }),
);

export const CreateApiKey = Type.Object(
  {
    name: Name,
    scopes: Type.Optional(Scopes),
    roles: Type.Optional(Roles),
    livemode: Type.Optional(Type.Boolean({ description: "Default: as the key that asks." })),
    customer: Type.Optional(Id("customer", "The one customer that the key may see.")),
    expires_at: Type.Optional(ExpiresAt),
  },
  {
    additionalProperties: false,
    examples: [{ name: "Web shop", scopes: ["payments:write", "refunds:write"] }],
  },
);

export type CreateApiKey = Static<typeof CreateApiKey>;

export const UpdateApiKey = Type.Object(
  {
    name: Type.Optional(Name),
    scopes: Type.Optional(Scopes),
    roles: Type.Optional(Roles),
    expires_at: Type.Optional(ExpiresAt),
  },
  { additionalProperties: false, minProperties: 1, examples: [{ name: "Web shop, old" }] },
);

export type UpdateApiKey = Static<typeof UpdateApiKey>;

export const RollApiKey = Type.Object(
  {
    previous_expires_at: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 253_402_300_799,
        description: "Until when the old secret holds, at most seven days. Default: now.",
      }),
    ),
  },
  { additionalProperties: false, examples: [{}] },
);

export type RollApiKey = Static<typeof RollApiKey>;

export const CreateToken = Type.Object(
  {
    scopes: Type.Optional(Scopes),
    customer: Type.Optional(Id("customer", "The one customer that the token sees.")),
    expires_in: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        description: "Seconds. Default: the longest life allowed.",
      }),
    ),
  },
  { additionalProperties: false, examples: [{ scopes: ["payments:read"], expires_in: 300 }] },
);

export type CreateToken = Static<typeof CreateToken>;

export const Token = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("token"),
    created: Timestamp,
    livemode: Type.Boolean(),
    access_token: Type.String({ description: "Send it as `Authorization: Bearer`." }),
    token_type: Type.Literal("Bearer"),
    expires_in: Type.Integer({ description: "Seconds." }),
    expires_at: Timestamp,
    scope: Type.String({ description: "What it allows, separated by spaces." }),
    customer: Nullable(Id("customer")),
  },
  { description: "A token that stands for an API key for a short while." },
);

export const JsonWebKeySet = Type.Object({
  keys: Type.Array(
    Type.Object({
      kid: Type.String(),
      alg: Type.String(),
      kty: Type.String(),
      use: Type.String(),
      crv: Type.Optional(Type.String()),
      x: Type.Optional(Type.String()),
      y: Type.Optional(Type.String()),
      n: Type.Optional(Type.String()),
      e: Type.Optional(Type.String()),
    }),
  ),
});
