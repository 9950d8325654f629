import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";

import type { PlanOptions } from "./plan.ts";

/** The options of a registration that matter to a preview; those that are not set are left out. */
export function optionsOf(
  request: RegisterResourceRequest,
  urnOf: (parent: string, type: string, name: string) => string,
): PlanOptions {
  const timeouts = request.getCustomtimeouts();
  const customTimeouts = Object.fromEntries(
    Object.entries({
      create: timeouts?.getCreate(),
      update: timeouts?.getUpdate(),
      delete: timeouts?.getDelete(),
    }).filter(([, value]) => value),
  );
  const aliases = [
    ...request.getAliasurnsList(),
    ...request.getAliasesList().map((alias) => {
      const spec = alias.getSpec();
      if (!spec) return alias.getUrn();
      const parent = spec.getNoparent() ? "" : spec.getParenturn() || request.getParent();
      return urnOf(parent, spec.getType() || request.getType(), spec.getName() || request.getName());
    }),
  ];
  const all = {
    protect: request.hasProtect() ? request.getProtect() : undefined,
    retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : undefined,
    deleteBeforeReplace: request.getDeletebeforereplacedefined()
      ? request.getDeletebeforereplace()
      : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases,
    import: request.getImportid(),
    deletedWith: request.getDeletedwith(),
    customTimeouts,
    version: request.getVersion(),
    pluginDownloadUrl: request.getPlugindownloadurl(),
  };
  return Object.fromEntries(
    Object.entries(all).filter(
      ([, value]) =>
        value !== undefined && value !== "" && (typeof value !== "object" || Object.keys(value).length > 0),
    ),
  );
}
