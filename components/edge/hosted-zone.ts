import type * as pulumi from "@pulumi/pulumi";

/** A zone of Route 53 that records can be made in: a `DnsZone`, or one adopted with `DnsZone.get`. */
export interface HostedZone {
  readonly zoneId: pulumi.Output<string>;
  /** Domain of the zone, without the final dot. */
  readonly domain: pulumi.Output<string>;
}

/** A DNS name as certificates and records take it: lower case, two labels or more, the first of which may be `*`. */
export function isDomainName(name: string): boolean {
  return (
    name.length <= 253 &&
    /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/.test(name)
  );
}
