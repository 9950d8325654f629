import { createHash } from "node:crypto";

import { type Json, UNKNOWN } from "../plan.ts";
import { type Cloud, dnsSuffix } from "./cloud.ts";

/** A simulated resource, as far as it is known while its properties are being filled in. */
export interface Draft {
  inputs: Record<string, Json>;
  /** Physical name: the naming input, or what Pulumi's automatic naming would give. */
  name: string;
  id: string;
  /** The ARN, once known, for properties that contain it. */
  arn: string;
  cloud: Cloud;
  /** Hexadecimal digits of this resource's own: from its URN, or with a salt from its id. */
  hex: (length: number, salt?: string) => string;
}

/**
 * A property to be filled in: a text with placeholders, a JSON value of such texts, or a function.
 *
 * Placeholders: `{id}`, `{name}`, `{arn}`, `{region}`, `{account}`, `{partition}`, `{suffix}` (ending of host names),
 * `{#17}` or `{#17:salt}` (so many digits of the resource's own), `{any.input}`, `{any.input|default}`. A text with a
 * placeholder that is unknown is unknown as a whole.
 */
export type Template = Json | ((draft: Draft) => Json);

/** How AWS answers for one type of resource. */
export interface Shape {
  /** Input that Pulumi's automatic naming fills. */
  named?: string;
  /** What an automatic name begins with before the resource's own. */
  prefix?: string;
  /** AWS takes such names in lower case only. */
  lower?: true;
  /** Longest name that AWS takes. */
  limit?: number;
  id: Template;
  outputs?: Record<string, Template>;
}

/** Shapes of one service by class name. */
export type Shapes = Record<string, Shape>;

/** ARN of a regional resource. */
export function arn(service: string, resource: string): string {
  return `arn:{partition}:${service}:{region}:{account}:${resource}`;
}

/** ARN of a resource of a service without regions. */
export function globalArn(service: string, resource: string): string {
  return `arn:{partition}:${service}::{account}:${resource}`;
}

/** Hexadecimal digits that are always the same for the same text. Long ones begin with 0, as AWS's ids do. */
export function digest(text: string, length: number): string {
  const digits = createHash("sha256").update(text).digest("hex");
  return length === 17 ? `0${digits.slice(0, 16)}` : digits.slice(0, length);
}

/** A UUID that is always the same for the same digits. */
export function uuid(draft: Draft, salt?: string): string {
  const digits = draft.hex(32, salt);
  return [8, 4, 4, 4, 12]
    .map((length, index, all) => {
      const start = all.slice(0, index).reduce((sum, each) => sum + each, 0);
      return digits.slice(start, start + length);
    })
    .join("-");
}

/** Fills a template in. */
export function fill(template: Template, draft: Draft): Json {
  if (typeof template === "function") {
    const value = template(draft);
    return typeof value === "string" && value.includes(UNKNOWN) ? UNKNOWN : value;
  }
  if (Array.isArray(template)) return template.map((each) => fill(each, draft));
  if (typeof template === "object" && template !== null) {
    return Object.fromEntries(Object.entries(template).map(([key, each]) => [key, fill(each, draft)]));
  }
  if (typeof template !== "string") return template;
  const result = template.replaceAll(/\{([^{}]+)\}/g, (_, placeholder: string) => {
    const value = valueOf(placeholder, draft) ?? UNKNOWN;
    return typeof value === "object" ? UNKNOWN : String(value);
  });
  return result.includes(UNKNOWN) ? UNKNOWN : result;
}

/** Fills a template of a text in. */
export function filled(template: Template, draft: Draft): string {
  const value = fill(template, draft);
  return typeof value === "string" ? value : UNKNOWN;
}

function valueOf(placeholder: string, draft: Draft): Json | undefined {
  const { cloud } = draft;
  const hex = /^#(\d+)(?::(.+))?$/.exec(placeholder);
  if (hex) return draft.hex(Number(hex[1]), hex[2]);
  switch (placeholder) {
    case "id":
    case "name":
    case "arn":
      return draft[placeholder];
    case "region":
    case "account":
    case "partition":
      return cloud[placeholder];
    case "suffix":
      return dnsSuffix(cloud.partition);
    default: {
      const [path = "", fallback] = placeholder.split("|");
      return input(draft, path) ?? fallback;
    }
  }
}

/** An input by its path, such as `vpcConfig.subnetIds`. */
export function input(draft: Draft, path: string): Json | undefined {
  let value: Json | undefined = draft.inputs;
  for (const key of path.split(".")) {
    if (value === UNKNOWN) return UNKNOWN;
    value = typeof value === "object" && value !== null && !Array.isArray(value) ? value[key] : undefined;
  }
  return value ?? undefined;
}

/** A text input; unknown when it is unknown or not given. */
export function text(draft: Draft, path: string): string {
  const value = input(draft, path);
  return typeof value === "string" ? value : UNKNOWN;
}
