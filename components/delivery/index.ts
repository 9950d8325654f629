export * from "./image.ts";
export * from "./image-reference.ts";
export * from "./image-repository.ts";
export { type LifecycleArgs } from "./lifecycle-rules.ts";
