/** Flags, segments and experiments as the API and a flag file write them. */
import { type Static, type TSchema, Type } from "typebox";
import { Nullable, Timestamp } from "../http/schemas.ts";

export const FLAG_KINDS = ["boolean", "string", "number", "object", "kill_switch"] as const;
const OPERATORS = [
  "equals",
  "not_equals",
  "in",
  "not_in",
  "contains",
  "starts_with",
  "ends_with",
  "greater_than",
  "greater_or_equal",
  "less_than",
  "less_or_equal",
  "version_equals",
  "version_at_least",
  "version_below",
  "exists",
] as const;

export const KEY = /^[a-z][a-z0-9_.-]{0,62}$/;
const Key = Type.String({
  pattern: KEY.source,
  description: "Name in small letters, digits, `_`, `.` and `-`; never changes.",
});
const VariantName = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$" });
const Description = Type.String({ maxLength: 500 });
const PATHS =
  `What a kill switch stops within a second, with 503 \`path_stopped\` and before anything is recorded:
\`payments\` (creating and confirming), \`payments.method.<type>\`, \`payments.processor.<name>\` and
\`payments.currency.<code>\` (asking for money), \`refunds\`, \`refunds.processor.<name>\`, \`payouts\`,
\`payouts.processor.<name>\`, \`payouts.currency.<code>\`, \`transfers\`, \`webhooks\` (events wait). What is under way is
brought to its end; what was authorised can be captured, cancelled and refunded.`.replaceAll("\n", " ");
/** The paths of `PATHS`, and what they lie below. */
export const STOPPABLE =
  /^(payments(\.(method|processor|currency)(\.[a-z0-9_-]+)?)?|refunds(\.processor(\.[a-z0-9_-]+)?)?|payouts(\.(processor|currency)(\.[a-z0-9_-]+)?)?|transfers|webhooks)$/;
const Percentage = Type.Number({
  minimum: 0,
  maximum: 100,
  multipleOf: 0.001,
  description: "Per cent of the subjects, to three decimals. A higher one adds subjects and moves none out.",
});
const Split = Type.Record(VariantName, Percentage, {
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 20,
  description: "Per cent for each variant; they add up to 100.",
});

const Scalar = Type.Union([Type.String({ maxLength: 500 }), Type.Number(), Type.Boolean()]);
export const Condition = Type.Object(
  {
    attribute: Type.String({
      minLength: 1,
      maxLength: 100,
      description: "Name in the evaluation context; `targetingKey` is the subject itself.",
    }),
    operator: Type.Enum(OPERATORS, {
      description:
        "How the attribute compares. An attribute that is absent fails all but `not_equals`, `not_in` and `exists: false`.",
    }),
    value: Type.Union([Scalar, Type.Array(Scalar, { minItems: 1, maxItems: 1000 })], {
      description: "What to compare with; a list for `in` and `not_in`, true or false for `exists`.",
    }),
  },
  { additionalProperties: false },
);

const Audience = {
  all: Type.Optional(Type.Array(Condition, { maxItems: 50, description: "Each of these holds." })),
  any: Type.Optional(Type.Array(Condition, { maxItems: 50, description: "At least one of these holds." })),
};
const Targeting = {
  ...Audience,
  segments: Type.Optional(
    Type.Array(Key, { maxItems: 20, description: "The subject is in at least one of these segments." }),
  ),
  percentage: Type.Optional(Percentage),
};

export const Rule = Type.Object(
  {
    id: Type.Optional(
      Type.String({ pattern: "^[A-Za-z0-9_.-]{1,63}$", description: "Shown with evaluations." }),
    ),
    description: Type.Optional(Description),
    ...Targeting,
    starts_at: Type.Optional(Timestamp),
    ends_at: Type.Optional(Timestamp),
    variant: Type.Optional(VariantName),
    split: Type.Optional(Split),
  },
  { additionalProperties: false, description: "Serves `variant` or `split` to whom all of its parts apply." },
);

const flagFields = {
  description: Type.Optional(Description),
  variants: Type.Record(VariantName, Type.Unknown(), {
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 50,
  }),
  default_variant: VariantName,
  off_variant: VariantName,
  enabled: Type.Boolean({
    description: "False: everybody gets `off_variant`; a kill switch stops its paths.",
  }),
  salt: Type.String({ maxLength: 63, description: "A new one deals the percentages anew." }),
  rules: Type.Array(Rule, { maxItems: 100, description: "In order; the first that applies decides." }),
  paths: Type.Array(
    Type.String({
      pattern: "^[a-z][a-z0-9_-]*(\\.[a-z0-9_-]+)*$",
      maxLength: 100,
      description: "As `payments`, `payments.method.card`, `payouts`; what is below a path stops with it.",
    }),
    { maxItems: 50, description: PATHS },
  ),
};

export const FlagDefinition = Type.Object(
  { key: Key, kind: Type.Enum(FLAG_KINDS, { description: "Type of the values" }), ...flagFields },
  { additionalProperties: false },
);

/** Defaults: see `withDefaults` in definitions.ts. */
export const FlagCreate = Type.Object(
  {
    key: Key,
    kind: Type.Enum(FLAG_KINDS, { description: "Type of the values" }),
    ...Type.Partial(Type.Object(flagFields)).properties,
  },
  {
    additionalProperties: false,
    examples: [
      { key: "new-checkout", kind: "boolean", rules: [{ id: "tenth", percentage: 10, variant: "on" }] },
    ],
  },
);

const ExpectedVersion = Type.Optional(
  Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: "The version that the change was decided upon; 409 when it has changed since.",
  }),
);

export const FlagUpdate = Type.Object(
  { ...Type.Partial(Type.Object(flagFields)).properties, version: ExpectedVersion },
  {
    additionalProperties: false,
    examples: [{ rules: [{ id: "half", percentage: 50, variant: "on" }], version: 1 }],
  },
);

export const KeyParams = Type.Object({ key: Key });
export const VersionQuery = Type.Object({ version: ExpectedVersion }, { additionalProperties: false });
export const VersionBody = Type.Object({ version: ExpectedVersion }, { additionalProperties: false });

export const SwitchBody = Type.Object(
  {
    reason: Type.Optional(
      Type.String({ maxLength: 500, description: "Kept with the flag and in the audit trail." }),
    ),
    version: ExpectedVersion,
  },
  { additionalProperties: false },
);

/** What every stored object of this domain shows besides its definition. */
function stored<const Name extends string, T extends Record<string, TSchema>>(object: Name, fields: T) {
  return Type.Object(
    {
      object: Type.Literal(object),
      id: Type.String(),
      livemode: Type.Boolean(),
      created: Timestamp,
      updated: Timestamp,
      version: Type.Integer(),
      ...fields,
    },
    { title: object },
  );
}

const LIFE = ["active", "archived"] as const;
const Life = Type.Enum(LIFE, { description: "Archived: deleted; its key can be used anew." });

export const FlagResource = stored("flag", {
  ...FlagDefinition.properties,
  status: Life,
  reason: Nullable(Type.String({ description: "Given with the last switch." })),
});

export const EvaluateBody = Type.Object(
  {
    targeting_key: Type.Optional(
      Type.String({ minLength: 1, maxLength: 500, description: "The subject, as a customer id." }),
    ),
    context: Type.Optional(Type.Record(Type.String(), Scalar, { maxProperties: 100 })),
  },
  { additionalProperties: false },
);

export const EvaluationResource = Type.Object({
  object: Type.Literal("flag_evaluation"),
  key: Type.String(),
  value: Type.Unknown(),
  variant: Type.String(),
  reason: Type.String({
    description: "OpenFeature's reason: STATIC, TARGETING_MATCH, SPLIT, DEFAULT or DISABLED.",
  }),
  rule: Nullable(Type.String()),
  experiment: Nullable(Type.String()),
  bucket: Nullable(Type.Integer({ description: "0 to 99,999, where a percentage decided." })),
  skipped: Type.Array(Type.Object({ rule: Type.String(), because: Type.String() }), {
    description: "Rules that did not apply, in order.",
  }),
});

const segmentFields = {
  name: Type.Optional(Type.String({ maxLength: 200 })),
  ...Audience,
  included: Type.Optional(
    Type.Array(Type.String({ maxLength: 500 }), {
      maxItems: 10_000,
      description: "Targeting keys that are in whatever else holds.",
    }),
  ),
  excluded: Type.Optional(
    Type.Array(Type.String({ maxLength: 500 }), {
      maxItems: 10_000,
      description: "Targeting keys that are never in.",
    }),
  ),
};
export const SegmentDefinition = Type.Object(
  { key: Key, ...segmentFields },
  {
    additionalProperties: false,
    examples: [{ key: "europe", all: [{ attribute: "country", operator: "in", value: ["DE", "FR"] }] }],
  },
);
export const SegmentUpdate = Type.Object(
  { ...segmentFields, version: ExpectedVersion },
  { additionalProperties: false, examples: [{ name: "Customers in Europe", version: 1 }] },
);
export const SegmentResource = stored("flag_segment", { ...SegmentDefinition.properties, status: Life });

const experimentFields = {
  name: Type.Optional(Type.String({ maxLength: 200 })),
  ...Targeting,
  split: Split,
  control: VariantName,
  metrics: Type.Array(Key, {
    minItems: 1,
    maxItems: 20,
    description: "Names of the conversions that count.",
  }),
  confidence: Type.Optional(
    Type.Number({
      minimum: 0.5,
      maximum: 0.9999,
      default: 0.95,
      description: "Of the intervals and of `significant`.",
    }),
  ),
  minimum_effect: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.01,
      description: "Smallest difference of the rates worth finding, as 0.01 for one percentage point.",
    }),
  ),
};
export const ExperimentDefinition = Type.Object(
  { key: Key, flag: Key, ...experimentFields },
  {
    additionalProperties: false,
    examples: [
      {
        key: "checkout-test",
        flag: "new-checkout",
        split: { off: 50, on: 50 },
        control: "off",
        metrics: ["paid"],
      },
    ],
  },
);
export const ExperimentUpdate = Type.Object(
  { ...Type.Partial(Type.Object(experimentFields)).properties, version: ExpectedVersion },
  { additionalProperties: false, examples: [{ name: "Checkout in one step", version: 1 }] },
);
export const EXPERIMENT_STATES = ["draft", "running", "stopped"] as const;
export type ExperimentState = (typeof EXPERIMENT_STATES)[number];
export const ExperimentResource = stored("experiment", {
  ...ExperimentDefinition.properties,
  status: Type.Enum(EXPERIMENT_STATES, {
    description: "Draft: nobody takes part yet. Stopped: kept for its results.",
  }),
  started: Nullable(Timestamp),
  stopped: Nullable(Timestamp),
});

export const ConversionsBody = Type.Object(
  {
    conversions: Type.Array(
      Type.Object(
        { targeting_key: Type.String({ minLength: 1, maxLength: 500 }), metric: Key },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: 1000 },
    ),
  },
  { additionalProperties: false },
);

const Comparison = Type.Object({
  variant: Type.String(),
  difference: Type.Number({ description: "Rate of the variant minus rate of the control." }),
  lift: Nullable(Type.Number({ description: "Difference as a part of the control's rate." })),
  z: Nullable(Type.Number()),
  p_value: Nullable(Type.Number({ description: "Two-sided, of the two-proportion z-test." })),
  interval: Type.Object({ low: Type.Number(), high: Type.Number() }, { description: "Of the difference." }),
  significant: Type.Boolean({
    description: "With Bonferroni's correction where there are several treatments.",
  }),
  warning: Nullable(Type.String({ description: "Why it is too early to decide." })),
});
export const ResultsResource = Type.Object({
  object: Type.Literal("experiment_results"),
  experiment: Type.String(),
  control: Type.String(),
  confidence: Type.Number(),
  subjects: Type.Integer(),
  metrics: Type.Array(
    Type.Object({
      metric: Type.String(),
      subjects_needed: Type.Integer({
        description: "Per variant, to find `minimum_effect` with a power of 80 per cent.",
      }),
      variants: Type.Array(
        Type.Object({
          variant: Type.String(),
          subjects: Type.Integer(),
          conversions: Type.Integer(),
          rate: Type.Number(),
        }),
      ),
      comparisons: Type.Array(Comparison),
    }),
  ),
});

export const ConversionsResource = Type.Object({
  object: Type.Literal("conversions"),
  received: Type.Integer(),
});

/** A flag file (FLAGS_PROVIDER=file). */
export const FlagFile = Type.Object(
  {
    flags: Type.Array(FlagCreate, { maxItems: 10_000 }),
    segments: Type.Optional(Type.Array(SegmentDefinition, { maxItems: 10_000 })),
  },
  { additionalProperties: false },
);

export type Condition = Static<typeof Condition>;
export type Rule = Static<typeof Rule>;
export type FlagDefinition = Static<typeof FlagDefinition>;
export type FlagCreate = Static<typeof FlagCreate>;
export type FlagUpdate = Static<typeof FlagUpdate>;
export type SwitchBody = Static<typeof SwitchBody>;
export type SegmentDefinition = Static<typeof SegmentDefinition>;
export type SegmentUpdate = Static<typeof SegmentUpdate>;
export type ExperimentDefinition = Static<typeof ExperimentDefinition>;
export type ExperimentUpdate = Static<typeof ExperimentUpdate>;
export type Life = (typeof LIFE)[number];
