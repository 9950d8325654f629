/** What the book has forgotten, found in the history of facts. */
import { advance, advanceByNotice, chargeOf, type Charge, type KnownKey } from "./book.ts";
import type { Fact } from "./facts.ts";

/** A charge as all facts about it made it. */
export async function rebuildCharge(
  history: AsyncIterable<Fact>,
  reference: string,
): Promise<Charge | undefined> {
  let charge: Charge | undefined;
  for await (const fact of history) {
    if (!("charge" in fact) || fact.charge !== reference) {
      continue;
    }
    if (fact.type === "authorize") {
      charge = chargeOf(fact);
    } else if (charge && fact.type === "notice") {
      advanceByNotice(charge, fact.notice);
    } else if (charge && fact.type !== "notice") {
      advance(charge, fact);
    }
  }
  return charge;
}

/** What became of a key; of old ones nothing is hidden any more. */
export async function findKey(history: AsyncIterable<Fact>, key: string): Promise<KnownKey | undefined> {
  let known: KnownKey | undefined;
  for await (const fact of history) {
    if (fact.type === "notice") {
      if (fact.notice.type === "outcome" && fact.notice.key === key) {
        known = { closed: false, result: fact.notice.result, lost: false, hidden: 0 };
      }
    } else if (fact.key === key) {
      known =
        fact.type === "key_closed"
          ? { closed: true }
          : { closed: false, result: fact.result, lost: false, hidden: 0 };
    }
  }
  return known;
}
