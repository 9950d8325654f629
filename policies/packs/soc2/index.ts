import { fileURLToPath } from "node:url";
import { soc2 } from "../../frameworks/soc2.ts";
import { definePack } from "../../pack.ts";

definePack({
  name: "strongroom-soc2",
  framework: soc2,
  exemptions: fileURLToPath(new URL("../../exemptions.yaml", import.meta.url)),
});
