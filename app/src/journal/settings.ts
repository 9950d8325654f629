/** Environment variables of the journal and of idempotency. */
import { type Static, type TObject, Type } from "typebox";

export const journalSettings = {
  JOURNAL_LANES: Type.Integer({
    minimum: 1,
    maximum: 16,
    default: 1,
    description:
      "Connections that commit groups of writes; a second one helps where the disk is slow and no account is in every group",
  }),
  IDEMPOTENCY_HOURS: Type.Integer({
    minimum: 24,
    maximum: 8760,
    default: 72,
    description: "Hours that idempotency keys and their answers are kept",
  }),
  CURSOR_KEY: Type.Optional(
    Type.String({
      minLength: 32,
      description:
        "Secret of at least 32 characters, from which keys for fingerprints of requests are derived",
    }),
  ),
};

export function journalGuards(
  config: Static<TObject<typeof journalSettings>> & { NODE_ENV?: string },
): string[] {
  if (config.NODE_ENV !== "production" || config.CURSOR_KEY !== undefined) return [];
  return ["CURSOR_KEY is missing: in production all instances share one; set at least 32 random characters"];
}
