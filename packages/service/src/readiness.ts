import type { BusStatus } from '@micro/bus'
import { Fault } from '@micro/kernel'
import type { Logger } from './log.ts'
import { TimeoutError, within } from './within.ts'

/** How long a check may take before its service counts as not ready, in ms. */
export const readyMsMax = 2_000

/** Whether a service can do its work now, and what is wrong with it all the same. Rejects when it cannot. */
export type ReadyCheck = () => Promise<readonly string[] | void>

export interface Readiness {
  /** `degraded`: it does its work, though not as quickly or exactly as it should. */
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly warnings: readonly string[]
}

/** Why a check failed, for anyone to read: an unexpected error's own words stay in the log. */
export const publicReason = (error: unknown): string => {
  if (error instanceof Fault) return error.message
  return error instanceof TimeoutError
    ? `It did not answer within ${readyMsMax} ms.`
    : 'It cannot do its work right now; the log says why.'
}

export const busWarning = 'Redis is away: events and revocations reach other processes later.'

/** Asks whether a service can do its work now. Never rejects. */
export const createReadiness = (options: {
  check: ReadyCheck
  bus: { status(): BusStatus }
  log: Logger
}): (() => Promise<Readiness>) => {
  const { check, bus, log } = options
  return async () => {
    let warnings: readonly string[]
    try {
      warnings = (await within(readyMsMax, check)) ?? []
    } catch (error) {
      log.warn({ err: error }, 'ready.failed')
      return { status: 'unavailable', warnings: [publicReason(error)] }
    }
    if (bus.status() === 'away') warnings = [...warnings, busWarning]
    return { status: warnings.length === 0 ? 'ok' : 'degraded', warnings }
  }
}
