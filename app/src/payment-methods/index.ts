/** Payment methods: tokenised cards and bank accounts. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Core } from "../core.ts";
import type { CustomerService } from "../customers/index.ts";
import type { Once } from "../journal/once.ts";
import type { MethodSource } from "../payments/methods.ts";
import type { Vault } from "../vault/index.ts";
import { createMover } from "./moving.ts";
import { createResolution } from "./resolution.ts";
import { methodRoutes } from "./routes.ts";
import { securityCodes } from "./security-codes.ts";
import { methodService, type MethodService } from "./service.ts";

export interface PaymentMethods {
  routes: FastifyPluginAsyncTypebox;
  service: MethodService;
  /** What payments take their methods from. */
  source: MethodSource;
  /** Forgets the security codes that wait in memory. */
  stop(): Promise<void>;
}

export function createPaymentMethods(
  core: Core,
  once: Once,
  vault: Vault,
  customers: CustomerService,
): PaymentMethods {
  const codes = securityCodes(core.clock);
  const service = methodService(core, once, vault, customers, codes);
  vault.rotation.onMove(createMover(core, vault, service));
  customers.onRemove(({ livemode, subject }) => service.destroyNumbers(livemode, subject));
  return {
    routes: methodRoutes(service),
    service,
    source: createResolution(core, vault, service, codes),
    stop() {
      codes.clear();
      return Promise.resolve();
    },
  };
}

export { MethodInput } from "./schemas.ts";
export type { MethodData } from "./method.ts";
export type { MethodService } from "./service.ts";
