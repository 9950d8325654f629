/** Payments: from the request to the money, and whatever it takes in between. */
import type { FastifyPluginAsyncTypebox } from "@fastify/type-provider-typebox";
import type { Core } from "../core.ts";
import type { RequireOpen } from "../flags/index.ts";
import type { Once } from "../journal/once.ts";
import type { Chart } from "../ledger/chart.ts";
import type { Processors } from "../processors/processor.ts";
import { paymentUndertaking } from "./asking.ts";
import { parseFeeSchedule } from "./fees.ts";
import type { MethodSource } from "./methods.ts";
import type { Payment } from "./payment.ts";
import { paymentReads, type Shows } from "./reads.ts";
import { paymentRoutes } from "./routes.ts";
import { paymentService, type PaymentService } from "./service.ts";
import { checkTransitions, PAYMENT_TRANSITIONS } from "./states.ts";
import { Undertakings } from "./undertaking.ts";

export interface PaymentsOptions {
  once: Once;
  chart: Chart;
  processors: Processors;
  methods: MethodSource;
  requireOpen: RequireOpen;
  /** How the objects that `expand[]` names are shown. */
  shows: Shows;
}

export interface Payments {
  routes: FastifyPluginAsyncTypebox;
  service: PaymentService;
  undertakings: Undertakings<Payment>;
}

export function createPayments(core: Core, options: PaymentsOptions): Payments {
  checkTransitions("payment", PAYMENT_TRANSITIONS, [
    "requires_payment_method",
    "requires_confirmation",
    "processing",
  ]);
  const { once, chart, processors, methods } = options;
  const undertaking = paymentUndertaking(core, methods, parseFeeSchedule(core.config.PAYMENT_FEES));
  const undertakings = new Undertakings<Payment>(core, once, chart, processors, undertaking);
  const service = paymentService(core, { ...options, undertakings });
  return {
    routes: paymentRoutes(service, paymentReads(core, service, options.shows)),
    service,
    undertakings,
  };
}

export { createJanitor, sweepOf } from "./janitor.ts";
export { noticeListener } from "./notices.ts";
export { settlementListener } from "./settled.ts";
export type { Payment } from "./payment.ts";
export type { PaymentService } from "./service.ts";
