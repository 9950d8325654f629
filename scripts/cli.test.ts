import { expect } from "chai";
import { EXIT } from "./exit.ts";
import { Projects, strongroom } from "./testing.ts";

/** A saved plan that nothing of strongroom's would write. */
function loopedPlan(): object {
  const urn = "urn:pulumi:dev::shop::t::a";
  const nothing = { inputs: {}, outputs: {}, options: {}, propertyDependencies: {} };
  return {
    ...{ schemaVersion: 1, project: "shop", stack: "dev", outputs: {}, diagnostics: [] },
    aws: { region: "us-east-1", account: "123456789012", partition: "aws" },
    resources: [
      { ...nothing, urn, parent: urn, type: "t", name: "a", custom: true, dependencies: [], secretPaths: [] },
    ],
  };
}

describe("strongroom", () => {
  const projects = new Projects();
  after(() => projects.remove());

  it("prints its version and its help", async () => {
    const [version, help] = await Promise.all([
      strongroom(projects.make(), "--version"),
      strongroom(projects.make(), "--help"),
    ]);
    expect(version.stdout.trim()).to.match(/^\d+\.\d+\.\d+$/);
    expect(help.stdout)
      .to.include("strongroom preview")
      .and.to.include("Exit codes: 0 fine, 1 a mandatory rule");
    expect([version.code, help.code]).to.deep.equal([EXIT.fine, EXIT.fine]);
  });

  describe("answers a mistake with exit code 2 and one clear message:", () => {
    const cases: { title: string; args: string[]; files?: Record<string, string>; says: RegExp }[] = [
      {
        title: "no command",
        args: [],
        says: /^strongroom: Which command\? `strongroom --help` lists them\.$/,
      },
      {
        title: "an unknown command",
        args: ["previw"],
        says: /^strongroom: Unknown command "previw"\. Did you mean "preview"\?/,
      },
      {
        title: "an unknown option",
        args: ["preview", "--fromat", "html"],
        says: /^strongroom: Unknown option --fromat\. Did you mean "--format"\?/,
      },
      {
        title: "a stray word",
        args: ["preview", "production"],
        says: /^strongroom: Unexpected argument "production"\./,
      },
      {
        title: "an option given twice",
        args: ["preview", "--stack", "a", "--stack", "b"],
        says: /^strongroom: --stack is given twice\.$/,
      },
      {
        title: "an unknown format",
        args: ["preview", "--format", "xml"],
        says: /Given: "xml", Choices: "terminal", "json"/,
      },
      {
        title: "a setting without a value",
        args: ["preview", "--config", "color"],
        says: /^strongroom: --config color is not of the form key=value\.$/,
      },
      {
        title: "a time limit of nothing",
        args: ["preview", "--timeout", "0"],
        says: /^strongroom: --timeout 0 is not a number of seconds above zero\.$/,
      },
      {
        title: "a folder that is not there",
        args: ["preview", "--cwd", "nowhere"],
        says: /^strongroom: --cwd nowhere is not a folder\.$/,
      },
      {
        title: "a pack that is not there",
        args: ["preview", "--pack", "nowhere"],
        says: /^strongroom: --pack nowhere is not a folder\.$/,
      },
      {
        title: "exemptions that are not there",
        args: ["preview", "--exemptions", "no.yaml"],
        says: /^strongroom: --exemptions no\.yaml is not a file\.$/,
      },
      {
        title: "nothing to compare with",
        args: ["preview", "--against", "no-branch"],
        says: /^strongroom: --against no-branch is neither a file nor a commit/,
      },
      {
        title: "a file to compare with that is no plan",
        args: ["preview", "--against", "Pulumi.yaml"],
        says: /^strongroom: Pulumi\.yaml cannot be read as a saved plan/,
      },
      {
        title: "a name to compare with that is too long for a file's",
        args: ["preview", "--against", "b".repeat(300)],
        says: /^strongroom: --against b+ is neither a file nor a commit/,
      },
      {
        title: "a saved plan of which parts are missing",
        args: ["preview", "--against", "plan.json"],
        files: { "plan.json": '{ "schemaVersion": 1, "resources": [null] }' },
        says: /^strongroom: plan\.json looks like a saved plan, but parts of it are missing/,
      },
      {
        title: "a saved plan in which a resource lies within itself",
        args: ["cost", "--plan", "plan.json"],
        files: { "plan.json": JSON.stringify(loopedPlan()) },
        says: /^strongroom: plan\.json is damaged: urn:pulumi:dev::shop::t::a is its own parent/,
      },
      {
        title: "two results in one file",
        args: ["preview", "--out", "report.json", "--save-plan", "./report.json"],
        says: /^strongroom: \.\/report\.json is to hold two results, of which one would be lost/,
      },
      {
        title: "a report that cannot be written",
        args: ["preview", "--out", "index.js/report.html"],
        says: /^strongroom: index\.js\/report\.html cannot be written/,
      },
      {
        title: "several stacks and none named",
        args: ["preview"],
        files: { "Pulumi.blue.yaml": "", "Pulumi.green.yaml": "" },
        says: /^strongroom: .*blue, green/,
      },
      {
        title: "broken YAML",
        args: ["preview"],
        files: { "Pulumi.yaml": "name: [shop\n" },
        says: /^strongroom: .*Pulumi\.yaml/,
      },
    ];
    for (const { title, args, files = {}, says } of cases) {
      it(title, async () => {
        const { code, stdout, stderr } = await strongroom(projects.make(files), ...args);
        expect(stderr.trim()).to.match(says);
        expect(stderr).not.to.match(/\n\s+at /);
        expect({ code, stdout }).to.deep.equal({ code: EXIT.usage, stdout: "" });
      });
    }
  });
});
