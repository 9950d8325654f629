/** Which addresses on the public internet a server may be sent to by somebody else's URL. */
import ipaddr from "ipaddr.js";

/** Addresses of cloud metadata and host services that lie in public ranges. */
const HOST_SERVICES = new Set([
  "168.63.129.16", // Azure: WireServer
]);

/** Global unicast (RFC 4291, IANA: all that was ever handed out lies in 2000::/3). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * True for an address of a public host: neither private, shared (CGNAT), loopback, link-local (with the clouds' metadata
 * services), multicast, reserved nor documentation, and no IPv6 form that carries another address in it (IPv4-mapped or
 * -compatible, NAT64, 6to4, Teredo), which would lead to any of these.
 *
 * @param address an IPv4 or IPv6 address as a resolver gives it; anything else is not public
 */
export function isPublicAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, "");
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) {
    return ipaddr.IPv4.parse(bare).range() === "unicast" && !HOST_SERVICES.has(bare);
  }
  if (!ipaddr.IPv6.isValid(bare)) {
    return false;
  }
  const parsed = ipaddr.IPv6.parse(bare);
  return parsed.range() === "unicast" && parsed.match(GLOBAL_UNICAST);
}
