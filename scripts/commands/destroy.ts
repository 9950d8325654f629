import { CommandError, EXIT } from "../exit.ts";
import { command } from "./command.ts";
import { ENGINE_OPTIONS, folder, parallelism } from "./options.ts";

export const destroy = command({
  name: "destroy",
  describe: "Delete everything that a stack has deployed",
  options: ENGINE_OPTIONS,
  examples: [["$0 destroy --stack review-17", "names what goes, asks, deletes"]],
  run: async ({ stack: name, cwd, yes, parallel }) => {
    const { checkConfirmable, confirmed } = await import("../engine/confirmation.ts");
    checkConfirmable("destroy", yes);
    const root = folder(cwd, "--cwd");
    const options = parallelism(parallel);
    const [{ openStack }, { operate }, { deletable, describeDeletion, protectedFrom }] = await Promise.all([
      import("../engine/stack.ts"),
      import("../engine/operation.ts"),
      import("../engine/protected.ts"),
    ]);
    const { stack, project } = await openStack(root, name);
    const resources = deletable((await stack.exportStack()).deployment);
    if (resources.length === 0) {
      console.log(`${project.stack} holds nothing to delete.`);
      return EXIT.fine;
    }
    const refusal = protectedFrom(project.stack, resources);
    if (refusal !== undefined) throw new CommandError(refusal);
    console.log(describeDeletion(project.stack, resources));
    if (!yes && !(await confirmed("Delete all of this?", project.stack))) return EXIT.fine;
    return await operate((common) => stack.destroy({ ...common, ...options }));
  },
});
