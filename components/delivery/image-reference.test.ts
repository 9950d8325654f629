import { expect } from "chai";
import fc from "fast-check";
import { ecrRepositoryArn, parseImage } from "./image-reference.ts";

const DIGEST = `sha256:${"0".repeat(64)}`;

describe("parseImage", () => {
  const right: [string, object][] = [
    ["nginx:1.27", { repository: "nginx", tag: "1.27" }],
    ["library/nginx:1.27", { repository: "library/nginx", tag: "1.27" }],
    ["localhost:5000/app:dev", { registry: "localhost:5000", repository: "app", tag: "dev" }],
    [`ghcr.io/a/b@${DIGEST}`, { registry: "ghcr.io", repository: "a/b", digest: DIGEST }],
    [
      `123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:v1@${DIGEST}`,
      {
        registry: "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        repository: "team/app",
        tag: "v1",
        digest: DIGEST,
        ecr: { account: "123456789012", region: "eu-west-1" },
      },
    ],
  ];
  for (const [image, parts] of right) {
    it(`takes ${image} apart`, () => {
      expect(parseImage(image)).to.deep.equal(parts);
    });
  }

  for (const image of [
    "",
    "Nginx:1",
    "nginx:1:2",
    "nginx@sha256:abc",
    `a@${DIGEST}@${DIGEST}`,
    "a//b:1",
    "nginx:",
  ]) {
    it(`refuses "${image}"`, () => {
      expect(() => parseImage(image)).to.throw(
        Error,
        `"${image}" is not the name of an image; write registry/repository:tag or …@sha256:<64 hex digits>`,
      );
    });
  }

  it("refuses names under which the image can change", () => {
    for (const image of ["nginx", "nginx:latest"]) {
      expect(() => parseImage(image)).to.throw(
        Error,
        `"${image}" does not say which image; write a digest (…@sha256:…) or a tag other than "latest"`,
      );
    }
  });

  it("finds again what a name was made of", () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 3 }),
        fc.stringMatching(/^v[a-z0-9._-]{0,8}$/),
        (path, tag) => {
          const repository = path.join("/");
          expect(parseImage(`${repository}:${tag}`)).to.deep.equal({ repository, tag });
        },
      ),
    );
  });
});

describe("ecrRepositoryArn", () => {
  it("names the repository of an image in ECR, in any partition", () => {
    expect(ecrRepositoryArn("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a/b:1", "aws-cn")).to.equal(
      "arn:aws-cn:ecr:cn-north-1:123456789012:repository/a/b",
    );
  });

  it("knows none of other registries", () => {
    expect(ecrRepositoryArn("public.ecr.aws/nginx/nginx:1", "aws")).to.equal(undefined);
  });
});
