import { Type } from "typebox";
import { CreatedQuery, Id, ListOf, Nullable, PageQuery, Timestamp } from "../http/schemas.ts";
import { EVENT_PATTERNS } from "./types.ts";

export const EventPattern = Type.Unsafe<string>({
  title: "EventPattern",
  type: "string",
  enum: EVENT_PATTERNS,
  description: "A type of event, as `payment.succeeded`; `payment.*` for all that begin so; `*` for all.",
  examples: ["payment.*"],
});

export const Event = Type.Object(
  {
    id: Id("event"),
    object: Type.Literal("event"),
    // No `enum`: clients that are made from it would refuse the types of later versions.
    type: Type.String({
      description: "One of those of EventPattern; later versions have more.",
      examples: ["payment.succeeded"],
    }),
    timestamp: Type.String({
      format: "date-time",
      description: "`created`, as Standard Webhooks writes it.",
    }),
    created: Timestamp,
    livemode: Type.Boolean(),
    data: Type.Object({
      object: Type.Record(Type.String(), Type.Unknown(), {
        description: "The object as it was after the event.",
      }),
    }),
    request: Type.Object({
      id: Nullable(
        Type.String({ description: "Id of the request that caused it; null: the service did it of itself." }),
      ),
    }),
  },
  { description: "Something that happened: what webhooks carry, byte by byte." },
);

export const EventList = ListOf(Event);

export const EventQuery = Type.Object(
  {
    ...PageQuery,
    ...CreatedQuery,
    type: Type.Optional(EventPattern),
    object: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: "Id of the object that the events are about.",
      }),
    ),
  },
  { additionalProperties: false },
);
