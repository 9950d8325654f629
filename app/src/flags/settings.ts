/** Environment variables of the flags. */
import { Type } from "typebox";
import type { Config } from "../config.ts";

export const flagsSettings = {
  FLAGS_PROVIDER: Type.Enum(["database", "file", "appconfig"], {
    default: "database",
    description: "Who holds the flags. Kill switches of the database work with every provider",
  }),
  FLAGS_FILE: Type.Optional(
    Type.String({ description: "JSON file with the flags, for FLAGS_PROVIDER=file" }),
  ),
  FLAGS_APPCONFIG_URL: Type.String({
    format: "uri",
    default: "http://localhost:2772",
    description: "The AWS AppConfig agent, for FLAGS_PROVIDER=appconfig",
  }),
  FLAGS_APPCONFIG_APPLICATION: Type.Optional(Type.String({ description: "Application in AWS AppConfig" })),
  FLAGS_APPCONFIG_ENVIRONMENT: Type.Optional(Type.String({ description: "Environment in AWS AppConfig" })),
  FLAGS_APPCONFIG_CONFIGURATION: Type.Optional(
    Type.String({
      description: "Configuration profile in AWS AppConfig, of type AWS.AppConfig.FeatureFlags",
    }),
  ),
  FLAGS_POLL_INTERVAL: Type.Integer({
    minimum: 50,
    maximum: 60_000,
    default: 500,
    description:
      "Milliseconds between two looks for changes, besides what is pushed; bounds how late a kill switch acts",
  }),
};

/** What each provider cannot do without. */
export function flagsGuards(config: Config): string[] {
  const needed = {
    database: [],
    file: ["FLAGS_FILE"],
    appconfig: [
      "FLAGS_APPCONFIG_APPLICATION",
      "FLAGS_APPCONFIG_ENVIRONMENT",
      "FLAGS_APPCONFIG_CONFIGURATION",
    ],
  } as const;
  return needed[config.FLAGS_PROVIDER]
    .filter((name) => config[name] === undefined)
    .map((name) => `${name} is missing; FLAGS_PROVIDER=${config.FLAGS_PROVIDER} needs it`);
}
