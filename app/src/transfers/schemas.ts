import { Type, type Static } from "typebox";
import {
  Amount,
  Currency,
  Description,
  Id,
  Metadata,
  Nullable,
  PageQuery,
  Timestamp,
} from "../http/schemas.ts";

export const NewTransfer = Type.Object(
  {
    amount: Amount,
    currency: Currency,
    source: Type.String({
      minLength: 1,
      maxLength: 100,
      description: "Id of the account that is debited: it falls; an asset or expense rises.",
      examples: ["acct_01m80pvkadecrbzqsgybvvvmqg"],
    }),
    destination: Type.String({
      minLength: 1,
      maxLength: 100,
      description: "Id of the account that is credited: it rises; an asset or expense falls.",
      examples: ["acct_01m80pvkaeecrbzqsgybvvvmqh"],
    }),
    description: Type.Optional(Description),
    metadata: Type.Optional(Metadata),
  },
  { additionalProperties: false },
);

export const Transfer = Type.Object(
  {
    id: Id("transfer"),
    object: Type.Literal("transfer"),
    amount: Amount,
    currency: Type.String(),
    source: Id("account"),
    destination: Id("account"),
    description: Nullable(Type.String()),
    metadata: Metadata,
    transaction: Id("transaction", "The ledger transaction that moved the money."),
    livemode: Type.Boolean(),
    created: Timestamp,
  },
  { title: "Transfer" },
);

export const TransfersQuery = Type.Object(
  { ...PageQuery, account: Type.Optional(Id("account", "Source or destination.")) },
  { additionalProperties: false },
);

export type NewTransfer = Static<typeof NewTransfer>;
export type Transfer = Static<typeof Transfer>;
