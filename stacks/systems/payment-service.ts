/** What a stack has to know of the payment service in `app/`. */
import type { Link } from "../../components/link.ts";
import type { Key } from "../../components/security/index.ts";

/** What is the service's on the load balancer: its API, health, documentation and public keys. A rule holds five. */
export const PATHS = ["/api/*", "/v1/*", "/health", "/docs*", "/.well-known/*"];

/** Other names of what is among {@link PATHS}. */
export const REDIRECTS = { "/openapi.json": "/docs/json", "/swagger-ui.html": "/docs" };

/** Command that ends with 0 when the process answers, whatever it depends on. */
export const LIVENESS = [
  "node",
  "-e",
  "fetch('http://127.0.0.1:3000/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))",
];

/**
 * What the service's tasks need beyond their data stores and secrets: how they stand here, which the configuration cannot
 * contradict, and the use of the vault's key for what they wrap, which are the keys of the vault and the signing secrets of
 * webhooks. The encryption context tells KMS, and the trail, which of the two is meant.
 */
export function serviceLink(environment: string, key: Key): Link {
  const resources = [key.arn];
  const only = (variable: string, value: string) => [
    { test: "StringEquals", variable: `kms:EncryptionContext:${variable}`, values: [value] },
  ];
  return {
    name: "vault",
    environment: {
      NODE_ENV: "production",
      ENVIRONMENT: environment,
      // The load balancer, and nothing before it.
      TRUST_PROXY: "1",
      // Longer than the load balancer's idle time (60 seconds): else it sends a request where the service just hung up.
      KEEP_ALIVE_TIMEOUT: "75",
      // With one for commits and two for notices, seven a task: twenty tasks stay below the alarm's 150.
      DATABASE_POOL_SIZE: "4",
      VAULT_KMS_KEY_ID: key.arn,
    },
    statements: [
      {
        sid: "Keys",
        actions: ["kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"],
        resources,
        conditions: only("application", "strongroom"),
      },
      {
        sid: "WebhookSecrets",
        actions: ["kms:Decrypt", "kms:GenerateDataKey"],
        resources,
        conditions: only("purpose", "webhook_secret"),
      },
    ],
  };
}
