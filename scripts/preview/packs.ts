/**
 * The process that hosts policy packs, the very ones that `pulumi preview --policy-pack` loads.
 *
 * The engine starts one process for each pack and talks to it over gRPC. Here one process hosts all packs, and the
 * service that the policy SDK would serve is called directly: loading the SDK and the runtime once instead of once for
 * each pack is most of the time that judging takes. Everything that decides a verdict is the SDK's own code.
 *
 * `judge.ts` starts this file, with the packs' folders as arguments, and talks to it by messages.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire, enableCompileCache } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type {
  AnalyzeRequest,
  AnalyzeResponse,
  AnalyzerInfo,
  AnalyzerResource,
  EnforcementLevel,
  RemediateResponse,
} from "@pulumi/pulumi/proto/analyzer_pb.js";
import { parse } from "yaml";
import type { Json } from "../../components/testing/index.ts";
import { STRONGROOM_TAG } from "../../policies/rule.ts";

/** A resource as a pack is shown it. */
export interface HostedResource {
  urn: string;
  type: string;
  name: string;
  /** Inputs; absent for resources that the program only reads, which only stack policies see. */
  inputs?: Record<string, Json>;
  outputs: Record<string, Json>;
  parent?: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  options: {
    protect: boolean;
    ignoreChanges: string[];
    aliases: string[];
    additionalSecretOutputs: string[];
    deleteBeforeReplace?: boolean;
  };
  provider?: { urn: string; type: string; name: string; props: Record<string, Json> };
}

/** How a pack's policies are configured, as in the files that `--policy-pack-config` takes. */
export type PackConfig = Record<string, string | ({ enforcementLevel?: string } & Record<string, Json>)>;

/** What a pack says of itself and its policies. */
export interface HostedPack {
  name: string;
  version: string;
  title: string;
  tags: string[];
  policies: HostedPolicy[];
}

export interface HostedPolicy {
  name: string;
  title: string;
  description: string;
  kind: "resource" | "stack";
  enforcement: string;
  /** Absent where the policy states none. */
  severity?: "critical" | "high" | "medium" | "low";
  remedy: string;
  url?: string;
  tags: string[];
  framework?: { name: string; version: string; reference: string };
}

/** A policy's finding. */
export interface HostedFinding {
  pack: string;
  policy: string;
  enforcement: string;
  message: string;
  urn?: string;
}

/** What the host answers a {@link JudgeRequest}. */
export type HostMessage =
  | { kind: "judged"; packs: HostedPack[]; findings: HostedFinding[]; looked: Looked[] }
  | { kind: "failed"; message: string };

/** Which resources a policy looked at; none for one that looks at the stack as a whole. */
export interface Looked {
  pack: string;
  policy: string;
  urns: string[];
}

export interface JudgeRequest {
  resources: HostedResource[];
  config: Record<string, PackConfig>;
}

type Protocol = typeof import("@pulumi/pulumi/proto/analyzer_pb.js");
type Answer<T> = (error: Error | null | undefined, response?: T) => void;
type Method<T> = (call: { request: unknown }, answer: Answer<T>) => unknown;

/** The service that the policy SDK would serve to the engine. */
interface Service {
  getAnalyzerInfo: Method<AnalyzerInfo>;
  configure: Method<unknown>;
  remediate: Method<RemediateResponse>;
  analyze: Method<AnalyzeResponse>;
  analyzeStack: Method<AnalyzeResponse>;
}

/** A pack that has been loaded. */
interface LoadedPack extends HostedPack {
  folder: string;
  service: Service;
  protocol: Protocol;
  /** Parameters' defaults and the pack's own initial configuration, by policy. */
  defaults: Map<string, { enforcement: string; properties: Record<string, unknown> }>;
}

const SEVERITIES = [undefined, "low", "medium", "high", "critical"] as const;

/** How long a pack may take from being imported to defining its policies. */
const DEFINITION_TIMEOUT_MS = 30_000;

async function loadPack(folder: string): Promise<LoadedPack> {
  const description = path.join(folder, "PulumiPolicy.yaml");
  if (!existsSync(description)) throw new Error(`${folder} is no policy pack: it has no PulumiPolicy.yaml`);
  const { runtime, main } = parse(readFileSync(description, "utf8")) as {
    runtime?: string | { name?: string; options?: { typescript?: boolean } };
    main?: string;
  };
  const { name: language, options } = typeof runtime === "string" ? { name: runtime } : (runtime ?? {});
  if (language !== "nodejs")
    throw new Error(`${folder}: packs for ${language ?? "no runtime"} need the Pulumi engine`);

  // The SDK reads the pack's version from the package.json of the working folder, as under the engine.
  process.chdir(folder);
  const require = createRequire(path.join(folder, "package.json"));
  const served = interceptService(require);
  const entry = require.resolve(path.resolve(folder, main ?? "."));
  if (options?.typescript === false) {
    await import(pathToFileURL(entry).href);
  } else {
    registerTypeScript(require);
    require(entry);
  }
  const service = await served;
  const info = await call(service.getAnalyzerInfo, {});
  const protocol = require("@pulumi/pulumi/proto/analyzer_pb") as Protocol;
  return { folder, service, protocol, ...describe(info, protocol), defaults: defaultsOf(info, protocol) };
}

/** Catches the service that the pack's SDK is about to serve, and keeps it from listening. */
function interceptService(require: NodeJS.Require): Promise<Service> {
  const file = path.join(path.dirname(require.resolve("@pulumi/policy")), "server.js");
  const shared = require(file) as { serve: (...args: unknown[]) => void };
  const { Server } = createRequire(file)("@grpc/grpc-js") as {
    Server: { prototype: Record<string, unknown> };
  };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("it defines no PolicyPack")), DEFINITION_TIMEOUT_MS);
    Server.prototype.addService = (_definition: unknown, service: Service) => {
      clearTimeout(timer);
      resolve(service);
    };
    Server.prototype.bindAsync = () => undefined;
    shared.serve = (...args) => {
      // A server holds one pack and its configuration in module variables, so each pack gets a module of its own.
      const module = require.cache[file];
      Reflect.deleteProperty(require.cache, file);
      const own = require(file) as typeof shared;
      require.cache[file] = module;
      own.serve(...args);
    };
  });
}

/** Lets CommonJS packs be TypeScript, with the compiler that the runtime would use. */
function registerTypeScript(require: NodeJS.Require): void {
  const strings = require("@pulumi/pulumi/tsutils") as {
    typeScriptRequireStrings: () => { tsnodeRequire: string; typescriptRequire: string };
  };
  const { tsnodeRequire, typescriptRequire } = strings.typeScriptRequireStrings();
  const tsNode = createRequire(require.resolve("@pulumi/pulumi/tsutils"))(tsnodeRequire) as {
    register: (options: Record<string, unknown>) => void;
  };
  tsNode.register({
    transpileOnly: true,
    skipProject: true,
    compiler: typescriptRequire,
    compilerOptions: {
      target: "ES2020",
      module: "commonjs",
      moduleResolution: "node",
      esModuleInterop: true,
    },
  });
}

function describe(info: AnalyzerInfo, protocol: Protocol): HostedPack {
  const policies = info.getPoliciesList().map((policy): HostedPolicy => {
    const framework = policy.getFramework();
    return {
      name: policy.getName(),
      title: policy.getDisplayname() || policy.getDescription(),
      description: policy.getDescription(),
      kind: policy.getPolicyType() === protocol.PolicyType.POLICY_TYPE_STACK ? "stack" : "resource",
      enforcement: levelName(policy.getEnforcementlevel(), protocol),
      severity: SEVERITIES[policy.getSeverity()],
      remedy: policy.getRemediationSteps(),
      url: policy.getUrl() || undefined,
      tags: policy.getTagsList(),
      framework: framework && {
        name: framework.getName(),
        version: framework.getVersion(),
        reference: framework.getReference(),
      },
    };
  });
  return {
    name: info.getName(),
    version: info.getVersion(),
    title: info.getDisplayname() || info.getName(),
    tags: info.getTagsList(),
    policies,
  };
}

function defaultsOf(info: AnalyzerInfo, protocol: Protocol): LoadedPack["defaults"] {
  return new Map(
    info.getPoliciesList().map((policy) => {
      const schema = valuesOf(policy.getConfigschema()?.getProperties()) as Record<
        string,
        { default?: unknown }
      >;
      const defaults = Object.entries(schema).flatMap(([name, { default: value }]): [string, unknown][] =>
        value === undefined ? [] : [[name, value]],
      );
      const initial = info.getInitialconfigMap().get(policy.getName());
      return [
        policy.getName(),
        {
          enforcement: levelName(initial?.getEnforcementlevel() ?? policy.getEnforcementlevel(), protocol),
          properties: { ...Object.fromEntries(defaults), ...valuesOf(initial?.getProperties()) },
        },
      ];
    }),
  );
}

/** Policies that an earlier pack judged already: a pack's name by the policy and its configuration. */
type Shared = Map<string, string>;

/**
 * Configures a pack as the engine would: the stack's configuration over the pack's own over the schemas' defaults.
 * Packs made from the same rules overlap, and a rule that an earlier one judges in the same way is switched off here.
 *
 * @returns The pack that judges a policy instead, by the policy's name.
 */
async function configure(pack: LoadedPack, config: PackConfig, shared: Shared): Promise<Map<string, string>> {
  const { protocol } = pack;
  const request = new protocol.ConfigureAnalyzerRequest();
  const elsewhere = new Map<string, string>();
  for (const name of Object.keys(config)) {
    if (name === "all" || pack.defaults.has(name)) continue;
    throw new Error(`the configuration names ${name}, which is no policy of ${pack.name}`);
  }
  const common = normalised(config.all);
  for (const policy of pack.policies) {
    const defaults = pack.defaults.get(policy.name);
    const given = normalised(config[policy.name]);
    policy.enforcement =
      given.enforcementLevel ?? common.enforcementLevel ?? defaults?.enforcement ?? "advisory";
    const properties = { ...defaults?.properties, ...given.properties };
    const key = JSON.stringify([policy.name, policy.enforcement, properties]);
    const judgedBy = policy.tags.includes(STRONGROOM_TAG) ? shared.get(key) : undefined;
    if (judgedBy === undefined) shared.set(key, pack.name);
    else elsewhere.set(policy.name, judgedBy);
    const message = new protocol.PolicyConfig();
    message.setEnforcementlevel(
      levelNumber(judgedBy === undefined ? policy.enforcement : "disabled", protocol),
    );
    request.getPolicyconfigMap().set(policy.name, withValues(message, properties));
  }
  await call(pack.service.configure, request);
  return elsewhere;
}

function normalised(config: PackConfig[string] | undefined): {
  enforcementLevel?: string;
  properties: Record<string, Json>;
} {
  if (config === undefined || typeof config === "string") return { enforcementLevel: config, properties: {} };
  const { enforcementLevel, ...properties } = config;
  return { enforcementLevel, properties };
}

/** What packs have said so far. */
interface Judged {
  findings: HostedFinding[];
  looked: Looked[];
}

/** Has a pack judge the resources in the engine's order: each one's inputs as it is registered, then the whole stack. */
async function judge(
  pack: LoadedPack,
  resources: HostedResource[],
  config: PackConfig,
  shared: Shared,
  before: Judged,
): Promise<Judged> {
  const { service, protocol } = pack;
  process.chdir(pack.folder);
  const elsewhere = await configure(pack, config, shared);
  const isElsewhere = (one: { pack: string; policy: string }) => elsewhere.get(one.policy) === one.pack;
  const findings = before.findings.filter(isElsewhere).map((finding) => ({ ...finding, pack: pack.name }));
  const takenOver = before.looked.filter(isElsewhere).map((one) => ({ ...one, pack: pack.name }));
  const looked = new Map<string, string[]>();
  const remediates = pack.policies.some(({ enforcement }) => enforcement === "remediate");
  const own = pack.policies.filter(
    ({ name, enforcement }) => enforcement !== "disabled" && !elsewhere.has(name),
  );

  const resourcePolicies = own.filter(({ kind }) => kind === "resource");
  for (const resource of resources) {
    if (resource.inputs === undefined) continue;
    const inputs = remediates ? await remediated(pack, resource, resource.inputs) : resource.inputs;
    const response = await call(
      service.analyze,
      fill(new protocol.AnalyzeRequest(), resource, inputs, protocol),
    );
    const skipped = new Set(response.getNotApplicableList().map((policy) => policy.getPolicyName()));
    for (const { name } of resourcePolicies) {
      if (skipped.has(name)) continue;
      const urns = looked.get(name);
      if (urns) urns.push(resource.urn);
      else looked.set(name, [resource.urn]);
    }
    findings.push(...findingsOf(response, pack, resource.urn));
  }

  const request = new protocol.AnalyzeStackRequest();
  request.setResourcesList(resources.map((resource) => stackResource(resource, protocol)));
  const response = await call(service.analyzeStack, request);
  const skipped = new Set(response.getNotApplicableList().map((policy) => policy.getPolicyName()));
  for (const { name, kind } of own) {
    if (kind === "stack" && !skipped.has(name)) looked.set(name, []);
  }
  findings.push(...findingsOf(response, pack, undefined));
  const lookedNow = [...looked].map(([policy, urns]) => ({ pack: pack.name, policy, urns }));
  return { findings, looked: [...takenOver, ...lookedNow] };
}

/** A resource's inputs after the remediations that the configuration switches on. */
async function remediated(
  pack: LoadedPack,
  resource: HostedResource,
  inputs: Record<string, Json>,
): Promise<Record<string, Json>> {
  const request = fill(new pack.protocol.AnalyzeRequest(), resource, inputs, pack.protocol);
  const response = await call(pack.service.remediate, request);
  const changed = response.getRemediationsList().findLast((remediation) => remediation.hasProperties());
  return changed ? (valuesOf(changed.getProperties()) as Record<string, Json>) : inputs;
}

function stackResource(resource: HostedResource, protocol: Protocol): AnalyzerResource {
  const message = fill(new protocol.AnalyzerResource(), resource, resource.outputs, protocol);
  message.setParent(resource.parent ?? "");
  message.setDependenciesList(resource.dependencies);
  for (const [property, urns] of Object.entries(resource.propertyDependencies)) {
    const origins = new protocol.AnalyzerPropertyDependencies();
    origins.setUrnsList(urns);
    message.getPropertydependenciesMap().set(property, origins);
  }
  return message;
}

function fill<T extends AnalyzeRequest | AnalyzerResource>(
  message: T,
  resource: HostedResource,
  values: Record<string, Json>,
  protocol: Protocol,
): T {
  message.setType(resource.type);
  message.setUrn(resource.urn);
  message.setName(resource.name);
  const options = new protocol.AnalyzerResourceOptions();
  options.setProtect(resource.options.protect);
  options.setIgnorechangesList(resource.options.ignoreChanges);
  options.setAliasesList(resource.options.aliases);
  options.setAdditionalsecretoutputsList(resource.options.additionalSecretOutputs);
  options.setDeletebeforereplacedefined(resource.options.deleteBeforeReplace !== undefined);
  options.setDeletebeforereplace(resource.options.deleteBeforeReplace ?? false);
  options.setParent(resource.parent ?? "");
  message.setOptions(options);
  if (resource.provider) {
    const provider = new protocol.AnalyzerProviderResource();
    provider.setType(resource.provider.type);
    provider.setUrn(resource.provider.urn);
    provider.setName(resource.provider.name);
    message.setProvider(withValues(provider, resource.provider.props));
  }
  return withValues(message, values);
}

/**
 * Gives a message its properties as plain values. The SDK unpacks them anew for every policy; packed as the protocol
 * packs them, that alone would take longer than all the rules.
 */
function withValues<T extends object>(message: T, values: Record<string, unknown>): T {
  return Object.assign(message, { getProperties: () => ({ toJavaScript: () => values }) });
}

function valuesOf(struct: { toJavaScript: () => unknown } | undefined): Record<string, unknown> {
  return (struct?.toJavaScript() ?? {}) as Record<string, unknown>;
}

function findingsOf(
  response: AnalyzeResponse,
  { name, protocol }: LoadedPack,
  urn: string | undefined,
): HostedFinding[] {
  return response.getDiagnosticsList().map((diagnostic) => ({
    pack: name,
    policy: diagnostic.getPolicyname(),
    enforcement: levelName(diagnostic.getEnforcementlevel(), protocol),
    message: diagnostic.getMessage(),
    urn: urn ?? (diagnostic.getUrn() || undefined),
  }));
}

function levelName(level: number, { EnforcementLevel }: Protocol): string {
  const found = Object.entries(EnforcementLevel).find(([, number]) => Number(number) === level);
  return (found?.[0] ?? "advisory").toLowerCase();
}

function levelNumber(level: string, { EnforcementLevel }: Protocol): EnforcementLevel {
  const found = Object.entries(EnforcementLevel).find(([name]) => name.toLowerCase() === level);
  if (!found)
    throw new Error(
      `the configuration names the enforcement level ${level}; there are advisory, mandatory, remediate, disabled`,
    );
  return found[1] as EnforcementLevel;
}

function call<T>(method: Method<T>, request: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    void method({ request }, (error, response) => {
      if (error) reject(error);
      else resolve(response as T);
    });
  });
}

/** Loads the packs one after the other: each needs the working folder to itself meanwhile. */
async function loadAll(folders: string[]): Promise<LoadedPack[]> {
  const packs: LoadedPack[] = [];
  for (const folder of folders) {
    try {
      packs.push(await loadPack(folder));
    } catch (error) {
      throw new Error(`policy pack ${folder} cannot be loaded: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
  return packs;
}

function send(message: HostMessage): void {
  process.send?.(message);
}

function sendFailure(error: unknown): void {
  send({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
}

function published({ name, version, title, tags, policies }: LoadedPack): HostedPack {
  return { name, version, title, tags, policies };
}

// Policies throw to say that they do not apply, thousands of times; nobody reads where from.
Error.stackTraceLimit = 0;
enableCompileCache();

const loading = loadAll(process.argv.slice(2));
loading.catch(sendFailure);
process.on("message", (request: JudgeRequest) => {
  void (async () => {
    const packs = await loading;
    const shared: Shared = new Map();
    const all: Judged = { findings: [], looked: [] };
    for (const pack of packs) {
      const { findings, looked } = await judge(
        pack,
        request.resources,
        request.config[pack.name] ?? {},
        shared,
        all,
      );
      all.findings.push(...findings);
      all.looked.push(...looked);
    }
    send({ kind: "judged", packs: packs.map(published), ...all });
  })().catch(sendFailure);
});
