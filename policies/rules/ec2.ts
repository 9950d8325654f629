import { resourceRule, stackRule, type RuleText } from "../rule.ts";
import type { Stack, StackResource } from "../stack.ts";
import { anyOf, some, UNKNOWN_MARKER, UnknownValue, visit, type Props } from "../values.ts";
import { accountSettingRule } from "./shared/account-settings.ts";
import { containsCredential } from "./shared/credentials.ts";
import { switchedOnRule } from "./shared/switched-on.ts";

const INSTANCE = "aws:ec2/instance:Instance";
const INSTANCES = [INSTANCE, "aws:ec2/spotInstanceRequest:SpotInstanceRequest"];
const LAUNCH_TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const LAUNCH_CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration";
const LAUNCHED = [...INSTANCES, LAUNCH_TEMPLATE, LAUNCH_CONFIGURATION];
const INTERFACE = "aws:ec2/networkInterface:NetworkInterface";
const INTERFACE_ATTACHMENT = "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment";
const ADDRESSES = ["aws:ec2/eip:Eip", "aws:ec2/eipAssociation:EipAssociation"];
const IMAGE = "aws:ec2/ami:Ami";

/** Whether an instance leaves a property to its launch template, which has a rule of its own or is judged elsewhere. */
export function leavesToTemplate(instance: Props, path: string): boolean {
  return !instance.declares(path) && instance.declares("launchTemplate");
}

/** A rule that the metadata service answers only requests with a session token. */
function metadataTokens(id: string, types: readonly string[], what: string) {
  return resourceRule({
    id,
    title: `${what} answer metadata requests only with a session token`,
    severity: "high",
    types,
    why:
      "Without tokens, whoever makes a server fetch an address of their choice (SSRF, an open proxy) reads the " +
      "credentials of its role from the metadata service.",
    remedy: 'Set `metadataOptions: { httpTokens: "required" }`.',
    check(props, fail) {
      const isProtected = anyOf(
        () => props.text("metadataOptions.httpTokens") === "required",
        () => props.text("metadataOptions.httpEndpoint") === "disabled",
        () => leavesToTemplate(props, "metadataOptions.httpTokens"),
      );
      if (!isProtected)
        fail(`metadataOptions.httpTokens is ${props.text("metadataOptions.httpTokens") || "not given"}`);
    },
  });
}

/** What the rules on public addresses have in common. */
const noPublicAddressText = {
  severity: "high",
  why:
    "A server with a public address is reached past the load balancer and its web ACL: one wrong rule of a " +
    "security group puts it on the internet.",
  remedy:
    "Leave `associatePublicIpAddress` out or set it to false; reach the server by a load balancer or Session Manager.",
} as const;

/** The property by which an address is tied to an instance, directly or by its interface, if it is. */
function tiedBy(address: StackResource, stack: Stack): string | undefined {
  const instance = ["instance", "instanceId"].find((path) => address.props.declares(path));
  if (instance !== undefined) return instance;
  return ["networkInterface", "networkInterfaceId"].find((path) =>
    // What forwards for others, as a NAT instance does, needs an address.
    some(stack.allReferred(address, path, [INTERFACE, ...INSTANCES]), ({ props }) =>
      props.flag("sourceDestCheck", true),
    ),
  );
}

/** A rule that what is launched by a template or configuration gets no public address. */
function noPublicAddress(
  rule: Pick<RuleText, "id" | "title" | "types">,
  /** Where a public address may be asked for. */
  interfaces: (props: Props) => Props[] = (props) => [props],
) {
  return resourceRule({
    ...rule,
    ...noPublicAddressText,
    check(props, fail) {
      visit(interfaces(props), (one) => {
        if (one.flag("associatePublicIpAddress")) fail("associatePublicIpAddress is on");
      });
    },
  });
}

/** Whether AWS may end the instance at any time; it then takes no protection against that. */
function isSpot(instance: Props): boolean {
  return instance.text("instanceMarketOptions.marketType") === "spot";
}

/** Whether a start-up script holds a credential. What is known of it decides, whatever is unknown of the rest. */
function scriptHoldsCredential(props: Props, path: string, isBase64: boolean): boolean {
  const script = props.value(path);
  if (typeof script !== "string") return false;
  const plain = isBase64 ? Buffer.from(script, "base64").toString("utf8") : script;
  if (plain.split(UNKNOWN_MARKER).some(containsCredential)) return true;
  // A script that Pulumi keeps as a secret cannot be looked into offline.
  if (script.includes(UNKNOWN_MARKER) || script === "[secret]") throw new UnknownValue([path]);
  return false;
}

/** Families of instance types that have bandwidth of their own to their volumes only on demand, and that never have. */
const EBS_OPTIMIZED_ON_DEMAND = /^(c1|c3|g2|i2|m1|m2|m3|r3)\./;
const NEVER_EBS_OPTIMIZED = /^t[12]\./;

/** Families of instance types from the time of paravirtual images. */
const PARAVIRTUAL_TYPES = /^(c1|m1|m2|t1)\./;

export const ec2Rules = [
  metadataTokens("ec2-imdsv2-required", INSTANCES, "Instances"),
  metadataTokens("ec2-launch-template-imdsv2", [LAUNCH_TEMPLATE], "Instances of launch templates"),
  metadataTokens("asg-launch-config-imdsv2", [LAUNCH_CONFIGURATION], "Instances of launch configurations"),
  accountSettingRule(
    {
      id: "ec2-account-imdsv2-default",
      title: "The account's default demands session tokens for instance metadata",
      severity: "medium",
      types: ["aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults"],
      why: "Whatever is launched by hand or by a tool gets the account's default, and with it metadata open to SSRF.",
      remedy: 'Declare an `aws.ec2.InstanceMetadataDefaults` with `httpTokens: "required"`.',
    },
    (props, fail) => {
      const tokens = props.text("httpTokens");
      if (tokens !== "required") fail(`httpTokens is ${tokens || "not given"}`);
    },
  ),
  resourceRule({
    id: "ec2-metadata-hop-limit",
    title: "Metadata replies travel no further than the instance itself",
    severity: "medium",
    types: LAUNCHED,
    why:
      "With more than one hop, containers and whatever is routed through the instance reach its metadata and take " +
      "the credentials of its role.",
    remedy:
      "Leave `metadataOptions.httpPutResponseHopLimit` out or set it to 1; give containers roles of their own.",
    parameters: {
      maximum: {
        type: "integer",
        minimum: 1,
        maximum: 64,
        description: "Hops that are allowed. Containers on a bridge network that need the metadata take 2.",
        default: 1,
      },
    },
    check(props, fail, parameters) {
      const maximum = parameters.number("maximum") ?? 1;
      const hops = props.number("metadataOptions.httpPutResponseHopLimit") ?? 1;
      if (hops <= maximum || props.text("metadataOptions.httpEndpoint") === "disabled") return;
      fail(`metadataOptions.httpPutResponseHopLimit is ${hops}, more than ${maximum}`);
    },
  }),
  stackRule({
    ...noPublicAddressText,
    id: "ec2-no-public-ip",
    title: "Instances get no public address",
    types: [...INSTANCES, ...ADDRESSES],
    joins: [INTERFACE],
    check(resource, stack, fail) {
      if (ADDRESSES.includes(resource.type)) {
        const path = tiedBy(resource, stack);
        if (path) fail(`${path} ties a public address to an instance`);
      } else if (resource.props.flag("associatePublicIpAddress")) fail("associatePublicIpAddress is on");
    },
  }),
  noPublicAddress(
    {
      id: "ec2-launch-template-no-public-ip",
      title: "Launch templates give interfaces no public address",
      types: [LAUNCH_TEMPLATE],
    },
    (props) => props.list("networkInterfaces"),
  ),
  noPublicAddress({
    id: "asg-launch-config-no-public-ip",
    title: "Launch configurations give instances no public address",
    types: [LAUNCH_CONFIGURATION],
  }),
  resourceRule({
    id: "ec2-no-secrets-in-user-data",
    title: "Start-up scripts hold no credentials",
    severity: "high",
    types: LAUNCHED,
    why:
      "User data is readable by every process on the instance, by everyone who may describe it, and in the stack's " +
      "state.",
    remedy:
      "Let the script fetch the secret from Secrets Manager or Parameter Store with the instance's role.",
    check(props, fail, _parameters, type) {
      visit(["userData", "userDataBase64"], (path) => {
        const isBase64 = path === "userDataBase64" || type === LAUNCH_TEMPLATE;
        if (scriptHoldsCredential(props, path, isBase64)) fail(`${path} holds a credential`);
      });
    },
  }),
  resourceRule({
    id: "ec2-in-vpc",
    title: "Instances sit in a declared network",
    severity: "medium",
    types: INSTANCES,
    why: "AWS puts an instance without a subnet into the default network, where every subnet is public.",
    remedy: "Set `subnetId` to a private subnet.",
    check(props, fail) {
      const places = ["subnetId", "primaryNetworkInterface", "networkInterfaces", "launchTemplate"];
      if (!places.some((path) => props.declares(path)))
        fail("subnetId is not given, so AWS takes the default network");
    },
  }),
  resourceRule({
    id: "ec2-instance-profile",
    title: "Instances act by a role instead of keys",
    severity: "medium",
    types: INSTANCES,
    why: "Software on an instance without a role needs access keys, which nobody rotates and anybody can copy.",
    remedy:
      "Set `iamInstanceProfile` to an `aws.iam.InstanceProfile` whose role has what the software needs.",
    check(props, fail) {
      if (props.declares("iamInstanceProfile") || props.declares("launchTemplate")) return;
      fail("iamInstanceProfile is not given");
    },
  }),
  switchedOnRule(
    {
      id: "ec2-detailed-monitoring",
      title: "Instances report metrics every minute",
      severity: "low",
      types: INSTANCES,
      why: "With metrics every five minutes an overload or an attack is noticed minutes later.",
    },
    "monitoring",
    { concerns: (props) => !leavesToTemplate(props, "monitoring") },
  ),
  resourceRule({
    id: "ec2-ebs-optimized",
    title: "Instances have bandwidth of their own to their volumes",
    severity: "low",
    types: INSTANCES,
    why: "Where storage and network share one line, traffic of one starves the other.",
    remedy:
      "Choose a current instance type, all of which have it, or set `ebsOptimized: true` where the type offers it.",
    check(props, fail) {
      const type = props.text("instanceType");
      if (NEVER_EBS_OPTIMIZED.test(type))
        fail(`instanceType is ${type}, which shares one line with the network`);
      if (EBS_OPTIMIZED_ON_DEMAND.test(type) && !props.flag("ebsOptimized")) fail("ebsOptimized is not on");
    },
  }),
  resourceRule({
    id: "ec2-single-eni",
    title: "Instances have one network interface",
    severity: "low",
    types: [...INSTANCES, LAUNCH_TEMPLATE, INTERFACE, INTERFACE_ATTACHMENT],
    why: "An instance in two subnets is a bridge between them that no route table or network ACL controls.",
    remedy: "Declare one interface, and let tiers reach each other by routes and security groups.",
    check(props, fail, _parameters, type) {
      if (type === INTERFACE_ATTACHMENT || type === INTERFACE) {
        const attachments = type === INTERFACE ? props.list("attachments") : [props];
        visit(attachments, (attachment) => {
          const index = attachment.number("deviceIndex") ?? 0;
          if (index > 0) fail(`deviceIndex is ${index}: the instance has another interface`);
        });
        return;
      }
      const interfaces = props.list("networkInterfaces").length;
      if (interfaces > 1) fail(`networkInterfaces has ${interfaces} entries`);
      if (props.declares("secondaryNetworkInterfaces")) fail("secondaryNetworkInterfaces is given");
    },
  }),
  resourceRule({
    id: "ec2-no-paravirtual",
    title: "Instances and images use hardware virtualisation",
    severity: "low",
    types: [...INSTANCES, IMAGE],
    why: "Paravirtual images run only on types of an old generation, without today's isolation of guests.",
    remedy: 'Choose a current instance type, and set `virtualizationType: "hvm"` on images.',
    check(props, fail, _parameters, type) {
      if (type === IMAGE) {
        // The provider registers images as paravirtual unless told otherwise.
        const virtualization = props.text("virtualizationType") || "paravirtual";
        if (virtualization !== "hvm") fail(`virtualizationType is ${virtualization}`);
        return;
      }
      const instanceType = props.text("instanceType");
      if (PARAVIRTUAL_TYPES.test(instanceType))
        fail(`instanceType is ${instanceType}, of a paravirtual generation`);
    },
  }),
  resourceRule({
    id: "ec2-no-key-pair",
    title: "Instances take no SSH key pair",
    severity: "low",
    types: LAUNCHED,
    why: "A key pair is shared, does not expire, and shells opened with it leave no record of who typed what.",
    remedy: "Leave `keyName` out and open shells with Session Manager.",
    check(props, fail) {
      if (props.declares("keyName")) fail("keyName is given");
    },
  }),
  switchedOnRule(
    {
      id: "ec2-termination-protection",
      title: "Standalone instances resist termination",
      severity: "low",
      types: [INSTANCE],
      why: "One mistaken call, or a program changed by mistake, ends the server and what is on its volumes.",
    },
    "disableApiTermination",
    { concerns: (props) => !leavesToTemplate(props, "disableApiTermination") && !isSpot(props) },
  ),
];
