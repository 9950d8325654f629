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
import { Baseline, baselineOfRun } from "./baseline.ts";
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
import type { Framework } from "./framework.ts";
import {
  judgeResource,
  judgeStack,
  parametersOf,
  remediationOf,
  stackFrom,
  type Finding,
} from "./judging.ts";
import {
  covers,
  enforcementOf,
  EVERY_AWS_TYPE,
  EXEMPTIONS_POLICY,
  INTERNAL_TAG,
  ruleUrl,
  STRONGROOM_TAG,
  UNJUDGED_POLICY,
  UNKNOWN_PREFIX,
  type ResourceRule,
  type Rule,
  type StackRule,
} from "./rule.ts";
import { RULES } from "./rules/index.ts";
import { settingsOfPack, settingsOfStack } from "./settings.ts";
import type { Stack } from "./stack.ts";
import { unjudgedMessage, unjudgedTypes } from "./unjudged.ts";
import { Props } from "./values.ts";

/** What a pack is made of. */
export interface PackArgs {
  /** Name of the pack, such as `strongroom-pci-dss`. */
  name: string;
  /** @default the frameworks' names and versions */
  title?: string;
  /**
   * The framework that the pack answers, or several: a rule that serves more than one is judged once. Requirements are
   * added to every policy's metadata, where consoles show the first framework.
   */
  framework: Framework | readonly Framework[];
  /** @default the rules that serve one of the frameworks */
  rules?: readonly Rule[];
  /**
   * The file of exemptions, see {@link Exemption}; none hold where it does not exist. The environment variable
   * `STRONGROOM_EXEMPTIONS` overrides it: the absolute path of a file that must exist, or `none` (for `strongroom
   * preview`, which applies them itself, to all packs).
   * @default none
   */
  exemptions?: string;
}

/** What each pack that this process has defined is made of, by name: whoever hosts packs can judge by the rules themselves. */
export const DEFINED_PACKS = new Map<string, PackArgs>();

/** Serves a pack to the engine. Call it once, from the pack's entry file. */
export function definePack(args: PackArgs): PolicyPack {
  DEFINED_PACKS.set(args.name, args);
  const rules = rulesOf(args);
  const settings = settingsOfPack(
    settingsOfStack([...RULES, ...rules]),
    args.name,
    rules.map(({ id }) => id),
  );
  return new PolicyPack(args.name, packArgs(args, exemptionsFor(args), today(), baselineOfRun()), settings);
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

/** The rules of a pack. */
export function rulesOf({ framework, rules }: PackArgs): readonly Rule[] {
  const frameworks = [framework].flat();
  return rules ?? RULES.filter(({ id }) => frameworks.some((one) => one.rules[id] !== undefined));
}

/**
 * The pack as the policy SDK takes it.
 *
 * @param day The day of the run, by which exemptions expire.
 * @param baseline What is known to be broken, and therefore does not block.
 */
export function packArgs(
  args: PackArgs,
  exemptions: readonly Exemption[],
  day: string,
  baseline = new Baseline([]),
): PolicyPackArgs {
  const frameworks = [args.framework].flat();
  const run: Run = {
    pack: args.name,
    frameworks,
    exemptions: new Exemptions(exemptions, day),
    baseline,
    stackName: "",
    declared: new Map(),
  };
  const policies = rulesOf(args).map((rule) =>
    rule.kind === "resource" ? resourcePolicy(rule, run) : stackPolicy(rule, run),
  );
  const title = args.title ?? frameworks.map(({ name, version }) => `${name} ${version}`).join(", ");
  return {
    displayName: title,
    description: `Strongroom's rules for ${title} on AWS`,
    provider: "aws",
    tags: [STRONGROOM_TAG, ...frameworks.map(({ id }) => id)],
    repository: "https://github.com/strongroom-dev/strongroom",
    enforcementLevel: "advisory",
    // The first remembers what is declared, the last asks which exemptions were of use.
    policies: [
      memory(run),
      ...policies,
      unjudgedPolicy,
      ...(exemptions.length > 0 ? [exemptionsPolicy(run)] : []),
    ],
  };
}

/** What the policies of a pack share while the engine runs them. */
interface Run {
  pack: string;
  frameworks: readonly Framework[];
  exemptions: Exemptions;
  baseline: Baseline;
  /** URN → inputs as the engine showed them when the resource was registered. */
  declared: Map<string, object>;
  /** Name of the stack under judgement, as its resources tell it. */
  stackName: string;
  /** The stack under judgement, once joined; anew when a resource is registered again. */
  stack?: Stack;
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
      run.declared.set(urn, props);
      run.stackName = stackOf(urn);
      run.stack = undefined;
    },
  };
}

function resourcePolicy(rule: ResourceRule, run: Run): ResourceValidationPolicy {
  const { remediate, types } = rule;
  return {
    ...metadata(rule, run.frameworks),
    validateResource: onlyType(types, (args, report) => {
      const { type, urn } = args;
      if (!covers(types, type)) return args.notApplicable("another type of resource");
      const resource = { type, props: new Props(args.props) };
      say(rule, run, report, urn, judgeResource(rule, resource, parametersOf(rule, args.getConfig())));
    }),
    ...(remediate && {
      remediateResource: (args) => {
        const { type, urn, props } = args;
        const broken = { pack: run.pack, rule: rule.id, stack: stackOf(urn), urn };
        if (!covers(types, type) || run.exemptions.covering(broken)) return undefined;
        const patch = remediationOf(
          rule,
          { type, props: new Props(props) },
          parametersOf(rule, args.getConfig()),
        );
        return patch && Object.assign(props, patch);
      },
    }),
  };
}

function stackPolicy(rule: StackRule, run: Run): StackValidationPolicy {
  return {
    ...metadata(rule, run.frameworks),
    validateStack(args, report) {
      const stack = joined(args.resources, run);
      for (const { resource, finding } of judgeStack(rule, stack, parametersOf(rule, args.getConfig()))) {
        say(rule, run, report, resource?.urn, finding);
      }
    },
  };
}

/** The engine's resources, joined once for all rules. */
function joined(resources: PolicyResource[], run: Run): Stack {
  // Where the configuration switches the memory off, outputs must do: they know less, but nothing passes unseen.
  const remembers = run.declared.size > 0;
  const join = () =>
    stackFrom(
      resources.map((resource) => ({
        urn: resource.urn,
        type: resource.type,
        name: resource.name,
        inputs: remembers ? run.declared.get(resource.urn) : resource.props,
        outputs: resource.props,
        propertyDependencies: Object.fromEntries(
          Object.entries(resource.propertyDependencies).map(([property, origins]) => [
            property,
            origins.map(({ urn }) => urn),
          ]),
        ),
        provider: resource.provider,
        parent: resource.parent?.urn,
        options: resource.opts,
      })),
    );
  return remembers ? (run.stack ??= join()) : join();
}

/** Names, once, the types of covered services that no rule knows: nothing was said of them, which is not to pass. */
const unjudgedPolicy: StackValidationPolicy = {
  name: UNJUDGED_POLICY,
  displayName: "Types that no rule knows",
  description: "Names resource types of covered services that no rule judges. Never blocks.",
  enforcementLevel: "advisory",
  tags: [INTERNAL_TAG],
  validateStack({ resources }, report) {
    const types = unjudgedTypes(resources.map(({ type }) => type));
    if (types.length > 0) report(unjudgedMessage(types));
  },
};

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

/** Reports what a rule found: a violation, advice where an exemption covers it, advice where it cannot be known yet. */
function say(
  rule: Rule,
  run: Run,
  report: ReportViolation,
  urn: string | undefined,
  finding: Finding | undefined,
): void {
  if (finding === undefined) return;
  if (finding.status === "unknown") {
    advise(report, urn, UNKNOWN_PREFIX + finding.paths.join(", "));
    return;
  }
  const { message } = finding;
  const stack = urn === undefined ? run.stackName : stackOf(urn);
  const exemption = run.exemptions.covering({ pack: run.pack, rule: rule.id, stack, urn });
  if (exemption === undefined) {
    const known = run.baseline.find({ stack, rule: rule.id, urn, message });
    if (known) advise(report, urn, `${message}\nKnown since ${known.since}, by the baseline`);
    else report(message, urn);
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

/** What consoles show of a rule. */
function metadata(rule: Rule, frameworks: readonly Framework[]) {
  const served = frameworks
    .map((framework) => ({
      framework,
      numbers: (framework.rules[rule.id] ?? []).map(({ requirement }) => requirement),
    }))
    .filter(({ numbers }) => numbers.length > 0);
  return {
    name: rule.id,
    displayName: rule.title,
    description: rule.title,
    enforcementLevel: enforcementOf(rule),
    severity: rule.severity,
    ...(served[0] && { framework: reference(served[0].framework, served[0].numbers) }),
    tags: [
      STRONGROOM_TAG,
      "aws",
      ...served.flatMap(({ framework, numbers }) => numbers.map((number) => `${framework.id}:${number}`)),
    ],
    remediationSteps: rule.remedy,
    url: ruleUrl(rule.id),
    ...(rule.parameters && { configSchema: { properties: rule.parameters } }),
  };
}

function reference({ name, version, requirements }: Framework, numbers: readonly string[]) {
  return {
    name,
    version,
    reference: numbers.join(", "),
    specification: numbers.map((number) => requirements[number]?.title ?? "").join("; "),
  };
}

/** Lets the SDK skip resources of other types by itself, without unpacking them; it knows only single types. */
function onlyType(types: readonly string[], validation: ResourceValidation): ResourceValidation {
  const [type] = types;
  return types.length === 1 && type !== EVERY_AWS_TYPE
    ? Object.assign(validation, { __pulumiType: type })
    : validation;
}
