import { Type } from "typebox";
import { EventPattern } from "../events/schemas.ts";
import { Description, Id, ListOf, Metadata, Nullable, PageQuery, Timestamp } from "../http/schemas.ts";
import { DELIVERY_STATES } from "./delivery.ts";

const Url = Type.String({
  maxLength: 2048,
  description: "Where events are sent by POST; `https:`, and a public address.",
  examples: ["https://example.com/webhooks"],
});

const EnabledEvents = Type.Array(EventPattern, {
  minItems: 1,
  maxItems: 100,
  uniqueItems: true,
  description:
    "Types of events to send: `payment.succeeded`, `payment.*` for all that begin so, `*` for all.",
});

const endpointFields = {
  id: Id("webhookEndpoint"),
  object: Type.Literal("webhook_endpoint"),
  created: Timestamp,
  livemode: Type.Boolean(),
  status: Type.Enum(["enabled", "disabled"]),
  disabled_reason: Nullable(
    Type.Enum(["requested", "gone", "failing"], {
      description:
        "You wished it; it answered 410 (gone); or nothing could be delivered for four days (failing).",
    }),
  ),
  url: Type.String(),
  enabled_events: Type.Array(Type.String()),
  description: Nullable(Type.String()),
  metadata: Metadata,
  secret_version: Type.Integer({ description: "1 for the first secret; each rotation makes the next." }),
  previous_secret_expires: Nullable(Timestamp),
};

export const WebhookEndpoint = Type.Object(endpointFields);

export const EndpointWithSecret = Type.Object(
  {
    ...endpointFields,
    secret: Type.Optional(
      Type.String({
        description: "What to verify signatures with (Standard Webhooks). Shown here only: keep it.",
        examples: ["whsec_…"],
      }),
    ),
  },
  { title: "WebhookEndpointWithSecret" },
);

export const EndpointList = ListOf(WebhookEndpoint);

export const CreateEndpoint = Type.Object(
  {
    url: Url,
    enabled_events: EnabledEvents,
    description: Type.Optional(Nullable(Description)),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false },
);

export const UpdateEndpoint = Type.Object(
  {
    url: Type.Optional(Url),
    enabled_events: Type.Optional(EnabledEvents),
    description: Type.Optional(Nullable(Description)),
    metadata: Type.Optional(Metadata),
  },
  {
    additionalProperties: false,
    description: "What is left out stays. A key of metadata with an empty value is removed.",
  },
);

export const DeletedEndpoint = Type.Object(
  {
    id: Id("webhookEndpoint"),
    object: Type.Literal("webhook_endpoint"),
    deleted: Type.Literal(true),
  },
  { title: "DeletedWebhookEndpoint" },
);

export const RotateSecret = Nullable(
  Type.Object(
    {
      overlap: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 2_592_000,
          description:
            "Seconds that the old secret goes on signing beside the new one; 0 when it has leaked.",
        }),
      ),
    },
    { additionalProperties: false },
  ),
);

export const Ping = Type.Object({
  object: Type.Literal("webhook_ping"),
  webhook_endpoint: Id("webhookEndpoint"),
  event: Id("event"),
});

export const ReplayRange = Type.Object(
  {
    since: Timestamp,
    until: Type.Optional(Timestamp),
    types: Type.Optional(EnabledEvents),
  },
  {
    additionalProperties: false,
    description:
      "Events from `since` until before `until` (default: now) of these types (default: those of the endpoint).",
    examples: [{ since: 1795305600, until: 1795392000, types: ["payment.*"] }],
  },
);

export const Replay = Type.Object({
  object: Type.Literal("webhook_replay"),
  webhook_endpoint: Id("webhookEndpoint"),
  count: Type.Integer({
    description: "Deliveries that were made or revived; those still under way are not counted.",
  }),
});

export const Delivery = Type.Object({
  id: Id("delivery"),
  object: Type.Literal("webhook_delivery"),
  created: Timestamp,
  livemode: Type.Boolean(),
  webhook_endpoint: Id("webhookEndpoint"),
  event: Id("event"),
  event_type: Type.String(),
  event_object: Type.String(),
  status: Type.Enum([...DELIVERY_STATES], {
    description:
      "waiting: until an earlier event of the same object is through. dead: given up, to be replayed. canceled: the endpoint was deleted.",
  }),
  attempt_count: Type.Integer({ description: "Since the event came, or since the last replay." }),
  next_attempt: Nullable(Timestamp),
  finished: Nullable(Timestamp),
  attempts: Type.Array(
    Type.Object({
      created: Timestamp,
      duration_ms: Type.Integer(),
      response_status: Nullable(Type.Integer()),
      response_body: Nullable(Type.String({ description: "Its first 1,024 bytes." })),
      error: Nullable(Type.String({ description: "Why there was no answer." })),
    }),
    { description: "The last 20, oldest first." },
  ),
});

export const DeliveryList = ListOf(Delivery);

export const DeliveryQuery = Type.Object(
  { ...PageQuery, status: Type.Optional(Type.Enum([...DELIVERY_STATES])) },
  { additionalProperties: false },
);

export const ListQuery = Type.Object(PageQuery, { additionalProperties: false });

export const EndpointParams = Type.Object({ id: Id("webhookEndpoint") });
export const DeliveryParams = Type.Object({ id: Id("delivery") });
