/** The root key in a file of this machine: for development and tests; production keeps it in AWS KMS. */
import { randomBytes, randomUUID, type KeyObject } from "node:crypto";
import { mkdir, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { createSecretFile, replaceSecretFile } from "../secret-file.ts";
import { importKey, KEY_BYTES, open, seal, type Place } from "./aes-gcm.ts";
import type { KeyContext, KeyEncryption } from "./key-encryption.ts";

/** What the file holds: today's key first, earlier ones after it. */
interface KeyFile {
  keys: { id: string; key: string }[];
}

/** Opens the key file; makes it, with a new key, when there is none. @throws Error when others may read it */
export async function keyFile(path: string): Promise<KeyEncryption> {
  const content = await readOrCreate(path);
  const keys = new Map<string, KeyObject>();
  for (const { id, key } of content.keys) keys.set(`file:${id}`, importKey(decodeKey(path, id, key)));
  const [today] = keys.keys();
  if (today === undefined)
    throw new Error(`The vault's key file ${path} holds no key; restore it from its backup.`);

  const keyNamed = (root: string): KeyObject => {
    const key = keys.get(root);
    if (!key)
      throw new Error(
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
  throw new Error(
    `The key ${id} of the vault's key file ${path} has ${bytes.length} bytes instead of ${KEY_BYTES}.`,
  );
}

async function readOrCreate(path: string): Promise<KeyFile> {
  try {
    return await read(path);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  createSecretFile(path, textOf({ keys: [newKey()] }));
  return read(path);
}

async function read(path: string): Promise<KeyFile> {
  const text = await readFile(path, "utf8");
  const mode = (await stat(path)).mode & 0o777;
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw new Error(
      `Others may read the vault's key file ${path} (mode ${mode.toString(8)}); run: chmod 600 ${path}`,
    );
  }
  return JSON.parse(text) as KeyFile;
}

function textOf(content: KeyFile): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
