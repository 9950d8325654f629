/** Wider than any private range: no block of 10.0.0.0/8 and its like, nor of fc00::/7, has so short a prefix. */
export function isInternet(cidr: string): boolean {
  return prefixLength(cidr) < (cidr.includes(":") ? 4 : 8);
}

/** The length of a range's prefix; an address without one is the whole of it. */
export function prefixLength(cidr: string): number {
  const [, length] = cidr.split("/");
  return length === undefined ? 128 : Number(length);
}
