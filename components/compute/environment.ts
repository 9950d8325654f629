import type * as pulumi from "@pulumi/pulumi";
import type { Link, SecretReference } from "../link.ts";
import { type Problems, show } from "../validation.ts";

/** A container's variables, sorted by name so that previews do not flicker. */
export interface Environment {
  plain: { name: string; value: pulumi.Input<string> }[];
  secret: ({ name: string } & SecretReference)[];
}

/**
 * Joins a container's own variables with those of its links. A name that two of them claim is a mistake: which one
 * won would depend on their order.
 */
export function mergeEnvironment(
  own: { environment?: Record<string, pulumi.Input<string>>; secrets?: Record<string, SecretReference> },
  links: readonly Link[],
  problems: Problems,
): Environment {
  const claimedBy = new Map<string, string>();
  const plain: Environment["plain"] = [];
  const secret: Environment["secret"] = [];
  const claim = (name: string, origin: string): boolean => {
    const first = claimedBy.get(name);
    claimedBy.set(name, first ?? origin);
    return (
      problems.check(
        /^[A-Za-z_][A-Za-z0-9_]*$/.test(name),
        origin,
        `${show(name)} is not a name of an environment variable; write letters, digits and "_", not beginning with a digit`,
      ) &&
      problems.check(
        first === undefined,
        origin,
        `${show(name)} is already set by ${String(first)}; leave one of them out or give it another name`,
      )
    );
  };
  const add = (
    origin: { environment: string; secrets: string },
    values: Pick<Link, "environment" | "secrets">,
  ): void => {
    for (const [name, value] of Object.entries(values.environment ?? {})) {
      if (claim(name, origin.environment)) plain.push({ name, value });
    }
    for (const [name, reference] of Object.entries(values.secrets ?? {})) {
      if (claim(name, origin.secrets)) secret.push({ name, ...reference });
    }
  };
  add({ environment: "environment", secrets: "secrets" }, own);
  links.forEach((link, index) => {
    const origin = `links[${index}] (${show(link.name)})`;
    add({ environment: origin, secrets: origin }, link);
  });
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  return { plain: plain.sort(byName), secret: secret.sort(byName) };
}
