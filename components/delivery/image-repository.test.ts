import { expect } from "chai";
import fc from "fast-check";
import { expectGolden, mistakesOf, planOf, resource, resources } from "../testing/index.ts";
import { ImageRepository, type ImageRepositoryArgs } from "./image-repository.ts";
import { lifecyclePolicy } from "./lifecycle-rules.ts";

const KEY = { arn: "arn:aws:kms:eu-west-1:123456789012:key/1" };
const make = (args: Partial<ImageRepositoryArgs> = {}): ImageRepository =>
  new ImageRepository("backend", { key: KEY, ...args });
const REPOSITORY = "aws:ecr/repository:Repository";

describe("ImageRepository", () => {
  it("E12: is immutable, scanned, encrypted, cleaned up, and shared only by name", async () => {
    const plan = await planOf(() => {
      make({
        repositoryName: "payment-system/backend",
        pullAccounts: ["210987654321"],
        lifecycle: { keepTagged: 50, keepByTag: { "release-*": 100 }, expireUntaggedAfter: "3 days" },
      });
    });
    await expectGolden(plan, new URL("golden/image-repository.json", import.meta.url));
    expect(resource(plan, REPOSITORY).inputs).to.deep.include({
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: KEY.arn }],
      forceDelete: false,
    });
  });

  it("is kept or let go as its protection says, and lets nobody else pull unless told", async () => {
    const ephemeral = await planOf(() => void make({ protection: "ephemeral", scan: "registry" }));
    expect(resource(ephemeral, REPOSITORY).inputs).to.deep.include({
      forceDelete: true,
      imageScanningConfiguration: { scanOnPush: false },
    });
    expect(resources(ephemeral, "aws:ecr/repositoryPolicy:RepositoryPolicy")).to.deep.equal([]);
    const critical = await planOf(() => void make({ protection: "critical" }));
    expect(resource(critical, REPOSITORY).options.protect).to.equal(true);
  });

  it("can be one that exists", async () => {
    const plan = await planOf(() => ({ url: ImageRepository.get("shared").url }));
    expect(resources(plan, REPOSITORY)).to.deep.equal([]);
    expect(plan.outputs.url).to.contain("shared");
  });

  it("names every mistake at once", async () => {
    expect(
      await mistakesOf(() =>
        make({ repositoryName: "Backend", pullAccounts: ["123"], lifecycle: { keepTagged: 0 } }),
      ),
    ).to.equal(
      'ImageRepository "backend" has wrong arguments:\n' +
        '  repositoryName: "Backend" is not a name of a repository; write 2 to 256 lower-case letters and digits, in ' +
        'parts joined by ".", "_", "-" or "/"\n' +
        '  pullAccounts[0]: "123" is not an account id; write its 12 digits in quotes\n' +
        "  lifecycle: 0 is not a number of images; write a whole number from 1",
    );
  });
});

describe("lifecyclePolicy", () => {
  it("always has unique priorities, patterns before the general rule, and untagged images expire", () => {
    const pattern = fc.stringMatching(/^[a-z]{1,6}-\*$/);
    fc.assert(
      fc.property(fc.dictionary(pattern, fc.integer({ min: 1, max: 500 }), { maxKeys: 5 }), (keepByTag) => {
        const { rules } = lifecyclePolicy({ keepByTag });
        expect(rules.map(({ rulePriority }) => rulePriority)).to.deep.equal(
          rules.map((_, index) => index + 1),
        );
        expect(rules.at(0)?.selection.tagStatus).to.equal("untagged");
        expect(rules.at(-1)?.selection.tagPatternList).to.deep.equal(["*"]);
        expect(rules).to.have.length(Object.keys(keepByTag).length + 2);
      }),
    );
  });

  it("refuses patterns and times that ECR does not take", () => {
    expect(() => lifecyclePolicy({ keepByTag: { "a*b*c*d*e*": 1 } })).to.throw(
      Error,
      '"a*b*c*d*e*" is not a tag pattern; write up to 128 letters, digits, ".", "_", "-" and at most four "*"',
    );
    expect(() => lifecyclePolicy({ expireUntaggedAfter: "0 days" })).to.throw(
      Error,
      '"0 days" is too short; write "1 day" or more',
    );
  });
});
