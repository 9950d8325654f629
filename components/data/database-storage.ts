import { gigabytes, type Size } from "../units.ts";
import type { Problems } from "../validation.ts";

/** Disk of an RDS instance. */
export interface DatabaseStorage {
  /** 20 GB to 64 TB; can grow, never shrink. */
  size: Size;
  /** RDS grows the disk by itself up to here; at least a tenth above `size`. @default no growth */
  max?: Size;
  /** `gp3` is general purpose; `io2` is for steady high load. @default "gp3" */
  type?: "gp3" | "io2";
  /** Operations a second. gp3: from 400 GB on, 12000 to 64000. io2: required, 1000 to 256000. @default the type's */
  iops?: number;
  /** MB a second, gp3 from 400 GB on: 500 to 4000, at most a quarter of `iops`. @default the type's */
  throughput?: number;
}

/** {@link DatabaseStorage} in the units and names of RDS. */
export interface StoragePlan {
  allocatedStorage: number;
  maxAllocatedStorage?: number;
  storageType: "gp3" | "io2";
  iops?: number;
  storageThroughput?: number;
}

/** From this size on, RDS stripes a gp3 volume of PostgreSQL over four disks and lets it be tuned. */
const STRIPED_FROM = 400;
const STRIPED_IOPS = 12_000;
const LARGEST = 65_536;

/**
 * Checks storage against the rules of RDS for PostgreSQL and translates it; undefined when a size cannot be read.
 *
 * Source: Amazon RDS User Guide, "Amazon RDS DB instance storage" and "Managing capacity automatically with Amazon RDS
 * storage autoscaling".
 */
export function planStorage(storage: DatabaseStorage, problems: Problems): StoragePlan | undefined {
  const { type = "gp3", iops, throughput } = storage;
  const allocated = problems.parse("instance.storage.size", () => gigabytes(storage.size));
  const max = storage.max;
  const largest =
    max === undefined ? undefined : problems.parse("instance.storage.max", () => gigabytes(max));
  if (allocated === undefined) return undefined;

  const smallest = type === "io2" ? 100 : 20;
  problems.check(
    allocated >= smallest && allocated <= LARGEST,
    "instance.storage.size",
    `"${storage.size}" is not possible with ${type}; write "${smallest} GB" to "64 TB"`,
  );
  if (largest !== undefined) {
    problems.check(
      largest * 10 >= allocated * 11 && largest <= LARGEST,
      "instance.storage.max",
      `"${String(max)}" is not possible; write at least a tenth more than the size of "${storage.size}", ` +
        'and at most "64 TB"',
    );
  }
  if (type === "io2") checkIo2(problems, allocated, iops, throughput);
  else checkGp3(problems, storage, allocated);
  return {
    allocatedStorage: allocated,
    ...(largest === undefined ? {} : { maxAllocatedStorage: largest }),
    storageType: type,
    ...(iops === undefined ? {} : { iops }),
    ...(throughput === undefined ? {} : { storageThroughput: throughput }),
  };
}

function checkGp3(problems: Problems, { size, iops, throughput }: DatabaseStorage, allocated: number): void {
  for (const [property, value] of [
    ["iops", iops],
    ["throughput", throughput],
  ] as const) {
    problems.check(
      value === undefined || allocated >= STRIPED_FROM,
      `instance.storage.${property}`,
      `cannot be set for "${size}" of gp3; RDS tunes PostgreSQL's gp3 volumes from "${STRIPED_FROM} GB" on`,
    );
  }
  if (allocated < STRIPED_FROM) return;
  problems.check(
    iops === undefined || (Number.isInteger(iops) && iops >= STRIPED_IOPS && iops <= 64_000),
    "instance.storage.iops",
    `${iops ?? 0} is not possible with gp3; write ${STRIPED_IOPS} to 64000`,
  );
  const ceiling = Math.min(4000, Math.floor((iops ?? STRIPED_IOPS) / 4));
  problems.check(
    throughput === undefined || (Number.isInteger(throughput) && throughput >= 500 && throughput <= ceiling),
    "instance.storage.throughput",
    `${throughput ?? 0} is not possible; write 500 to ${ceiling} (a quarter of the iops, at most 4000)`,
  );
}

function checkIo2(problems: Problems, allocated: number, iops?: number, throughput?: number): void {
  const ceiling = Math.min(256_000, allocated * 1000);
  problems.check(
    iops !== undefined && Number.isInteger(iops) && iops >= 1000 && iops <= ceiling,
    "instance.storage.iops",
    iops === undefined
      ? `is missing; io2 needs 1000 to ${ceiling}`
      : `${iops} is not possible with io2; write 1000 to ${ceiling}`,
  );
  problems.check(
    throughput === undefined,
    "instance.storage.throughput",
    "cannot be set with io2, whose throughput follows its iops; leave it out",
  );
}
