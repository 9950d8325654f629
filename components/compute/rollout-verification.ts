import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** What the verification needs to know of a service; the properties' names are the service resource's. */
export interface DeployedService {
  cluster: string;
  name: string;
  taskDefinition: string;
}

/**
 * Fails unless the service runs the wanted task definition.
 *
 * @param running the task definition that AWS says the service runs.
 * @throws {Error} when ECS has gone back to another one.
 */
export function verifyRollout(component: string, wanted: DeployedService, running: string): void {
  if (running === wanted.taskDefinition) return;
  throw new Error(
    `ECS rolled ${component} back: ${wanted.name} runs ${running}, not ${wanted.taskDefinition}. ` +
      `Read the service's events and logs, then deploy a corrected version; to stay with the running one, ` +
      `run \`pulumi refresh\` and go back to its image.`,
  );
}

/**
 * Hooks that verify a service after it was created or updated. The engine runs them only when something was done,
 * never in previews (`onDryRun` is off), and a failure fails the update.
 */
export function rolloutVerification(
  component: string,
  inRegion: { region?: string },
  lookup: pulumi.InvokeOptions,
): { afterCreate: [pulumi.ResourceHook]; afterUpdate: [pulumi.ResourceHook] } {
  const hook = new pulumi.ResourceHook(
    `strongroom:compute:FargateService:${component}:verify-rollout`,
    async ({ newInputs, newOutputs }) => {
      const wanted = deployedService({ ...newOutputs, ...newInputs });
      if (wanted === undefined) return;
      const { taskDefinition } = await aws.ecs.getService(
        { clusterArn: wanted.cluster, serviceName: wanted.name, ...inRegion },
        lookup,
      );
      verifyRollout(component, wanted, taskDefinition);
    },
    { onDryRun: false },
  );
  const hooks: [pulumi.ResourceHook] = [hook];
  return { afterCreate: hooks, afterUpdate: hooks };
}

function deployedService(properties: Record<string, unknown>): DeployedService | undefined {
  const { cluster, name, taskDefinition } = properties;
  return typeof cluster === "string" && typeof name === "string" && typeof taskDefinition === "string"
    ? { cluster, name, taskDefinition }
    : undefined;
}
