import { readConfig, type StackConfig } from "./config.ts";
import { enterprisePayments } from "./systems/enterprise-payments.ts";

const SYSTEMS = {
  "enterprise-payments": enterprisePayments,
} satisfies Record<StackConfig["system"], (config: StackConfig) => Promise<object>>;

/** The Pulumi program: builds the system that the stack's configuration names; what it returns are the stack's outputs. */
export default function program(): Promise<object> {
  const config = readConfig();
  return SYSTEMS[config.system](config);
}
