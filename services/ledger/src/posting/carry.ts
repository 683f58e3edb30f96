import { Fault, type Clock } from '@micro/kernel'
import {
  CommitUnknownError,
  isConnectionError,
  isRetryable,
  isUniqueViolation,
  sqlState,
  SQLSTATE,
  type Database,
} from '@micro/postgres'
import type { Runtime } from '@micro/service'
import { createFlight } from './flight.ts'
import { createGate } from './gate.ts'
import { createGuessing, type Sent } from './guess.ts'
import { wronglyRemembered } from './guilty.ts'
import { createMemory } from './memory.ts'
import { createFlightMetrics } from './posting-metrics.ts'
import type { Outcome, Ticket } from './ticket.ts'

/** When many of a load had to be left to a second flight, those that follow had better be on one from the start. */
const openMax = 8
const looksAfterOpen = 4

type Carried = readonly (Outcome | Error)[]

const yes = () => true
const no = () => false

const waitedInVain = (error: unknown): boolean => {
  const state = sqlState(error)
  return state === SQLSTATE.lockNotAvailable || state === SQLSTATE.queryCanceled
}

const passing = (error: unknown): boolean => isRetryable(error) || waitedInVain(error) || isUniqueViolation(error)

/** What a flight's failure means to each on it; what is none of these is a bug, and may be of one ticket only. */
const faultOf = (error: unknown): Fault | undefined => {
  if (error instanceof CommitUnknownError || isConnectionError(error))
    return new Fault('upstream_unavailable', { service: 'ledger', retry_after: 1 }, { cause: error })
  return passing(error) ? new Fault('ledger_busy', {}, { cause: error }) : undefined
}

const busy = (tickets: readonly Ticket[], { error }: { error: unknown }): Carried =>
  tickets.map(() => new Fault('ledger_busy', {}, { cause: error }))

/**
 * Carries tickets to an end: on a flight decided on what is remembered where it can, else on one that looks. Those of a
 * book are decided in the order of their arrival, in one call and from one call to the next.
 */
export const createCarrier = ({
  db,
  clock,
  metrics,
  traces,
}: Pick<Runtime, 'metrics' | 'traces'> & { db: Database; clock: Clock }) => {
  const memory = createMemory()
  const flight = createFlight({ db, clock, memory })
  const guessing = createGuessing({ db, clock, memory })
  const gate = createGate()
  const measured = createFlightMetrics(metrics)

  // A step of the trace of whoever set it off; the others on it see it as part of their own wait.
  const watched = <T>(tickets: readonly Ticket[], work: () => Promise<T>): Promise<T> => {
    const postings = tickets.reduce((sum, { parts }) => sum + parts.length, 0)
    return measured(postings, () => traces.step('ledger flight', { facts: { postings } }, work))
  }
  const fly = (tickets: readonly Ticket[]): Promise<Outcome[]> => watched(tickets, () => flight(tickets))

  // Recorded or not, the references make a second flight converge.
  const flyTwice = (tickets: readonly Ticket[]): Promise<Outcome[]> =>
    fly(tickets).catch((error: unknown) => {
      if (error instanceof CommitUnknownError) return fly(tickets)
      throw error
    })

  /** Whatever the database refuses for one ticket's sake fails that one alone: halves are tried until it is found. */
  const carryAlone = async (tickets: readonly Ticket[]): Promise<(Outcome | Error)[]> => {
    try {
      return await flyTwice(tickets)
    } catch (error) {
      const fault = faultOf(error)
      if (fault !== undefined) return tickets.map(() => fault)
      if (tickets.length === 1) return [error instanceof Error ? error : new Error(String(error))]
      const half = tickets.length >> 1
      return [...(await carryAlone(tickets.slice(0, half))), ...(await carryAlone(tickets.slice(half)))]
    }
  }

  const look = (tickets: readonly Ticket[]) => gate.alone(() => carryAlone(tickets))
  let looks = 0
  let turn: Promise<unknown> = Promise.resolve()

  /** Sends what can be decided on what is remembered, and queues the rest up behind it. */
  const depart = async (tickets: readonly Ticket[], arrived: Promise<unknown>): Promise<() => Promise<Carried>> => {
    const looking = looks > 0
    if (looking) looks--
    const learned = looking || (await guessing.learn(tickets).then(yes, no))
    await arrived
    if (looking || !learned) {
      const all = look(tickets)
      return () => all
    }
    await gate.enter()
    let sent: Sent
    try {
      sent = guessing.send(tickets)
    } catch {
      gate.leave()
      const all = look(tickets)
      return () => all
    }
    const { outcomes } = sent
    const decided = tickets.filter((_, at) => outcomes[at] !== undefined)
    const open = tickets.filter((_, at) => outcomes[at] === undefined)
    if (open.length > openMax && open.length > tickets.length / 4) looks = looksAfterOpen
    const failed =
      decided.length === 0
        ? Promise.resolve(undefined)
        : watched(decided, () => sent.landed).then(
            () => undefined,
            (error: unknown) => ({ error }),
          )
    void failed.then(gate.leave)
    // A guess that fails, for whatever reason, is decided again by a flight that looks, and told why by that; but not
    // when it waited for its locks in vain, or it would all over again.
    const rest =
      open.length > 0 ? gate.alone(async () => carryAlone((await failed) === undefined ? open : tickets)) : undefined
    return async () => {
      const failure = await failed
      if (failure !== undefined) {
        if (rest === undefined && waitedInVain(failure.error)) return busy(tickets, failure)
        const became = await (rest ?? look(tickets))
        for (const name of wronglyRemembered(tickets, outcomes, became)) memory.blame(name)
        return became
      }
      const others = ((await rest) ?? []).values()
      return outcomes.map((outcome) => outcome ?? (others.next().value as Outcome | Error))
    }
  }

  return async (tickets: readonly Ticket[]): Promise<Carried> => {
    const departed = depart(tickets, turn)
    turn = departed
    return (await departed)()
  }
}
