import type { Case } from "./case.ts";
import compute from "./compute.ts";
import data from "./data.ts";
import identity from "./identity.ts";
import monitoring from "./monitoring.ts";
import network from "./network.ts";
import securityGroups from "./security-groups.ts";
import storage from "./storage.ts";

/** Every case, of all rules. */
export const CASES: readonly Case[] = [
  ...securityGroups,
  ...network,
  ...compute,
  ...data,
  ...storage,
  ...identity,
  ...monitoring,
];
