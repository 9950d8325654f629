/** The root key in a file of this machine: for development and tests; production keeps it in AWS KMS. */
import { randomBytes, randomUUID, type KeyObject } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Type, type Static } from "typebox";
import { Value } from "typebox/value";
import { makeFolders } from "../data-folder.ts";
import { createSecretFile, replaceSecretFile } from "../secret-file.ts";
import { StartError } from "../start-error.ts";
import { importKey, KEY_BYTES, open, seal, type Place } from "./aes-gcm.ts";
import type { KeyContext, KeyEncryption } from "./key-encryption.ts";

/** What the file holds: today's key first, earlier ones after it. */
const KeyFile = Type.Object({ keys: Type.Array(Type.Object({ id: Type.String(), key: Type.String() })) });
type KeyFile = Static<typeof KeyFile>;

/**
 * Opens the key file; makes it, with a new key, when there is none.
 * @throws StartError when others may read it, it cannot be read or made, or holds something else
 */
export async function keyFile(path: string): Promise<KeyEncryption> {
  const content = await readOrCreate(path);
  const keys = new Map<string, KeyObject>();
  for (const { id, key } of content.keys) keys.set(`file:${id}`, importKey(decodeKey(path, id, key)));
  const [today] = keys.keys();
  if (today === undefined)
    throw new StartError(`The vault's key file ${path} holds no key; restore it from its backup.`);

  const keyNamed = (root: string): KeyObject => {
    const key = keys.get(root);
    if (!key)
      throw new StartError(
        `The vault's key file ${path} lacks the key ${root}; restore the file from its backup.`,
      );
    return key;
  };
  const unwrap = (root: string, wrapped: Buffer, context: KeyContext) =>
    open(keyNamed(root), wrapped, placeOf(context));
  const wrap = (plain: Buffer, context: KeyContext) => ({
    root: today,
    wrapped: seal(keyNamed(today), plain, placeOf(context)),
  });

  return {
    isToday: (root) => root === today,
    generate: (context) => {
      const plain = randomBytes(KEY_BYTES);
      return Promise.resolve({ ...wrap(plain, context), plain });
    },
    unwrap: async ({ root, wrapped }, context) => Promise.resolve(unwrap(root, wrapped, context)),
    rewrap: async ({ root, wrapped }, context) => {
      const plain = unwrap(root, wrapped, context);
      try {
        return await Promise.resolve(wrap(plain, context));
      } finally {
        plain.fill(0);
      }
    },
  };
}

/** Puts a new key at the head of the file; the earlier ones stay, for what they wrapped. Then start the service anew. */
export async function addKey(path: string): Promise<void> {
  const { keys } = await read(path);
  replaceSecretFile(path, textOf({ keys: [newKey(), ...keys] }));
}

function placeOf(context: KeyContext): Place {
  return Object.entries(context).sort().flat();
}

function newKey() {
  return { id: randomUUID(), key: randomBytes(KEY_BYTES).toString("base64") };
}

function decodeKey(path: string, id: string, key: string): Buffer {
  const bytes = Buffer.from(key, "base64");
  if (bytes.length === KEY_BYTES) return bytes;
  throw new StartError(
    `The key ${id} of the vault's key file ${path} has ${bytes.length} bytes instead of ${KEY_BYTES}.`,
  );
}

async function readOrCreate(path: string): Promise<KeyFile> {
  try {
    if (!existsSync(path)) {
      makeFolders(dirname(path), 0o700);
      createSecretFile(path, textOf({ keys: [newKey()] }));
    }
    return await read(path);
  } catch (error) {
    if (error instanceof StartError) throw error;
    throw new StartError(
      `The vault's key file ${path} cannot be used (${(error as Error).message}): set VAULT_KEY_FILE to a file that the ` +
        "service may make and read.",
      { cause: error },
    );
  }
}

async function read(path: string): Promise<KeyFile> {
  const text = await readFile(path, "utf8");
  const mode = (await stat(path)).mode & 0o777;
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw new StartError(
      `Others may read the vault's key file ${path} (mode ${mode.toString(8)}); run: chmod 600 ${path}`,
    );
  }
  const content = contentOf(text);
  if (content === undefined)
    throw new StartError(`The vault's key file ${path} is damaged; restore it from its backup.`);
  return content;
}

/** Undefined for what is no key file; why is not said, since that could quote a key. */
function contentOf(text: string): KeyFile | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return Value.Check(KeyFile, content) ? content : undefined;
  } catch {
    return undefined;
  }
}

function textOf(content: KeyFile): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}
