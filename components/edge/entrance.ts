import type * as pulumi from "@pulumi/pulumi";
import type { Network } from "../network/network.ts";

/** What a service needs of the load balancer that it is reached through (`LoadBalancer` implements it). */
export interface Entrance {
  readonly network: Network;
  readonly arn: pulumi.Output<string>;
  /** The part of the ARN that CloudWatch's `LoadBalancer` dimension takes. */
  readonly arnSuffix: pulumi.Output<string>;
  readonly securityGroupId: pulumi.Output<string>;
  /** Listener of live traffic: HTTPS, or HTTP where no certificate is given. */
  readonly listenerArn: pulumi.Output<string>;
  /** Listener on which a roll-out's new tasks are tried first; made when `testListener` is asked for. */
  readonly testListenerArn: pulumi.Output<string> | undefined;
  /** Whether clients are served over TLS; absent where nobody knows. */
  readonly tls?: boolean;
  /** Public address, with scheme. */
  readonly url: pulumi.Output<string>;
  /**
   * Gives a listener rule its priority: specific conditions before general ones, stable when services are added, and
   * an error when two services claim the same conditions.
   */
  reservePriority(rule: { name: string; paths: string[]; hosts: string[]; priority?: number }): number;
}
