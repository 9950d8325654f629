import { days, type Duration } from "../units.ts";

/** What a repository keeps. */
export interface LifecycleArgs {
  /** Newest tagged images that are kept. @default 30 */
  keepTagged?: number;
  /**
   * Newest images that are kept by tag pattern, over the general number: `{ "release-*": 100 }`. A pattern is up to
   * 128 characters with at most four `*`. @default none
   */
  keepByTag?: Record<string, number>;
  /** How long images without a tag are kept, whole days. @default "7 days" */
  expireUntaggedAfter?: Duration;
}

/** A lifecycle policy as ECR reads it. */
export interface LifecyclePolicy {
  rules: {
    rulePriority: number;
    description: string;
    selection: {
      tagStatus: "tagged" | "untagged";
      tagPatternList?: string[];
      countType: "imageCountMoreThan" | "sinceImagePushed";
      countUnit?: "days";
      countNumber: number;
    };
    action: { type: "expire" };
  }[];
}

/**
 * The lifecycle policy for what is to be kept. Patterns stand before the general rule, because ECR lets the rule with
 * the lowest priority number decide on an image.
 *
 * @throws {Error} when ECR would not take it.
 */
export function lifecyclePolicy(args: LifecycleArgs = {}): LifecyclePolicy {
  const { keepTagged = 30, keepByTag = {}, expireUntaggedAfter = "7 days" } = args;
  const untaggedDays = days(expireUntaggedAfter);
  if (untaggedDays < 1) throw new Error(`"${expireUntaggedAfter}" is too short; write "1 day" or more`);
  const keep = (pattern: string, count: number): LifecyclePolicy["rules"][number] => {
    if (!Number.isInteger(count) || count < 1) {
      throw new Error(`${count} is not a number of images; write a whole number from 1`);
    }
    if (!/^[A-Za-z0-9._*-]{1,128}$/.test(pattern) || pattern.split("*").length > 5) {
      throw new Error(
        `"${pattern}" is not a tag pattern; write up to 128 letters, digits, ".", "_", "-" and at most four "*"`,
      );
    }
    return {
      rulePriority: 0,
      description:
        pattern === "*" ? `keep the newest ${count} images` : `keep the newest ${count} of ${pattern}`,
      selection: {
        tagStatus: "tagged",
        tagPatternList: [pattern],
        countType: "imageCountMoreThan",
        countNumber: count,
      },
      action: { type: "expire" },
    };
  };
  const rules: LifecyclePolicy["rules"] = [
    {
      rulePriority: 0,
      description: `expire untagged images after ${expireUntaggedAfter}`,
      selection: {
        tagStatus: "untagged",
        countType: "sinceImagePushed",
        countUnit: "days",
        countNumber: untaggedDays,
      },
      action: { type: "expire" },
    },
    ...Object.entries(keepByTag).map(([pattern, count]) => keep(pattern, count)),
    keep("*", keepTagged),
  ];
  return { rules: rules.map((rule, index) => ({ ...rule, rulePriority: index + 1 })) };
}
