/**
 * The least that any offline preview must do: import the SDKs and register a number of bare resources under mocks.
 *
 *     node scripts/bench/floor.ts 250
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import "@pulumi/policy";

const count = Number(process.argv[2]);

await pulumi.runtime.setMocks(
  {
    newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: inputs as Record<string, unknown> }),
    call: ({ inputs }) => inputs as Record<string, unknown>,
  },
  "floor",
  "floor",
  true,
);
await pulumi.runtime.runInPulumiStack(() => {
  for (let index = 0; index < count; index++)
    new aws.sns.Topic(`topic-${index}`, { displayName: `Topic ${index}` });
  return Promise.resolve({});
});
