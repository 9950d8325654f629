export { type AdoptedNetworkArgs } from "./adopted-network.ts";
export { addresses, type Cidr, contains, formatCidr, overlaps, parseCidr } from "./cidr.ts";
export { type EndpointsArgs, type GatewayService, TASK_SERVICES } from "./endpoints.ts";
export { type FlowLogsArgs } from "./flow-logs.ts";
export { type NatArgs, type NatMode } from "./nat.ts";
export * from "./network.ts";
export { planSubnets, type SubnetPlan } from "./subnet-plan.ts";
export { type VpcArgs } from "./vpc-args.ts";
export { Vpc } from "./vpc.ts";
