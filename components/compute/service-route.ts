import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../component.ts";
import type { Entrance } from "../edge/entrance.ts";
import { placementOf, trustOf } from "../security/policy-document.ts";
import { type RoutePlan, targetGroupName } from "./route-plan.ts";

/** Arguments of {@link ServiceRoute}. */
export interface ServiceRouteArgs extends ComponentArgs {
  loadBalancer: Entrance;
  plan: RoutePlan;
  /** Two target groups, between which ECS moves the traffic. */
  shiftsTraffic: boolean;
  vpcId: pulumi.Input<string>;
  /** Security group of the tasks, and the port they listen on. */
  securityGroupId: pulumi.Input<string>;
  port: number;
  priority: number | undefined;
  transform?: {
    targetGroup?: Transform<aws.lb.TargetGroupArgs>;
    listenerRule?: Transform<aws.lb.ListenerRuleArgs>;
    infrastructureRole?: Transform<aws.iam.RoleArgs>;
  };
}

/** The way of requests from a load balancer to a service; part of `FargateService`. */
export class ServiceRoute extends Component {
  readonly loadBalancerSuffix: pulumi.Output<string>;
  /** One target group, or the two between which ECS moves the traffic. */
  readonly targetGroups: readonly [aws.lb.TargetGroup, ...aws.lb.TargetGroup[]];
  /** What ECS needs in order to move the traffic; absent where it does not. */
  readonly shifting: aws.types.input.ecs.ServiceLoadBalancerAdvancedConfiguration | undefined;
  /** What must be in place before the service is made. */
  readonly ready: readonly pulumi.Resource[];
  /** The resources that the component made. */
  readonly nodes: {
    readonly targetGroup: aws.lb.TargetGroup;
    readonly alternateTargetGroup?: aws.lb.TargetGroup;
    readonly listenerRule: aws.lb.ListenerRule;
    readonly testListenerRule?: aws.lb.ListenerRule;
    readonly infrastructureRole?: aws.iam.Role;
  };

  constructor(name: string, args: ServiceRouteArgs, options: pulumi.ComponentResourceOptions) {
    super("strongroom:compute:ServiceRoute", name, args, options);
    const { loadBalancer, plan } = args;
    this.loadBalancerSuffix = loadBalancer.arnSuffix;

    const targetGroup = this.#makeTargetGroup(args, "targets");
    const alternateTargetGroup = args.shiftsTraffic ? this.#makeTargetGroup(args, "alternate") : undefined;
    const { paths, hosts } = plan;
    const { priority: wanted } = args;
    const priority = loadBalancer.reservePriority({ name, paths, hosts, priority: wanted });
    const rule = (role: string, listenerArn: pulumi.Output<string>): aws.lb.ListenerRule =>
      this.make(
        aws.lb.ListenerRule,
        role,
        {
          listenerArn,
          priority,
          conditions: [
            ...(hosts.length === 0 ? [] : [{ hostHeader: { values: hosts } }]),
            ...(paths.length === 0 ? [] : [{ pathPattern: { values: paths } }]),
          ],
          actions: [forwardTo(targetGroup, alternateTargetGroup)],
        },
        {
          transform: args.transform?.listenerRule,
          // From the first deployment on the weights are ECS's; to set them back would move live traffic.
          options: args.shiftsTraffic ? { ignoreChanges: ["actions"] } : {},
        },
      );
    const listenerRule = rule("rule", loadBalancer.listenerArn);
    const testListenerRule =
      args.shiftsTraffic && loadBalancer.testListenerArn !== undefined
        ? rule("test-rule", loadBalancer.testListenerArn)
        : undefined;
    const infrastructure = args.shiftsTraffic ? this.#makeInfrastructureRole(args) : undefined;
    const securityGroupRules = this.#makeSecurityGroupRules(args);

    this.targetGroups = [targetGroup, ...(alternateTargetGroup === undefined ? [] : [alternateTargetGroup])];
    this.shifting = alternateTargetGroup &&
      infrastructure && {
        alternateTargetGroupArn: alternateTargetGroup.arn,
        productionListenerRule: listenerRule.arn,
        roleArn: infrastructure.role.arn,
        ...(testListenerRule && { testListenerRule: testListenerRule.arn }),
      };
    this.ready = [
      listenerRule,
      ...(testListenerRule === undefined ? [] : [testListenerRule]),
      ...(infrastructure === undefined ? [] : [infrastructure.policy]),
      ...securityGroupRules,
    ];
    this.nodes = {
      targetGroup,
      ...(alternateTargetGroup && { alternateTargetGroup }),
      listenerRule,
      ...(testListenerRule && { testListenerRule }),
      ...(infrastructure && { infrastructureRole: infrastructure.role }),
    };
    this.registerOutputs({ listenerRule: listenerRule.arn });
  }

  #makeTargetGroup({ plan, vpcId, transform }: ServiceRouteArgs, role: string): aws.lb.TargetGroup {
    const { protocol, protocolVersion, healthCheck, stickiness, slowStart, deregistrationDelay } = plan;
    const stack = [pulumi.getProject(), pulumi.getStack()];
    return this.make(
      aws.lb.TargetGroup,
      role,
      {
        name: targetGroupName(this.componentName, [...stack, role, protocol, protocolVersion]),
        vpcId,
        targetType: "ip",
        // ECS registers each task with its own port; this one is never used, and as it never changes, the group is
        // not replaced when the service's port changes.
        port: 80,
        protocol,
        protocolVersion,
        healthCheck,
        deregistrationDelay,
        slowStart,
        ...(stickiness && { stickiness }),
      },
      { transform: transform?.targetGroup },
    );
  }

  /** Role with which ECS moves the listener's weights and registers tasks while it rolls out. */
  #makeInfrastructureRole({ transform }: ServiceRouteArgs): {
    role: aws.iam.Role;
    policy: aws.iam.RolePolicyAttachment;
  } {
    const { account, partition, region } = placementOf(this.inRegion, this.lookup);
    const role = this.make(
      aws.iam.Role,
      "infrastructure",
      {
        description: `ECS moves the traffic of ${this.componentName} with it`,
        assumeRolePolicy: trustOf("ecs.amazonaws.com", {
          account,
          arn: pulumi.interpolate`arn:${partition}:ecs:${region}:${account}:*`,
        }),
      },
      { transform: transform?.infrastructureRole },
    );
    const policy = this.make(aws.iam.RolePolicyAttachment, "infrastructure", {
      role: role.name,
      policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers`,
    });
    return { role, policy };
  }

  #makeSecurityGroupRules({ loadBalancer, securityGroupId, port }: ServiceRouteArgs): pulumi.Resource[] {
    const rule = {
      description: `Requests for ${this.componentName}`,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
    };
    return [
      this.make(aws.vpc.SecurityGroupIngressRule, "from-load-balancer", {
        ...rule,
        securityGroupId,
        referencedSecurityGroupId: loadBalancer.securityGroupId,
      }),
      this.make(aws.vpc.SecurityGroupEgressRule, "load-balancer-to-tasks", {
        ...rule,
        securityGroupId: loadBalancer.securityGroupId,
        referencedSecurityGroupId: securityGroupId,
      }),
    ];
  }
}

/** Everything to the one group; or to the first of two, between which ECS then moves. */
function forwardTo(
  first: aws.lb.TargetGroup,
  second: aws.lb.TargetGroup | undefined,
): aws.types.input.lb.ListenerRuleAction {
  if (second === undefined) return { type: "forward", targetGroupArn: first.arn };
  return {
    type: "forward",
    forward: {
      targetGroups: [
        { arn: first.arn, weight: 100 },
        { arn: second.arn, weight: 0 },
      ],
    },
  };
}
