import tseslint from "typescript-eslint";

/** Folders that each part may not import from (arrows of docs/architecture.md). */
const FORBIDDEN = {
  components: ["stacks", "scripts", "policies", "app"],
  policies: ["stacks", "scripts", "app", "components"],
  stacks: ["scripts", "policies", "app"],
  app: ["components", "policies", "stacks", "scripts"],
};

/** Rules against imports of other parts: static ones, ones at run time, and ones by the package's name. */
function importsNothingFrom(folder, others) {
  return {
    "no-restricted-imports": [
      "error",
      {
        patterns: others.map((other) => ({
          group: [`../**/${other}/**`, `@strongroom/${other}`, `@strongroom/${other}/**`],
          message: `${folder} does not import from ${other}.`,
        })),
      },
    ],
    "no-restricted-syntax": [
      "error",
      {
        selector: `ImportExpression[source.value=/^((\\.\\.\\u002F)+|@strongroom\\u002F)(${others.join("|")})\\b/]`,
        message: `${folder} does not import from ${others.join(", ")}.`,
      },
    ],
  };
}

export default tseslint.config(
  {
    ignores: ["**/node_modules/**", "**/dist/**", "**/fixtures/**", "**/golden/**", "out/**", "coverage/**"],
  },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      // A component is made for its effect on the stack.
      "no-new": "off",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  ...Object.entries(FORBIDDEN).map(([folder, others]) => ({
    files: [`${folder}/**/*.ts`],
    rules: importsNothingFrom(folder, others),
  })),
  {
    files: ["app/**/*.ts"],
    rules: {
      // Fastify tells plugins, hooks and handlers that answer by a promise from those that call back: `async` says which.
      "@typescript-eslint/require-await": "off",
    },
  },
  // The policies' tests judge Plans, which the test kit makes.
  {
    files: ["policies/**/*.test.ts"],
    rules: importsNothingFrom(
      "policies",
      FORBIDDEN.policies.filter((other) => other !== "components"),
    ),
  },
  {
    files: ["**/*.test.ts"],
    rules: {
      // chai's assertions are property reads: expect(x).to.be.true
      "@typescript-eslint/no-unused-expressions": "off",
    },
  },
  { files: ["**/*.js"], ...tseslint.configs.disableTypeChecked },
);
