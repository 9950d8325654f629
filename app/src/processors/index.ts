/** The processors that are configured: which one takes a payment, each behind its guard, and the job that fetches their news. */
import type { FastifyPluginAsync } from "fastify";
import { join } from "node:path";
import type { Core } from "../core.ts";
import { dataFolder } from "../database/settings.ts";
import { ApiError, invalid } from "../errors.ts";
import { createOutgoing, type OutgoingClient } from "../http/outgoing.ts";
import type { Once } from "../journal/once.ts";
import type { Vault } from "../vault/index.ts";
import { createAch } from "./ach/index.ts";
import { Gateway } from "./gateway/gateway.ts";
import { createInstruments, guard, type GuardedProcessor } from "./guard.ts";
import { deliverNotices } from "./notices.ts";
import type { MethodType, NoticeListener, Processor, Processors } from "./processor.ts";
import { createSimulator } from "./simulator/create.ts";
import type { Simulator } from "./simulator/simulator.ts";

export interface ProcessorsModule extends Processors {
  /** The circuits by the processors' names: `closed` is well. */
  circuits: () => Record<string, GuardedProcessor["circuit"]>;
  routes: FastifyPluginAsync;
  start(): void;
  stop(): Promise<void>;
}

export interface ProcessorsOptions {
  once: Once;
  /** Keeps bank details until they go into a file. */
  vault: Pick<Vault, "sealPersonal" | "openPersonal">;
  /**
   * Where the simulator keeps what truly happened; null: in memory.
   * @default in memory in production, `simulator` in the data folder otherwise
   */
  simulatorFolder?: string | null;
}

/** Bytes of a processor's answer: a page of settlement lines. */
const RESPONSE_LIMIT = 4 * 2 ** 20;

export function createProcessors(core: Core, options: ProcessorsOptions): ProcessorsModule {
  const { config } = core;
  const log = core.log.child({ module: "processors" });
  const instruments = createInstruments(core.meter);
  const client = createOutgoing({
    pins: config.PROCESSOR_PINS,
    allowHttp: config.NODE_ENV !== "production",
    deadline: config.PROCESSOR_TIMEOUT * 1000,
    connections: config.PROCESSOR_CONCURRENCY,
    maxResponseBytes: RESPONSE_LIMIT,
  });
  const simulator = usesSimulator(core) ? openSimulator(core, options) : undefined;
  const ach = createAch(core, options);
  const guarded = new Map<string, GuardedProcessor>();
  for (const processor of [...gateways(core, client), ...(simulator ? [simulator] : []), ...ach.processors]) {
    guarded.set(
      processor.name,
      guard(processor, {
        log,
        instruments,
        concurrency: config.PROCESSOR_CONCURRENCY,
        timeLimit: config.PROCESSOR_TIMEOUT * 1000 + 1000,
      }),
    );
  }
  core.meter
    .createObservableGauge("processor.circuit_open", {
      description: "1 while the circuit to a processor is open",
    })
    .addCallback((result) => {
      for (const [processor, { circuit }] of guarded)
        result.observe(circuit === "closed" ? 0 : 1, { processor });
    });

  const listeners: NoticeListener[] = [];
  const tellAll: NoticeListener = async (processor, notice) => {
    for (const listener of listeners) await listener(processor, notice);
  };
  let timer: NodeJS.Timeout | undefined;
  let delivery: Promise<number> | undefined;

  /** Asks each processor; one that cannot be asked does not keep the news of the others. */
  async function deliverAll(): Promise<number> {
    let told = 0;
    for (const processor of guarded.values()) {
      try {
        told += await deliverNotices(core, processor, tellAll);
      } catch (error) {
        log.warn({ err: error, processor: processor.name }, "The news of a processor could not be taken in");
      }
    }
    return told;
  }

  /** One after the other: what happened before the call is told when it resolves. */
  function deliver(): Promise<number> {
    const next = (delivery ?? Promise.resolve(0)).then(deliverAll);
    delivery = next;
    return next;
  }

  return {
    routes: ach.routes(deliver),
    names: [...guarded.keys()],
    circuits: () => Object.fromEntries([...guarded].map(([name, { circuit }]) => [name, circuit])),

    choose({ method, currency, livemode }) {
      const name = namesFor(core, method, livemode).find((each) => takes(guarded.get(each), currency));
      const processor = name === undefined ? undefined : guarded.get(name);
      if (!processor) throw notAvailable(method, currency, livemode);
      return processor;
    },

    get(name) {
      const processor = guarded.get(name);
      if (!processor) throw notConfigured(name);
      return processor;
    },

    onNotice: (listener) => void listeners.push(listener),
    deliverNotices: deliver,

    start() {
      if (config.PROCESSOR_NOTICE_INTERVAL === 0) return;
      let isUnderWay = false;
      timer = setInterval(() => {
        if (isUnderWay) return;
        isUnderWay = true;
        void deliver().finally(() => {
          isUnderWay = false;
        });
      }, config.PROCESSOR_NOTICE_INTERVAL * 1000);
    },

    async stop() {
      clearInterval(timer);
      await delivery;
      await client.close();
      simulator?.close();
    },
  };
}

/** What was begun with a processor waits until it is configured again. */
export function notConfigured(name: string): ApiError {
  return new ApiError(
    503,
    "api_error",
    "processor_unavailable",
    `The processor ${name} is not configured any more: its payments cannot go on. Nothing was done.`,
    { retryAfter: 60 },
  );
}

/** Names of processors that may take a payment, the best first. */
function namesFor({ config }: Pick<Core, "config">, method: MethodType, livemode: boolean): string[] {
  const isProduction = config.NODE_ENV === "production";
  if (method === "us_bank_account") return livemode ? ["ach"] : ["ach_test"];
  if (livemode && config.PROCESSOR_URL !== undefined) return ["gateway"];
  // Live keys can be tried on the simulator wherever no money can be at stake.
  return livemode && isProduction ? [] : ["gateway_test", "simulator"];
}

function takes(processor: Processor | undefined, currency: string): boolean {
  const currencies = processor?.capabilities.currencies;
  return currencies !== undefined && (currencies === "all" || currencies.includes(currency));
}

function notAvailable(method: MethodType, currency: string, livemode: boolean) {
  const mode = livemode ? "live" : "test";
  return invalid(
    "payment_method_not_available",
    `No processor takes ${method} payments in ${currency} in ${mode} mode. Use another payment method or currency.`,
    "currency",
  );
}

function usesSimulator({ config }: Pick<Core, "config">): boolean {
  return config.PROCESSOR_TEST_URL === undefined;
}

function openSimulator({ config, clock, log }: Core, { simulatorFolder }: ProcessorsOptions): Simulator {
  const isProduction = config.NODE_ENV === "production";
  if (isProduction) {
    log.warn(
      "PROCESSOR_TEST_URL is not set: test payments go to a simulator in this process's memory. It ends with the process, " +
        "keeps the latest 100,000 charges, and other instances do not know them. Name a processor's sandbox there.",
    );
  }
  // A container's disk is small, or memory: what is there for tries must not fill it.
  const own = isProduction ? null : join(dataFolder(config), "simulator");
  const folder = simulatorFolder === undefined ? own : simulatorFolder;
  return createSimulator(config, { clock, folder: folder ?? undefined });
}

function gateways({ config }: Pick<Core, "config">, client: OutgoingClient): Gateway[] {
  return [
    { name: "gateway", url: config.PROCESSOR_URL, key: config.PROCESSOR_KEY },
    { name: "gateway_test", url: config.PROCESSOR_TEST_URL, key: config.PROCESSOR_TEST_KEY },
  ].flatMap(({ name, url, key }) =>
    url === undefined || key === undefined ? [] : [new Gateway({ name, url, key, client })],
  );
}
