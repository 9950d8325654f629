/** Where each ciphertext of the vault belongs (additional data of AES-GCM): moved elsewhere, it does not open. */
import type { Place } from "./aes-gcm.ts";
import type { DataKey, Entry, Subject } from "./repository.ts";

/** Personal data's place: it opens for this record of this subject only. */
export interface PersonalPlace extends Subject {
  /** Id of the object that keeps it. */
  record: string;
}

export function placeOfKey({ livemode, subject, generation }: Omit<DataKey, "wrapped">): Place {
  return ["data key", livemode, subject, generation];
}

export function placeOfEntry({
  kind,
  livemode,
  id,
  version,
}: Pick<Entry, "kind" | "livemode" | "id" | "version">): Place {
  return [kind, livemode, id, version];
}

export function placeOfPersonal({ livemode, subject, record }: PersonalPlace): Place {
  return ["personal data", livemode, subject, record];
}
