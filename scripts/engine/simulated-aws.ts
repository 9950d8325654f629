/**
 * A provider plugin that makes nothing and answers as AWS would: with it on PATH as `pulumi-resource-aws` and
 * `pulumi-resource-random`, the real Pulumi engine previews, deploys, updates and destroys our program without an
 * account. The answers are the test kit's, so that engine and offline preview can be compared value by value.
 *
 * It judges nothing: what only the real provider validates stays unseen.
 */
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import { main, type Provider } from "@pulumi/pulumi/provider/index.js";
import { answer, simulate, type Subject } from "../../components/testing/aws/index.ts";
import { ACCOUNT, partitionOf } from "../../components/testing/aws/cloud.ts";

type Properties = Subject["inputs"];

/** The SDK whose plugin this stands for, by the name it was started as. */
const sdk = `@pulumi/${process.env.STRONGROOM_PLUGIN ?? "aws"}`;
const { version } = createRequire(import.meta.url)(`${sdk}/package.json`) as { version: string };

const region = process.env.AWS_REGION ?? "us-east-1";

function subject(urn: string, inputs: Properties, id?: string): Subject {
  const [, , type = "", name = ""] = urn.slice("urn:pulumi:".length).split("::");
  const own = typeof inputs.region === "string" ? inputs.region : region;
  return {
    urn,
    type: type.split("$").at(-1) ?? "",
    name,
    inputs,
    ...(id === undefined ? {} : { id }),
    cloud: { account: ACCOUNT, region: own, partition: partitionOf(own) },
  };
}

/** All that the resource shows: its inputs and what AWS adds. */
function state(urn: string, inputs: Properties, id?: string): { id: string; outs: Properties } {
  const simulated = simulate(subject(urn, inputs, id));
  return { id: simulated.id, outs: { ...simulated.outputs, ...inputs } };
}

const provider: Provider = {
  version,
  check: (_urn, _olds, inputs: Properties) => Promise.resolve({ inputs, failures: [] }),
  diff: (_id, _urn, olds: Properties, news: Properties) =>
    Promise.resolve({
      changes: Object.entries(news).some(([key, value]) => !isDeepStrictEqual(olds[key], value)),
    }),
  create: (urn, inputs: Properties) => Promise.resolve(state(urn, inputs)),
  read: (id, urn, props: Properties = {}) => Promise.resolve({ id, props: state(urn, props, id).outs }),
  update: (id, urn, _olds, news: Properties) => Promise.resolve({ outs: state(urn, news, id).outs }),
  delete: () => Promise.resolve(),
  invoke: (token, args: Properties) => {
    const own = typeof args.region === "string" ? args.region : region;
    const cloud = { account: ACCOUNT, region: own, partition: partitionOf(own) };
    return Promise.resolve({ outputs: answer(token, args, cloud) ?? args });
  },
};

await main(provider, process.argv.slice(2));
