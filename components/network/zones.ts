/** The zone number `index` of a region. @throws {Error} when the region has not as many as are wanted. */
export function zoneAt(names: readonly string[], index: number, wanted: number, network: string): string {
  const zone = names[index];
  if (zone !== undefined) return zone;
  throw new Error(
    `Vpc "${network}" wants ${wanted} zones, and the region has ${names.length}: ${names.join(", ")}`,
  );
}
