import { resourceRule } from "../rule.ts";
import { visit, type Props } from "../values.ts";

const TASK_DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";

/** Names of variables whose value is a credential; those that only point at one (`…_ARN`, `…_FILE`) do not match. */
const CREDENTIAL_NAME =
  /(^|[_-])(pass(word|wd|phrase)|secret|token|api[_-]?key|private[_-]?key|secret[_-]?key|access[_-]?key([_-]?id)?|credentials?|engine_auth_data)$/i;

/** Values that are credentials whatever the name: access key ids, private keys, addresses with a password. */
const CREDENTIAL_VALUE =
  /^(AKIA|ASIA)[A-Z0-9]{16}$|-----BEGIN [A-Z ]*PRIVATE KEY-----|:\/\/[^/\s:@]+:[^/\s@]+@|^\[secret]$/;

/** Looks at the containers of a task definition. */
function visitContainers(props: Props, look: (container: Props) => void): void {
  visit(props.json("containerDefinitions")?.list("") ?? [], look);
}

function noPublicIp(id: string, types: string[], what: string) {
  return resourceRule({
    id,
    title: `${what} do not assign public addresses`,
    severity: "high",
    types,
    remedy:
      "Set `networkConfiguration: { assignPublicIp: false, … }`; reach AWS through endpoints or a NAT gateway and let " +
      "users in through a load balancer.",
    check(props, fail) {
      if (props.flag("networkConfiguration.assignPublicIp"))
        fail("networkConfiguration.assignPublicIp is on");
    },
  });
}

export const ecsRules = [
  noPublicIp("ecs-service-no-public-ip", ["aws:ecs/service:Service"], "Services"),
  noPublicIp("ecs-taskset-no-public-ip", ["aws:ecs/taskSet:TaskSet"], "Task sets"),
  resourceRule({
    id: "ecs-task-host-mode-user",
    title: "Containers on the host's network run as an unprivileged user",
    severity: "high",
    types: [TASK_DEFINITION],
    remedy:
      'Use `networkMode: "awsvpc"`, or give every container a `user` other than root and no `privileged: true`.',
    check(props, fail) {
      if (props.text("networkMode") !== "host") return;
      visitContainers(props, (container) => {
        const user = container.text("user").split(":")[0] ?? "";
        if (container.flag("privileged")) fail(`${container.text("name")} is privileged`);
        else if (["", "0", "root"].includes(user))
          fail(`${container.text("name")} runs as ${user || "root"}`);
      });
    },
  }),
  resourceRule({
    id: "ecs-task-no-env-secrets",
    title: "Environment variables of tasks hold no credentials",
    severity: "high",
    types: [TASK_DEFINITION],
    remedy:
      "Refer to the secret: `secrets: [{ name, valueFrom: secret.arn }]`; ECS reads it when the task starts.",
    check(props, fail) {
      visitContainers(props, (container) =>
        visit(container.list("environment"), (variable) => {
          const name = variable.text("name");
          // A variable of this name is wrong whatever its value turns out to be.
          if (
            CREDENTIAL_NAME.test(name)
              ? variable.declares("value")
              : CREDENTIAL_VALUE.test(variable.text("value"))
          ) {
            fail(`${container.text("name")} gets a credential in the variable ${name}`);
          }
        }),
      );
    },
  }),
];
