import { Fault, type Clock } from '@micro/kernel'
import { TimeoutError, within, type Logger } from '@micro/service'
import { elapsedMs } from './elapsed.ts'
import manifest from '../package.json' with { type: 'json' }

export type Checks = Readonly<Record<string, () => Promise<void>>>

export interface ServiceHealth {
  readonly status: 'ok' | 'unavailable'
  readonly reason?: string
}

export interface Health {
  /** `unavailable`: no request that needs a credential can be served. */
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly service: 'gateway'
  readonly version: string
  readonly services: Readonly<Record<string, ServiceHealth>>
}

export const version = manifest.version

const checkMsMax = 2_000
const freshMs = 1_000

// Anyone may read this, so an unexpected error's own words stay in the log.
const reasonOf = (error: unknown): string => {
  if (error instanceof Fault) return error.message
  return error instanceof TimeoutError
    ? `It did not answer within ${checkMsMax} ms.`
    : 'It cannot do its work right now; the log says why.'
}

const overall = (services: Readonly<Record<string, ServiceHealth>>): Health['status'] => {
  const states = Object.values(services)
  if (states.every(({ status }) => status === 'ok')) return 'ok'
  // Without auth nobody's key can be checked; with every other service down there is nothing behind the door.
  const none = states.every(({ status }) => status !== 'ok')
  return none || services['auth']?.status === 'unavailable' ? 'unavailable' : 'degraded'
}

/** Asks every service at once whether it can work; answers are shared for a second, so that probes cost nothing. */
export const createHealth = ({
  checks,
  clock,
  log,
}: {
  checks: Checks
  clock: Clock
  log: Logger
}): (() => Promise<Health>) => {
  const nowMs = elapsedMs(clock)
  let latest: { readonly health: Promise<Health>; readonly atMs: number } | undefined

  const checkOne = async (name: string, check: () => Promise<void>): Promise<[string, ServiceHealth]> => {
    try {
      await within(checkMsMax, check)
      return [name, { status: 'ok' }]
    } catch (error) {
      log.warn({ err: error, upstream: name }, 'health.check_failed')
      return [name, { status: 'unavailable', reason: reasonOf(error) }]
    }
  }

  const checkAll = async (): Promise<Health> => {
    const services = Object.fromEntries(
      await Promise.all(Object.entries(checks).map(([name, check]) => checkOne(name, check))),
    )
    return { status: overall(services), service: 'gateway', version, services }
  }

  return () => {
    if (latest === undefined || nowMs() - latest.atMs >= freshMs) latest = { health: checkAll(), atMs: nowMs() }
    return latest.health
  }
}
