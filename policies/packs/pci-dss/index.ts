import { fileURLToPath } from "node:url";
import { pciDss } from "../../frameworks/pci-dss-4.0.1.ts";
import { definePack } from "../../pack.ts";

definePack({
  name: "strongroom-pci-dss",
  framework: pciDss,
  exemptions: fileURLToPath(new URL("../../exemptions.yaml", import.meta.url)),
});
