import type { Json } from "../../components/testing/index.ts";

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
