/** Customers and their consents. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Core } from "../core.ts";
import type { Once } from "../journal/once.ts";
import type { Vault } from "../vault/index.ts";
import { customerRoutes } from "./routes.ts";
import { customerService, type CustomerService } from "./service.ts";

export interface Customers {
  routes: FastifyPluginAsyncTypebox;
  service: CustomerService;
}

export function createCustomers(core: Core, once: Once, vault: Vault): Customers {
  const service = customerService(core, once, vault);
  vault.rotation.onMove((subject) => service.moveToLatestKey(subject));
  return { routes: customerRoutes(service), service };
}

export { customerWrite, deletedData, refuseDeleted, refuseHeld } from "./customer.ts";
export { Address, Email, PersonName, Phone } from "./schemas.ts";
export type { CustomerData, StoredCustomer } from "./customer.ts";
export type { CustomerService } from "./service.ts";
