/** Who says that a rule serves a requirement: ids of published controls, or us. */
export interface Mapping {
  /** Number of the requirement, such as `3.5.1`. */
  requirement: string;
  /** Published controls that state the number, such as `Security Hub EC2.13`; `Strongroom` where none does. */
  sources: readonly string[];
}

/** A compliance framework as far as rules serve it. */
export interface Framework {
  /** Also the folder-safe name, such as `pci-dss-4.0.1`. */
  id: string;
  name: string;
  version: string;
  /** Where the framework itself is published. */
  url: string;
  /** Number → short title in our own words. */
  requirements: Readonly<Record<string, string>>;
  /** Rule's id → requirements that it serves. */
  rules: Readonly<Record<string, readonly Mapping[]>>;
}
