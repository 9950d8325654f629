/** The parts of an image's name. */
export interface ImageReference {
  /** Host (and port) of the registry; absent for Docker Hub's short names. */
  registry?: string;
  repository: string;
  tag?: string;
  /** `sha256:…`; with it, always the same image is run. */
  digest?: string;
  /** Where the image is, when it is in a private repository of ECR. */
  ecr?: { account: string; region: string };
}

const ECR_HOST = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|on\.aws)$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Takes an image's name apart: `registry/repository:tag@sha256:…`.
 *
 * @throws {Error} when it is not one, or when it does not say which image: neither a digest nor a tag, or the tag
 * `latest`, under which a task that starts tomorrow would run something else than the one that was tested.
 */
export function parseImage(image: string): ImageReference {
  const [name = "", digest, ...more] = image.split("@");
  const slash = name.indexOf("/");
  const host = slash > 0 && /[.:]|^localhost$/.test(name.slice(0, slash)) ? name.slice(0, slash) : undefined;
  const [repository = "", tag, ...others] = name.slice(host === undefined ? 0 : slash + 1).split(":");
  const wellFormed =
    more.length === 0 &&
    others.length === 0 &&
    REPOSITORY.test(repository) &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest));
  if (!wellFormed) {
    throw new Error(
      `"${image}" is not the name of an image; write registry/repository:tag or …@sha256:<64 hex digits>`,
    );
  }
  if (digest === undefined && (tag === undefined || tag === "latest")) {
    throw new Error(
      `"${image}" does not say which image; write a digest (…@sha256:…) or a tag other than "latest"`,
    );
  }
  const [, account, region] = ECR_HOST.exec(host ?? "") ?? [];
  return {
    ...(host === undefined ? {} : { registry: host }),
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
    ...(account === undefined || region === undefined ? {} : { ecr: { account, region } }),
  };
}

/** ARN of the ECR repository that an image is in; undefined when it is elsewhere. */
export function ecrRepositoryArn(image: string, partition: string): string | undefined {
  const { ecr, repository } = parseImage(image);
  return ecr && `arn:${partition}:ecr:${ecr.region}:${ecr.account}:repository/${repository}`;
}
