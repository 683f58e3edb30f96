import { Failure } from '../shell/failure.ts'
import type { Ending } from './connection.ts'

/** What one short connection found behind a position. */
export interface Probe {
  /** The newest seq, of a connection that asked for nothing older. */
  readonly head?: number
  /** When the first event behind the position was made, in Unix seconds; undefined when it is no longer kept. */
  readonly created?: number
}

/** Opens a connection behind a position (null: now) just to look. */
export type LookBehind = (after: number | null) => Promise<Probe>

export interface Located {
  readonly after: number
  /** What is right before the position is no longer kept: there may have been more, made at that time or later. */
  readonly cutOff: boolean
}

/**
 * The position behind which are all events made at a time or later: found by halving, since the order of events is that
 * of their times. All positions are seqs.
 */
export const locate = async (since: number, look: LookBehind): Promise<Located> => {
  let from = 0
  let kept = 0
  let to = (await look(null)).head ?? 0
  while (from < to) {
    const middle = Math.floor((from + to) / 2)
    const { created } = await look(middle)
    if (created === undefined) kept = middle + 1
    if (created === undefined || created < since) from = middle + 1
    else to = middle
  }
  return { after: from, cutOff: kept > 0 && kept === from }
}

/** @throws Failure when the connection ended for a reason that is none of ours */
export const checkEnding = (ending: Ending): void => {
  if (ending.kind === 'refused')
    throw new Failure(`The server refused the connection: ${ending.reason}`, {
      exitCode: ending.unauthenticated ? 3 : 1,
    })
  if (ending.kind === 'lost') throw new Failure(`The connection was lost: ${ending.reason}`, { exitCode: 6 })
}
