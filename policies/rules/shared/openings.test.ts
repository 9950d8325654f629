import { expect } from "chai";
import { stackFrom } from "../../judging.ts";
import { openings } from "./openings.ts";

const resource = (type: string, name: string, inputs: object, from: Record<string, string[]> = {}) => ({
  type,
  name,
  urn: name,
  inputs,
  outputs: inputs,
  propertyDependencies: from,
});

describe("Openings of security groups", () => {
  it("are described with what a prefix list stands for, the widest range first", () => {
    const stack = stackFrom([
      resource("aws:ec2/securityGroup:SecurityGroup", "web", {
        ingress: [
          {
            protocol: "tcp",
            fromPort: 22,
            toPort: 22,
            cidrBlocks: ["10.0.0.0/8"],
            prefixListIds: ["pl-1", "pl-2"],
          },
        ],
      }),
      resource("aws:ec2/managedPrefixList:ManagedPrefixList", "partners", {
        id: "pl-1",
        entries: [{ cidr: "192.0.2.0/24" }],
      }),
      resource("aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry", "everybody", {
        prefixListId: "pl-1",
        cidr: "0.0.0.0/0",
      }),
    ]);
    const [web] = stack.of(["aws:ec2/securityGroup:SecurityGroup"]);
    expect(web && openings("ingress", web, stack).map(String)).to.deep.equal([
      "port 22 to 10.0.0.0/8, the prefix list partners (0.0.0.0/0, 192.0.2.0/24)",
    ]);
  });
});
