import { createHash } from "node:crypto";
import type { Entrance } from "../edge/entrance.ts";
import { type Duration, seconds } from "../units.ts";
import { type Problems, show, within } from "../validation.ts";

/** A load balancer's check of each task. */
export interface RouteHealthArgs {
  /** 5 to 300 seconds. @default "30 seconds" */
  interval?: Duration;
  /** 2 to 120 seconds, less than `interval`. @default "5 seconds" */
  timeout?: Duration;
  /** Successes in a row that make a task healthy, 2 to 10. @default 2 */
  healthyThreshold?: number;
  /** Failures in a row that make a task unhealthy, 2 to 10. @default 3 */
  unhealthyThreshold?: number;
  /** Answers that count as healthy: `200`, `200,204`, `200-299`; for GRPC its own codes. @default "200", GRPC "0" */
  matcher?: string;
}

/** How requests reach a service. */
export interface RouteArgs {
  /** Load balancer that the requests come through; services share it. */
  loadBalancer: Entrance;
  /** Path patterns, such as `/api/*`. @default all paths */
  paths?: string[];
  /** Host names, such as `api.example.com` or `*.example.com`. @default all hosts */
  hosts?: string[];
  /** Path of the health check. */
  health: string;
  healthCheck?: RouteHealthArgs;
  /** Priority of the listener rule, 1 to 50000. @default planned from the conditions */
  priority?: number;
  /**
   * Protocol between load balancer and task. A change replaces the target groups, which is only possible with a
   * rolling `rollout`: elsewhere they are ECS's.
   * @default "HTTP"
   */
  protocol?: "HTTP" | "HTTPS";
  /** As for `protocol`, a change replaces the target groups. @default "HTTP1" */
  protocolVersion?: "HTTP1" | "HTTP2" | "GRPC";
  /** How long a client stays with one task (a cookie), 1 second to 7 days. @default none */
  stickiness?: Duration;
  /** Time in which a new task's share of requests grows, 30 to 900 seconds. @default none */
  slowStart?: Duration;
  /** Time for running requests when a task goes, up to 3600 seconds. @default "30 seconds" */
  deregistrationDelay?: Duration;
  /** Time in which a new task's failed checks do not count. @default "60 seconds" */
  gracePeriod?: Duration;
}

/** A route with defaults filled in and units in the load balancer's own. */
export interface RoutePlan {
  paths: string[];
  hosts: string[];
  protocol: "HTTP" | "HTTPS";
  protocolVersion: "HTTP1" | "HTTP2" | "GRPC";
  healthCheck: {
    enabled: true;
    path: string;
    port: "traffic-port";
    protocol: "HTTP" | "HTTPS";
    interval: number;
    timeout: number;
    healthyThreshold: number;
    unhealthyThreshold: number;
    matcher: string;
  };
  stickiness?: { type: "lb_cookie"; enabled: true; cookieDuration: number };
  slowStart: number;
  deregistrationDelay: number;
  gracePeriod: number;
}

const WEEK = 604_800;

/** Plans a route; mistakes are recorded in `problems`. */
export function planRoute(args: RouteArgs, problems: Problems): RoutePlan {
  const { hosts = [], protocol = "HTTP", protocolVersion = "HTTP1", health } = args;
  const paths = args.paths ?? (hosts.length === 0 ? ["/*"] : []);
  checkConditions(paths, hosts, problems);
  problems.check(
    /^\/[\x21-\x7e]{0,1023}$/.test(health),
    "route.health",
    `${show(health)} is not a path; write one beginning with "/", such as "/health"`,
  );
  problems.check(
    protocolVersion === "HTTP1" || args.loadBalancer.tls !== false,
    "route.protocolVersion",
    `${show(protocolVersion)} needs HTTPS between client and load balancer; give that a certificate, or write "HTTP1"`,
  );
  problems.check(
    args.priority === undefined ||
      (Number.isInteger(args.priority) && args.priority >= 1 && args.priority <= 50_000),
    "route.priority",
    `${show(args.priority)} is not possible; write a whole number from 1 to 50000`,
  );
  return {
    paths,
    hosts,
    protocol,
    protocolVersion,
    healthCheck: planHealthCheck(args, protocol, protocolVersion, problems),
    ...(args.stickiness === undefined
      ? {}
      : {
          stickiness: {
            type: "lb_cookie",
            enabled: true,
            cookieDuration: within(problems, "route.stickiness", args.stickiness, 1, WEEK),
          },
        }),
    slowStart:
      args.slowStart === undefined ? 0 : within(problems, "route.slowStart", args.slowStart, 30, 900),
    deregistrationDelay: within(
      problems,
      "route.deregistrationDelay",
      args.deregistrationDelay ?? "30 seconds",
      0,
      3600,
    ),
    gracePeriod: within(problems, "route.gracePeriod", args.gracePeriod ?? "60 seconds", 0, 3600),
  };
}

function checkConditions(paths: readonly string[], hosts: readonly string[], problems: Problems): void {
  problems.check(
    paths.length + hosts.length >= 1 && paths.length + hosts.length <= 5,
    "route",
    `${paths.length} paths and ${hosts.length} hosts are not possible; a listener rule takes 1 to 5 of both together`,
  );
  const wildcards = [...paths, ...hosts].join("").match(/[*?]/g)?.length ?? 0;
  problems.check(
    wildcards <= 6,
    "route",
    `${wildcards} wildcards are not possible; a listener rule takes 6 "*" and "?" of all paths and hosts together`,
  );
  paths.forEach((path, index) =>
    problems.check(
      /^[/*][A-Za-z0-9_\-.$/~"'@:+*?&]{0,127}$/.test(path),
      `route.paths[${index}]`,
      `${show(path)} is not a path pattern; write up to 128 characters beginning with "/", such as "/api/*"`,
    ),
  );
  hosts.forEach((host, index) =>
    problems.check(
      /^[A-Za-z0-9.*?-]{1,128}$/.test(host) && host.includes("."),
      `route.hosts[${index}]`,
      `${show(host)} is not a host name; write one such as "api.example.com" or "*.example.com"`,
    ),
  );
}

function planHealthCheck(
  args: RouteArgs,
  protocol: "HTTP" | "HTTPS",
  protocolVersion: RoutePlan["protocolVersion"],
  problems: Problems,
): RoutePlan["healthCheck"] {
  const { interval = "30 seconds", timeout = "5 seconds", ...given } = args.healthCheck ?? {};
  const matcher = given.matcher ?? (protocolVersion === "GRPC" ? "0" : "200");
  problems.check(
    /^\d{1,3}([,-]\d{1,3})*$/.test(matcher),
    "route.healthCheck.matcher",
    `${show(matcher)} is not a list of codes; write one such as "200", "200,204" or "200-299"`,
  );
  const threshold = (option: "healthyThreshold" | "unhealthyThreshold", standard: number): number => {
    const count = given[option] ?? standard;
    problems.check(
      Number.isInteger(count) && count >= 2 && count <= 10,
      `route.healthCheck.${option}`,
      `${show(count)} is not possible; write a whole number from 2 to 10`,
    );
    return count;
  };
  const plan = {
    enabled: true,
    path: args.health,
    port: "traffic-port",
    protocol,
    interval: within(problems, "route.healthCheck.interval", interval, 5, 300),
    timeout: within(problems, "route.healthCheck.timeout", timeout, 2, 120),
    healthyThreshold: threshold("healthyThreshold", 2),
    unhealthyThreshold: threshold("unhealthyThreshold", 3),
    matcher,
  } as const;
  problems.check(
    plan.timeout < plan.interval,
    "route.healthCheck.timeout",
    `${show(timeout)} is not less than the interval (${seconds(interval)} seconds)`,
  );
  return plan;
}

/**
 * A target group's physical name: at most 32 letters, digits and hyphens, the same at every run.
 *
 * Generated names append 8 characters to the child's name and soon exceed 32. The hash keeps stacks, components and
 * the two groups of a service apart, and changes with what replaces a group, so that the new one can stand beside the
 * old one.
 */
export function targetGroupName(component: string, identity: readonly string[]): string {
  const hash = createHash("sha256")
    .update([component, ...identity].join("\0"))
    .digest("hex")
    .slice(0, 8);
  const readable = component
    .replaceAll(/[^A-Za-z0-9]+/g, "-")
    .replace(/^(internal-|-)+/, "")
    .slice(0, 32 - 1 - hash.length)
    .replace(/-+$/, "");
  return readable === "" ? hash : `${readable}-${hash}`;
}
