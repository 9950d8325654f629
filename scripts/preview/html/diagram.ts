import type { Plan, PlanResource } from "../../../components/testing/plan.ts";
import { connectionsOf } from "./connections.ts";
import { ENGINES, HELPER, KINDS, ROLE_TITLES } from "./kinds.ts";
import type { IconName, Kind, Role } from "./kinds.ts";
import { Placement } from "./placement.ts";
import type { Tier } from "./placement.ts";
import { References, text } from "./references.ts";

/** An architecture as boxes and arrows, before it has a layout. */
export interface Diagram {
  groups: DiagramGroup[];
  nodes: DiagramNode[];
  edges: DiagramEdge[];
}

/** A box around others: a region, a network, one of its tiers, or services that stand in no network. */
export interface DiagramGroup {
  id: string;
  kind: "region" | "network" | "tier" | "services";
  title: string;
  /** Zones or address range. */
  note?: string;
  /** What the services are for, where it stands around services. */
  role?: Role;
  /** The group that it stands in. */
  parent?: string;
}

export interface DiagramNode {
  id: string;
  title: string;
  subtitle: string;
  icon: IconName;
  role: Role;
  /** The resources that it stands for. */
  urns: string[];
  /** Encrypted with a customer's key. */
  encrypted: boolean;
  group?: string;
}

export interface DiagramEdge {
  /** Ids of nodes. */
  from: string;
  to: string;
  kind: "traffic" | "uses";
  /** Ports and paths. */
  labels: string[];
}

const INTERNET: DiagramNode = {
  id: "internet",
  title: "Internet",
  subtitle: "anyone",
  icon: "globe",
  role: "internet",
  urns: [],
  encrypted: false,
};

const TIER_TITLES: Record<Tier, string> = { public: "Public tier", app: "App tier", data: "Data tier" };

/** More of one kind in one place than this are drawn as one. */
const CROWD = 6;

/** Characters of the list of names below a crowd's title. */
const LONGEST_LIST = 27;

/** Resources of one kind in one group, drawn as one node. */
interface Crowd {
  group: string;
  kind: Kind;
  resources: PlanResource[];
}

/** Draws what a Plan makes. */
export function diagramOf(plan: Plan): Diagram {
  const references = new References(plan);
  const drawn = references.all.filter(({ type }) => KINDS[type] !== undefined);
  const groups = new Groups(references, drawn);
  const nodes = crowdsOf(drawn, groups).map((crowd, index) => nodeOf(`n${index}`, crowd, references));
  const edges = edgesAmong(nodes, references);
  const isOpen = edges.some(({ from, to }) => from === INTERNET.id || to === INTERNET.id);
  return { groups: groups.all, nodes: isOpen ? [INTERNET, ...nodes] : nodes, edges };
}

function crowdsOf(drawn: readonly PlanResource[], groups: Groups): Crowd[] {
  const crowds = new Map<string, Crowd>();
  for (const resource of drawn) {
    const kind = kindOf(resource);
    if (kind === undefined) continue;
    const group = groups.of(resource, kind);
    const crowd = crowds.get(`${group} ${kind.label}`) ?? { group, kind, resources: [] };
    crowd.resources.push(resource);
    crowds.set(`${group} ${kind.label}`, crowd);
  }
  return [...crowds.values()].flatMap((crowd) =>
    crowd.kind.together === true || crowd.resources.length > CROWD
      ? [crowd]
      : crowd.resources.map((resource) => ({ ...crowd, resources: [resource] })),
  );
}

function kindOf({ type, parent }: PlanResource): Kind | undefined {
  // Strongroom has no component for functions: the ones within its components copy logs, run migrations and the like.
  const isHelper = type === "aws:lambda/function:Function" && parent?.includes("strongroom:") === true;
  return isHelper ? HELPER : KINDS[type];
}

/** The boxes that resources stand in, made as they are asked for. */
class Groups {
  readonly #references: References;
  readonly #placement: Placement;
  readonly #severalRegions: boolean;
  readonly #groups = new Map<string, DiagramGroup>();

  constructor(references: References, drawn: readonly PlanResource[]) {
    this.#references = references;
    this.#placement = new Placement(references);
    this.#severalRegions = new Set(drawn.map(({ region }) => region)).size > 1;
  }

  /** Every group, in the order in which a page reads: networks before the services around them. */
  get all(): DiagramGroup[] {
    return [...this.#groups.values()].sort((a, b) => order(a) - order(b));
  }

  /** Id of the innermost group of a resource. */
  of(resource: PlanResource, kind: Kind): string {
    const region = this.#region(resource);
    const place = kind === HELPER ? undefined : this.#placement.of(resource);
    if (place === undefined) {
      const { role } = kind;
      const title = ROLE_TITLES[role];
      return this.#group(`${region ?? ""} ${role}`, { kind: "services", title, role }, region);
    }
    const { vpc, vpcId, tier, zones } = place;
    const network = this.#group(
      `network ${vpc?.urn ?? vpcId}`,
      {
        kind: "network",
        title: `VPC ${vpc === undefined ? vpcId : titleOf(vpc, this.#references)}`,
        note: text(vpc?.inputs.cidrBlock),
      },
      region,
    );
    return this.#group(
      `${network} ${tier}`,
      { kind: "tier", title: TIER_TITLES[tier], note: zones.join(" · ") },
      network,
    );
  }

  /** A box around a region's resources, where there is more than one region. */
  #region({ region }: PlanResource): string | undefined {
    if (!this.#severalRegions) return undefined;
    const title = region === undefined ? "Global" : `AWS ${region}`;
    return this.#group(`region ${region ?? ""}`, { kind: "region", title }, undefined);
  }

  #group(id: string, group: Omit<DiagramGroup, "id" | "parent">, parent: string | undefined): string {
    if (!this.#groups.has(id))
      this.#groups.set(id, { id, ...group, ...(parent === undefined ? {} : { parent }) });
    return id;
  }
}

/** Groups without a network stand in the order of their titles' table. */
function order({ kind, title }: DiagramGroup): number {
  return kind === "services" ? 1 + Object.values(ROLE_TITLES).indexOf(title) : 0;
}

function nodeOf(id: string, { group, kind, resources }: Crowd, references: References): DiagramNode {
  const titles = [...new Set(resources.map((each) => titleOf(each, references)))];
  const [only, ...others] = resources;
  const single = only !== undefined && others.length === 0 ? only : undefined;
  const isKey = ({ type }: PlanResource) =>
    type === "aws:kms/key:Key" || type === "aws:kms/replicaKey:ReplicaKey";
  return {
    id,
    title:
      single === undefined
        ? `${resources.length} ${plural(kind.label)}`
        : spoken(titles.join(), single, kind),
    subtitle: single === undefined ? listed(titles) : subtitleOf(single, kind),
    icon: kind.icon,
    role: kind.role,
    urns: resources.map(({ urn }) => urn),
    encrypted: resources.every((each) => references.of(each).some(isKey)),
    group,
  };
}

/** Connections between nodes, each once with all its labels. */
function edgesAmong(nodes: readonly DiagramNode[], references: References): DiagramEdge[] {
  const nodeOfUrn = new Map(nodes.flatMap(({ id, urns }) => urns.map((urn) => [urn, id])));
  const edges = new Map<string, DiagramEdge>();
  for (const { from: source, to: target, kind, labels } of connectionsOf(references)) {
    const from = source === "internet" ? INTERNET.id : nodeOfUrn.get(source.urn);
    const to = target === "internet" ? INTERNET.id : nodeOfUrn.get(target.urn);
    if (from === undefined || to === undefined || from === to) continue;
    const edge = edges.get(`${from} ${to}`) ?? { from, to, kind, labels: [] };
    edge.labels.push(...labels.filter((label) => label !== "" && !edge.labels.includes(label)));
    edges.set(`${from} ${to}`, edge);
  }
  return [...edges.values()];
}

/** The component's name where a component stands for the resource, since that is what people chose. */
function titleOf(resource: PlanResource, references: References): string {
  const parent = references.parentOf(resource);
  const standsFor = parent?.type.startsWith("strongroom:") === true && resource.name.startsWith(parent.name);
  return standsFor && KINDS[resource.type]?.role !== "operations" ? parent.name : resource.name;
}

/** A name as people say it: `PostgreSQL orders`, `edge load balancer`. */
function spoken(name: string, { inputs }: PlanResource, { role, label }: Kind): string {
  const engine = ENGINES[text(inputs.engine)];
  if (engine !== undefined) return `${engine} ${name}`;
  if (role !== "edge") return name;
  const words = name.replaceAll("-", " ");
  const noun = label.toLowerCase();
  return noun.split(" ").some((word) => words.includes(word)) ? words : `${words} ${noun}`;
}

/** What distinguishes it from others of its kind: service, size, number. */
function subtitleOf({ inputs }: PlanResource, { label }: Kind): string {
  const tasks = inputs.desiredCount;
  return [
    inputs.loadBalancerType === "application" ? "Application Load Balancer" : label,
    text(inputs.instanceClass ?? inputs.nodeType ?? inputs.instanceType ?? inputs.runtime),
    typeof tasks === "number" ? `${tasks} ${tasks === 1 ? "task" : "tasks"}` : "",
    inputs.multiAz === true || inputs.multiAzEnabled === true ? "Multi-AZ" : "",
  ]
    .filter((detail) => detail !== "")
    .join(" · ");
}

/** The names that fit below a crowd's title, and how many more there are. */
function listed(names: readonly string[]): string {
  const all = names.join(", ");
  if (all.length <= LONGEST_LIST) return all;
  const fitting = names.filter((_, index) => names.slice(0, index + 1).join(", ").length <= LONGEST_LIST - 4);
  const more = names.length - fitting.length;
  return fitting.length === 0 ? "" : `${fitting.join(", ")} +${more}`;
}

function plural(label: string): string {
  return /[^aeiou]y$/.test(label) ? `${label.slice(0, -1)}ies` : `${label}s`;
}
