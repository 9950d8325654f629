import { type Json, UNKNOWN } from "../plan.ts";
import { type Cloud, partitionOf } from "./cloud.ts";

/** Knows which account and region each provider of a program works in. */
export class Clouds {
  /** Of the default provider. */
  readonly standard: Cloud;
  readonly #byProvider = new Map<string, Cloud>();

  constructor(account: string, region: string) {
    this.standard = { account, region, partition: partitionOf(region) };
  }

  /** Takes note of an explicit provider of AWS. */
  add(urn: string, inputs: Record<string, Json>): void {
    const region = regionIn(inputs) ?? this.standard.region;
    // The account is known only by the role that the provider takes on; nested inputs travel as JSON.
    const roles = JSON.stringify([inputs.assumeRoles, inputs.assumeRole, inputs.assumeRoleWithWebIdentity]);
    const account = /arn:[a-z-]+:iam::(\d{12}):role/.exec(roles)?.[1] ?? this.standard.account;
    this.#byProvider.set(urn, { account, region, partition: partitionOf(region) });
  }

  /** Where a resource or look-up with this provider (`<urn>::<id>`, or none) and these inputs lives. */
  of(provider: string, inputs: Record<string, Json>): Cloud {
    const cloud = this.#byProvider.get(provider.split("::").slice(0, -1).join("::")) ?? this.standard;
    const region = regionIn(inputs);
    return region === undefined ? cloud : { ...cloud, region, partition: partitionOf(region) };
  }
}

function regionIn(inputs: Record<string, Json>): string | undefined {
  return typeof inputs.region === "string" && inputs.region !== UNKNOWN ? inputs.region : undefined;
}
