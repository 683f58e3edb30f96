import type { Event } from '@micro/contracts'

/**
 * Writes an event in one form, and once for all the sockets it goes to. What was written is found by the event's own object
 * and by nothing that merely names it, such as a seq or an id, which another merchant's event may have as well: whoever
 * gets a text has the event itself in hand. It is forgotten with the event.
 */
export const writtenOnce = <Of extends { readonly event: Event }, Written>(
  write: (of: Of) => Written,
): ((of: Of) => Written) => {
  const written = new WeakMap<Event, Written>()
  return (of) => {
    const known = written.get(of.event)
    if (known !== undefined) return known
    const now = write(of)
    written.set(of.event, now)
    return now
  }
}
