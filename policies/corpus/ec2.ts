import { fails, of, passes, unknown, UNKNOWN } from "./case.ts";

const instance = of("aws:ec2/instance:Instance");
const spot = of("aws:ec2/spotInstanceRequest:SpotInstanceRequest");
const template = of("aws:ec2/launchTemplate:LaunchTemplate");
const configuration = of("aws:ec2/launchConfiguration:LaunchConfiguration");
const defaults = of("aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults");
const address = of("aws:ec2/eip:Eip");
const addressAssociation = of("aws:ec2/eipAssociation:EipAssociation");
const networkInterface = of("aws:ec2/networkInterface:NetworkInterface");
const attachment = of("aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment");
const image = of("aws:ec2/ami:Ami");

const server = { ami: "ami-0abc", instanceType: "m7g.large" };
const launch = { imageId: "ami-0abc", instanceType: "m7g.large" };
const fromTemplate = { launchTemplate: { id: "lt-1", version: "$Latest" } };
const ofInterface = addressAssociation(
  { networkInterfaceId: UNKNOWN },
  { networkInterfaceId: ["NetworkInterface"] },
);
const base64 = (text: string) => Buffer.from(text).toString("base64");
const leak = "#!/bin/sh\nexport DB_PASSWORD=hunter2hunter2\n";
const clean = "#!/bin/sh\naws secretsmanager get-secret-value --secret-id payments\n";

/** The same questions for each thing that takes metadata options. */
const tokenCases = (rule: string, make: typeof instance, common: object) => [
  fails(rule, make({ ...common })),
  fails(rule, make({ ...common, metadataOptions: { httpTokens: "optional" } })),
  fails(rule, make({ ...common, metadataOptions: { httpEndpoint: "enabled" } })),
  passes(rule, make({ ...common, metadataOptions: { httpTokens: "required" } })),
  passes(rule, make({ ...common, metadataOptions: { httpEndpoint: "disabled" } })),
  unknown(rule, make({ ...common, metadataOptions: { httpTokens: UNKNOWN } })),
  unknown(rule, make({ ...common, metadataOptions: UNKNOWN })),
];

export default [
  ...tokenCases("ec2-imdsv2-required", instance, server),
  ...tokenCases("ec2-imdsv2-required", spot, server),
  passes("ec2-imdsv2-required", instance(fromTemplate)),
  fails("ec2-imdsv2-required", instance({ ...fromTemplate, metadataOptions: { httpTokens: "optional" } })),
  ...tokenCases("ec2-launch-template-imdsv2", template, launch),
  ...tokenCases("asg-launch-config-imdsv2", configuration, launch),

  fails("ec2-account-imdsv2-default", defaults({ httpTokens: "optional" })),
  fails("ec2-account-imdsv2-default", defaults({ httpPutResponseHopLimit: 1 })),
  { ...fails("ec2-account-imdsv2-default"), parameters: { required: true } },
  passes("ec2-account-imdsv2-default", defaults({ httpTokens: "required" })),
  passes("ec2-account-imdsv2-default"),
  unknown("ec2-account-imdsv2-default", defaults({ httpTokens: UNKNOWN })),

  fails("ec2-metadata-hop-limit", template({ metadataOptions: { httpPutResponseHopLimit: 2 } })),
  fails("ec2-metadata-hop-limit", configuration({ metadataOptions: { httpPutResponseHopLimit: 64 } })),
  fails("ec2-metadata-hop-limit", instance({ metadataOptions: { httpPutResponseHopLimit: 3 } })),
  fails("ec2-metadata-hop-limit", spot({ metadataOptions: { httpPutResponseHopLimit: 3 } })),
  passes("ec2-metadata-hop-limit", template({ metadataOptions: { httpPutResponseHopLimit: 1 } })),
  passes("ec2-metadata-hop-limit", template()),
  passes(
    "ec2-metadata-hop-limit",
    template({ metadataOptions: { httpPutResponseHopLimit: 2, httpEndpoint: "disabled" } }),
  ),
  {
    ...passes("ec2-metadata-hop-limit", template({ metadataOptions: { httpPutResponseHopLimit: 2 } })),
    parameters: { maximum: 2 },
  },
  {
    ...fails("ec2-metadata-hop-limit", template({ metadataOptions: { httpPutResponseHopLimit: 3 } })),
    parameters: { maximum: 2 },
  },
  unknown("ec2-metadata-hop-limit", template({ metadataOptions: { httpPutResponseHopLimit: UNKNOWN } })),

  fails("ec2-no-public-ip", instance({ ...server, associatePublicIpAddress: true })),
  fails("ec2-no-public-ip", spot({ ...server, associatePublicIpAddress: true })),
  fails("ec2-no-public-ip", address({ domain: "vpc", instance: UNKNOWN }, { instance: ["Instance"] })),
  fails("ec2-no-public-ip", addressAssociation({ allocationId: "eipalloc-1", instanceId: "i-1" })),
  passes("ec2-no-public-ip", instance({ ...server, associatePublicIpAddress: false })),
  passes("ec2-no-public-ip", instance(server)),
  passes("ec2-no-public-ip", address({ domain: "vpc" })),
  passes("ec2-no-public-ip", addressAssociation({ networkInterfaceId: "eni-1" })),
  fails("ec2-no-public-ip", ofInterface, networkInterface()),
  fails("ec2-no-public-ip", address({ networkInterface: "eni-1" }), networkInterface({ id: "eni-1" })),
  fails(
    "ec2-no-public-ip",
    addressAssociation({ networkInterfaceId: UNKNOWN }, { networkInterfaceId: ["Instance"] }),
    instance(server),
  ),
  // A NAT instance forwards for others.
  passes("ec2-no-public-ip", ofInterface, networkInterface({ sourceDestCheck: false })),
  unknown("ec2-no-public-ip", instance({ associatePublicIpAddress: UNKNOWN })),

  fails(
    "ec2-launch-template-no-public-ip",
    template({ networkInterfaces: [{ associatePublicIpAddress: "true" }] }),
  ),
  fails(
    "ec2-launch-template-no-public-ip",
    template({
      networkInterfaces: [{ associatePublicIpAddress: UNKNOWN }, { associatePublicIpAddress: "true" }],
    }),
  ),
  passes(
    "ec2-launch-template-no-public-ip",
    template({ networkInterfaces: [{ associatePublicIpAddress: "false" }] }),
  ),
  passes("ec2-launch-template-no-public-ip", template()),
  unknown("ec2-launch-template-no-public-ip", template({ networkInterfaces: UNKNOWN })),

  fails("asg-launch-config-no-public-ip", configuration({ ...launch, associatePublicIpAddress: true })),
  passes("asg-launch-config-no-public-ip", configuration({ ...launch, associatePublicIpAddress: false })),
  passes("asg-launch-config-no-public-ip", configuration(launch)),
  unknown("asg-launch-config-no-public-ip", configuration({ associatePublicIpAddress: UNKNOWN })),

  fails("ec2-no-secrets-in-user-data", instance({ ...server, userData: leak })),
  fails("ec2-no-secrets-in-user-data", instance({ userDataBase64: base64(leak) })),
  fails("ec2-no-secrets-in-user-data", spot({ userData: leak })),
  fails("ec2-no-secrets-in-user-data", template({ userData: base64(leak) })),
  fails("ec2-no-secrets-in-user-data", configuration({ userData: "export AWS_KEY=AKIAABCDEFGHIJKLMNOP" })),
  fails("ec2-no-secrets-in-user-data", instance({ userData: "#!/bin/sh\nPGPASSWORD=hunter2hunter2 psql" })),
  fails("ec2-no-secrets-in-user-data", instance({ userData: "export MYSQL_PWD=hunter2hunter2" })),
  // A known credential counts whatever is unknown of the rest.
  fails("ec2-no-secrets-in-user-data", instance({ userData: `${leak}curl http://${UNKNOWN}/ready\n` })),
  passes("ec2-no-secrets-in-user-data", instance({ ...server, userData: clean })),
  passes("ec2-no-secrets-in-user-data", template({ userData: base64(clean) })),
  passes("ec2-no-secrets-in-user-data", instance(server)),
  passes("ec2-no-secrets-in-user-data", instance({ userData: "PWD=/var/lib/payments make" })),
  unknown("ec2-no-secrets-in-user-data", instance({ userData: UNKNOWN })),
  unknown("ec2-no-secrets-in-user-data", instance({ userData: `${clean}curl http://${UNKNOWN}/ready\n` })),
  unknown("ec2-no-secrets-in-user-data", instance({ userData: "[secret]" })),

  fails("ec2-in-vpc", instance(server)),
  fails("ec2-in-vpc", spot(server)),
  passes("ec2-in-vpc", instance({ ...server, subnetId: UNKNOWN }, { subnetId: ["Subnet"] })),
  passes("ec2-in-vpc", instance({ primaryNetworkInterface: { networkInterfaceId: "eni-1" } })),
  passes("ec2-in-vpc", instance({ networkInterfaces: [{ networkInterfaceId: "eni-1", deviceIndex: 0 }] })),
  passes("ec2-in-vpc", instance(fromTemplate)),

  fails("ec2-instance-profile", instance(server)),
  fails("ec2-instance-profile", spot(server)),
  passes("ec2-instance-profile", instance({ ...server, iamInstanceProfile: "payments" })),
  passes("ec2-instance-profile", instance({ ...server, iamInstanceProfile: UNKNOWN })),
  passes("ec2-instance-profile", instance(fromTemplate)),

  fails("ec2-detailed-monitoring", instance(server)),
  fails("ec2-detailed-monitoring", spot({ ...server, monitoring: false })),
  passes("ec2-detailed-monitoring", instance({ ...server, monitoring: true })),
  passes("ec2-detailed-monitoring", instance(fromTemplate)),
  unknown("ec2-detailed-monitoring", instance({ monitoring: UNKNOWN })),

  fails("ec2-ebs-optimized", instance({ instanceType: "m3.xlarge" })),
  fails("ec2-ebs-optimized", instance({ instanceType: "t2.micro" })),
  fails("ec2-ebs-optimized", spot({ instanceType: "r3.large", ebsOptimized: false })),
  passes("ec2-ebs-optimized", instance({ instanceType: "m3.xlarge", ebsOptimized: true })),
  passes("ec2-ebs-optimized", instance(server)),
  passes("ec2-ebs-optimized", instance(fromTemplate)),
  unknown("ec2-ebs-optimized", instance({ instanceType: UNKNOWN })),

  fails(
    "ec2-single-eni",
    instance({
      networkInterfaces: [
        { networkInterfaceId: "eni-1", deviceIndex: 0 },
        { networkInterfaceId: "eni-2", deviceIndex: 1 },
      ],
    }),
  ),
  fails("ec2-single-eni", instance({ secondaryNetworkInterfaces: [{ secondarySubnetId: "subnet-1" }] })),
  fails("ec2-single-eni", spot({ secondaryNetworkInterfaces: UNKNOWN })),
  fails("ec2-single-eni", template({ networkInterfaces: [{ deviceIndex: 0 }, { deviceIndex: 1 }] })),
  fails("ec2-single-eni", attachment({ deviceIndex: 1, instanceId: UNKNOWN })),
  fails(
    "ec2-single-eni",
    networkInterface({ subnetId: "subnet-1", attachments: [{ deviceIndex: 1, instance: "i-1" }] }),
  ),
  passes("ec2-single-eni", instance({ ...server, subnetId: "subnet-1" })),
  passes(
    "ec2-single-eni",
    instance({ networkInterfaces: [{ networkInterfaceId: "eni-1", deviceIndex: 0 }] }),
  ),
  passes("ec2-single-eni", attachment({ deviceIndex: 0 })),
  passes("ec2-single-eni", networkInterface({ subnetId: "subnet-1" })),
  unknown("ec2-single-eni", attachment({ deviceIndex: UNKNOWN })),
  unknown("ec2-single-eni", instance({ networkInterfaces: UNKNOWN })),

  fails("ec2-no-paravirtual", instance({ instanceType: "m1.small" })),
  fails("ec2-no-paravirtual", spot({ instanceType: "t1.micro" })),
  fails("ec2-no-paravirtual", image({ name: "payments" })),
  fails("ec2-no-paravirtual", image({ name: "payments", virtualizationType: "paravirtual" })),
  passes("ec2-no-paravirtual", instance(server)),
  passes("ec2-no-paravirtual", image({ name: "payments", virtualizationType: "hvm" })),
  unknown("ec2-no-paravirtual", instance({ instanceType: UNKNOWN })),

  fails("ec2-no-key-pair", instance({ ...server, keyName: "admin" })),
  fails("ec2-no-key-pair", spot({ keyName: "admin" })),
  fails("ec2-no-key-pair", template({ keyName: UNKNOWN })),
  fails("ec2-no-key-pair", configuration({ keyName: "admin" })),
  passes("ec2-no-key-pair", instance(server)),

  fails("ec2-termination-protection", instance(server)),
  passes("ec2-termination-protection", instance({ ...server, disableApiTermination: true })),
  passes("ec2-termination-protection", instance(fromTemplate)),
  passes("ec2-termination-protection", instance({ instanceMarketOptions: { marketType: "spot" } })),
  unknown("ec2-termination-protection", instance({ disableApiTermination: UNKNOWN })),
];
