export { Certificate, type CertificateArgs } from "./certificate.ts";
export { DnsZone, type DnsZoneArgs } from "./dns-zone.ts";
export * from "./entrance.ts";
export { type ManagedGroup, type ManagedGroupArgs } from "./firewall-rules.ts";
export { type HostedZone } from "./hosted-zone.ts";
export { LoadBalancer } from "./load-balancer.ts";
export {
  type AccessLogsArgs,
  type DomainArgs,
  type LoadBalancerArgs,
  TLS_POLICIES,
  type TlsPolicy,
} from "./load-balancer-args.ts";
export { type FirewallLogsArgs, WebFirewall, type WebFirewallArgs } from "./web-firewall.ts";
