/** GB of memory of the size `large`, by the family's letter; the other sizes halve and double it. */
const MEMORY_OF_LARGE: Readonly<Record<string, number>> = { t: 8, m: 8, c: 4, r: 16, x: 32, z: 16 };
const SMALL_SIZES: Readonly<Record<string, number>> = {
  micro: 1 / 8,
  small: 1 / 4,
  medium: 1 / 2,
  large: 1,
  xlarge: 2,
};
/** Families whose PostgreSQL versions RDS no longer creates. */
const RETIRED = /^db\.(t2|m[1-4]|r[34])\./;

/**
 * GB of memory of an RDS instance class such as `db.r6g.large`.
 *
 * @throws {Error} when it is not a class that runs current versions of PostgreSQL
 */
export function instanceMemory(instanceClass: string): number {
  const [, family = "", size = ""] = /^db\.([a-z])[1-9]\d?[a-z]*\.([a-z0-9]+)$/.exec(instanceClass) ?? [];
  const large = MEMORY_OF_LARGE[family];
  const [, times] = /^(\d+)xlarge$/.exec(size) ?? [];
  const factor = times === undefined ? SMALL_SIZES[size] : Number(times) * 2;
  if (large === undefined || factor === undefined) {
    throw new Error(
      `"${instanceClass}" is not an instance class; write one such as "db.r6g.large" or "db.t4g.medium"`,
    );
  }
  if (RETIRED.test(instanceClass)) {
    throw new Error(
      `"${instanceClass}" is of a family that RDS has retired; write one such as "db.t4g.medium" or "db.r6g.large"`,
    );
  }
  return large * factor;
}
