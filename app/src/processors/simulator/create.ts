/** The simulator as the settings describe it. */
import type { Clock } from "../../clock.ts";
import { parseFaults, parseLatency, seededRandom } from "./conditions.ts";
import { fileJournal, memoryJournal } from "./journal.ts";
import { Simulator } from "./simulator.ts";

export interface SimulatorConfig {
  SIMULATOR_LATENCY: string;
  SIMULATOR_FAULTS: string;
  SIMULATOR_SEED: number;
  SIMULATOR_FEE: number;
  SIMULATOR_SETTLEMENT_DELAY: number;
}

/** @param where `folder`: what truly happened is kept there; without it in memory alone */
export function createSimulator(
  config: SimulatorConfig,
  where: { clock: Clock; folder?: string },
): Simulator {
  return new Simulator({
    clock: where.clock,
    journal: where.folder === undefined ? memoryJournal() : fileJournal(where.folder),
    conditions: {
      latency: parseLatency(config.SIMULATOR_LATENCY),
      faults: parseFaults(config.SIMULATOR_FAULTS),
    },
    random: seededRandom(config.SIMULATOR_SEED),
    fee: { basisPoints: config.SIMULATOR_FEE, fixed: 0 },
    settlesAfter: config.SIMULATOR_SETTLEMENT_DELAY * 1000,
  });
}
