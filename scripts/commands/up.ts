import { EXIT } from "../exit.ts";
import { command } from "./command.ts";
import { ENGINE_OPTIONS, folder, parallelism } from "./options.ts";

export const up = command({
  name: "up",
  describe: "Deploy a stack with the Pulumi engine, after the offline preview's verdict",
  options: {
    ...ENGINE_OPTIONS,
    pack: { type: "string", array: true, describe: "Folder of a policy pack [default: pci-dss and soc2]" },
    target: { type: "string", array: true, describe: "URN of a resource to deploy, and no other" },
    "expect-no-changes": {
      type: "boolean",
      default: false,
      describe: "Fail where something would have to change",
    },
  },
  examples: [
    ["$0 up --stack staging", "verdict, engine's preview, question, deployment"],
    ["$0 up -s production --yes", "the same unasked, for CI"],
  ],
  run: async ({ stack: name, cwd, yes, pack, parallel, target, expectNoChanges }) => {
    const { checkConfirmable, confirmed } = await import("../engine/confirmation.ts");
    checkConfirmable("up", yes);
    const root = folder(cwd, "--cwd");
    const packs = pack?.map((each) => folder(each, "--pack"));
    const common = { ...parallelism(parallel), ...(target === undefined ? {} : { target }), expectNoChanges };
    const [{ openStack }, { operate }, { offlineVerdict }, { ownPacks }] = await Promise.all([
      import("../engine/stack.ts"),
      import("../engine/operation.ts"),
      import("../engine/offline-verdict.ts"),
      import("../preview/preview.ts"),
    ]);
    const { stack, project } = await openStack(root, name);
    const verdict = await offlineVerdict({ cwd: root, stack: project.stack, packs });
    if (verdict !== EXIT.fine) return verdict;
    const policyPacks = packs ?? ownPacks();
    if (!yes) {
      const previewed = await operate((options) => stack.preview({ ...options, ...common, policyPacks }));
      if (previewed !== EXIT.fine) return previewed;
      if (!(await confirmed(`Deploy ${project.name} to ${project.stack}?`))) return EXIT.fine;
    }
    return await operate((options) => stack.up({ ...options, ...common, policyPacks }));
  },
});
