import { parseRange } from "../graph/addresses.ts";
import { NETWORK_TYPES, networkOf } from "../graph/network.ts";
import { STORE_TYPES } from "../graph/place-types.ts";
import { reach } from "../graph/reach.ts";
import { wayInWords } from "../graph/words.ts";
import { stackRule } from "../rule.ts";
import { UnknownValue } from "../values.ts";

export const graphReachabilityRules = [
  stackRule({
    id: "internet-to-data-no-path",
    title: "The internet reaches no data store",
    severity: "critical",
    types: STORE_TYPES,
    joins: NETWORK_TYPES.filter((type) => !STORE_TYPES.includes(type)),
    why:
      "Whoever finds the address of a store that the internet reaches can try passwords and the engine's own faults on " +
      "it, past every control of the application.",
    remedy:
      "Break the path that the message names, best in every place: no public address, subnets without a route to an " +
      "internet gateway, and a security group that names the clients' groups only.",
    parameters: {
      trustedRanges: {
        type: "array",
        items: { type: "string" },
        description: "Public address ranges, such as an office's, from which a path to data may exist.",
        default: [],
      },
    },
    check(resource, stack, fail, parameters) {
      const network = networkOf(stack);
      const place = network.place(resource);
      if (place === undefined) return;
      const trusted = parameters.texts("trustedRanges").flatMap((text) => parseRange(text) ?? []);
      const way = reach(network, "internet", resource, { port: place.port, except: trusted });
      // An open port need not be the store's, nor an address of AWS's.
      const doubts = way.status === "unknown" ? way.paths : way.status === "open" ? place.doubts : [];
      if (doubts.length > 0) throw new UnknownValue([...doubts]);
      if (way.status === "open") fail(`the internet reaches it: ${wayInWords(way.path)}`);
    },
  }),
];
