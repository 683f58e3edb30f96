import { counted, countOf } from '../ledger/money.ts'
import { isSuccess, type Attempt } from './relay.ts'

/** What a session of listening came to. */
export interface Tally {
  readonly events: number
  readonly delivered: number
  readonly failed: number
  readonly retried: number
  readonly reconnects: number
  /** Longest and mean time to an answer that was a success, in milliseconds. */
  readonly ms_max: number
  readonly ms_mean: number
}

export const createTally = () => {
  let isBegun = false
  let [events, delivered, failed, retried, reconnects, msMax, msSum] = [0, 0, 0, 0, 0, 0, 0]
  return {
    /** There was a connection. */
    begin: (): void => void (isBegun = true),
    isBegun: (): boolean => isBegun,
    event: (): void => void events++,
    reconnected: (): void => void reconnects++,
    attempt({ result, retryInMs }: Attempt): void {
      if (isSuccess(result)) {
        delivered++
        msSum += result.ms
        msMax = Math.max(msMax, result.ms)
      } else if (retryInMs === undefined) failed++
      else retried++
    },
    total: (): Tally => ({
      events,
      delivered,
      failed,
      retried,
      reconnects,
      ms_max: msMax,
      ms_mean: delivered === 0 ? 0 : Math.round(msSum / delivered),
    }),
  }
}

/** The same in one sentence. */
export const tallyText = ({ events, delivered, failed, retried, reconnects, ms_max, ms_mean }: Tally): string => {
  const parts = [
    `${countOf(delivered)} delivered${delivered === 0 ? '' : ` (${ms_mean} ms on average, ${ms_max} ms at most)`}`,
    ...(failed === 0 ? [] : [`${countOf(failed)} failed`]),
    ...(retried === 0 ? [] : [counted(retried, 'retry', 'retries')]),
    ...(reconnects === 0 ? [] : [counted(reconnects, 'reconnect')]),
  ]
  return `Received ${counted(events, 'event')}: ${parts.join(', ')}.`
}
