import { type Json, UNKNOWN } from "../plan.ts";
import type { Cloud } from "./cloud.ts";
import { digest } from "./template.ts";

/** Arguments or result of a provider's function. */
export type Args = Record<string, Json>;

/** How AWS answers one function. */
export type Answer = (args: Args, cloud: Cloud) => Args;

/** Hexadecimal digits of what is looked up: the same question always finds the same thing. */
export function of(args: Args, length: number, salt = ""): string {
  return digest(JSON.stringify(Object.entries(args).toSorted()) + salt, length);
}

/** A text argument; undefined when it is not given, or unknown. */
export function text(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== UNKNOWN ? value : undefined;
}

/** ARN of a regional resource. */
export function arn(cloud: Cloud, service: string, resource: string): string {
  return `arn:${cloud.partition}:${service}:${cloud.region}:${cloud.account}:${resource}`;
}
