import type { Diagram, DiagramGroup, DiagramNode } from "./diagram.ts";
import { TIERS } from "./placement.ts";

/** Nodes side by side, between what stands above and what stands below them. */
export interface Lane {
  /** Each region has its own edge, and a shelf has several boxes. */
  groups: { group: DiagramGroup | undefined; nodes: DiagramNode[] }[];
  /** The box that the lane fills from side to side. */
  band?: DiagramGroup;
  /** Boxes around this lane and its neighbours. */
  within: DiagramGroup[];
  /** Supporting services in boxes of their own, beside the flow rather than in it. */
  shelved: boolean;
}

/** A diagram's lanes from top to bottom: the internet, the edge; then of each region its networks, functions and shelf. */
export function lanesOf({ groups, nodes, edges }: Diagram): Lane[] {
  const members = Map.groupBy(nodes, ({ group }) => group);
  const nodesIn = (group: DiagramGroup | undefined) => members.get(group?.id) ?? [];
  const lane = (group: DiagramGroup | undefined, extra: Partial<Lane> = {}): Lane => ({
    groups: [{ group, nodes: nodesIn(group) }],
    within: [],
    shelved: false,
    ...extra,
  });
  const ends = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const isFlowing = (group: DiagramGroup) =>
    ["compute", "edge"].includes(group.role ?? "") && nodesIn(group).some(({ id }) => ends.has(id));
  const services = groups.filter(({ kind }) => kind === "services");
  const edge = services.filter((group) => group.role === "edge" && isFlowing(group));

  const regions: (DiagramGroup | undefined)[] = groups.filter(({ kind }) => kind === "region");
  const inRegion = (region: DiagramGroup | undefined): Lane[] => {
    const around = region === undefined ? [] : [region];
    const own = groups.filter(({ parent }) => parent === region?.id);
    const tiers = own
      .filter(({ kind }) => kind === "network")
      .flatMap((network) =>
        groups
          .filter(({ parent }) => parent === network.id)
          .sort((a, b) => tierOrder(a) - tierOrder(b))
          .map((tier) => lane(tier, { band: tier, within: [...around, network] })),
      );
    const supporting = own.filter(({ kind }) => kind === "services").filter((group) => !edge.includes(group));
    const flowing = supporting.filter(isFlowing).map((group) => lane(group, { band: group, within: around }));
    const shelf: Lane = {
      groups: supporting
        .filter((group) => !isFlowing(group))
        .map((group) => ({ group, nodes: nodesIn(group) })),
      within: around,
      shelved: true,
    };
    return [...tiers, ...flowing, shelf];
  };
  const lanes = [
    lane(undefined),
    { groups: edge.map((group) => ({ group, nodes: nodesIn(group) })), within: [], shelved: false },
    ...(regions.length === 0 ? [undefined] : regions).flatMap(inRegion),
  ];
  return lanes.filter((each) => each.groups.some((group) => group.nodes.length > 0));
}

function tierOrder({ title }: DiagramGroup): number {
  return TIERS.findIndex((tier) => title.toLowerCase().startsWith(tier));
}
