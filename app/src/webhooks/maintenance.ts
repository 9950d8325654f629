/** What has to be done now and then: dead letters by age, endpoints that fail for days, old rows. */
import type { Clock } from "../clock.ts";
import type { Endpoints } from "./endpoints.ts";
import type { WebhookRepository } from "./repository.ts";
import { FAILING_LIMIT } from "./schedule.ts";

export interface MaintenanceOptions {
  repository: WebhookRepository;
  endpoints: Endpoints;
  clock: Clock;
  /** How long finished deliveries are kept, milliseconds. */
  retention: number;
}

/** One round; several processes may do it at once. */
export async function maintain({
  repository,
  endpoints,
  clock,
  retention,
}: MaintenanceOptions): Promise<void> {
  await repository.expire(clock());
  for (const { id, livemode } of await repository.failingFor(FAILING_LIMIT)) {
    await endpoints.giveUp(id, livemode, "failing");
  }
  await repository.purge(clock() - retention);
}
