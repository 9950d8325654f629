/** What the API does with endpoints. */
import type { Core } from "../core.ts";
import { invalid } from "../errors.ts";
import type { Decision, GivenAnswer } from "../journal/once.ts";
import type { Write } from "../journal/write.ts";
import {
  createEndpoint,
  deleteEndpoint,
  disableEndpoint,
  enableEndpoint,
  endpointView,
  existing,
  rotateSecret,
  updateEndpoint,
  type DisabledReason,
  type Endpoint,
  type EndpointData,
  type EndpointInput,
} from "./endpoint.ts";
import type { WebhookRepository } from "./repository.ts";
import { isValid, type Secrets } from "./secrets.ts";
import { checkTarget, type TargetRules } from "./target.ts";

/** Endpoints of one mode that may be enabled at a time: each is sent every event that it wants. */
const MAX_ENABLED = 50;

/** Tries to disable an endpoint while others change it. */
const TRIES = 10;

type Effects = Required<Pick<Write, "objects" | "events">>;

/** What happens to an endpoint: events say so. */
type EndpointEvent = "created" | "updated" | "enabled" | "disabled" | "deleted" | "secret_rotated";

export class Endpoints {
  readonly #core: Core;
  readonly #repository: WebhookRepository;
  readonly #secrets: Secrets;
  readonly #rules: TargetRules;

  constructor(core: Core, repository: WebhookRepository, secrets: Secrets, rules: TargetRules) {
    this.#core = core;
    this.#repository = repository;
    this.#secrets = secrets;
    this.#rules = rules;
  }

  /** @throws ApiError 404 */
  async get(id: string, livemode: boolean): Promise<Endpoint> {
    return existing(await this.#core.objects.get<EndpointData>("webhook_endpoints", id, livemode), id);
  }

  async create(livemode: boolean, input: EndpointInput): Promise<Decision> {
    await checkTarget(input.url, this.#rules);
    await this.#checkCount(livemode);
    const id = this.#core.makeId("webhookEndpoint");
    const now = this.#core.clock();
    const data = createEndpoint(input, await this.#secrets.make(id, 1), now);
    return this.#decision({ id, livemode, version: 1, created: now, data }, "created");
  }

  async update(endpoint: Endpoint, changes: Partial<EndpointInput>): Promise<Decision> {
    if (changes.url !== undefined) await checkTarget(changes.url, this.#rules);
    return this.#change(endpoint, updateEndpoint(endpoint.data, changes), "updated");
  }

  disable(endpoint: Endpoint): Decision {
    const data = disableEndpoint(endpoint.data, "requested", this.#core.clock());
    return this.#change(endpoint, data, "disabled");
  }

  async enable(endpoint: Endpoint): Promise<Decision> {
    const data = enableEndpoint(endpoint.data, this.#core.clock());
    await this.#checkCount(endpoint.livemode);
    await this.#repository.forgive(endpoint.id);
    return this.#change(endpoint, data, "enabled");
  }

  delete(endpoint: Endpoint): Decision {
    const { id } = endpoint;
    const decision = this.#change(endpoint, deleteEndpoint(endpoint.data), "deleted");
    return { ...decision, answer: { status: 200, body: { id, object: "webhook_endpoint", deleted: true } } };
  }

  /** @param overlap how long the previous secret goes on signing, milliseconds */
  async rotateSecret(endpoint: Endpoint, overlap: number): Promise<Decision> {
    const { id, data } = endpoint;
    const secret = await this.#secrets.make(id, data.secrets[0].version + 1);
    return this.#change(endpoint, rotateSecret(data, secret, overlap, this.#core.clock()), "secret_rotated");
  }

  /** A `ping` goes the way of all events, but to this endpoint alone, whatever types it wants. */
  ping(endpoint: Endpoint): Decision {
    mustBeEnabled(endpoint);
    const { id, version } = endpoint;
    const created = this.#core.clock();
    const event = { id: this.#core.makeId("event"), type: "ping" as const, object: id, version, created };
    return {
      answer: { status: 200, body: { object: "webhook_ping", webhook_endpoint: id, event: event.id } },
      events: [{ ...event, data: JSON.stringify(endpointView(endpoint)) }],
    };
  }

  /**
   * Disables an endpoint without anybody asking for it.
   * @param url what the reason is about: an endpoint that is elsewhere by now is left alone. @default wherever it is
   */
  async giveUp(id: string, livemode: boolean, reason: DisabledReason, url?: string): Promise<void> {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const endpoint = await this.#core.objects.get<EndpointData>("webhook_endpoints", id, livemode);
      if (endpoint?.data.status !== "enabled") return;
      if (url !== undefined && endpoint.data.url !== url) return;
      const data = disableEndpoint(endpoint.data, reason, this.#core.clock());
      const effects = this.#effects(changed(endpoint, data), "disabled");
      const result = await this.#core.journal.commit({ livemode, actor: "system", ...effects });
      if (result.committed || result.reason !== "conflict") return;
    }
  }

  /**
   * Adds the secret to the answer of the request that made it. Answers are kept without it, so it is nowhere in the clear;
   * one that is given again has it as long as it is valid.
   */
  async withSecret(answer: GivenAnswer, livemode: boolean): Promise<GivenAnswer> {
    if (answer.status !== 200) return answer;
    const body = JSON.parse(answer.body) as ReturnType<typeof endpointView>;
    const endpoint = await this.#core.objects.get<EndpointData>("webhook_endpoints", body.id, livemode);
    if (endpoint === undefined || endpoint.data.status === "deleted") return answer;
    const secret = endpoint.data.secrets.find(({ version }) => version === body.secret_version);
    if (secret === undefined || !isValid(secret, this.#core.clock())) return answer;
    return {
      ...answer,
      body: JSON.stringify({ ...body, secret: await this.#secrets.reveal(body.id, secret) }),
    };
  }

  async #checkCount(livemode: boolean): Promise<void> {
    const enabled = { livemode, status: "enabled", limit: MAX_ENABLED };
    const { data } = await this.#core.objects.list("webhook_endpoints", enabled);
    if (data.length < MAX_ENABLED) return;
    throw invalid(
      "too_many_endpoints",
      `There are ${MAX_ENABLED} enabled webhook endpoints: disable or delete one first.`,
    );
  }

  #change(endpoint: Endpoint, data: EndpointData, what: EndpointEvent): Decision {
    return this.#decision(changed(endpoint, data), what);
  }

  #decision(endpoint: Endpoint, what: EndpointEvent): Decision {
    return { answer: { status: 200, body: endpointView(endpoint) }, ...this.#effects(endpoint, what) };
  }

  #effects(endpoint: Endpoint, what: EndpointEvent): Effects {
    const { id, version, created, data } = endpoint;
    const { makeId, clock } = this.#core;
    const event = {
      id: makeId("event"),
      type: `webhook_endpoint.${what}` as const,
      object: id,
      version,
      created: clock(),
    };
    return {
      objects: [{ kind: "webhook_endpoints", id, version, created, data }],
      events: [{ ...event, data: JSON.stringify(endpointView(endpoint)) }],
    };
  }
}

/** @throws ApiError 400 for an endpoint that nothing is sent to */
export function mustBeEnabled({ data }: Endpoint): void {
  if (data.status === "enabled") return;
  throw invalid("endpoint_disabled", "The webhook endpoint is disabled: enable it first.");
}

function changed(endpoint: Endpoint, data: EndpointData): Endpoint {
  return { ...endpoint, version: endpoint.version + 1, data };
}
