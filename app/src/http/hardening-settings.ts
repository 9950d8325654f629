/** Settings of what the server accepts. */
import { Type } from "typebox";
import type { Config } from "../config.ts";

const integer = (minimum: number, maximum: number, standard: number, description: string) =>
  Type.Integer({ minimum, maximum, default: standard, description });

export const hardeningSettings = {
  BODY_LIMIT: integer(
    1024,
    1_073_741_824,
    1_048_576,
    "Largest body in bytes; routes that import files allow more",
  ),
  JSON_DEPTH_LIMIT: integer(4, 1000, 32, "Deepest nesting of JSON"),
  HEADER_SIZE_LIMIT: integer(4096, 1_048_576, 16_384, "Largest headers of a request, all together, in bytes"),
  HEADER_COUNT_LIMIT: integer(20, 2000, 100, "Most headers of a request"),
  HEADERS_TIMEOUT: integer(1, 600, 10, "Seconds within which a request's headers must arrive"),
  REQUEST_TIMEOUT: integer(1, 3600, 30, "Seconds within which a whole request must arrive"),
  KEEP_ALIVE_TIMEOUT: integer(
    1,
    3600,
    75,
    "Seconds that an idle connection is kept; more than the load balancer keeps it",
  ),
  CONNECTION_TIMEOUT: integer(1, 3600, 120, "Seconds without a byte after which a connection is closed"),
  MAX_CONNECTIONS: integer(1, 1_000_000, 20_000, "Most connections at once"),
  MAX_EVENT_LOOP_DELAY: integer(
    0,
    60_000,
    1000,
    "Milliseconds of delay within the process above which requests are answered with 503; 0: never",
  ),
  CORS_ORIGINS: Type.Array(Type.String(), {
    default: [],
    description: "Web origins whose pages may call the API, as https://shop.example.com",
  }),
};

export function hardeningGuards(config: Config): string[] {
  const mistakes = config.CORS_ORIGINS.filter((origin) => !isOrigin(origin)).map(
    (origin) =>
      `CORS_ORIGINS has ${origin}: give scheme and host (and port) alone, as https://shop.example.com; "*" is not possible.`,
  );
  if (config.HEADERS_TIMEOUT > config.REQUEST_TIMEOUT) {
    mistakes.push(
      `HEADERS_TIMEOUT is ${config.HEADERS_TIMEOUT}, longer than REQUEST_TIMEOUT (${config.REQUEST_TIMEOUT}): headers are a ` +
        "part of the request. Give less.",
    );
  }
  if (config.CONNECTION_TIMEOUT < config.KEEP_ALIVE_TIMEOUT) {
    mistakes.push(
      `CONNECTION_TIMEOUT is ${config.CONNECTION_TIMEOUT}, shorter than KEEP_ALIVE_TIMEOUT (${config.KEEP_ALIVE_TIMEOUT}), ` +
        "which it would cut short. Give more.",
    );
  }
  return mistakes;
}

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text;
}
