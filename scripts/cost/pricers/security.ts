import type { PlanResource } from "../../../components/testing/plan.ts";
import { fixed } from "../monthly.ts";
import { listAt, objectAt, textAt } from "../site.ts";
import type { Site } from "../site.ts";
import type { Charge, Pricers } from "./pricer.ts";

/** Web firewall, keys, secrets, audit trail and the detective services. */
export const security: Pricers = {
  "aws:wafv2/webAcl:WebAcl": firewall,
  "aws:wafv2/webAclRule:WebAclRule": rule,
  "aws:wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation": rule,
  "aws:kms/key:Key": key,
  "aws:kms/externalKey:ExternalKey": key,
  "aws:kms/replicaKey:ReplicaKey": key,
  "aws:secretsmanager/secret:Secret": secret,
  "aws:ssm/parameter:Parameter": parameter,
  "aws:cloudtrail/trail:Trail": trail,
  "aws:guardduty/detector:Detector": detector,
  "aws:cfg/recorder:Recorder": (_, site) => [
    {
      part: "security",
      what: "recorded configuration items",
      price: "config.item",
      quantity: site.assumed(site.usage.configItems),
    },
  ],
  "aws:cfg/rule:Rule": (_, site) => [
    {
      part: "security",
      what: "Config rule",
      price: "config.evaluation",
      quantity: site.assumed(site.usage.configItems),
    },
  ],
  "aws:securityhub/account:Account": (_, site) => [
    {
      part: "security",
      what: "Security Hub checks",
      price: "securityhub.check",
      quantity: site.assumed(site.usage.securityChecks),
    },
  ],
  "aws:shield/subscription:Subscription": () => [
    { part: "security", what: "Shield Advanced", price: "shield.advanced", quantity: fixed(1), global: true },
  ],
  "aws:acmpca/certificateAuthority:CertificateAuthority": ({ inputs }) => [
    {
      part: "security",
      what: "private certificate authority",
      price:
        textAt(inputs, "usageMode") === "SHORT_LIVED_CERTIFICATE" ? "acmpca.short-lived" : "acmpca.general",
      quantity: fixed(1),
    },
  ],
};

function firewall(resource: PlanResource, site: Site): Charge[] {
  const rules = listAt(resource.inputs, "rules").length;
  const global = textAt(resource.inputs, "scope") === "CLOUDFRONT";
  const charges: Charge[] = [
    { part: "security", what: "web firewall", price: "waf.acl", quantity: fixed(1) },
    {
      part: "security",
      what: "firewall rules and managed rule groups",
      price: "waf.rule",
      quantity: fixed(rules),
      how: `${rules} rules`,
    },
    {
      part: "security",
      what: "firewall requests",
      price: "waf.requests",
      quantity: site.assumed(site.usage.requests),
    },
  ];
  return charges.filter(({ quantity }) => quantity.high > 0).map((charge) => ({ ...charge, global }));
}

function rule(): Charge[] {
  return [{ part: "security", what: "firewall rule", price: "waf.rule", quantity: fixed(1) }];
}

function key(_: PlanResource, site: Site): Charge[] {
  return [
    { part: "security", what: "KMS key", price: "kms.key", quantity: fixed(1) },
    {
      part: "security",
      what: "KMS requests",
      price: "kms.requests",
      quantity: site.assumed(site.usage.keyRequests),
    },
  ];
}

function secret({ inputs }: PlanResource, site: Site): Charge[] {
  const copies = 1 + listAt(inputs, "replicas").length;
  return [
    {
      part: "security",
      what: "secret",
      price: "secrets.secret",
      quantity: fixed(copies),
      how: copies === 1 ? "1 secret" : `1 secret in ${copies} regions`,
    },
    {
      part: "security",
      what: "reads of the secret",
      price: "secrets.requests",
      quantity: site.assumed(site.usage.secretRequests),
    },
  ];
}

/** Standard parameters are free. */
function parameter({ inputs }: PlanResource): Charge[] {
  return textAt(inputs, "tier") === "Advanced"
    ? [{ part: "security", what: "advanced parameter", price: "ssm.advanced", quantity: fixed(1) }]
    : [];
}

/** The first trail's management events are free; data events and Insights are not. */
function trail(resource: PlanResource, site: Site): Charge[] {
  const { inputs } = resource;
  const events = site.assumed(site.usage.trailDataEvents);
  const charges: Charge[] = [];
  if (site.position(resource) > 0) {
    charges.push({
      part: "security",
      what: "management events of a further trail",
      price: "cloudtrail.management",
      quantity: site.assumed(1),
    });
  }
  if (recordsData(inputs)) {
    charges.push({
      part: "security",
      what: "recorded data events",
      price: "cloudtrail.data",
      quantity: events,
    });
  }
  if (listAt(inputs, "insightSelectors").length > 0) {
    charges.push({
      part: "security",
      what: "events analysed by CloudTrail Insights",
      price: "cloudtrail.insights",
      quantity: site.assumed(1),
    });
  }
  return charges;
}

function recordsData(inputs: PlanResource["inputs"]): boolean {
  const classic = listAt(objectAt(inputs, "eventSelectors") ?? {}, "dataResources").length > 0;
  return classic || JSON.stringify(inputs.advancedEventSelectors ?? []).includes('"Data"');
}

function detector({ inputs }: PlanResource, site: Site): Charge[] {
  if (inputs.enable === false) return [];
  return [
    {
      part: "security",
      what: "GuardDuty: management events",
      price: "guardduty.events",
      quantity: site.assumed(site.usage.trailDataEvents / 10),
    },
    {
      part: "security",
      what: "GuardDuty: flow and DNS logs",
      price: "guardduty.flows",
      quantity: site.assumed(site.usage.flowLogGb),
    },
  ];
}
