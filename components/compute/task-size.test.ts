import { expect } from "chai";
import fc from "fast-check";
import type { Cpu, Size } from "../units.ts";
import { FARGATE_SIZES, taskSize } from "./task-size.ts";

describe("taskSize", () => {
  const pairs = [...FARGATE_SIZES].flatMap(([vcpus, memories]) =>
    memories.map((memory) => [vcpus, memory] as const),
  );

  it("takes every pair that Fargate sells, and counts them as AWS lists them", () => {
    expect(pairs).to.have.length(3 + 4 + 7 + 13 + 23 + 12 + 12);
    for (const [vcpus, memory] of pairs) {
      const size: Size = memory < 1 ? `${memory * 1024} MB` : `${memory} GB`;
      expect(taskSize(`${vcpus} vCPU`, size)).to.deep.equal({
        cpu: String(vcpus * 1024),
        memory: String(memory * 1024),
      });
    }
  });

  it("refuses every pair that Fargate does not sell", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0.25, 0.5, 1, 2, 4, 8, 16),
        fc.integer({ min: 1, max: 250 }),
        (vcpus, halves) => {
          const memory = halves / 2;
          const sold = pairs.some(([cpu, size]) => cpu === vcpus && size === memory);
          const attempt = (): unknown => taskSize(`${vcpus} vCPU`, `${memory} GB`);
          if (sold) expect(attempt).not.to.throw();
          else expect(attempt).to.throw("does not go with");
        },
      ),
    );
  });

  const wrong: [Cpu, Size, string][] = [
    ["3 vCPU", "8 GB", '"3 vCPU" is not a size of Fargate; write 0.25, 0.5, 1, 2, 4, 8 or 16 vCPU'],
    ["0.25 vCPU", "4 GB", '"4 GB" does not go with "0.25 vCPU"; write "512 MB", "1 GB" or "2 GB"'],
    ["1 vCPU", "1 GB", '"1 GB" does not go with "1 vCPU"; write "2 GB" to "8 GB" in steps of 1 GB'],
    ["8 vCPU", "17 GB", '"17 GB" does not go with "8 vCPU"; write "16 GB" to "60 GB" in steps of 4 GB'],
    ["16 vCPU", "2 TB", '"2 TB" does not go with "16 vCPU"; write "32 GB" to "120 GB" in steps of 8 GB'],
  ];
  for (const [cpu, memory, message] of wrong) {
    it(`says what goes instead of ${cpu} and ${memory}`, () => {
      expect(() => taskSize(cpu, memory)).to.throw(Error, message);
    });
  }
});
