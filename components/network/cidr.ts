/** An IPv4 range: the first address as a number, and how many bits are fixed. */
export interface Cidr {
  readonly base: number;
  readonly prefix: number;
}

/** Ranges that are never routed on the internet: RFC 1918, and RFC 6598 for carriers and clouds. */
const PRIVATE_RANGES = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];

/**
 * Reads `"10.0.0.0/16"`.
 *
 * @throws {Error} when it is not an IPv4 range, or when bits are set beyond its prefix (AWS refuses such a range for
 * a network and quietly changes it in a rule).
 */
export function parseCidr(text: string): Cidr {
  const [, address, bits] = /^(\d{1,3}(?:\.\d{1,3}){3})\/(\d{1,2})$/.exec(text) ?? [];
  const octets = (address ?? "").split(".").map(Number);
  const prefix = Number(bits);
  if (octets.length !== 4 || octets.some((octet) => octet > 255) || !(prefix <= 32)) {
    throw new Error(`"${text}" is not an IPv4 range; write one such as "10.0.0.0/16"`);
  }
  const base = octets.reduce((number, octet) => number * 256 + octet, 0);
  const size = 2 ** (32 - prefix);
  if (base % size !== 0) {
    const first = formatCidr({ base: base - (base % size), prefix });
    throw new Error(`"${text}" has bits set beyond its prefix; write "${first}"`);
  }
  return { base, prefix };
}

/** Writes a range as `10.0.0.0/16`. */
export function formatCidr({ base, prefix }: Cidr): string {
  const octets = [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256);
  return `${octets.join(".")}/${prefix}`;
}

/** How many addresses a range has. */
export function addresses({ prefix }: Cidr): number {
  return 2 ** (32 - prefix);
}

/** Whether `inner` lies within `outer`. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.base >= outer.base && inner.base + addresses(inner) <= outer.base + addresses(outer);
}

/** Whether two ranges share an address. */
export function overlaps(one: Cidr, other: Cidr): boolean {
  return contains(one, other) || contains(other, one);
}

/** The part number `index` (from 0) of a range that is cut into 2^`bits` equal parts. */
export function part(whole: Cidr, bits: number, index: number): Cidr {
  const prefix = whole.prefix + bits;
  if (prefix > 32 || !Number.isInteger(index) || index < 0 || index >= 2 ** bits) {
    throw new Error(`${formatCidr(whole)} has no part ${index} of ${2 ** bits}`);
  }
  return { base: whole.base + index * 2 ** (32 - prefix), prefix };
}

/** Whether a range is never routed on the internet. */
export function isPrivate(range: Cidr): boolean {
  return PRIVATE_RANGES.some((text) => contains(parseCidr(text), range));
}
