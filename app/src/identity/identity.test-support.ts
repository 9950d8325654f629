/** Identity as the service runs it, on a fresh database, with routes to try it on. */
import { until } from "../../test/wait.test-support.ts";
import { randomBytes } from "node:crypto";
import type { FastifyInstance, FastifyPluginAsync, InjectOptions, LightMyRequestResponse } from "fastify";
import { testCore, type TestCore } from "../../test/core.test-support.ts";
import { buildApp } from "../app.ts";
import { hardening } from "../http/hardening.ts";
import { serverOptions } from "../http/hardening-server.ts";
import { createLimits, type Limits } from "../http/limits.ts";
import { makeKey } from "./bootstrap.ts";
import { createIdentity, type Identity } from "./index.ts";
import type { ApiKey, CreateApiKey } from "./schemas.ts";

export interface TestIdentity {
  core: TestCore;
  app: FastifyInstance;
  identity: Identity;
  limits: Limits;
  /** A test key that may do everything, and its secret. */
  admin: { id: string; secret: string };
  /** Makes a key as the operator would. */
  make: (body: Partial<CreateApiKey>) => Promise<{ id: string; secret: string }>;
  /** A request with a credential (default: the admin key). */
  request: (options: InjectOptions, credential?: string) => Promise<LightMyRequestResponse>;
  post(
    url: string,
    payload?: object,
    credential?: string,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
  get(url: string, credential?: string): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

export const JWT_SECRET = "a secret of tests, 32 characters or more";

/** No limits, for tests that are not about them. */
export const UNLIMITED = { RATE_LIMIT_PER_IP: "0", RATE_LIMIT_PER_KEY: "0", RATE_LIMIT_FAILED_AUTH: "0" };

export interface TestIdentityOptions {
  environment?: Record<string, string>;
  /** A core to share with another instance, which closes it. */
  core?: TestCore;
  secret?: string;
  hooks?: FastifyPluginAsync[];
  routes?: FastifyPluginAsync[];
}

export async function testIdentity(options: TestIdentityOptions = {}): Promise<TestIdentity> {
  const core = options.core ?? (await testCore({ ...UNLIMITED, ...options.environment }));
  const limits = await createLimits(core);
  const identity = await createIdentity(core, {
    failures: limits.failures,
    secret: options.secret ?? JWT_SECRET,
  });
  const app = await buildApp(core, {
    server: serverOptions(core.config, core.makeId),
    idempotencyKey: randomBytes(32),
    hooks: [...(options.hooks ?? []), hardening(core.config), limits.plugin, identity.authenticate],
    root: [identity.keySet],
    v1: [identity.routes, ...(options.routes ?? [whoAmI])],
  });
  await identity.start();
  await limits.start();

  const make: TestIdentity["make"] = (body) => makeKey(identity.keys, core.makeId, { name: "Key", ...body });
  const admin = await make({ scopes: ["*"] });
  const request: TestIdentity["request"] = (injected, credential = admin.secret) =>
    app.inject({ ...injected, headers: { authorization: `Bearer ${credential}`, ...injected.headers } });
  return {
    core,
    app,
    identity,
    limits,
    admin,
    make,
    request,
    post: (url, payload, credential, headers) =>
      request({ method: "POST", url, payload, headers }, credential),
    get: (url, credential) => request({ method: "GET", url }, credential),
    async close() {
      await app.close();
      await identity.stop();
      await limits.stop();
      if (options.core === undefined) await core.close();
    },
  };
}

/** Routes that tell who asks. */
const whoAmI: FastifyPluginAsync = (app) => {
  const caller = (request: { operation: { caller: { scopes: ReadonlySet<string> } } }) => ({
    ...request.operation.caller,
    scopes: [...request.operation.caller.scopes],
  });
  app.get("/who", { config: { scope: "payments:read" } }, caller);
  app.post("/who", { config: { scope: "payments:write" } }, caller);
  app.get("/keys", { config: { scope: "api_keys:read" } }, caller);
  app.get("/anybody", { config: { scope: "public" } }, () => ({ hello: "world" }));
  return Promise.resolve();
};

/** The code and the message of an error. */
export function errorOf(response: LightMyRequestResponse): { code: string; message: string; param?: string } {
  const { error } = response.json<{ error: { code: string; message: string; param?: string } }>();
  return error;
}

export function keyOf(response: LightMyRequestResponse): ApiKey & { secret: string } {
  return response.json<ApiKey & { secret: string }>();
}

/** A change reaches every instance at once; the limit only ends a wait in vain. */
export function eventually(holds: () => Promise<boolean>): Promise<void> {
  return until(holds, 5000);
}

export async function testCustomer(core: TestCore, data: object = {}): Promise<string> {
  const id = core.makeId("customer");
  await core.journal.commit({
    livemode: false,
    actor: "system",
    objects: [
      { kind: "customers", id, version: 1, created: core.clock(), data: { id, metadata: {}, ...data } },
    ],
  });
  return id;
}
