/** Payments and all that follows from them: what processors tell of it, and what a process left behind. */
import type { FastifyPluginAsync } from "fastify";
import type { Core } from "./core.ts";
import type { CustomerService } from "./customers/index.ts";
import { createDisputes } from "./disputes/index.ts";
import { ApiError } from "./errors.ts";
import type { RequireOpen } from "./flags/index.ts";
import type { Caller } from "./http/operation.ts";
import { allows, type Scope } from "./identity/scopes.ts";
import type { Once } from "./journal/once.ts";
import type { Chart } from "./ledger/chart.ts";
import type { createPaymentMethods } from "./payment-methods/index.ts";
import {
  createJanitor,
  createPayments,
  noticeListener,
  settlementListener,
  sweepOf,
} from "./payments/index.ts";
import type { Janitor } from "./payments/janitor.ts";
import { createPayouts } from "./payouts/index.ts";
import type { NoticeListener, Processors, SettlementListener } from "./processors/processor.ts";
import { createRefunds } from "./refunds/index.ts";

export interface PaymentDomainsOptions {
  once: Once;
  chart: Chart;
  processors: Processors;
  customers: CustomerService;
  paymentMethods: Pick<ReturnType<typeof createPaymentMethods>, "service" | "source">;
  requireOpen: RequireOpen;
}

export interface PaymentDomains {
  routes: FastifyPluginAsync[];
  /** Takes in what processors tell. */
  listener: NoticeListener;
  /** Takes in what settlement reports tell of operations whose outcome is open. */
  settlements: SettlementListener;
  /** Finds out what became of what was asked for and not answered. */
  janitor: Janitor;
}

export function createPaymentDomains(core: Core, options: PaymentDomainsOptions): PaymentDomains {
  const { once, chart, processors, customers, paymentMethods, requireOpen } = options;
  const money = { once, chart, processors, methods: paymentMethods.source, requireOpen };
  const payments = createPayments(core, {
    ...money,
    shows: {
      customer: whereSeen("customers:read", (id, caller) => customers.retrieve(id, caller)),
      payment_method: whereSeen("payment_methods:read", (id, caller) =>
        paymentMethods.service.retrieve(id, caller),
      ),
      latest_refund: whereSeen("refunds:read", (id, caller) => refunds.service.retrieve(id, caller)),
    },
  });
  const refunds = createRefunds(core, { ...money, payments: payments.service });
  const disputes = createDisputes(core, money);
  const payouts = createPayouts(core, money);
  const listener = noticeListener(core, {
    chart,
    payments,
    refunds: refunds.service,
    payouts: payouts.service,
    disputes: disputes.service,
  });
  const janitor = createJanitor(core, [
    sweepOf(core, "payments", payments.undertakings),
    sweepOf(core, "refunds", refunds.service.undertakings),
    sweepOf(core, "payouts", payouts.service.undertakings),
    sweepOf(core, "disputes", disputes.service.undertakings),
  ]);
  return {
    routes: [payments.routes, refunds.routes, disputes.routes, payouts.routes],
    listener,
    settlements: settlementListener(core, listener),
    janitor,
  };
}

/** Shows an object to callers who could read it by itself; undefined to others, and for one that is gone. */
function whereSeen(scope: Scope, retrieve: (id: string, caller: Caller) => Promise<object>) {
  return async (id: string, caller: Caller): Promise<object | undefined> => {
    if (!allows(caller.scopes, scope)) return undefined;
    try {
      return await retrieve(id, caller);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  };
}
