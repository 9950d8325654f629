import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import { unavailable } from "../errors.ts";
import "../http/request.ts";
import { ERROR_ANSWERS } from "../http/schemas.ts";
import type { Vault } from "./vault.ts";

const tags = ["Vault"];

const Rotation = Type.Object(
  {
    object: Type.Literal("vault.rotation"),
    generation: Type.Integer({ description: "Of the keys that everything is encrypted under in the end." }),
    moved: Type.Integer({ description: "Customers, and payment methods of nobody, encrypted anew so far." }),
    status: Type.Union([Type.Literal("running"), Type.Literal("finished")]),
    age: Type.Integer({ description: "Seconds since the keys were made." }),
  },
  { title: "VaultRotation" },
);

const RotationInput = Type.Object(
  {
    replace_hash_key: Type.Boolean({
      default: false,
      description:
        "Also replace the key of fingerprints, so that all of them change: only when that key became known.",
    }),
  },
  { additionalProperties: false },
);

/** For operators: to replace the vault's keys now, in both modes, and to see how far that is. */
export function vaultRoutes({ rotation }: Vault): FastifyPluginAsyncTypebox {
  async function show() {
    const progress = await rotation.progress();
    if (!progress) throw unavailable("The vault has no keys yet; it makes them when it is first used.");
    const { generation, moved, finished, age } = progress;
    const status = finished ? ("finished" as const) : ("running" as const);
    return { object: "vault.rotation" as const, generation, moved, status, age: Math.floor(age) };
  }

  return (app) => {
    app.post(
      "/vault/rotations",
      {
        config: { scope: "operations:write" },
        schema: {
          operationId: "rotateVaultKeys",
          tags,
          summary: "Replace the vault's keys",
          description:
            "Makes new keys and encrypts everything anew under them, in the background. While that is under way, asking again changes nothing.",
          body: RotationInput,
          response: { 200: Rotation, ...ERROR_ANSWERS },
        },
      },
      async ({ body }) => {
        await rotation.begin({ replaceHashKey: body.replace_hash_key });
        return show();
      },
    );

    app.get(
      "/vault/rotations/latest",
      {
        config: { scope: "operations:read" },
        schema: {
          operationId: "retrieveVaultRotation",
          tags,
          summary: "Retrieve the latest rotation of the vault's keys",
          description: "How far everything is encrypted under the latest keys.",
          response: { 200: Rotation, ...ERROR_ANSWERS },
        },
      },
      show,
    );
    return Promise.resolve();
  };
}
