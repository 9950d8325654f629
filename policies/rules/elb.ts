import { resourceRule, stackRule } from "../rule.ts";
import type { Props } from "../values.ts";
import { redirectsToHttps } from "./security-groups.ts";

const LOAD_BALANCERS = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];
const LISTENERS = ["aws:lb/listener:Listener", "aws:alb/listener:Listener"];
const WEB_ACL_ASSOCIATIONS = [
  "aws:wafv2/webAclAssociation:WebAclAssociation",
  "aws:wafregional/webAclAssociation:WebAclAssociation",
];

/** Policies of AWS that allow TLS 1.2 and newer only, and no weak ciphers. */
const MODERN_POLICY = /^ELBSecurityPolicy-(TLS13-1-[23]-(?!Ext0)|TLS-1-2-2017-01|FS-1-2-Res-)/;

function isApplication(balancer: Props): boolean {
  return ["", "application"].includes(balancer.text("loadBalancerType"));
}

export const elbRules = [
  resourceRule({
    id: "lb-listener-encrypted",
    title: "Listeners speak HTTPS or TLS, or only redirect to HTTPS",
    severity: "critical",
    types: LISTENERS,
    remedy:
      'Set `protocol: "HTTPS"` with a certificate, or redirect: `defaultActions: [{ type: "redirect", … }]`.',
    check(props, fail) {
      const protocol = props.text("protocol") || (props.number("port") === 443 ? "HTTPS" : "HTTP");
      if (["HTTPS", "TLS", "GENEVE"].includes(protocol)) return;
      if (protocol !== "HTTP" || !redirectsToHttps(props)) fail(`protocol is ${protocol}`);
    },
  }),
  resourceRule({
    id: "lb-listener-modern-tls-policy",
    title: "TLS listeners allow only TLS 1.2 or newer with strong ciphers",
    severity: "high",
    types: LISTENERS,
    remedy: 'Set `sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"`.',
    check(props, fail) {
      const protocol = props.text("protocol") || (props.number("port") === 443 ? "HTTPS" : "HTTP");
      if (!["HTTPS", "TLS"].includes(protocol)) return;
      const policy = props.text("sslPolicy");
      if (!MODERN_POLICY.test(policy))
        fail(`sslPolicy is ${policy || "not given: AWS's default allows TLS 1.0"}`);
    },
  }),
  resourceRule({
    id: "alb-drop-invalid-headers",
    title: "Application load balancers discard malformed HTTP headers",
    severity: "medium",
    types: LOAD_BALANCERS,
    remedy: "Set `dropInvalidHeaderFields: true`.",
    check(props, fail) {
      if (isApplication(props) && !props.flag("dropInvalidHeaderFields"))
        fail("dropInvalidHeaderFields is not on");
    },
    remediate: (props) => (isApplication(props) ? { dropInvalidHeaderFields: true } : undefined),
  }),
  resourceRule({
    id: "lb-access-logs",
    title: "Load balancers write access logs to a bucket",
    severity: "medium",
    types: LOAD_BALANCERS,
    remedy:
      "Set `accessLogs: { bucket, enabled: true }` with a bucket whose policy lets the log delivery write.",
    check(props, fail) {
      if (props.text("loadBalancerType") === "gateway") return;
      if (!props.flag("accessLogs.enabled")) fail("accessLogs is not enabled");
    },
  }),
  stackRule({
    id: "alb-waf-associated",
    title: "Internet-facing application load balancers stand behind a web ACL",
    severity: "medium",
    types: LOAD_BALANCERS,
    joins: WEB_ACL_ASSOCIATIONS,
    remedy: "Declare an `aws.wafv2.WebAclAssociation` with the load balancer's ARN as `resourceArn`.",
    check(balancer, stack, fail) {
      if (!isApplication(balancer.props) || balancer.props.flag("internal")) return;
      if (!stack.hasReferring(WEB_ACL_ASSOCIATIONS, "resourceArn", balancer)) fail("no web ACL protects it");
    },
  }),
];
