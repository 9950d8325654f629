import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { PolicyPack } from "@pulumi/policy";
import type {
  PolicyPackArgs,
  PolicyResource,
  ReportViolation,
  ResourceValidation,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import type { Framework } from "./framework.ts";
import {
  Exemptions,
  ExemptionsError,
  expiredMessage,
  readExemptions,
  stackOf,
  today,
  unusedMessage,
  type Exemption,
} from "./exemptions.ts";
import {
  enforcementOf,
  EXEMPTIONS_POLICY,
  INTERNAL_TAG,
  ruleUrl,
  STRONGROOM_TAG,
  UNKNOWN_PREFIX,
  type ResourceRule,
  type Rule,
  type StackRule,
} from "./rule.ts";
import { RULES } from "./rules/index.ts";
import { Stack, StackResource } from "./stack.ts";
import { Props, UnknownValue } from "./values.ts";

/** What a pack is made of. */
export interface PackArgs {
  /** Name of the pack, such as `strongroom-pci-dss`. */
  name: string;
  /** @default the framework's name and version */
  title?: string;
  /** The framework that the pack answers. Its requirements are added to every policy's metadata. */
  framework: Framework;
  /** @default the rules that serve the framework */
  rules?: readonly Rule[];
  /**
   * The file of exemptions, see {@link Exemption}; none hold where it does not exist. The environment variable
   * `STRONGROOM_EXEMPTIONS` overrides it: the absolute path of a file that must exist, or `none` (for `strongroom
   * preview`, which applies them itself, to all packs).
   * @default none
   */
  exemptions?: string;
}

/** Serves a pack to the engine. Call it once, from the pack's entry file. */
export function definePack(args: PackArgs): PolicyPack {
  return new PolicyPack(args.name, packArgs(args, exemptionsFor(args), today()));
}

function exemptionsFor({ exemptions: own }: PackArgs): Exemption[] {
  const given = process.env.STRONGROOM_EXEMPTIONS;
  const file = given ?? (own !== undefined && existsSync(own) ? own : "none");
  if (file === "none") return [];
  // A pack runs in its own folder, where nobody would look for a relative path.
  if (!isAbsolute(file)) {
    throw new ExemptionsError(`STRONGROOM_EXEMPTIONS must be an absolute path or "none", not ${file}`);
  }
  return readExemptions(
    file,
    RULES.map((rule) => rule.id),
  );
}

/** The pack as the policy SDK takes it. @param day The day of the run, by which exemptions expire. */
export function packArgs(args: PackArgs, exemptions: readonly Exemption[], day: string): PolicyPackArgs {
  const { framework } = args;
  const rules = args.rules ?? RULES.filter((rule) => framework.rules[rule.id] !== undefined);
  const run: Run = {
    pack: args.name,
    framework,
    exemptions: new Exemptions(exemptions, day),
    declared: new Map(),
  };
  const policies = rules.map((rule) =>
    rule.kind === "resource" ? resourcePolicy(rule, run) : stackPolicy(rule, run),
  );
  const title = args.title ?? `${framework.name} ${framework.version}`;
  return {
    displayName: title,
    description: `Strongroom's rules for ${title} on AWS`,
    provider: "aws",
    tags: [STRONGROOM_TAG, framework.id],
    repository: "https://github.com/strongroom-dev/strongroom",
    enforcementLevel: "advisory",
    // The first remembers what is declared, the last asks which exemptions were of use.
    policies: [memory(run), ...policies, ...(exemptions.length > 0 ? [exemptionsPolicy(run)] : [])],
  };
}

/** What the policies of a pack share while the engine runs them. */
interface Run {
  pack: string;
  framework: Framework;
  exemptions: Exemptions;
  /** URN → inputs as the engine showed them when the resource was registered. */
  declared: Map<string, Props>;
}

/**
 * Remembers inputs. A stack policy is shown outputs only, and at preview everything in them that a provider may compute
 * is unknown, even what the program plainly left out; stack rules judge the inputs instead.
 */
function memory(run: Run): ResourceValidationPolicy {
  return {
    name: "declared-inputs",
    displayName: "Declared inputs",
    description: "Remembers what the program declares, for rules that join resources. Never fails.",
    enforcementLevel: "advisory",
    tags: [INTERNAL_TAG],
    validateResource({ urn, props }) {
      run.declared.set(urn, new Props(props));
    },
  };
}

function resourcePolicy(rule: ResourceRule, run: Run): ResourceValidationPolicy {
  const { check, remediate, types } = rule;
  return {
    ...metadata(rule, run.framework),
    validateResource: onlyType(types, (args, report) => {
      if (!types.includes(args.type)) return args.notApplicable("another type of resource");
      const parameters = parametersOf(rule, args.getConfig());
      judge(rule, run, report, args.urn, (fail) => check(new Props(args.props), fail, parameters, args.type));
    }),
    ...(remediate && {
      remediateResource: ({ type, urn, props }) => {
        if (!types.includes(type) || run.exemptions.covering({ pack: run.pack, rule: rule.id, urn }))
          return undefined;
        const patch = remediate(new Props(props));
        return patch && Object.assign(props, patch);
      },
    }),
  };
}

function stackPolicy(rule: StackRule, run: Run): StackValidationPolicy {
  return {
    ...metadata(rule, run.framework),
    validateStack(args, report) {
      const stack = new Stack(args.resources.map((resource) => stackResource(resource, run)));
      const parameters = parametersOf(rule, args.getConfig());
      for (const resource of stack.declared(rule.types)) {
        judge(rule, run, report, resource.urn, (fail) => rule.check(resource, stack, fail, parameters));
      }
      judge(rule, run, report, undefined, (fail) => rule.checkStack?.(stack, fail, parameters));
    },
  };
}

/** Reports what is wrong with the exemptions: those that have expired block, those of no use do not. */
function exemptionsPolicy({ exemptions }: Run): StackValidationPolicy {
  return {
    name: EXEMPTIONS_POLICY,
    displayName: "Exemptions hold and are of use",
    description: "Every exemption has an expiry date in the future and covers a violation",
    severity: "high",
    enforcementLevel: "mandatory",
    tags: [STRONGROOM_TAG],
    remediationSteps: "Fix what the exemption covers, or have it reviewed and set a new date.",
    validateStack({ resources }, report) {
      const stack = stackOf(resources[0]?.urn ?? "");
      for (const exemption of exemptions.expired(stack)) report(expiredMessage(exemption));
      for (const exemption of exemptions.unused(stack)) advise(report, undefined, unusedMessage(exemption));
    },
  };
}

/** Runs a check on one resource and reports its findings; an unknown value is reported where nothing is known wrong. */
function judge(
  rule: Rule,
  run: Run,
  report: ReportViolation,
  urn: string | undefined,
  check: (fail: (message: string) => void) => void,
): void {
  const failures: string[] = [];
  try {
    check((message) => failures.push(message));
  } catch (error) {
    if (!(error instanceof UnknownValue)) throw error;
    if (failures.length === 0) advise(report, urn, UNKNOWN_PREFIX + error.paths.join(", "));
  }
  if (failures.length === 0) return;
  const message = failures.join("; ");
  const exemption = run.exemptions.covering({ pack: run.pack, rule: rule.id, urn });
  if (exemption === undefined) {
    report(message, urn);
    return;
  }
  const { owner, expires, reason } = exemption;
  advise(report, urn, `${message}\nExcepted until ${expires}, for which ${owner} answers: ${reason}`);
}

/** Reports what must not block, whatever the policy's enforcement level. */
function advise(report: ReportViolation, urn: string | undefined, message: string): void {
  // The SDK's server takes an object too, in which the level of one violation can be lowered; its types do not say so.
  const reportOne = report as unknown as (violation: {
    message: string;
    urn?: string;
    enforcementLevel: string;
  }) => void;
  reportOne({ message, urn, enforcementLevel: "advisory" });
}

function stackResource(resource: PolicyResource, run: Run): StackResource {
  return new StackResource({
    type: resource.type,
    name: resource.name,
    urn: resource.urn,
    declared: run.declared.get(resource.urn),
    outputs: new Props(resource.props),
    dependencies: new Map(
      Object.entries(resource.propertyDependencies).map(([property, origins]) => [
        property,
        origins.map(({ urn }) => urn),
      ]),
    ),
  });
}

/** What consoles show of a rule. */
function metadata(rule: Rule, framework: Framework) {
  const requirements = (framework.rules[rule.id] ?? []).map(({ requirement }) => requirement);
  return {
    name: rule.id,
    displayName: rule.title,
    description: rule.title,
    enforcementLevel: enforcementOf(rule),
    severity: rule.severity,
    framework: {
      name: framework.name,
      version: framework.version,
      reference: requirements.join(", "),
      specification: requirements.map((number) => framework.requirements[number] ?? "").join("; "),
    },
    tags: [STRONGROOM_TAG, "aws", ...requirements.map((number) => `${framework.id}:${number}`)],
    remediationSteps: rule.remedy,
    url: ruleUrl(rule.id),
    ...(rule.parameters && { configSchema: { properties: rule.parameters } }),
  };
}

function parametersOf(rule: Rule, given: object): Props {
  const defaults = Object.entries(rule.parameters ?? {}).map(([name, schema]) => [name, schema.default]);
  return new Props({ ...Object.fromEntries(defaults), ...given });
}

/** Lets the SDK skip resources of other types by itself, without unpacking them; it knows only single types. */
function onlyType(types: readonly string[], validation: ResourceValidation): ResourceValidation {
  return types.length === 1 ? Object.assign(validation, { __pulumiType: types[0] }) : validation;
}
