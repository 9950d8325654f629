import type { Framework } from "../framework.ts";
import { pciDss } from "./pci-dss-4.0.1.ts";
import { soc2 } from "./soc2.ts";

/** All frameworks that a pack exists for. */
export const FRAMEWORKS: readonly Framework[] = [pciDss, soc2];

export { pciDss, soc2 };
