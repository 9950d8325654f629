import { resourceRule, stackRule } from "../rule.ts";
import { allOf, anyOf, visit, type Props } from "../values.ts";
import { ENCRYPTED, LISTENER_RULES, LISTENERS, protocolOf, redirectsToHttps } from "./shared/listeners.ts";

const TARGET_GROUPS = ["aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup"];

/** Policies of AWS that allow TLS 1.2 and newer only, and no weak ciphers: `Ext0` and `Ext2` have CBC with SHA-1. */
const MODERN_POLICY = /^ELBSecurityPolicy-(TLS13-1-[23]-(?!Ext[02])|TLS-1-2-2017-01|FS-1-2-Res-)/;

/** What the policies of AWS that answer a demand have in their names. */
const DEMANDS: Record<string, RegExp> = { fips: /-FIPS-/, "post-quantum": /-PQ-/, either: /-(FIPS|PQ)-/ };

/** Ports on which a network load balancer passes TLS through to its targets. */
const TLS_PORTS = [443, 8443];

function isTls(listener: Props): boolean {
  return ["HTTPS", "TLS"].includes(protocolOf(listener));
}

/** Whether targets get requests encrypted; functions are called by AWS's own interface, which is. */
function forwardsEncrypted(group: Props): boolean {
  return anyOf(
    () => group.text("targetType") === "lambda",
    // It hands TCP on to another load balancer, whose listeners have rules of their own.
    () => group.text("targetType") === "alb",
    () => ENCRYPTED.includes(group.text("protocol")),
    () => group.text("protocol") === "TCP" && TLS_PORTS.includes(group.number("port") ?? 0),
  );
}

export const elbListenerRules = [
  resourceRule({
    id: "lb-listener-encrypted",
    title: "Listeners speak HTTPS or TLS, or only redirect to HTTPS",
    severity: "critical",
    types: LISTENERS,
    why: "Over an unencrypted listener anybody on the way reads and changes what users send and get.",
    remedy:
      'Set `protocol: "HTTPS"` with a certificate, or redirect: `defaultActions: [{ type: "redirect", … }]`.',
    check(props, fail) {
      const protocol = protocolOf(props);
      if (ENCRYPTED.includes(protocol)) return;
      if (protocol !== "HTTP" || !redirectsToHttps(props)) fail(`protocol is ${protocol}`);
    },
  }),
  stackRule({
    id: "alb-http-redirects-to-https",
    title: "HTTP listeners do nothing but redirect to HTTPS",
    severity: "medium",
    types: LISTENERS,
    joins: LISTENER_RULES,
    why: "One path that is still answered over plain HTTP gives away the session of whoever is led there.",
    remedy:
      'Set `defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" ' +
      "} }]`, and move the listener's rules to the HTTPS listener.",
    check(listener, stack, fail) {
      if (protocolOf(listener.props) !== "HTTP") return;
      if (!redirectsToHttps(listener.props)) fail("the default action does not redirect to HTTPS");
      visit(stack.referring(LISTENER_RULES, "listenerArn", listener), (rule) => {
        if (!redirectsToHttps(rule.props, "actions")) fail(`${rule.name} does not redirect to HTTPS`);
      });
    },
  }),
  resourceRule({
    id: "lb-listener-modern-tls-policy",
    title: "TLS listeners allow only TLS 1.2 or newer with strong ciphers",
    severity: "high",
    types: LISTENERS,
    why: "With old protocols and ciphers, somebody on the way can break the encryption or push clients down to it.",
    remedy: 'Set `sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"`, which AWS recommends.',
    check(props, fail) {
      if (!isTls(props)) return;
      const policy = props.text("sslPolicy");
      if (!MODERN_POLICY.test(policy))
        fail(`sslPolicy is ${policy || "not given: AWS's default allows TLS 1.0"}`);
    },
  }),
  resourceRule({
    id: "lb-tls-fips-or-post-quantum",
    title: "TLS listeners use validated or post-quantum cryptography where it is demanded",
    severity: "low",
    types: LISTENERS,
    why:
      "Contracts with public bodies ask for validated modules (FIPS); what is recorded today without post-quantum " +
      "keys may be read once such computers exist.",
    remedy: 'Set `sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09"`, which is both.',
    parameters: {
      demand: {
        type: "string",
        enum: ["none", "fips", "post-quantum", "either"],
        description: "Which of the two the listeners must have.",
        default: "none",
      },
    },
    check(props, fail, parameters) {
      const demand = parameters.text("demand");
      const demanded = DEMANDS[demand];
      if (demanded === undefined || !isTls(props)) return;
      const policy = props.text("sslPolicy");
      if (!demanded.test(policy)) fail(`sslPolicy is ${policy || "not given"}; demanded is ${demand}`);
    },
  }),
  resourceRule({
    id: "lb-listener-has-certificate",
    title: "TLS listeners carry a certificate that AWS renews",
    severity: "medium",
    types: LISTENERS,
    why: "A certificate that is uploaded by hand runs out one night, and its private key has been on somebody's disk.",
    remedy: "Set `certificateArn` to an `aws.acm.Certificate`.",
    check(props, fail) {
      if (!isTls(props)) return;
      if (!props.declares("certificateArn")) fail("certificateArn is not given");
      else if (/^arn:[^:]*:iam:/.test(props.text("certificateArn")))
        fail("certificateArn names an uploaded certificate");
    },
  }),
  resourceRule({
    id: "lb-target-group-encrypted",
    title: "Target groups forward over TLS",
    severity: "medium",
    types: TARGET_GROUPS,
    why: "Behind the load balancer, whoever gets into the network reads card numbers and sessions in plain text.",
    remedy:
      'Set `protocol: "HTTPS"` (for network load balancers "TLS") and let the targets present a certificate.',
    check(props, fail) {
      if (!forwardsEncrypted(props)) fail(`protocol is ${props.text("protocol") || "not given"}`);
    },
  }),
  resourceRule({
    id: "lb-target-health-check-defined",
    title: "Target groups define a health check, encrypted where the targets speak TLS",
    severity: "low",
    types: TARGET_GROUPS,
    why: "With AWS's default a target counts as healthy that answers at `/`, whether it can do its work or not.",
    remedy: 'Set `healthCheck: { path: "/health", protocol: "HTTPS" }`.',
    check(props, fail) {
      // AWS calls functions without checking them unless asked to.
      if (props.text("targetType") === "lambda") return;
      if (!props.declares("healthCheck")) fail("healthCheck is not given");
      else if (!props.flag("healthCheck.enabled", true)) fail("healthCheck.enabled is off");
      const isPlain = allOf(
        () => props.text("protocol") === "HTTPS",
        () => props.text("healthCheck.protocol") !== "HTTPS",
      );
      if (isPlain) fail(`healthCheck.protocol is ${props.text("healthCheck.protocol") || "HTTP"}`);
    },
  }),
];
