import { fork, type ChildProcess } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Plan } from "../../components/testing/index.ts";
import {
  Exemptions,
  expiredMessage,
  readExemptions,
  today,
  unusedMessage,
} from "../../policies/exemptions.ts";
import {
  covers,
  EXEMPTIONS_POLICY,
  INTERNAL_TAG,
  STRONGROOM_TAG,
  UNKNOWN_PREFIX,
} from "../../policies/rule.ts";
import { FRAMEWORKS } from "../../policies/frameworks/index.ts";
import { RULES } from "../../policies/rules/index.ts";
import { unjudgedTypes } from "../../policies/unjudged.ts";
import { hosted } from "./hosted-plan.ts";
import type { HostedFinding, HostedPolicy, HostMessage, JudgeRequest, Looked, PackConfig } from "./hosted.ts";
import type { Check, Judgement, Verdict } from "./verdict.ts";

export type { PackConfig } from "./hosted.ts";

/** What is judged by, beside the packs. */
export interface JudgeOptions {
  /** The file of exemptions; they hold for all packs, also for those of others. @default none */
  exemptions?: string;
  /** Configuration of policies by pack's name, as in the files that `--policy-pack-config` takes. */
  config?: Record<string, PackConfig>;
  /** The day by which exemptions expire, as `YYYY-MM-DD`. @default today in UTC */
  today?: string;
  /** Milliseconds that loading the packs and judging may take. @default 120000 */
  timeout?: number;
}

/** Packs that are loaded, or being loaded, in a process of their own. */
export interface Judge {
  /** Judges one Plan. @throws JudgeError when a pack cannot be loaded or fails. */
  plan(plan: Plan): Promise<Judgement>;
  /** Ends the process. */
  stop(): void;
}

/** Thrown when a pack cannot be loaded or breaks off; the message is for users. */
export class JudgeError extends Error {}

/**
 * Judges a Plan by policy packs, the very ones that `pulumi preview --policy-pack` loads.
 *
 * @throws JudgeError when a pack cannot be loaded or fails.
 * @throws ExemptionsError when the file of exemptions is not sound.
 */
export async function judge(plan: Plan, options: JudgeOptions & { packs: string[] }): Promise<Judgement> {
  const started = startJudge(options.packs, options);
  try {
    return await started.plan(plan);
  } finally {
    started.stop();
  }
}

/** Starts loading packs, given by their folders, so that they are ready when the Plan is. */
export function startJudge(packs: string[], options: JudgeOptions = {}): Judge {
  const host = new Host(
    packs.map((folder) => path.resolve(folder)),
    options.timeout ?? 120_000,
  );
  return {
    async plan(plan) {
      const answer = await host.judge({ resources: hosted(plan), config: options.config ?? {} });
      const ids = [
        ...RULES.map((rule) => rule.id),
        ...answer.packs.flatMap((pack) => pack.policies.map(({ name }) => name)),
      ];
      const all = options.exemptions === undefined ? [] : readExemptions(options.exemptions, ids);
      return judgementOf(plan, answer, new Exemptions(all, options.today ?? today()));
    },
    stop: () => host.stop(),
  };
}

type HostAnswer = Extract<HostMessage, { kind: "judged" }>;

/** The process that hosts the packs. It answers one request at a time. */
class Host {
  readonly #process: ChildProcess;
  readonly #timeout: number;
  #output = "";
  #pending: PromiseWithResolvers<HostAnswer> | undefined;
  #failure: JudgeError | undefined;

  constructor(folders: string[], timeout: number) {
    this.#timeout = timeout;
    this.#process = fork(fileURLToPath(new URL("packs.ts", import.meta.url)), folders, {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // Exemptions, the baseline and settings are applied here, to all packs alike.
      env: {
        ...process.env,
        STRONGROOM_EXEMPTIONS: "none",
        STRONGROOM_BASELINE: "none",
        PULUMI_CONFIG: undefined,
      },
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on("data", (data: Buffer) => (this.#output += data.toString()));
    }
    this.#process.on("message", (message: HostMessage) => {
      if (message.kind === "judged") this.#pending?.resolve(message);
      else this.#fail(message.message);
    });
    this.#process.on("error", (error) => this.#fail(`the policy packs cannot run: ${error.message}`));
    this.#process.on("close", () => this.#fail(`the policy packs ended early:\n${this.#output.trim()}`));
  }

  async judge(request: JudgeRequest): Promise<HostAnswer> {
    if (this.#failure) throw this.#failure;
    this.#pending = Promise.withResolvers();
    const timer = setTimeout(() => {
      this.#fail(`the policy packs gave no answer within ${this.#timeout / 1000} s`);
      this.stop();
    }, this.#timeout);
    this.#process.send(request, (error) => {
      if (error) this.#fail(`the policy packs cannot be asked: ${error.message}`);
    });
    try {
      return await this.#pending.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  stop(): void {
    this.#process.kill("SIGKILL");
  }

  /** Remembers what went wrong for whoever asks next, and tells whoever waits. The first reason is the true one. */
  #fail(message: string): void {
    this.#failure ??= new JudgeError(message);
    this.#pending?.reject(this.#failure);
  }
}

function judgementOf(plan: Plan, { packs, findings, looked }: HostAnswer, exemptions: Exemptions): Judgement {
  const policies = new Map(
    packs.flatMap((pack) => pack.policies.map((policy) => [`${pack.name} ${policy.name}`, policy])),
  );
  const verdicts = new Map<string, Verdict>();
  for (const finding of findings) {
    const policy = policies.get(`${finding.pack} ${finding.policy}`);
    if (policy === undefined || policy.tags.includes(INTERNAL_TAG)) continue;
    const verdict = verdictOf(finding, policy, exemptions, plan.stack);
    // Packs of ours share their rules: what several of them say of one resource is said once.
    const key = [
      isOurs(policy) ? "" : `${verdict.pack} ${verdict.message}`,
      verdict.rule,
      verdict.urn,
      verdict.status,
    ].join("|");
    const same = verdicts.get(key);
    if (same) merge(same, verdict);
    else verdicts.set(key, verdict);
  }
  const all = [...verdicts.values(), ...exemptionVerdicts(exemptions, plan.stack)];
  return {
    packs: packs.map((pack) => ({
      name: pack.name,
      version: pack.version,
      title: pack.title,
      rules: pack.policies.filter(isRule).length,
    })),
    verdicts: all,
    ...countPassed(plan, policies, looked, all),
    notJudged: plan.resources.filter(({ opaque }) => opaque).map(({ urn }) => urn),
    unjudgedTypes: unjudgedTypes(plan.resources.filter(({ opaque }) => !opaque).map(({ type }) => type)),
  };
}

function isOurs({ tags }: Pick<HostedPolicy, "tags">): boolean {
  return tags.includes(STRONGROOM_TAG);
}

function isRule({ tags, enforcement }: HostedPolicy): boolean {
  return !tags.includes(INTERNAL_TAG) && enforcement !== "disabled";
}

/** What the runtime itself says when a policy of others reads an unknown value. */
const UNKNOWN_READ = /^can't run policy '.*' from policy pack '.*' during preview: (?<what>.*)$/s;

function verdictOf(
  finding: HostedFinding,
  policy: HostedPolicy,
  exemptions: Exemptions,
  stack: string,
): Verdict {
  const { pack, urn } = finding;
  const rule = policy.name;
  const prefix = `${policy.description}\n`;
  const message = finding.message.startsWith(prefix) ? finding.message.slice(prefix.length) : finding.message;
  const unread = UNKNOWN_READ.exec(message)?.groups?.what;
  const isUnknown = unread !== undefined || message.startsWith(UNKNOWN_PREFIX);
  const exemption = isUnknown ? undefined : exemptions.covering({ pack, rule, stack, urn });
  return {
    status: isUnknown ? "unknown" : exemption ? "excepted" : "fail",
    pack,
    packs: [pack],
    rule,
    title: policy.title,
    severity: policy.severity ?? "medium",
    enforcement: finding.enforcement === "mandatory" ? "mandatory" : "advisory",
    urn,
    message: unread ?? message,
    remedy: policy.remedy,
    url: policy.url,
    requirements: requirementsOf(policy, pack),
    exemption: exemption && { reason: exemption.reason, owner: exemption.owner, expires: exemption.expires },
  };
}

/** The requirements that a policy serves: with their sources where the rule is ours, else as the pack states them. */
function requirementsOf({ name, framework, tags }: HostedPolicy, pack: string): Verdict["requirements"] {
  if (framework === undefined) return [];
  const ours = FRAMEWORKS.filter(({ id }) => tags.some((tag) => tag.startsWith(`${id}:`)));
  if (isOurs({ tags }) && ours.some(({ rules }) => rules[name])) {
    return ours.flatMap(({ id, rules }) =>
      (rules[name] ?? []).map(({ requirement, sources }) => ({
        framework: id,
        requirement,
        source: sources.join(", "),
      })),
    );
  }
  const numbers = framework.reference.split(",").map((number) => number.trim());
  const title = `${framework.name} ${framework.version}`.trim();
  return numbers.filter(Boolean).map((requirement) => ({ framework: title, requirement, source: pack }));
}

/** Adds what another pack says of the same rule and resource. The stricter level counts. */
function merge(verdict: Verdict, other: Verdict): void {
  verdict.packs = [...(verdict.packs ?? []), other.pack];
  verdict.requirements.push(...other.requirements);
  if (other.enforcement === "mandatory") verdict.enforcement = "mandatory";
}

/** Expired exemptions fail; unused ones are a warning. */
function exemptionVerdicts(exemptions: Exemptions, stack: string): Verdict[] {
  const verdict = (message: string, isExpired: boolean): Verdict => ({
    status: "fail",
    pack: "strongroom",
    packs: ["strongroom"],
    rule: EXEMPTIONS_POLICY,
    title: "Exemptions hold and are of use",
    severity: isExpired ? "high" : "low",
    enforcement: isExpired ? "mandatory" : "advisory",
    message,
    remedy: isExpired ? "Fix what it covers, or have it reviewed and set a new date." : "Remove it.",
    requirements: [],
  });
  return [
    ...exemptions.expired(stack).map((exemption) => verdict(expiredMessage(exemption), true)),
    ...exemptions.unused(stack).map((exemption) => verdict(unusedMessage(exemption), false)),
  ];
}

/** What was looked at by which rule, and the pairs of rule and resource that nothing is said against. */
function countPassed(
  plan: Plan,
  policies: Map<string, HostedPolicy>,
  looked: Looked[],
  verdicts: Verdict[],
): Pick<Judgement, "judged" | "passed" | "checks"> {
  const types = new Map(RULES.map((rule) => [rule.id, rule.types]));
  const found = new Set(
    verdicts.flatMap(({ rule, urn, packs }) => (packs ?? []).map((pack) => `${pack} ${rule} ${urn ?? ""}`)),
  );
  const indexes = new Map(plan.resources.map(({ urn }, index) => [urn, index]));
  const judged = new Set<string>();
  const passed = new Set<string>();
  const checks = new Map<string, Check>();
  for (const { pack, policy: name, urns } of looked) {
    const policy = policies.get(`${pack} ${name}`);
    if (policy === undefined || !isRule(policy)) continue;
    const subjects =
      policy.kind === "stack" && isOurs(policy) && urns.length === 0
        ? plan.resources
            .filter(({ type, read, opaque }) => !read && !opaque && covers(types.get(name) ?? [], type))
            .map(({ urn }) => urn)
        : urns;
    const fine = subjects.filter((urn) => !found.has(`${pack} ${name} ${urn}`));
    const key = isOurs(policy) ? ` ${name}` : `${pack} ${name}`;
    for (const urn of subjects) judged.add(urn);
    for (const urn of fine) passed.add(`${key} ${urn}`);
    const resources = subjects.map((urn) => indexes.get(urn) ?? -1);
    const check = checkOf(policy, pack, resources, fine.length);
    const same = checks.get(key);
    if (same === undefined) checks.set(key, check);
    else checks.set(key, bothChecks(same, check));
  }
  return { judged: judged.size, passed: passed.size, checks: [...checks.values()] };
}

function checkOf(policy: HostedPolicy, pack: string, resources: number[], passed: number): Check {
  const { name, title, severity = "medium" } = policy;
  const requirements = requirementsOf(policy, pack);
  const looked = resources.length;
  return { rule: name, title, severity, packs: [pack], requirements, resources, looked, passed };
}

/** A rule that two packs share looks at the same resources in both. */
function bothChecks(one: Check, other: Check): Check {
  return {
    ...one,
    packs: [...one.packs, ...other.packs],
    requirements: [...one.requirements, ...other.requirements],
    looked: Math.max(one.looked, other.looked),
    passed: Math.min(one.passed, other.passed),
  };
}
