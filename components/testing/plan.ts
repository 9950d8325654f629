/**
 * The Plan: what a Pulumi program would make, as one JSON document. It holds no secret in plain text.
 */
export interface Plan {
  /** Version of this document's shape; raised when a reader of the former shape would misread it. */
  schemaVersion: 1;
  project: string;
  stack: string;
  organization?: string;
  /** The AWS account, region and partition that were simulated for the default provider. */
  aws: { account: string; region: string; partition: string };
  /** In the order of registration: a parent stands before its children. */
  resources: PlanResource[];
  /** Stack outputs; secrets stand as {@link SECRET}. */
  outputs: Record<string, Json>;
  /** Warnings and errors that the program logged. */
  diagnostics: Diagnostic[];
}

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Stands for a value that only AWS can know and that no rule may take for missing (Pulumi's own marker). */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Stands for a secret's value, wherever one would stand in clear text. */
export const SECRET = "[secret]";

/** One resource of a {@link Plan}. */
export interface PlanResource {
  urn: string;
  /** Type token, such as `aws:ec2/vpc:Vpc`. */
  type: string;
  name: string;
  /** False for components. */
  custom: boolean;
  /** True when a provider's plugin would make children that this Plan cannot show; never judged. */
  opaque: boolean;
  /** True when the program reads the resource (`X.get`) instead of making it. */
  read: boolean;
  parent?: string;
  /** Simulated physical id; absent for components. */
  id?: string;
  inputs: Record<string, Json>;
  /** Inputs as AWS would answer them plus what it adds (ARN, endpoint, …), simulated. */
  outputs: Record<string, Json>;
  /** URNs that this resource depends on, explicitly or through its inputs; sorted. */
  dependencies: string[];
  /** Top-level input property → URNs of the resources that its value comes from; sorted. */
  propertyDependencies: Record<string, string[]>;
  options: PlanOptions;
  /** URN of an explicit provider; absent for the default one. */
  provider?: string;
  /** AWS region of the resource; absent when it is not an AWS resource. */
  region?: string;
  /** Paths within `inputs` whose value is secret, such as `environment.variables.TOKEN`. */
  secretPaths: string[];
  /** Source position in the program where known: file relative to the program's folder, 1-based line. */
  source?: { file: string; line: number };
}

/** Resource options that matter to a preview. */
export interface PlanOptions {
  protect?: boolean;
  retainOnDelete?: boolean;
  deleteBeforeReplace?: boolean;
  ignoreChanges?: string[];
  replaceOnChanges?: string[];
  additionalSecretOutputs?: string[];
  aliases?: string[];
  /** Physical id that is imported. */
  import?: string;
  deletedWith?: string;
  customTimeouts?: { create?: string; update?: string; delete?: string };
  /** Version of the provider's SDK. */
  version?: string;
  pluginDownloadUrl?: string;
}

/** A message of the program to its user. */
export interface Diagnostic {
  severity: "debug" | "info" | "warning" | "error";
  message: string;
  urn?: string;
}
