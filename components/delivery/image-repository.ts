import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import { type Protection, protectionSettings } from "../protection.ts";
import type { EncryptionKey } from "../security/encryption-key.ts";
import { policyDocument } from "../security/policy-document.ts";
import { Problems, show } from "../validation.ts";
import type { ImageTarget } from "./image.ts";
import { type LifecycleArgs, lifecyclePolicy, type LifecyclePolicy } from "./lifecycle-rules.ts";

/** Arguments of {@link ImageRepository}. */
export interface ImageRepositoryArgs extends ComponentArgs {
  /** Customer key of the images. A change replaces the repository. */
  key: EncryptionKey;
  /** Physical name, such as `payment-system/backend`. A change replaces the repository. @default a generated one */
  repositoryName?: string;
  /**
   * What finds known vulnerabilities. `"onPush"` asks for a basic scan of every push; `"registry"` leaves it to the
   * registry's own configuration, where Amazon Inspector's continuous scanning is switched on for all repositories.
   * @default "onPush"
   */
  scan?: "onPush" | "registry";
  /** What is kept, and for how long. */
  lifecycle?: LifecycleArgs;
  /** Accounts (12 digits) that may pull. Their own policies must allow it too. @default none */
  pullAccounts?: string[];
  /**
   * Decides whether the repository can go with images in it, and whether Pulumi refuses to delete it.
   *
   * @default "standard"
   */
  protection?: Protection;
  transform?: {
    repository?: Transform<aws.ecr.RepositoryArgs>;
    lifecycle?: Transform<aws.ecr.LifecyclePolicyArgs>;
    policy?: Transform<aws.ecr.RepositoryPolicyArgs>;
  };
}

const TOKEN = "strongroom:delivery:ImageRepository";

/**
 * A private repository of images: immutable tags, encrypted with a customer key, scanned, and cleaned up by itself.
 *
 * ```ts
 * const repository = new ImageRepository("backend", { key, lifecycle: { keepTagged: 50 } });
 * const image = await buildImage("backend", { repository, context: "../app" });
 * ```
 *
 * Cost: 0.10 USD per GB a month; basic scans are free. Pulls within the region are free.
 */
export class ImageRepository extends Component implements ImageTarget {
  readonly arn: pulumi.Output<string>;
  /** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>`; add `:tag` or `@digest`. */
  readonly url: pulumi.Output<string>;
  readonly repositoryName: pulumi.Output<string>;
  /** The resources that the component made. */
  readonly nodes: {
    readonly repository: aws.ecr.Repository;
    readonly lifecycle: aws.ecr.LifecyclePolicy;
    readonly policy?: aws.ecr.RepositoryPolicy;
  };

  constructor(name: string, args: ImageRepositoryArgs, options?: pulumi.ComponentResourceOptions) {
    const lifecycle = normalize(name, args);
    super(TOKEN, name, args, options);
    const { transform } = args;
    const { forceDestroy, protect } = protectionSettings(args.protection);

    const repository = this.make(
      aws.ecr.Repository,
      "repository",
      {
        name: args.repositoryName,
        imageTagMutability: "IMMUTABLE",
        encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: args.key.arn }],
        imageScanningConfiguration: { scanOnPush: args.scan !== "registry" },
        forceDelete: forceDestroy,
      },
      { transform: transform?.repository, options: { protect } },
    );
    this.nodes = {
      repository,
      lifecycle: this.make(
        aws.ecr.LifecyclePolicy,
        "lifecycle",
        { repository: repository.name, policy: JSON.stringify(lifecycle) },
        { transform: transform?.lifecycle },
      ),
      ...(args.pullAccounts === undefined || args.pullAccounts.length === 0
        ? {}
        : {
            policy: this.make(
              aws.ecr.RepositoryPolicy,
              "policy",
              { repository: repository.name, policy: this.#pullPolicy(args.pullAccounts) },
              { transform: transform?.policy },
            ),
          }),
    };
    this.arn = repository.arn;
    this.url = repository.repositoryUrl;
    this.repositoryName = repository.name;
    this.registerOutputs({ arn: this.arn, url: this.url });
  }

  /** Uses a repository that exists. */
  static get(
    repositoryName: pulumi.Input<string>,
    args: { region?: string } = {},
    options?: pulumi.InvokeOptions,
  ): { readonly arn: pulumi.Output<string>; readonly url: pulumi.Output<string> } {
    const repository = aws.ecr.getRepositoryOutput({ name: repositoryName, ...args }, options);
    return { arn: repository.arn, url: repository.repositoryUrl };
  }

  #pullPolicy(accounts: string[]): pulumi.Output<string> {
    const { partition } = aws.getPartitionOutput({}, this.lookup);
    return policyDocument([
      {
        Sid: "Pull",
        Effect: "Allow",
        Principal: {
          AWS: accounts.map((account) => pulumi.interpolate`arn:${partition}:iam::${account}:root`),
        },
        Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      },
    ]);
  }
}

function normalize(name: string, args: ImageRepositoryArgs): LifecyclePolicy | undefined {
  const problems = new Problems(TOKEN, name);
  const { repositoryName } = args;
  problems.check(
    repositoryName === undefined ||
      /^(?=.{2,256}$)[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/.test(repositoryName),
    "repositoryName",
    `${show(repositoryName)} is not a name of a repository; write 2 to 256 lower-case letters and digits, in parts ` +
      `joined by ".", "_", "-" or "/"`,
  );
  (args.pullAccounts ?? []).forEach((account, index) =>
    problems.check(
      /^\d{12}$/.test(account),
      `pullAccounts[${index}]`,
      `${show(account)} is not an account id; write its 12 digits in quotes`,
    ),
  );
  const policy = problems.parse("lifecycle", () => lifecyclePolicy(args.lifecycle));
  problems.throwIfAny();
  return policy;
}
