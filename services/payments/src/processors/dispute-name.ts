/** A processor numbers its disputes by itself: what one calls `dp_1` another may, too. */
export const disputeName = ({ processor, id }: { processor: string; id: string }): string => `${processor}:${id}`

/** Which processor a name of `disputeName` speaks of, and its own id there. */
export const readDisputeName = (name: string): { processor: string; id: string } => {
  const at = name.indexOf(':')
  return { processor: name.slice(0, at), id: name.slice(at + 1) }
}
