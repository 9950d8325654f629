import type { ecr } from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { Problems, show } from "../validation.ts";

/** Where a built image is pushed to: an `ImageRepository`, or any object that knows a repository's URL. */
export interface ImageTarget {
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>`. */
  readonly url: pulumi.Input<string>;
}

/** Arguments of {@link buildImage}. */
export interface BuildImageArgs {
  /** Repository that the image is pushed to. */
  repository: ImageTarget;
  /** Folder that is sent to Docker, from where the program runs: for the engine, the folder of its main file. */
  context: string;
  /** Dockerfile, from the same place as `context`. @default "Dockerfile" in the context */
  dockerfile?: string;
  /** Processor that the image is built for; the service's `architecture`. @default "ARM64" */
  architecture?: "ARM64" | "X86_64";
  /** Stage of a multi-stage Dockerfile. @default the last one */
  target?: string;
  /** Build arguments. They are visible in the image's history: never a secret. @default none */
  buildArgs?: Record<string, pulumi.Input<string>>;
  /**
   * Tag. Where tags are immutable each build needs a new one. @default one of stack, context and build arguments, which
   * stays the same when files change
   */
  tag?: string;
}

const PLATFORMS = { ARM64: "linux/arm64", X86_64: "linux/amd64" } as const;

/**
 * Builds an image from a Dockerfile on every `up` that changes its context, pushes it to ECR and gives its name by
 * digest, for `image:` of a service.
 *
 * It is a function that is awaited, not a component: `@pulumi/awsx`, whose `ecr.Image` does the work, is imported
 * when the function is called. A program that is given image names instead never loads it, and neither a preview nor
 * the engine then needs the awsx plugin.
 *
 * ```ts
 * const image = env.image ?? (await buildImage("backend", { repository, context: "../app" }));
 * new FargateService("backend", { cluster, image, port: 3000 });
 * ```
 *
 * The build appears in previews as one resource, `awsx:ecr:Image`, whose inside only its plugin knows. Docker with
 * BuildKit must run where `pulumi up` runs; ARM64 on an x86 machine needs QEMU's binfmt handlers.
 *
 * Cost: storage in ECR, 0.10 USD per GB a month.
 */
export async function buildImage(
  name: string,
  args: BuildImageArgs,
  options?: pulumi.ComponentResourceOptions,
): Promise<pulumi.Output<string>> {
  validate(name, args);
  const awsx = await import("@pulumi/awsx");
  const image = new awsx.ecr.Image(`${name}-image`, imageArgs(args), options);
  return image.imageUri;
}

function validate(name: string, args: BuildImageArgs): void {
  const problems = new Problems("strongroom:delivery:buildImage", name);
  problems.check(args.context !== "", "context", `"" is not a folder; write the one that Docker is to build`);
  const architecture: string = args.architecture ?? "ARM64";
  problems.check(
    Object.hasOwn(PLATFORMS, architecture),
    "architecture",
    `${show(architecture)} is not possible; write "ARM64" or "X86_64"`,
  );
  problems.check(
    args.tag === undefined || (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(args.tag) && args.tag !== "latest"),
    "tag",
    `${show(args.tag)} is not possible; write up to 128 letters, digits, ".", "_" and "-", other than "latest"`,
  );
  problems.throwIfAny();
}

function imageArgs(args: BuildImageArgs): ecr.ImageArgs {
  return {
    repositoryUrl: args.repository.url,
    context: args.context,
    platform: PLATFORMS[args.architecture ?? "ARM64"],
    ...(args.dockerfile === undefined ? {} : { dockerfile: args.dockerfile }),
    ...(args.target === undefined ? {} : { target: args.target }),
    ...(args.buildArgs === undefined ? {} : { args: args.buildArgs }),
    ...(args.tag === undefined ? {} : { imageTag: args.tag }),
  };
}
