import { Fault } from '@micro/kernel'

/** Takes a seat for somebody; what it answers gives it back, once. @throws Fault when none is free for them */
export type TakeSeat = (whose: string) => () => void

/** Counts what is open at a time, of one and in all. Nobody waits for a seat: who waits holds a connection and memory. */
export const createSeats = (most: { ofOne: number; inAll?: number; full: () => Fault }): TakeSeat => {
  const taken = new Map<string, number>()
  let inAll = 0
  return (whose) => {
    const ofOne = taken.get(whose) ?? 0
    if (ofOne >= most.ofOne || inAll >= (most.inAll ?? Infinity)) throw most.full()
    taken.set(whose, ofOne + 1)
    inAll++
    let given = false
    return () => {
      if (given) return
      given = true
      inAll--
      const left = (taken.get(whose) ?? 1) - 1
      if (left === 0) taken.delete(whose)
      else taken.set(whose, left)
    }
  }
}

/** Seats of one merchant's streams, in whichever mode. The fault is stream_limit. */
export const createStreamSeats = (limit: number): TakeSeat =>
  createSeats({ ofOne: limit, full: () => new Fault('stream_limit', { scope: 'merchant', limit }) })
