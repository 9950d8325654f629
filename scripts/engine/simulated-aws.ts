/**
 * A provider plugin that makes nothing and answers as AWS would: with it on PATH as `pulumi-resource-aws` and
 * `pulumi-resource-random`, the real Pulumi engine previews, deploys, updates and destroys our program without an
 * account. The answers are the test kit's, so that engine and offline preview can be compared value by value.
 *
 * It judges nothing: what only the real provider validates stays unseen. `STRONGROOM_SIMULATED_ROLLBACK=NAME` makes
 * the ECS service whose name begins so stay with its former task definition, as ECS does when it rolls back.
 */
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import { main, type Provider } from "@pulumi/pulumi/provider/index.js";
import { answer, digest, simulate, type Subject } from "../../components/testing/aws/index.ts";
import { ACCOUNT, type Cloud, partitionOf } from "../../components/testing/aws/cloud.ts";
import { type Json, UNKNOWN } from "../../components/testing/index.ts";

type Properties = Subject["inputs"];

/** The SDK whose plugin this stands for, by the name it was started as. */
const sdk = `@pulumi/${process.env.STRONGROOM_PLUGIN ?? "aws"}`;
const { version } = createRequire(import.meta.url)(`${sdk}/package.json`) as { version: string };

/** Revision that a family of task definitions gets next, by URN; 1 where there is none. */
const revisions = new Map<string, number>();
/** Task definition that each ECS service runs, by the service's name. */
const running = new Map<string, Json>();

function cloudOf(properties: Properties): Cloud {
  const region =
    typeof properties.region === "string" ? properties.region : (process.env.AWS_REGION ?? "us-east-1");
  return { account: ACCOUNT, region, partition: partitionOf(region) };
}

function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** All that the resource shows: its inputs and what AWS adds. */
function state(urn: string, inputs: Properties, given?: string): { id: string; outs: Properties } {
  const { id, outputs } = simulate({
    urn,
    type: typeOf(urn),
    name: urn.split("::")[3] ?? "",
    inputs,
    ...(given === undefined ? {} : { id: given }),
    cloud: cloudOf(inputs),
  });
  return { id, outs: { ...(settled(outputs, urn) as Properties), ...password(urn, inputs), ...inputs } };
}

/** What a preview leaves open: a password of the wanted length, always the same for the same resource. */
function password(urn: string, { length }: Properties): Properties {
  if (typeOf(urn) !== "random:index/randomPassword:RandomPassword") return {};
  return { result: digest(urn, Number(length)) };
}

/** After deployment nothing is unknown: what the kit does not simulate becomes a value of the resource's own. */
function settled(value: Json, seed: string): Json {
  if (value === UNKNOWN) return `simulated-${digest(seed, 7)}`;
  if (Array.isArray(value)) return value.map((each, index) => settled(each, `${seed}/${index}`));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, settled(each, `${seed}/${key}`)]),
  );
}

/** A new task definition is the next revision of its family. */
function revised(
  urn: string,
  { id, outs }: { id: string; outs: Properties },
): { id: string; outs: Properties } {
  const revision = revisions.get(urn);
  if (revision === undefined || typeof outs.arn !== "string") return { id, outs };
  return { id, outs: { ...outs, revision, arn: outs.arn.replace(/:\d+$/, `:${revision}`) } };
}

/** Lets an ECS service run what it was given, or what it ran before when it is to roll back. */
function deploy(urn: string, outs: Properties, former: Json): void {
  if (typeOf(urn) !== "aws:ecs/service:Service" || typeof outs.name !== "string") return;
  const { STRONGROOM_SIMULATED_ROLLBACK: backwards } = process.env;
  const rollsBack = backwards !== undefined && outs.name.startsWith(backwards);
  running.set(outs.name, rollsBack ? former : (outs.taskDefinition ?? null));
}

const provider: Provider = {
  version,
  check: (_urn, _olds, inputs: Properties) => Promise.resolve({ inputs, failures: [] }),
  diff: (_id, urn, olds: Properties, news: Properties) => {
    const changed = Object.keys(news).filter((key) => !isDeepStrictEqual(olds[key], news[key]));
    const replaced = typeOf(urn) === "aws:ecs/taskDefinition:TaskDefinition" && changed.length > 0;
    if (replaced) revisions.set(urn, Number(olds.revision) + 1);
    return Promise.resolve({ changes: changed.length > 0, replaces: replaced ? changed : [] });
  },
  create: (urn, inputs: Properties) => {
    const made = revised(urn, state(urn, inputs));
    deploy(urn, made.outs, null);
    return Promise.resolve(made);
  },
  read: (id, urn, props: Properties = {}) =>
    Promise.resolve({ id, props: { ...state(urn, props, id).outs, ...props } }),
  update: (id, urn, olds: Properties, news: Properties) => {
    const { outs } = state(urn, news, id);
    deploy(urn, outs, olds.taskDefinition ?? null);
    return Promise.resolve({ outs });
  },
  delete: () => Promise.resolve(),
  invoke: (token, args: Properties) => {
    const taskDefinition = typeof args.serviceName === "string" ? running.get(args.serviceName) : undefined;
    if (token === "aws:ecs/getService:getService" && taskDefinition !== undefined)
      return Promise.resolve({ outputs: { ...args, taskDefinition } });
    return Promise.resolve({ outputs: answer(token, args, cloudOf(args)) ?? args });
  },
};

await main(provider, process.argv.slice(2));
