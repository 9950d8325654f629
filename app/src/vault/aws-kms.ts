/** The root key in AWS KMS: it never leaves it; KMS wraps and unwraps the vault's branch keys and logs each use. */
import {
  DecryptCommand,
  GenerateDataKeyCommand,
  IncorrectKeyException,
  InvalidCiphertextException,
  KMSClient,
  ReEncryptCommand,
} from "@aws-sdk/client-kms";
import { unavailable } from "../errors.ts";
import { IntegrityError } from "./aes-gcm.ts";
import type { KeyEncryption } from "./key-encryption.ts";

/** Milliseconds; KMS answers within about 20. */
const CONNECT_TIMEOUT = 1000;
const ANSWER_TIMEOUT = 2000;
const ATTEMPTS = 3;

/**
 * @param keyId id, ARN or alias of a symmetric KMS key; the role needs kms:GenerateDataKey, kms:Decrypt and kms:ReEncrypt* on
 *   it, and the last two on earlier root keys while keys are still wrapped by them
 * @param client by default one with the region, credentials and `AWS_ENDPOINT_URL` of the environment
 */
export function awsKms(keyId: string, client: KMSClient = defaultClient()): KeyEncryption {
  return {
    // KMS answers with ARNs; an alias may have come to mean another key.
    isToday: (root) => root === keyId || root.endsWith(`:key/${keyId}`),
    async generate(context) {
      const answer = await ask(() =>
        client.send(
          new GenerateDataKeyCommand({ KeyId: keyId, KeySpec: "AES_256", EncryptionContext: context }),
        ),
      );
      return {
        root: given(answer.KeyId),
        wrapped: bytes(answer.CiphertextBlob),
        plain: bytes(answer.Plaintext),
      };
    },
    async unwrap({ root, wrapped }, context) {
      const answer = await ask(() =>
        client.send(new DecryptCommand({ KeyId: root, CiphertextBlob: wrapped, EncryptionContext: context })),
      );
      return bytes(answer.Plaintext);
    },
    async rewrap({ root, wrapped }, context) {
      const answer = await ask(() =>
        client.send(
          new ReEncryptCommand({
            SourceKeyId: root,
            SourceEncryptionContext: context,
            CiphertextBlob: wrapped,
            DestinationKeyId: keyId,
            DestinationEncryptionContext: context,
          }),
        ),
      );
      return { root: given(answer.KeyId), wrapped: bytes(answer.CiphertextBlob) };
    },
  };
}

function defaultClient(): KMSClient {
  return new KMSClient({
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT,
      requestTimeout: ANSWER_TIMEOUT,
      throwOnRequestTimeout: true,
    },
  });
}

async function ask<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof InvalidCiphertextException || cause instanceof IncorrectKeyException) {
      throw new IntegrityError("A wrapped key of the vault", cause);
    }
    throw unavailable("The key service of the card vault does not answer; try again.", cause);
  }
}

/** The SDK's type leaves every field optional. */
function given<T>(value: T | undefined): T {
  if (value === undefined)
    throw unavailable("The key service of the card vault gave an incomplete answer; try again.");
  return value;
}

/** A view of the very bytes: wiping it wipes them. */
function bytes(value: Uint8Array | undefined): Buffer {
  const { buffer, byteOffset, byteLength } = given(value);
  return Buffer.from(buffer, byteOffset, byteLength);
}
