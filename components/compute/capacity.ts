/** A share of Fargate Spot with a floor of regular tasks. */
export interface SpotArgs {
  /** Share of the tasks above `base` that run on Spot: 0 to 1, in whole percent. */
  share: number;
  /** Tasks that always run on regular Fargate. @default 1 */
  base?: number;
}

/** One line of an ECS capacity provider strategy. */
export interface CapacityShare {
  capacityProvider: "FARGATE" | "FARGATE_SPOT";
  base?: number;
  weight: number;
}

/** The largest weight that ECS takes. */
const MAX_WEIGHT = 1000;

/**
 * The capacity provider strategy for a share of Spot, in whole percent as weights.
 *
 * The floor stays on regular Fargate: Spot tasks can be taken back at two minutes' notice, all of them at once. ECS
 * places no task at all on a provider of weight 0, of the floor neither; so where all above the floor is for Spot, regular
 * Fargate keeps the least weight that there is: one task in a thousand.
 *
 * @throws {Error} when a number is out of bounds.
 */
export function capacityStrategy(spot: number | SpotArgs): CapacityShare[] {
  const { share, base = 1 } = typeof spot === "number" ? { share: spot } : spot;
  if (!(share >= 0 && share <= 1)) {
    throw new Error(
      `${share} is not a share of Spot; write a number from 0 (none) to 1 (all above the base)`,
    );
  }
  if (!Number.isInteger(base) || base < 0 || base > 100_000) {
    throw new Error(`${base} is not a number of tasks; write a whole number from 0 to 100000 as base`);
  }
  const percent = Math.round(share * 100);
  if (percent === 0) return [{ capacityProvider: "FARGATE", base, weight: 1 }];
  if (percent === 100) {
    return base === 0
      ? [{ capacityProvider: "FARGATE_SPOT", weight: 1 }]
      : [
          { capacityProvider: "FARGATE", base, weight: 1 },
          { capacityProvider: "FARGATE_SPOT", weight: MAX_WEIGHT },
        ];
  }
  return [
    { capacityProvider: "FARGATE", base, weight: 100 - percent },
    { capacityProvider: "FARGATE_SPOT", weight: percent },
  ];
}
