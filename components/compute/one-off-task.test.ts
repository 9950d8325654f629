import { expect } from "chai";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { TASK_SERVICES } from "../network/endpoints.ts";
import { expectGolden, mistakesOf, planOf, resource, resources } from "../testing/index.ts";
import { RUNNER_CODE } from "./migration-gate.ts";
import { OneOffTask, type OneOffTaskArgs } from "./one-off-task.ts";
import { DATABASE, IMAGE, standInCluster } from "./services.test-support.ts";

const make = (args: Partial<OneOffTaskArgs> = {}): OneOffTask =>
  new OneOffTask("import", {
    cluster: standInCluster(),
    image: IMAGE,
    command: ["node", "import.js"],
    ...args,
  });

describe("OneOffTask", () => {
  it("E10: runs on `up` when its definition changed, watched by a function with just these rights", async () => {
    const plan = await planOf(() => {
      make({ links: [DATABASE], run: { timeout: "5 minutes" } });
    });
    await expectGolden(plan, new URL("golden/one-off-task.json", import.meta.url));
    const { inputs } = resource(plan, "aws:lambda/invocation:Invocation");
    const definition = resource(plan, "aws:ecs/taskDefinition:TaskDefinition");
    expect(inputs.triggers).to.deep.equal({ taskDefinition: definition.outputs.arn });
    expect(JSON.parse(inputs.input as string)).to.deep.include({
      cluster: "payments",
      container: "import",
      subnets: ["subnet-app-a", "subnet-app-b"],
      timeoutSeconds: 300,
    });
    expect(resource(plan, "aws:lambda/function:Function").inputs.timeout).to.equal(360);
  });

  it("is only defined where it is not to be run, and says how to run it", async () => {
    const plan = await planOf(() => {
      const task = make();
      return {
        cluster: task.clusterName,
        subnets: task.subnetIds,
        task: task.taskDefinitionArn,
        in: task.containerName,
      };
    });
    expect(resources(plan, "aws:lambda/function:Function")).to.deep.equal([]);
    expect(plan.outputs).to.deep.include({
      cluster: "payments",
      subnets: ["subnet-app-a", "subnet-app-b"],
      in: "import",
    });
    expect(plan.outputs.task).to.match(/^arn:aws:ecs:.*:task-definition\//);
  });

  it("names every mistake at once", async () => {
    expect(
      await mistakesOf(() =>
        make({
          command: [],
          run: { timeout: "15 minutes" },
          cluster: standInCluster({ endpointServices: TASK_SERVICES }),
        }),
      ),
    ).to.equal(
      'OneOffTask "import" has wrong arguments:\n' +
        "  command: is empty; write what the task is to do\n" +
        '  run.timeout: "15 minutes" is not possible; write whole seconds, "30 seconds" to "840 seconds"\n' +
        '  run: the function that runs the task cannot reach ECS: the network has no endpoint for "ecs"; add it to ' +
        "the network's endpoints or write internetEgress: true",
    );
  });

  it("cannot be run where only some ranges of the internet are open, and ECS is not among them", async () => {
    const cluster = standInCluster({ endpointServices: TASK_SERVICES, appTierHasEgress: true });
    expect(
      await mistakesOf(() => make({ run: true, cluster, internetEgress: ["203.0.113.0/24"] })),
    ).to.include("run: the function that runs the task cannot reach ECS");
  });

  it("runs where the network has an endpoint for ECS", async () => {
    const plan = await planOf(() => {
      make({ run: true, cluster: standInCluster({ endpointServices: [...TASK_SERVICES, "ecs"] }) });
    });
    expect(resource(plan, "aws:lambda/invocation:Invocation").inputs.lifecycleScope).to.equal("CREATE_ONLY");
  });
});

/** What a stand-in for ECS answers to each call, in order, and what it was asked. */
interface FakeEcs {
  answers: Record<string, object[]>;
  asked: [string, Record<string, unknown>][];
}

const FAKE_SDK = `
export class ECSClient {
  async send({ name, input }) {
    const ecs = globalThis.fakeEcs;
    ecs.asked.push([name, input]);
    const answers = ecs.answers[name] ?? [{}];
    return answers.length > 1 ? answers.shift() : answers[0];
  }
}
const command = (name) => class { constructor(input) { this.name = name; this.input = input; } };
export const DescribeTasksCommand = command("DescribeTasks");
export const ListTasksCommand = command("ListTasks");
export const RunTaskCommand = command("RunTask");
export const StopTaskCommand = command("StopTask");
`;

describe("The function that runs a task", () => {
  const event = {
    cluster: "payments",
    taskDefinition: "task:8",
    family: "task",
    container: "migration",
    subnets: ["subnet-1"],
    securityGroup: "sg-1",
    timeoutSeconds: 1,
  };
  const ended = (exitCode?: number): object => ({
    tasks: [
      {
        taskArn: "arn:1",
        lastStatus: "STOPPED",
        stoppedReason: "Essential container in task exited",
        containers: [{ name: "migration", exitCode }],
      },
    ],
  });
  const running = {
    tasks: [{ taskArn: "arn:1", lastStatus: "RUNNING", taskDefinitionArn: "task:8", containers: [] }],
  };
  let folder: string;
  let handler: (input: object) => Promise<unknown>;

  /** Calls the function; gives its answer or the message it fails with, and the calls it made. */
  async function call(answers: FakeEcs["answers"]): Promise<{ answer: unknown; asked: FakeEcs["asked"] }> {
    const fake: FakeEcs = { answers, asked: [] };
    Object.assign(globalThis, { fakeEcs: fake });
    const answer = await handler(event).catch((error: unknown) => (error as Error).message);
    return { answer, asked: fake.asked };
  }

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "runner-"));
    const sdk = path.join(folder, "node_modules/@aws-sdk/client-ecs");
    await mkdir(sdk, { recursive: true });
    await writeFile(path.join(sdk, "package.json"), JSON.stringify({ type: "module", main: "index.js" }));
    await writeFile(path.join(sdk, "index.js"), FAKE_SDK);
    await writeFile(path.join(folder, "index.mjs"), RUNNER_CODE);
    process.env.PAUSE_MILLISECONDS = "20";
    const module = (await import(pathToFileURL(path.join(folder, "index.mjs")).href)) as {
      handler: typeof handler;
    };
    handler = module.handler;
  });
  after(async () => {
    delete process.env.PAUSE_MILLISECONDS;
    await rm(folder, { recursive: true });
  });

  it("starts the task privately and succeeds when its container ends with 0", async () => {
    const { answer, asked } = await call({ RunTask: [running], DescribeTasks: [running, ended(0)] });
    expect(answer).to.deep.equal({ taskArn: "arn:1", exitCode: 0 });
    expect(asked.map(([name]) => name)).to.deep.equal([
      "ListTasks",
      "RunTask",
      "DescribeTasks",
      "DescribeTasks",
    ]);
    expect(asked[1]?.[1]).to.deep.include({
      cluster: "payments",
      taskDefinition: "task:8",
      networkConfiguration: {
        awsvpcConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"], assignPublicIp: "DISABLED" },
      },
    });
  });

  it("fails with the exit code and ECS's reason", async () => {
    const failed = await call({ RunTask: [running], DescribeTasks: [ended(3)] });
    expect(failed.answer).to.equal("arn:1 ended with 3: Essential container in task exited. See its log");
    const never = await call({ RunTask: [running], DescribeTasks: [ended()] });
    expect(never.answer).to.contain("ended with no exit code");
  });

  it("fails when ECS does not start the task", async () => {
    const { answer } = await call({
      RunTask: [{ tasks: [], failures: [{ reason: "RESOURCE:ENI", detail: "no address" }] }],
    });
    expect(answer).to.equal("ECS did not start task:8: RESOURCE:ENI: no address");
  });

  it("stops a task that takes too long", async () => {
    const { answer, asked } = await call({ RunTask: [running], DescribeTasks: [running] });
    expect(answer).to.equal("arn:1 did not end within 1 seconds and was stopped");
    expect(asked.at(-1)?.[0]).to.equal("StopTask");
  });

  it("waits for a task of the same revision that already runs instead of starting a second one", async () => {
    const { answer, asked } = await call({
      ListTasks: [{ taskArns: ["arn:1"] }],
      DescribeTasks: [running, ended(0)],
    });
    expect(answer).to.deep.equal({ taskArn: "arn:1", exitCode: 0 });
    expect(asked.map(([name]) => name)).not.to.include("RunTask");
  });

  it("fails while a task of another revision runs", async () => {
    const other = { tasks: [{ taskArn: "arn:0", taskDefinitionArn: "task:7" }] };
    const { answer } = await call({ ListTasks: [{ taskArns: ["arn:0"] }], DescribeTasks: [other] });
    expect(answer).to.equal("arn:0 of task:7 is still running; try again when it has ended");
  });
});
