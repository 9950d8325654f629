/** Environment variables of the webhooks. */
import { Type } from "typebox";
import type { Config } from "../config.ts";

export const webhookSettings = {
  WEBHOOK_ALLOW_PRIVATE_TARGETS: Type.Optional(
    Type.Boolean({
      description:
        "Let endpoints have `http:` URLs and addresses that are not public. Default: true outside production, false in it",
    }),
  ),
  WEBHOOK_CONCURRENCY: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 50,
    description: "Sends at once from one process to one endpoint; to all together four times as many",
  }),
  WEBHOOK_TIMEOUT: Type.Integer({
    minimum: 1,
    maximum: 60,
    default: 10,
    description: "Seconds that an endpoint has to answer, connecting included",
  }),
  WEBHOOK_RETENTION_DAYS: Type.Integer({
    minimum: 1,
    maximum: 3650,
    default: 30,
    description: "Days that finished deliveries (delivered, dead, canceled) and their log are kept",
  }),
  WEBHOOK_SECRET_OVERLAP_HOURS: Type.Integer({
    minimum: 0,
    maximum: 720,
    default: 24,
    description:
      "Hours that the old secret goes on signing after a rotation, unless the request says otherwise",
  }),
};

/** Whether endpoints may have `http:` URLs and addresses that are not public. */
export function allowsPrivateTargets(
  config: Pick<Config, "NODE_ENV" | "WEBHOOK_ALLOW_PRIVATE_TARGETS">,
): boolean {
  return config.WEBHOOK_ALLOW_PRIVATE_TARGETS ?? config.NODE_ENV !== "production";
}
