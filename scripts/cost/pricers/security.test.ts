import { expect } from "chai";
import { PlanBuilder } from "../plan-builder.test-support.ts";
import { dollars, lines, priced } from "./lines.test-support.ts";

describe("pricers: security", () => {
  it("price the firewall by rules and requests, keys, secrets with replicas, parameters by tier", () => {
    expect(
      dollars(
        priced(
          "aws:wafv2/webAcl:WebAcl",
          { rules: [{}, {}, {}, {}, {}], scope: "REGIONAL" },
          { requests: 10 },
        ),
      ),
    ).to.deep.equal({
      "web firewall": 5,
      "firewall rules and managed rule groups": 5,
      "firewall requests": 6,
    });
    expect(dollars(priced("aws:wafv2/webAclRule:WebAclRule"))).to.deep.equal({ "firewall rule": 1 });
    expect(dollars(priced("aws:kms/key:Key", {}, { keyRequests: 20 }))).to.deep.equal({
      "KMS key": 1,
      "KMS requests": 0.6,
    });
    expect(
      dollars(
        priced(
          "aws:secretsmanager/secret:Secret",
          { replicas: [{ region: "us-west-2" }] },
          { secretRequests: 2 },
        ),
      ),
    ).to.deep.equal({ secret: 0.8, "reads of the secret": 0.1 });
    expect(priced("aws:ssm/parameter:Parameter", { tier: "Standard" })).to.deep.equal({});
    expect(dollars(priced("aws:ssm/parameter:Parameter", { tier: "Advanced" }))).to.deep.equal({
      "advanced parameter": 0.05,
    });
  });

  it("charge neither the first trail's management events, nor a detector that is off", () => {
    expect(priced("aws:cloudtrail/trail:Trail", {})).to.deep.equal({});
    const data = {
      advancedEventSelectors: [{ fieldSelectors: [{ field: "eventCategory", equals: ["Data"] }] }],
    };
    expect(dollars(priced("aws:cloudtrail/trail:Trail", data, { trailDataEvents: 5 }))).to.deep.equal({
      "recorded data events": 0.5,
    });
    const two = new PlanBuilder()
      .add("aws:cloudtrail/trail:Trail", "a")
      .add("aws:cloudtrail/trail:Trail", "b");
    expect(dollars(lines(two))).to.deep.equal({ "management events of a further trail": 2 });
    expect(priced("aws:guardduty/detector:Detector", { enable: false })).to.deep.equal({});
  });
});
