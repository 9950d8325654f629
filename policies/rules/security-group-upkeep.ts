import { EVERY_AWS_TYPE, resourceRule, stackRule } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { UnknownValue, visit, type Props } from "../values.ts";
import { oncePerStack } from "../once-per-stack.ts";
import { EGRESS_RULES, GROUP_RULES, INGRESS_RULES, openings, SECURITY_GROUPS } from "./shared/openings.ts";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";
const VPCS = ["aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc"];
const DIRECTIONS = ["ingress", "egress"] as const;
type Direction = (typeof DIRECTIONS)[number];

/** What providers write where no description is given. */
const NO_DESCRIPTION = ["", "Managed by Pulumi", "Managed by Terraform"];

/** Rules of their own that belong to a group and speak of one direction. */
function rulesOf(stack: Stack, group: StackResource, direction: Direction): StackResource[] {
  return stack
    .referring(direction === "ingress" ? INGRESS_RULES : EGRESS_RULES, "securityGroupId", group)
    .filter((rule) => openings(direction, rule, stack).length > 0);
}

/** Whether a group settles one direction inline, and so takes away what rules of their own add. */
function managesInline({ type, props }: StackResource, direction: Direction): boolean {
  // The default group is emptied of all that it does not name; for others an empty list means none, too.
  return type === DEFAULT_GROUP || props.declares(direction) || hasEmptyList(props, direction);
}

function hasEmptyList(props: Props, direction: Direction): boolean {
  return Array.isArray(props.value(direction));
}

/** How many rules AWS makes of an inline permission: one for each range, list and group. */
function ruleCount(inline: Props): number {
  const sources = ["cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups"];
  const count = sources.reduce((sum, key) => sum + inline.list(key).length, 0);
  return count + (inline.flag("self") ? 1 : 0);
}

/** What the resources of a stack use: URNs by the engine's record, identifiers of groups, and what is not known of it. */
interface Uses {
  urns: Set<string>;
  ids: Set<string>;
  unknown: Set<string>;
}

/** Properties that hold identifiers of groups, or objects that do. */
const MAY_NAME_GROUPS = /group|config|interface|option/i;

/** What the resources of a stack use, found once for all groups. */
const usesIn = oncePerStack((stack): Uses => {
  const uses: Uses = { urns: new Set(), ids: new Set(), unknown: new Set() };
  for (const resource of stack.all()) {
    if (!resource.type.startsWith("aws:")) {
      // Components of other languages may put a group on what they make.
      for (const urn of resource.origins) uses.urns.add(urn);
      continue;
    }
    for (const [key, value] of resource.props.entries()) {
      // A rule of a group is part of it and no use.
      if (key === "securityGroupId" && GROUP_RULES.includes(resource.type)) continue;
      const origins = resource.originsOf(key).filter((urn) => urn !== resource.urn);
      for (const urn of origins) uses.urns.add(urn);
      collect(value, uses, origins.length > 0);
    }
  }
  return uses;
});

/** Collects the identifiers of groups within a value. Of what is not known yet the engine may know the origin. */
function collect(value: Props, uses: Uses, isRecorded: boolean): void {
  try {
    const text = value.text();
    if (text.startsWith("sg-")) uses.ids.add(text);
    for (const [, item] of value.entries()) collect(item, uses, isRecorded);
  } catch (error) {
    if (!(error instanceof UnknownValue)) throw error;
    if (isRecorded) return;
    for (const path of error.paths.filter((one) => MAY_NAME_GROUPS.test(one))) uses.unknown.add(path);
  }
}

export const securityGroupUpkeepRules = [
  resourceRule({
    id: "sg-rule-described",
    title: "Security groups and all their rules say what they are for",
    severity: "low",
    types: [...SECURITY_GROUPS, ...GROUP_RULES],
    why: "Nobody dares to close a port of which nobody knows who needs it, so it stays open.",
    remedy: "Set `description` on the group and on each rule: who reaches what, and why.",
    check(props, fail, _parameters, type) {
      if (type !== DEFAULT_GROUP && NO_DESCRIPTION.includes(props.text("description")))
        fail("description is not given");
      if (!SECURITY_GROUPS.includes(type)) return;
      visit(DIRECTIONS, (direction) => {
        visit(props.list(direction), (inline) => {
          if (!inline.declares("description")) fail(`an ${direction} rule has no description`);
        });
      });
    },
  }),
  stackRule({
    id: "sg-default-closed",
    title: "The default security group of each network holds no rules",
    severity: "high",
    types: [DEFAULT_GROUP, ...VPCS],
    joins: GROUP_RULES,
    why:
      "Whatever is made without naming a group gets the default one, in which AWS lets all members reach each other " +
      "and everything outside.",
    remedy:
      "Declare an `aws.ec2.DefaultSecurityGroup` with the network's `vpcId` and neither `ingress` nor `egress`.",
    check(resource, stack, fail) {
      if (VPCS.includes(resource.type)) {
        if (!stack.hasReferring([DEFAULT_GROUP], "vpcId", resource))
          fail("no aws.ec2.DefaultSecurityGroup empties its default group");
        return;
      }
      visit(DIRECTIONS, (direction) => {
        const inline = resource.props.list(direction).length;
        if (inline > 0) fail(`${direction} has ${inline === 1 ? "a rule" : `${inline} rules`}`);
        for (const { name } of rulesOf(stack, resource, direction)) fail(`${name} adds a rule to it`);
      });
    },
  }),
  stackRule({
    id: "sg-attached",
    title: "Every declared security group is used by something",
    severity: "low",
    types: [GROUP],
    joins: [EVERY_AWS_TYPE],
    why: "A group that nothing uses is taken by mistake one day, with openings that nobody has looked at since.",
    remedy: "Put the group on what it was made for, or remove it.",
    check(group, stack, fail) {
      const { urns, ids, unknown } = usesIn(stack);
      if (urns.has(group.urn) || [...group.names].some((name) => ids.has(name))) return;
      if (unknown.size > 0) throw new UnknownValue([...unknown]);
      fail("nothing in the stack uses it");
    },
  }),
  stackRule({
    id: "sg-no-mixed-rule-styles",
    title: "A security group has its rules inline or as resources, not both",
    severity: "medium",
    types: SECURITY_GROUPS,
    joins: GROUP_RULES,
    why: "Each deployment takes away what the other style has added, so ports open and close by turns.",
    remedy:
      "Move the inline `ingress` and `egress` into `aws.vpc.SecurityGroupIngressRule` and `…EgressRule`.",
    check(group, stack, fail) {
      visit(DIRECTIONS, (direction) => {
        const rules = rulesOf(stack, group, direction);
        if (rules.length > 0 && managesInline(group, direction))
          fail(`${direction} is given inline, and ${rules.map(({ name }) => name).join(", ")} adds to it`);
      });
    },
  }),
  stackRule({
    id: "sg-rule-count-bounded",
    title: "Security groups do not collect more rules than somebody can review",
    severity: "low",
    types: SECURITY_GROUPS,
    joins: GROUP_RULES,
    why: "Among hundreds of rules the one that is wrong is not found.",
    remedy: "Name groups or prefix lists instead of single addresses, and split groups by purpose.",
    parameters: {
      maximum: {
        type: "integer",
        minimum: 1,
        description: "Rules of one direction that are allowed.",
        default: 50,
      },
    },
    check(group, stack, fail, parameters) {
      const maximum = parameters.number("maximum") ?? 50;
      visit(DIRECTIONS, (direction) => {
        const inline = group.props.list(direction).reduce((sum, one) => sum + ruleCount(one), 0);
        const count = inline + rulesOf(stack, group, direction).length;
        if (count > maximum) fail(`${count} ${direction} rules, more than ${maximum}`);
      });
    },
  }),
];
