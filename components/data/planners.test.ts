import { expect } from "chai";
import fc from "fast-check";
import { Problems } from "../validation.ts";
import { planCapacity, type ServerlessCapacity } from "./aurora-capacity.ts";
import { type DatabaseStorage, planStorage } from "./database-storage.ts";
import { instanceMemory } from "./instance-class.ts";
import { parameterFamily, parametersOf, versionMistake } from "./postgres-version.ts";
import { type KeyAttribute, planKeys } from "./table-keys.ts";

/** The mistakes that a planner finds, without the headline. */
function mistakes(plan: (problems: Problems) => unknown): string {
  const problems = new Problems("strongroom:data:Test", "test");
  plan(problems);
  try {
    problems.throwIfAny();
    return "";
  } catch (error) {
    return (error as Error).message.split("\n  ").slice(1).join("\n");
  }
}

describe("storage of an RDS instance", () => {
  const wrong = (storage: DatabaseStorage) => mistakes((problems) => planStorage(storage, problems));

  it("takes gp3's iops and throughput exactly where RDS does", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70_000 }),
        fc.option(fc.integer({ min: 1000, max: 70_000 }), { nil: undefined }),
        fc.option(fc.integer({ min: 100, max: 5000 }), { nil: undefined }),
        (size, iops, throughput) => {
          const tuned = iops !== undefined || throughput !== undefined;
          const possible =
            size >= 20 &&
            size <= 65_536 &&
            (!tuned || size >= 400) &&
            (iops === undefined || (iops >= 12_000 && iops <= 64_000)) &&
            (throughput === undefined ||
              (throughput >= 500 && throughput <= 4000 && throughput <= (iops ?? 12_000) / 4));
          expect(wrong({ size: `${size} GB`, iops, throughput }) === "").to.equal(possible);
        },
      ),
    );
  });

  it("grows to a tenth more at least", () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 50_000 }), fc.integer({ min: 20, max: 70_000 }), (size, max) => {
        const possible = max >= size * 1.1 - 1e-9 && max <= 65_536;
        expect(wrong({ size: `${size} GB`, max: `${max} GB` }) === "").to.equal(possible);
      }),
    );
  });

  it("translates sizes", () => {
    const problems = new Problems("strongroom:data:Test", "test");
    expect(planStorage({ size: "1 TB", max: "2 TB", type: "io2", iops: 5000 }, problems)).to.deep.equal({
      allocatedStorage: 1024,
      maxAllocatedStorage: 2048,
      storageType: "io2",
      iops: 5000,
    });
  });

  const cases: [DatabaseStorage, string][] = [
    [{ size: "10 GB" }, 'instance.storage.size: "10 GB" is not possible with gp3; write "20 GB" to "64 TB"'],
    [
      { size: "100 GB", max: "105 GB" },
      'instance.storage.max: "105 GB" is not possible; write at least a tenth more than the size of "100 GB", and at most "64 TB"',
    ],
    [
      { size: "100 GB", iops: 12_000 },
      'instance.storage.iops: cannot be set for "100 GB" of gp3; RDS tunes PostgreSQL\'s gp3 volumes from "400 GB" on',
    ],
    [
      { size: "400 GB", iops: 12_000, throughput: 3500 },
      "instance.storage.throughput: 3500 is not possible; write 500 to 3000 (a quarter of the iops, at most 4000)",
    ],
    [{ size: "100 GB", type: "io2" }, "instance.storage.iops: is missing; io2 needs 1000 to 100000"],
    [
      { size: "100 GB", type: "io2", iops: 1000, throughput: 500 },
      "instance.storage.throughput: cannot be set with io2, whose throughput follows its iops; leave it out",
    ],
  ];
  for (const [storage, message] of cases) {
    it(`refuses ${JSON.stringify(storage)}`, () => {
      expect(wrong(storage)).to.equal(message);
    });
  }
});

describe("capacity of Aurora Serverless", () => {
  const wrong = (capacity: ServerlessCapacity, version = "17") =>
    mistakes((problems) => planCapacity(capacity, version, problems));

  it("takes half steps from 0 to 256, the least below the most, and nothing else", () => {
    const quarter = fc.integer({ min: -4, max: 1032 }).map((count) => count / 4);
    fc.assert(
      fc.property(quarter, quarter, (min, max) => {
        const step = (acus: number) => acus >= 0 && acus <= 256 && (acus * 2) % 1 === 0;
        expect(wrong({ min, max }) === "").to.equal(step(min) && step(max) && max >= 1 && max >= min);
      }),
    );
  });

  it("pauses only in versions that can", () => {
    for (const version of ["13.15", "14.12", "15.7", "16.3", "16", "17", "17.4", "18"]) {
      expect(wrong({ min: 0, max: 4 }, version), version).to.equal("");
    }
    for (const version of ["13.14", "14.9", "15.6", "16.2"]) {
      expect(wrong({ min: 0, max: 4 }, version), version).to.equal(
        `serverless.min: 0 is not possible with version ${version}; write version 16.3, 15.7, 14.12, 13.15 or newer, or min: 0.5`,
      );
    }
  });

  it("refuses a pause that never comes, or comes too soon", () => {
    expect(wrong({ min: 1, max: 4, pauseAfter: "10 minutes" })).to.equal(
      "serverless.pauseAfter: has no effect with min 1; write min: 0, or leave pauseAfter out",
    );
    expect(wrong({ min: 0, max: 4, pauseAfter: "1 minute" })).to.equal(
      'serverless.pauseAfter: "1 minute" is not possible; write "5 minutes" to "1 day"',
    );
  });
});

describe("instance classes", () => {
  it("have the memory that AWS lists", () => {
    const listed = {
      "db.t3.micro": 1,
      "db.t4g.medium": 4,
      "db.m6i.large": 8,
      "db.r6g.large": 16,
      "db.r8g.2xlarge": 64,
      "db.x2g.16xlarge": 1024,
      "db.m6gd.xlarge": 16,
    };
    for (const [instanceClass, memory] of Object.entries(listed)) {
      expect(instanceMemory(instanceClass), instanceClass).to.equal(memory);
    }
  });
});

describe("versions of PostgreSQL", () => {
  it("name the family of parameter groups", () => {
    expect(parameterFamily("postgres", "17.6")).to.equal("postgres17");
    expect(parameterFamily("aurora-postgresql", "16")).to.equal("aurora-postgresql16");
  });

  it("must be run by RDS and have a number", () => {
    expect(versionMistake("18")).to.equal(undefined);
    for (const version of ["13", "19", "17.", "latest", "17.6.1"]) {
      expect(versionMistake(version), version).to.be.a("string");
    }
  });

  it("never send a parameter immediately unless it is known to be dynamic", () => {
    const parameters = parametersOf({ max_connections: 500, work_mem: 65_536, "rds.force_ssl": 0 });
    const method = Object.fromEntries(parameters.map(({ name, applyMethod }) => [name, applyMethod]));
    expect(method).to.include({
      max_connections: "pending-reboot",
      shared_preload_libraries: "pending-reboot",
      "rds.force_ssl": "pending-reboot",
      work_mem: "immediate",
      log_statement: "immediate",
    });
    expect(parameters.find(({ name }) => name === "rds.force_ssl")?.value).to.equal("0");
    expect(parameters.map(({ name }) => name)).to.deep.equal(parameters.map(({ name }) => name).toSorted());
  });
});

describe("keys of a table", () => {
  const attribute = fc.constantFrom<KeyAttribute>("id", "owner", "email", { name: "month", type: "number" });

  it("declare every attribute of every key exactly once, and no other", () => {
    fc.assert(
      fc.property(attribute, attribute, attribute, (partitionKey, sortKey, indexKey) => {
        const problems = new Problems("strongroom:data:Test", "test");
        const plan = planKeys(
          { partitionKey, sortKey, indexes: { byOther: { partitionKey: indexKey } } },
          problems,
        );
        const used = new Set([
          plan.hashKey,
          plan.rangeKey,
          ...plan.indexes.flatMap(({ keySchemas }) => keySchemas.map(({ attributeName }) => attributeName)),
        ]);
        expect(plan.attributes.map(({ name }) => name)).to.deep.equal([...used].toSorted());
      }),
    );
  });

  it("refuse two types of one attribute, a key twice, and a projected key", () => {
    expect(
      mistakes((problems) =>
        planKeys(
          {
            partitionKey: "id",
            sortKey: "id",
            indexes: {
              byId: { partitionKey: { name: "id", type: "number" }, projection: ["id", "name"] },
              "a b": { partitionKey: "owner", projection: [] },
            },
          },
          problems,
        ),
      ),
    ).to.equal(
      [
        'sortKey: "id" is the partition key already; write another attribute',
        'indexes.byId.partitionKey: "id" is a number here and something else in another key; write one type',
        'indexes.byId.projection: "id" is a key, which every index holds; leave it out',
        'indexes.a b: "a b" is not possible; write 3 to 255 letters, digits, "_", "-" and "."',
        'indexes.a b.projection: 0 attributes are not possible; write 1 to 20, "all" or "keys"',
      ].join("\n"),
    );
  });
});
