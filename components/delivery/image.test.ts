import { expect } from "chai";
import { mistakesOf, planOf, resource } from "../testing/index.ts";
import { buildImage } from "./image.ts";

const repository = { url: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/backend" };

describe("buildImage", () => {
  it("shows the build as one resource that only its plugin can look into", async () => {
    const plan = await planOf(async () => {
      await buildImage("backend", {
        repository,
        context: "../app",
        architecture: "X86_64",
        dockerfile: "../app/Dockerfile",
        target: "production",
        buildArgs: { NODE_ENV: "production" },
        tag: "v1",
      });
    });
    const image = resource(plan, "awsx:ecr:Image", "backend-image");
    expect(image.opaque).to.equal(true);
    expect(image.inputs).to.deep.include({
      repositoryUrl: repository.url,
      context: "../app",
      platform: "linux/amd64",
      dockerfile: "../app/Dockerfile",
      target: "production",
      args: { NODE_ENV: "production" },
      imageTag: "v1",
    });
  });

  it("builds for ARM64 unless told otherwise", async () => {
    const plan = await planOf(async () => {
      await buildImage("backend", { repository, context: "../app" });
    });
    expect(resource(plan, "awsx:ecr:Image").inputs.platform).to.equal("linux/arm64");
  });

  it("names every mistake at once", async () => {
    expect(
      await mistakesOf(() =>
        buildImage("backend", { repository, context: "", architecture: "arm" as "ARM64", tag: "latest" }),
      ),
    ).to.equal(
      'buildImage "backend" has wrong arguments:\n' +
        '  context: "" is not a folder; write the one that Docker is to build\n' +
        '  architecture: "arm" is not possible; write "ARM64" or "X86_64"\n' +
        '  tag: "latest" is not possible; write up to 128 letters, digits, ".", "_" and "-", other than "latest"',
    );
  });
});
