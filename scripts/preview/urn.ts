/**
 * The part of a URN that names the resource within its stack (`<types of its parents>$<type>::<name>`), so that plans
 * of two stacks can be compared.
 */
export function keyOf(urn: string): string {
  return urn.split("::").slice(2).join("::");
}

/** The resource's own name. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::") || urn;
}

/** A type token as people say it: `aws:ec2/vpc:Vpc` is `ec2.Vpc`, `strongroom:network:Vpc` is `Vpc`. */
export function shortType(type: string): string {
  const [provider, module = "", name = type] = type.split(":");
  if (provider === "strongroom") return name;
  const service = module.split("/")[0] ?? "";
  const prefix = provider === "aws" ? "" : `${provider ?? ""}.`;
  return `${prefix}${service === "" || service === "index" ? "" : `${service}.`}${name}`;
}
