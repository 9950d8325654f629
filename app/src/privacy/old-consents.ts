/** Which consents have been kept long enough, purely. */
import type { CustomerData } from "../customers/index.ts";

type Consents = NonNullable<CustomerData["consents"]>;

/**
 * The consents that stay: all of a purpose whose latest consent is a granted one, or a withdrawal since `before`. Of a
 * deleted customer nothing is granted any more: the latest consent of each purpose counts, whatever it says.
 * @param before milliseconds since 1970 (UTC)
 */
export function consentsToKeep({ consents = [], status }: CustomerData, before: number): Consents {
  const latest = new Map(consents.map((consent) => [consent.purpose, consent]));
  return consents.filter(({ purpose }) => {
    const last = latest.get(purpose);
    if (last === undefined || last.at >= before) return true;
    return last.status === "granted" && status === "active";
  });
}
