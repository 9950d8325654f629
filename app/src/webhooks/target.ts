/** Where an endpoint may be: checked when it is made, and once more, address by address, whenever something is sent. */
import { lookup } from "node:dns";
import { isIP } from "node:net";
import { promisify } from "node:util";
import { invalid } from "../errors.ts";
import type { Resolve } from "../http/outgoing.ts";
import { isPublicAddress } from "../http/public-address.ts";
import { holdsCardNumber } from "../vault/mask.ts";

export interface TargetRules {
  /** Let `http:` and addresses that are not public pass. */
  allowPrivate: boolean;
  /** @default the system's resolver */
  resolve?: Resolve;
}

/**
 * @throws ApiError 400 for a URL that nothing may be sent to. One whose name cannot be resolved at this moment passes, unless
 * the name's servers say that there is no such name.
 */
export async function checkTarget(
  url: string,
  { allowPrivate, resolve = lookup }: TargetRules,
): Promise<void> {
  if (holdsCardNumber(url)) throw refused("It holds a card number, which belongs in no URL");
  const target = URL.parse(url);
  const schemes = allowPrivate ? ["https:", "http:"] : ["https:"];
  if (target === null || !schemes.includes(target.protocol)) {
    throw refused(
      `"${url}" is not an absolute ${schemes.map((scheme) => scheme.slice(0, -1)).join(" or ")} URL`,
    );
  }
  if (target.username !== "" || target.password !== "") {
    throw refused("It holds a user name or a password, which end in logs");
  }
  if (allowPrivate) return;
  const host = target.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(host) === 0 ? await addressesOf(host, resolve) : [host];
  // Which addresses a name has in here is not told.
  if (!addresses.every(isPublicAddress)) throw refused(`${target.host} is not a public address`);
}

async function addressesOf(host: string, resolve: Resolve): Promise<string[]> {
  try {
    const found = await promisify(resolve)(host, { all: true });
    return found.map(({ address }) => address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTFOUND") throw refused(`There is no host ${host}`);
    return [];
  }
}

function refused(reason: string) {
  return invalid("url_invalid", `${reason}: give a URL as https://example.com/webhooks.`, "url");
}
