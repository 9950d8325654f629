import { EXIT } from "../exit.ts";
import { command } from "./command.ts";
import { ENGINE_OPTIONS, folder, parallelism } from "./options.ts";

export const refresh = command({
  name: "refresh",
  describe: "Take note of what has changed in AWS beside Pulumi",
  options: {
    ...ENGINE_OPTIONS,
    "expect-no-changes": { type: "boolean", default: false, describe: "Fail where something has changed" },
  },
  examples: [["$0 refresh -s production --yes --expect-no-changes", "fails on drift"]],
  run: async ({ stack: name, cwd, yes, parallel, expectNoChanges }) => {
    const { checkConfirmable, confirmed } = await import("../engine/confirmation.ts");
    checkConfirmable("refresh", yes);
    const root = folder(cwd, "--cwd");
    const common = { ...parallelism(parallel), expectNoChanges };
    const [{ openStack }, { operate }] = await Promise.all([
      import("../engine/stack.ts"),
      import("../engine/operation.ts"),
    ]);
    const { stack, project } = await openStack(root, name);
    if (!yes) {
      const previewed = await operate((options) => stack.previewRefresh({ ...options, ...common }));
      if (previewed !== EXIT.fine) return previewed;
      if (!(await confirmed(`Record this as the state of ${project.stack}?`))) return EXIT.fine;
    }
    return await operate((options) => stack.refresh({ ...options, ...common }));
  },
});
