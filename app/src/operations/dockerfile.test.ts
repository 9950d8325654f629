import { existsSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { loadConfig } from "../config.ts";
import { environmentOf, readDockerfile, REPOSITORY } from "./dockerfile.test-support.ts";

const dockerfile = readDockerfile();
const [build, final] = dockerfile.stages;
const of = (name: string) =>
  (final?.instructions ?? []).filter((each) => each.name === name).map(({ rest }) => rest);
const everything = dockerfile.stages.flatMap(({ instructions }) => instructions);

describe("the Dockerfile", () => {
  it("builds in one stage and runs in another, both on the image of one argument, which may name a digest", () => {
    expect(dockerfile.stages.map(({ from }) => from)).to.deep.equal([
      "${NODE_IMAGE} AS build",
      "${NODE_IMAGE}",
    ]);
    const version = readFileSync(`${REPOSITORY}/.nvmrc`, "utf8").trim();
    expect(dockerfile.args).to.deep.equal({ NODE_IMAGE: `node:${version}-bookworm-slim` });
  });

  it("E12: runs as an ordinary user, the one that the stack's task has, who owns none of the files", () => {
    expect(of("USER")).to.deep.equal(["1000:1000"]);
    expect(
      everything.flatMap(({ flags }) => flags).filter((flag) => flag.startsWith("--chown")),
    ).to.deep.equal([]);
  });

  it("asks /live for its health, on the port that it exposes and listens on", () => {
    expect(of("HEALTHCHECK").join("")).to.include("/live").and.include("process.env.PORT");
    expect(of("EXPOSE")).to.deep.equal(["3000"]);
    expect(final && environmentOf(final)).to.include({
      NODE_ENV: "production",
      HOST: "0.0.0.0",
      PORT: "3000",
    });
  });

  it("is stopped by SIGTERM, within the time that the stack's task gives", () => {
    expect(of("STOPSIGNAL")).to.deep.equal(["SIGTERM"]);
    expect(loadConfig({}).SHUTDOWN_TIMEOUT).to.be.below(30);
  });

  it("makes no core dumps, and hands over to the process, so that it gets the signals", () => {
    expect(of("ENTRYPOINT")).to.deep.equal(['["/bin/sh", "-c", "ulimit -c 0; exec \\"$@\\"", "--"]']);
    expect(of("CMD")).to.deep.equal(['["node", "src/server.ts"]']);
  });

  it("installs what the lock file says, for this workspace and for production alone, without running scripts", () => {
    const commands = (build?.instructions ?? []).filter(({ name }) => name === "RUN").map(({ rest }) => rest);
    expect(commands[0]).to.equal("npm ci --workspace=app --omit=dev --omit=optional --ignore-scripts");
    expect(commands[1]).to.match(/^npm sbom .*--sbom-format=cyclonedx > sbom\.cdx\.json$/);
  });

  it("holds no secrets: none in its variables, and the build sees a list of files only", () => {
    const named = everything.filter(({ name }) => name === "ENV" || name === "ARG").map(({ rest }) => rest);
    expect(named.join(" ")).not.to.match(/PASSWORD|SECRET|TOKEN|_KEY/);
    const ignore = readFileSync(`${REPOSITORY}/app/Dockerfile.dockerignore`, "utf8").split("\n");
    expect(ignore.find((line) => !line.startsWith("#"))).to.equal("*");
    for (const line of ignore.filter((each) => each.startsWith("!"))) {
      expect(existsSync(`${REPOSITORY}/${line.slice(1)}`), line).to.equal(true);
    }
  });

  it("copies only what is there", () => {
    const copies = everything.filter(({ name, flags }) => name === "COPY" && flags.length === 0);
    expect(copies).to.have.length(4);
    for (const { rest } of copies) {
      for (const source of rest.split(" ").slice(0, -1)) {
        expect(existsSync(`${REPOSITORY}/${source}`), source).to.equal(true);
      }
    }
  });
});
