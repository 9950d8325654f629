import { fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const listener = of("aws:lb/listener:Listener");
const rule = of("aws:lb/listenerRule:ListenerRule");
const targets = of("aws:lb/targetGroup:TargetGroup");

const redirect = { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } };
const forward = { type: "forward", targetGroupArn: UNKNOWN };
const http = { port: 80, protocol: "HTTP" };
const certificateArn = "arn:aws:acm:eu-west-1:111122223333:certificate/payments";
const https = { port: 443, protocol: "HTTPS", certificateArn };
const policy = (sslPolicy: string) => listener({ ...https, sslPolicy });
const ofListener = { listenerArn: ["Listener"] };
const demand = (kind: string) => ({ parameters: { demand: kind } });
const healthCheck = { path: "/health", protocol: "HTTPS" };

export default [
  fails("lb-listener-encrypted", listener({ ...http, defaultActions: [forward] })),
  fails("lb-listener-encrypted", listener({ port: 5432, protocol: "TCP" })),
  fails(
    "lb-listener-encrypted",
    listener({ port: 80, defaultActions: [{ type: "redirect", redirect: { protocol: "#{protocol}" } }] }),
  ),
  passes("lb-listener-encrypted", listener(https)),
  // Without a protocol it is HTTP, whatever the port.
  fails("lb-listener-encrypted", listener({ port: 443, defaultActions: [forward] })),
  passes("lb-listener-encrypted", listener({ port: 443, certificateArn })),
  passes("lb-listener-encrypted", listener({ port: 80, protocol: "HTTP", defaultActions: [redirect] })),
  passes("lb-listener-encrypted", listener({ port: 443, protocol: "QUIC", defaultActions: [forward] })),
  // A listener of a gateway load balancer takes neither port nor protocol.
  passes("lb-listener-encrypted", listener({ defaultActions: [forward] })),
  unknown("lb-listener-encrypted", listener({ port: 80, protocol: UNKNOWN })),

  fails("alb-http-redirects-to-https", listener({ ...http, defaultActions: [forward] })),
  fails(
    "alb-http-redirects-to-https",
    listener({ ...http, defaultActions: [redirect] }),
    rule({ listenerArn: UNKNOWN, actions: [forward] }, ofListener),
  ),
  // A redirect that stays on HTTP.
  fails(
    "alb-http-redirects-to-https",
    listener({ ...http, defaultActions: [redirect], arn: "arn:listener" }),
    rule({ listenerArn: "arn:listener", actions: [{ type: "redirect", redirect: { path: "/new" } }] }),
  ),
  passes("alb-http-redirects-to-https", listener({ ...http, defaultActions: [redirect] })),
  passes(
    "alb-http-redirects-to-https",
    listener({ ...http, defaultActions: [redirect] }),
    rule({ listenerArn: UNKNOWN, actions: [redirect] }, ofListener),
  ),
  passes(
    "alb-http-redirects-to-https",
    listener({ ...http, defaultActions: [redirect] }),
    rule({ listenerArn: UNKNOWN, actions: [forward] }, { listenerArn: ["other"] }),
  ),
  passes("alb-http-redirects-to-https", listener({ ...https, defaultActions: [forward] })),
  unknown("alb-http-redirects-to-https", listener({ ...http, defaultActions: UNKNOWN })),
  unknown(
    "alb-http-redirects-to-https",
    listener({ ...http, defaultActions: [redirect] }),
    rule({ listenerArn: UNKNOWN, actions: UNKNOWN }, ofListener),
  ),

  fails("lb-listener-modern-tls-policy", listener(https)),
  fails("lb-listener-modern-tls-policy", policy("ELBSecurityPolicy-2016-08")),
  fails("lb-listener-modern-tls-policy", policy("ELBSecurityPolicy-TLS13-1-2-Ext0-FIPS-2023-04")),
  fails("lb-listener-modern-tls-policy", policy("ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06")),
  fails(
    "lb-listener-modern-tls-policy",
    listener({ protocol: "TLS", sslPolicy: "ELBSecurityPolicy-TLS13-1-0-2021-06" }),
  ),
  passes("lb-listener-modern-tls-policy", policy("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09")),
  // What AWS offers of TLS 1.2 and newer, but for those that bring CBC with SHA-1 back (Ext0, Ext2).
  ...[
    "TLS13-1-2-2021-06",
    "TLS13-1-2-Res-2021-06",
    "TLS13-1-2-Ext1-2021-06",
    "TLS13-1-3-2021-06",
    "TLS13-1-2-FIPS-2023-04",
    "TLS13-1-2-Res-FIPS-2023-04",
    "TLS13-1-2-Ext1-FIPS-2023-04",
    "TLS13-1-3-FIPS-2023-04",
    "TLS13-1-2-RFC9151-FIPS-2023-07",
    "TLS13-1-2-RFC9151-INTEROP4-FIPS-2023-07",
    "TLS13-1-3-RFC9151-FIPS-2023-07",
    "TLS13-1-2-PQ-2025-09",
    "TLS13-1-2-Ext1-PQ-2025-09",
    "TLS13-1-3-PQ-2025-09",
    "TLS13-1-2-FIPS-PQ-2025-09",
    "TLS13-1-2-Res-FIPS-PQ-2025-09",
    "TLS13-1-2-Ext1-FIPS-PQ-2025-09",
    "TLS13-1-3-FIPS-PQ-2025-09",
  ].map((name) => passes("lb-listener-modern-tls-policy", policy(`ELBSecurityPolicy-${name}`))),
  ...["TLS13-1-2-Ext0-FIPS-PQ-2025-09", "TLS13-1-2-Ext2-PQ-2025-09", "TLS13-1-0-PQ-2025-09"].map((name) =>
    fails("lb-listener-modern-tls-policy", policy(`ELBSecurityPolicy-${name}`)),
  ),
  passes(
    "lb-listener-modern-tls-policy",
    listener({ protocol: "TLS", sslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06" }),
  ),
  passes("lb-listener-modern-tls-policy", listener(http)),
  unknown("lb-listener-modern-tls-policy", policy(UNKNOWN)),

  {
    ...fails("lb-tls-fips-or-post-quantum", policy("ELBSecurityPolicy-TLS13-1-2-Res-2021-06")),
    ...demand("either"),
  },
  {
    ...fails("lb-tls-fips-or-post-quantum", policy("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09")),
    ...demand("fips"),
  },
  {
    ...fails("lb-tls-fips-or-post-quantum", policy("ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04")),
    ...demand("post-quantum"),
  },
  {
    ...passes("lb-tls-fips-or-post-quantum", policy("ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09")),
    ...demand("either"),
  },
  {
    ...passes("lb-tls-fips-or-post-quantum", policy("ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04")),
    ...demand("fips"),
  },
  { ...passes("lb-tls-fips-or-post-quantum", listener(http)), ...demand("either") },
  passes("lb-tls-fips-or-post-quantum", policy("ELBSecurityPolicy-TLS13-1-2-2021-06")),
  { ...unknown("lb-tls-fips-or-post-quantum", policy(UNKNOWN)), ...demand("either") },

  fails("lb-listener-has-certificate", listener({ port: 443, protocol: "HTTPS" })),
  fails(
    "lb-listener-has-certificate",
    listener({ ...https, certificateArn: "arn:aws:iam::111122223333:server-certificate/payments" }),
  ),
  passes("lb-listener-has-certificate", listener(https)),
  passes("lb-listener-has-certificate", listener(http)),
  unknown("lb-listener-has-certificate", listener({ ...https, certificateArn: UNKNOWN })),

  fails("lb-target-group-encrypted", targets({ port: 80, protocol: "HTTP", targetType: "ip" })),
  fails("lb-target-group-encrypted", targets({ port: 5432, protocol: "TCP" })),
  passes("lb-target-group-encrypted", targets({ port: 8443, protocol: "HTTPS", targetType: "ip" })),
  passes("lb-target-group-encrypted", targets({ port: 6514, protocol: "TLS" })),
  passes("lb-target-group-encrypted", targets({ port: 443, protocol: "TCP" })),
  passes("lb-target-group-encrypted", targets({ targetType: "lambda" })),
  passes("lb-target-group-encrypted", targets({ port: 80, protocol: "TCP", targetType: "alb" })),
  passes("lb-target-group-encrypted", targets({ port: 6081, protocol: "GENEVE" })),
  unknown("lb-target-group-encrypted", targets({ port: 80, protocol: UNKNOWN })),

  fails("lb-target-health-check-defined", targets({ port: 80, protocol: "HTTP" })),
  fails("lb-target-health-check-defined", targets({ protocol: "HTTP", healthCheck: { enabled: false } })),
  fails("lb-target-health-check-defined", targets({ protocol: "HTTPS", healthCheck: { path: "/health" } })),
  passes("lb-target-health-check-defined", targets({ port: 443, protocol: "HTTPS", healthCheck })),
  passes("lb-target-health-check-defined", targets({ protocol: "HTTP", healthCheck: { path: "/health" } })),
  passes("lb-target-health-check-defined", targets({ protocol: "TCP", healthCheck: { port: UNKNOWN } })),
  passes("lb-target-health-check-defined", targets({ targetType: "lambda" })),
  unknown("lb-target-health-check-defined", targets({ protocol: "HTTPS", healthCheck: UNKNOWN })),
];
