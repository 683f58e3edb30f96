import type { Fault } from '@micro/kernel'

/** How many may be open at a time of those that bear the name, and what is said to one more. */
export interface SeatBound {
  readonly name: string
  readonly max: number
  readonly full: () => Fault
}

/** Takes a seat for somebody; what it answers gives it back, once. @throws Fault of the first bound that is reached */
export type TakeSeat<Who> = (who: Who) => () => void

/**
 * Counts what is open at a time, under every name that somebody bears: no one of them can hold all of it. Nobody waits
 * for a seat, since who waits holds a connection and memory.
 */
export const createSeats = <Who>(boundsOf: (who: Who) => readonly SeatBound[]): TakeSeat<Who> => {
  const taken = new Map<string, number>()
  const count = (name: string): number => taken.get(name) ?? 0
  return (who) => {
    const bounds = boundsOf(who)
    const reached = bounds.find(({ name, max }) => count(name) >= max)
    if (reached !== undefined) throw reached.full()
    for (const { name } of bounds) taken.set(name, count(name) + 1)
    let given = false
    return () => {
      if (given) return
      given = true
      for (const { name } of bounds) {
        const left = count(name) - 1
        if (left === 0) taken.delete(name)
        else taken.set(name, left)
      }
    }
  }
}
