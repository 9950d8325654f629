/** Webhook endpoints: what they are, and every change of one, decided purely. */
import { toSeconds } from "../clock.ts";
import type { StoredObject } from "../database/objects.ts";
import { invalid, notFound } from "../errors.ts";
import { mergeMetadata } from "../http/metadata.ts";
import { isValid, type StoredSecret } from "./secrets.ts";

/** Why an endpoint is disabled: its owner wished it, it answered 410, or it failed for days. */
export type DisabledReason = "requested" | "gone" | "failing";

/** What is kept of an endpoint. */
export interface EndpointData {
  status: "enabled" | "disabled" | "deleted";
  url: string;
  /** As `payment.succeeded`, `payment.*`, `*`. */
  enabled_events: string[];
  description: string | null;
  metadata: Record<string, string>;
  disabled_reason: DisabledReason | null;
  /** Events from before are not sent, but for those of `last_enabled`; milliseconds since 1970 (UTC). */
  enabled_since: number;
  /**
   * From when it was first enabled until it was last disabled: events of that time are for it, however late they are looked at.
   * Those of times between in which it was disabled are passed over as they come, before it is enabled again; where the
   * service was away so long, it gets them too, for none may be lost.
   */
  last_enabled?: { since: number; until: number };
  /** The current one first. */
  secrets: [StoredSecret, ...StoredSecret[]];
}

export type Endpoint = StoredObject<EndpointData>;

/** What a client says of an endpoint. */
export interface EndpointInput {
  url: string;
  enabled_events: string[];
  description?: string | null;
  metadata?: Record<string, string>;
}

/** Previous secrets that may sign at a time, so that headers stay small however often secrets are rotated. */
const PREVIOUS_SECRETS = 4;

export function createEndpoint(input: EndpointInput, secret: StoredSecret, now: number): EndpointData {
  return {
    status: "enabled",
    url: input.url,
    enabled_events: input.enabled_events,
    description: input.description ?? null,
    metadata: mergeMetadata({}, input.metadata),
    disabled_reason: null,
    enabled_since: now,
    secrets: [secret],
  };
}

/** Metadata is merged; a key with an empty value is removed. */
export function updateEndpoint(data: EndpointData, changes: Partial<EndpointInput>): EndpointData {
  const { metadata, ...others } = changes;
  return { ...data, ...others, metadata: mergeMetadata(data.metadata, metadata) };
}

/** @throws ApiError 400 when it is disabled already */
export function disableEndpoint(data: EndpointData, reason: DisabledReason, now: number): EndpointData {
  if (data.status === "disabled")
    throw invalid("endpoint_disabled", "The webhook endpoint is disabled already.");
  const last = { since: data.last_enabled?.since ?? data.enabled_since, until: now };
  return { ...data, status: "disabled", disabled_reason: reason, last_enabled: last };
}

/** @throws ApiError 400 when it is enabled already */
export function enableEndpoint(data: EndpointData, now: number): EndpointData {
  if (data.status === "enabled")
    throw invalid("endpoint_enabled", "The webhook endpoint is enabled already.");
  return { ...data, status: "enabled", disabled_reason: null, enabled_since: now };
}

/** Its secrets and what its owner wrote about it go; its id, URL and deliveries stay, for the log. */
export function deleteEndpoint(data: EndpointData): EndpointData {
  const [current] = data.secrets;
  return {
    ...data,
    status: "deleted",
    description: null,
    metadata: {},
    secrets: [{ ...current, wrapped: "" }],
  };
}

/** @param overlap how long the previous secret goes on signing, milliseconds */
export function rotateSecret(
  data: EndpointData,
  secret: StoredSecret,
  overlap: number,
  now: number,
): EndpointData {
  const [current, ...older] = data.secrets;
  const previous = [{ ...current, expires: now + overlap }, ...older].filter((each) => isValid(each, now));
  return { ...data, secrets: [secret, ...previous.slice(0, PREVIOUS_SECRETS)] };
}

/** @throws ApiError 404 for an endpoint that was deleted or never was */
export function existing(endpoint: Endpoint | undefined, id: string): Endpoint {
  if (endpoint === undefined || endpoint.data.status === "deleted") throw notFound("webhook endpoint", id);
  return endpoint;
}

/** The endpoint as the API shows it: without its secret. */
export function endpointView({ id, livemode, created, data }: Omit<Endpoint, "version">) {
  const [current, previous] = data.secrets;
  return {
    id,
    object: "webhook_endpoint" as const,
    created: toSeconds(created),
    livemode,
    status: data.status,
    disabled_reason: data.disabled_reason,
    url: data.url,
    enabled_events: data.enabled_events,
    description: data.description,
    metadata: data.metadata,
    secret_version: current.version,
    previous_secret_expires: previous?.expires == null ? null : toSeconds(previous.expires),
  };
}
