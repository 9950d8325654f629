import { expect } from "chai";
import { resourceRule, stackRule } from "./rule.ts";
import { RULES } from "./rules/index.ts";
import {
  mergeSettings,
  readSettings,
  SCHEMA_KEYWORDS,
  SettingsError,
  settingsOfPack,
  settingsOfStack,
} from "./settings.ts";

const text = { title: "", severity: "low", types: [], why: "", remedy: "" } as const;
const rules = [
  resourceRule({
    ...text,
    id: "log-retention",
    parameters: {
      days: { type: "integer", minimum: 1, maximum: 3653, default: 365 },
      tiers: {
        type: "array",
        items: { type: "string", enum: ["hot", "cold"] },
        minItems: 1,
        default: ["hot"],
      },
      name: { type: "string", pattern: "^[a-z]+$", default: "logs" },
      owners: { type: "object", additionalProperties: { type: "string" }, default: {} },
    },
    check: () => undefined,
  }),
  resourceRule({ ...text, id: "public-ip", check: () => undefined, remediate: () => undefined }),
  stackRule({ ...text, id: "audit-trail", joins: [], check: () => undefined }),
];
const read = (given: unknown) => readSettings(given, rules, "Pulumi.dev.yaml");

describe("readSettings", () => {
  it("takes levels, parameters, and both", () => {
    const settings = {
      all: "advisory",
      "public-ip": "remediate",
      "audit-trail": { enforcementLevel: "mandatory" },
      "log-retention": {
        enforcementLevel: "disabled",
        days: 90,
        tiers: ["cold"],
        name: "x",
        owners: { a: "b" },
      },
      "our-team/naming": { prefix: "x" },
    };
    expect(read(settings)).to.deep.equal(settings);
    expect(read(JSON.stringify(settings))).to.deep.equal(settings);
  });

  it("takes nothing for no settings", () => {
    expect(read(undefined)).to.deep.equal({});
    expect(read(null)).to.deep.equal({});
  });

  const mistakes: [given: unknown, message: string][] = [
    [{ "log-retenton": "mandatory" }, "there is no rule log-retenton; did you mean log-retention?"],
    [{ "log-retention": "mandatry" }, 'no level "mandatry"; did you mean mandatory?; there are advisory'],
    [{ "log-retention": true }, "must be a level (advisory, mandatory, remediate, disabled) or a mapping"],
    [{ "audit-trail": "remediate" }, "audit-trail: cannot be remediated; make it mandatory instead"],
    [{ all: { days: 3 } }, "all: there is no parameter days; it has none"],
    [
      { "log-retention": { day: 3 } },
      "no parameter day; did you mean days?; it has days, tiers, name, owners",
    ],
    [{ "log-retention": { constructor: 3 } }, "no parameter constructor; it has days, tiers, name, owners"],
    [{ "log-retention": { days: "90" } }, 'days must be of type integer, not "90"'],
    [{ "log-retention": { days: 0.5 } }, "days must be of type integer, not 0.5"],
    [{ "log-retention": { days: 0 } }, "days must be at least 1, not 0"],
    [{ "log-retention": { days: 4000 } }, "days must be at most 3653, not 4000"],
    [{ "log-retention": { tiers: [] } }, "tiers must have at least 1 items, not []"],
    [
      { "log-retention": { tiers: ["warm"] } },
      'tiers has an item that must be one of "hot", "cold", not ["warm"]',
    ],
    [{ "log-retention": { name: "A" } }, 'name must match ^[a-z]+$, not "A"'],
    [{ "log-retention": { owners: { a: 1 } } }, "owners has an item that must be of type string"],
    [{ "our-team/naming": "loud" }, 'our-team/naming: there is no level "loud"'],
    [["log-retention"], "must be a mapping from rules to a level or to parameters"],
    ["mandatory", 'must be a mapping from rules to a level or to parameters, not "mandatory"'],
  ];
  for (const [given, message] of mistakes) {
    it(`refuses ${JSON.stringify(given)}`, () => {
      expect(() => read(given))
        .to.throw(SettingsError, message)
        .with.property("message")
        .that.matches(/^Pulumi\.dev\.yaml: /);
    });
  }

  it("names all mistakes at once", () => {
    const given = { "no-rule": "mandatory", "log-retention": { enforcementLevel: "x", days: -1 } };
    expect(() => read(given)).to.throw(/no rule no-rule.*\n.*no level "x".*\n.*days must be at least 1/);
  });

  it("knows every keyword by which rules describe their parameters", () => {
    const keywords = (schema: object): string[] =>
      Object.entries(schema).flatMap(([key, value]: [string, unknown]) =>
        ["items", "additionalProperties"].includes(key) && typeof value === "object" && value !== null
          ? [key, ...keywords(value)]
          : [key],
      );
    const used = RULES.flatMap(({ parameters = {} }) => Object.values(parameters).flatMap(keywords));
    expect(SCHEMA_KEYWORDS).to.include.members([...new Set(used)]);
  });

  it("finds every rule's own defaults sound", () => {
    const defaults = Object.fromEntries(
      RULES.map(({ id, parameters = {} }) => [
        id,
        Object.fromEntries(Object.entries(parameters).map(([name, schema]) => [name, schema.default])),
      ]),
    );
    expect(() => readSettings(defaults, RULES, "defaults")).not.to.throw();
  });
});

describe("settingsOfStack", () => {
  it("reads them from the configuration that the engine hands to packs, and nothing else from it", () => {
    const config = { "aws:region": "eu-west-1", "strongroom:policies": '{"public-ip":"disabled"}' };
    const of = (environment: NodeJS.ProcessEnv) => settingsOfStack(rules, environment);
    expect(of({ PULUMI_CONFIG: JSON.stringify(config) })).to.deep.equal({ "public-ip": "disabled" });
    expect(of({ PULUMI_CONFIG: "{}" })).to.deep.equal({});
    expect(of({})).to.deep.equal({});
  });
});

describe("mergeSettings", () => {
  it("lets later ones count more, parameter by parameter", () => {
    const stack = { "log-retention": { enforcementLevel: "mandatory", days: 90 }, all: "advisory" } as const;
    const file = { "log-retention": "advisory", "public-ip": "disabled" } as const;
    expect(mergeSettings(stack, file)).to.deep.equal({
      "log-retention": { enforcementLevel: "advisory", days: 90 },
      all: { enforcementLevel: "advisory" },
      "public-ip": { enforcementLevel: "disabled" },
    });
  });
});

describe("settingsOfPack", () => {
  it("keeps what concerns the pack: all, its own policies, and what names it", () => {
    const settings = {
      all: "advisory",
      a: "disabled",
      b: "disabled",
      "ours/c": { x: 1 },
      "theirs/c": "disabled",
    } as const;
    expect(settingsOfPack(settings, "ours", ["a"])).to.deep.equal({
      all: "advisory",
      a: "disabled",
      c: { x: 1 },
    });
  });
});
