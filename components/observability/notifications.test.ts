import { expect } from "chai";
import { expectGolden, mistakesOf, planOf, resource, resources, SECRET } from "../testing/index.ts";
import { Key } from "../security/key.ts";
import { statementOf, statementsOf } from "../security/statements.test-support.ts";
import { Notifications, type NotificationsArgs } from "./notifications.ts";

const KEY = { arn: "arn:aws:kms:eu-west-1:123456789012:key/one" };
const PAGER = "https://events.pagerduty.com/integration/0123456789abcdef/enqueue";
const SLACK = { workspace: "T07EA123LEP", channel: "C07EZ1ABC23" };
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";

async function planWith(args: Partial<NotificationsArgs> = {}) {
  return planOf(
    () => {
      new Notifications("alerts", { key: KEY, ...args });
    },
    {
      region: "eu-west-1",
      stack: "production",
    },
  );
}

describe("Notifications", () => {
  it("E6: tells e-mail, Slack and PagerDuty by an encrypted topic", async () => {
    const plan = await planWith({ email: ["oncall@example.com"], slack: SLACK, pagerDuty: [PAGER] });
    await expectGolden(plan, new URL("golden/notifications.json", import.meta.url));
  });

  it("E6: never shows PagerDuty's URL, and logs what became of deliveries", async () => {
    const plan = await planWith({ pagerDuty: [PAGER] });
    const subscription = resource(plan, SUBSCRIPTION);
    expect(subscription.inputs).to.deep.include({
      endpoint: SECRET,
      protocol: "https",
      endpointAutoConfirms: true,
    });
    expect(JSON.stringify(plan)).not.to.contain("0123456789abcdef");
    const role = resource(plan, "aws:iam/role:Role");
    expect(resource(plan, "aws:sns/topic:Topic").inputs).to.deep.include({
      httpFailureFeedbackRoleArn: role.outputs.arn,
      httpSuccessFeedbackSampleRate: 100,
    });
  });

  it("makes no role where there is nothing to deliver by HTTPS or to Slack", async () => {
    const plan = await planWith({ email: ["a@example.com", "b@example.org"] });
    expect(resources(plan, "aws:iam/role:Role")).to.be.empty;
    expect(resources(plan, SUBSCRIPTION).map(({ name }) => name)).to.have.members([
      "alerts-email-1",
      "alerts-email-2",
    ]);
  });

  it("lets services of this account publish, over TLS only", async () => {
    const policy = resource(
      await planWith({ publishers: ["backup.amazonaws.com"] }),
      "aws:sns/topicPolicy:TopicPolicy",
    );
    expect(statementOf(policy, "DenyPlaintext").Effect).to.equal("Deny");
    expect(statementOf(policy, "Services")).to.deep.include({
      Principal: {
        Service: [
          "cloudwatch.amazonaws.com",
          "budgets.amazonaws.com",
          "costalerts.amazonaws.com",
          "backup.amazonaws.com",
        ],
      },
      Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
    });
    expect(statementOf(policy, "EventBridge")).not.to.have.property("Condition");
    const closed = resource(await planWith({ eventBridge: false }), "aws:sns/topicPolicy:TopicPolicy");
    expect(statementsOf(closed).map(({ Sid }) => Sid)).to.deep.equal(["DenyPlaintext", "Services"]);
  });

  it("sets Slack up in a region that has the service, with read-only guard rails", async () => {
    const plan = await planWith({
      slack: [SLACK, { ...SLACK, channel: "C0OTHER1234", region: "eu-west-1" }],
    });
    const channels = resources(plan, "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration");
    expect(channels.map(({ inputs }) => [inputs.configurationName, inputs.region])).to.deep.equal([
      ["alerts-production-1", "us-east-2"],
      ["alerts-production-2", "eu-west-1"],
    ]);
    expect(channels[0]?.inputs.guardrailPolicyArns).to.deep.equal([
      "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess",
    ]);
  });

  it("uses a topic that exists without making one", async () => {
    const arn = "arn:aws:sns:eu-west-1:123456789012:alerts";
    const plan = await planOf(() => ({ arn: Notifications.get(arn, { region: "eu-west-1" }).topicArn }));
    expect(plan.outputs.arn).to.equal(arn);
    expect(resources(plan, "aws:sns/topic:Topic")).to.be.empty;
  });

  it("wants a key that lets further publishers in, where keys know them", async () => {
    const message = await mistakesOf(
      () => new Notifications("alerts", { key: new Key("payments"), publishers: ["backup.amazonaws.com"] }),
    );
    expect(message).to.include('key: the key\'s policy keeps out "backup-events"');
  });

  it("names every mistake at once, without repeating a secret", async () => {
    const message = await mistakesOf(
      () =>
        new Notifications("alerts", {
          key: new Key("payments", { services: ["logs"] }),
          name: "my topic",
          email: ["oncall@example.com", "oncall"],
          slack: { workspace: "payments", channel: "#alerts" },
          pagerDuty: ["https://example.com/hook/s3cret"],
          publishers: ["backup"],
        }),
    );
    expect(message).to.equal(
      [
        'Notifications "alerts" has wrong arguments:',
        '  name: "my topic" is not a topic\'s name; write 1 to 256 letters, digits, "_" and "-"',
        '  key: the key\'s policy keeps out "cloudwatch", "budgets", "costalerts", "eventbridge"; write services: ' +
          '["logs", "cloudwatch", "budgets", "costalerts", "eventbridge"] at the key',
        '  email[1]: "oncall" is not an e-mail address, such as "oncall@example.com"',
        '  slack.workspace: "payments" is not a Slack workspace\'s id, such as "T07EA123LEP"',
        '  slack.channel: "#alerts" is not a Slack channel\'s id, such as "C07EZ1ABC23" (not its name)',
        "  pagerDuty[0]: is not an integration URL of PagerDuty; write https://events.pagerduty.com/integration/<key>/enqueue",
        '  publishers[0]: "backup" is not a service, such as "backup.amazonaws.com"',
      ].join("\n"),
    );
  });
});
