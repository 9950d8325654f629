import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { AnalyzeResponse, AnalyzerInfo, RemediateResponse } from "@pulumi/pulumi/proto/analyzer_pb.js";
import { parse } from "yaml";
import type { HostedPack, HostedPolicy } from "./hosted.ts";

/** The messages of the analyzer protocol, as the pack's own SDK has them. */
export type Protocol = typeof import("@pulumi/pulumi/proto/analyzer_pb.js");
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
export interface LoadedPack extends HostedPack {
  folder: string;
  service: Service;
  protocol: Protocol;
  /** Parameters' defaults and the pack's own initial configuration, by policy. */
  defaults: Map<string, { enforcement: string; properties: Record<string, unknown> }>;
}

const SEVERITIES = [undefined, "low", "medium", "high", "critical"] as const;

/** How long a pack may take from being imported to defining its policies. */
const DEFINITION_TIMEOUT_MS = 30_000;

/**
 * Loads a pack as the engine would, save that its service is kept instead of served.
 *
 * @throws Error when the folder holds no pack, or none that Node.js runs.
 */
export async function loadPack(folder: string): Promise<LoadedPack> {
  const description = path.join(folder, "PulumiPolicy.yaml");
  if (!existsSync(description)) throw new Error(`${folder} is no policy pack: it has no PulumiPolicy.yaml`);
  const { runtime, main } = (parse(readFileSync(description, "utf8")) ?? {}) as {
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
  const sdk = createRequire(require.resolve("@pulumi/pulumi/tsutils"));
  const tsNode = sdk(tsnodeRequire) as { register: (options: Record<string, unknown>) => void };
  const { version } = sdk(typescriptRequire) as { version: string };
  // The compiler that the SDK brings along is older than "nodenext".
  const modules = Number.parseFloat(version) >= 4.7 ? ["nodenext", "nodenext"] : ["commonjs", "node"];
  tsNode.register({
    transpileOnly: true,
    skipProject: true,
    compiler: typescriptRequire,
    compilerOptions: {
      target: "ES2020",
      module: modules[0],
      moduleResolution: modules[1],
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

/** Calls a method of the pack's service. */
export function call<T>(method: Method<T>, request: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    void method({ request }, (error, response) => {
      if (error) reject(error);
      else resolve(response as T);
    });
  });
}

/** The plain values of a struct. */
export function valuesOf(struct: { toJavaScript: () => unknown } | undefined): Record<string, unknown> {
  return (struct?.toJavaScript() ?? {}) as Record<string, unknown>;
}

/** An enforcement level as configuration writes it. */
export function levelName(level: number, { EnforcementLevel }: Protocol): string {
  const found = Object.entries(EnforcementLevel).find(([, number]) => Number(number) === level);
  return (found?.[0] ?? "advisory").toLowerCase();
}
