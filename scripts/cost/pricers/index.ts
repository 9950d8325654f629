import { backup } from "./backup.ts";
import { cache } from "./cache.ts";
import { compute } from "./compute.ts";
import { database } from "./database.ts";
import { delivery } from "./delivery.ts";
import { edge } from "./edge.ts";
import { messaging } from "./messaging.ts";
import { network } from "./network.ts";
import { observability } from "./observability.ts";
import type { Pricers } from "./pricer.ts";
import { security } from "./security.ts";
import { storage } from "./storage.ts";

/** Every pricer by type token. */
export const PRICERS: Pricers = {
  ...compute,
  ...database,
  ...cache,
  ...network,
  ...edge,
  ...security,
  ...observability,
  ...storage,
  ...backup,
  ...messaging,
  ...delivery,
};
