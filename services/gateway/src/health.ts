import type { Clock } from '@micro/kernel'
import {
  busWarning,
  publicReason,
  readyMsMax,
  within,
  type Logger,
  type MicroBus,
  type Readiness,
  type ReadyCheck,
} from '@micro/service'
import { elapsedMs } from './elapsed.ts'
import type { Limiter } from './limits/limiter.ts'
import manifest from '../package.json' with { type: 'json' }

export type Checks = Readonly<Record<string, ReadyCheck>>

export interface ServiceHealth {
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly reason?: string
}

/** Something that makes the gateway better and without which it serves all the same. */
export interface PartHealth<Status extends string> {
  readonly status: Status
  readonly reason?: string
}

export interface Health {
  /** `unavailable`: no request that needs a credential can be served. */
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly service: 'gateway'
  readonly version: string
  readonly services: Readonly<Record<string, ServiceHealth>>
  readonly bus: PartHealth<'ok' | 'away'>
  readonly limiter: PartHealth<'exact' | 'local'>
}

export const version = manifest.version

const freshMs = 1_000

const busHealth = (bus: Pick<MicroBus, 'status'>): Health['bus'] =>
  bus.status() === 'away' ? { status: 'away', reason: busWarning } : { status: 'ok' }

const limiterHealth = (limiter: Pick<Limiter, 'mode'>): Health['limiter'] =>
  limiter.mode() === 'exact'
    ? { status: 'exact' }
    : { status: 'local', reason: 'Redis is away or slow: each gateway lets through its share of each limit.' }

const overall = ({ services, bus, limiter }: Pick<Health, 'services' | 'bus' | 'limiter'>): Health['status'] => {
  const states = Object.values(services)
  if (states.every(({ status }) => status === 'ok'))
    return bus.status === 'ok' && limiter.status === 'exact' ? 'ok' : 'degraded'
  if (states.every(({ status }) => status !== 'unavailable')) return 'degraded'
  // Without auth nobody's key can be checked; with every other service down there is nothing behind the door.
  const none = states.every(({ status }) => status === 'unavailable')
  return none || services['auth']?.status === 'unavailable' ? 'unavailable' : 'degraded'
}

/** The same, as each service tells it of itself. */
export const readinessOf = ({ status, services, bus, limiter }: Health): Readiness => {
  const parts = Object.entries({ ...services, bus, limiter })
  return {
    status,
    warnings: parts.flatMap(([name, { reason }]) => (reason === undefined ? [] : [`${name}: ${reason}`])),
  }
}

/** Asks every service at once whether it can work; answers are shared for a second, so that probes cost nothing. */
export const createHealth = ({
  checks,
  bus,
  limiter,
  clock,
  log,
}: {
  checks: Checks
  bus: Pick<MicroBus, 'status'>
  limiter: Pick<Limiter, 'mode'>
  clock: Clock
  log: Logger
}): (() => Promise<Health>) => {
  const nowMs = elapsedMs(clock)
  let latest: { readonly health: Promise<Health>; readonly atMs: number } | undefined

  const checkOne = async (name: string, check: ReadyCheck): Promise<[string, ServiceHealth]> => {
    try {
      // Redis away is told once, as the gateway sees it.
      const warnings = ((await within(readyMsMax, check)) ?? []).filter((each) => each !== busWarning)
      return [name, warnings.length === 0 ? { status: 'ok' } : { status: 'degraded', reason: warnings.join(' ') }]
    } catch (error) {
      log.warn({ err: error, upstream: name }, 'health.check_failed')
      return [name, { status: 'unavailable', reason: publicReason(error) }]
    }
  }

  const checkAll = async (): Promise<Health> => {
    const services = Object.fromEntries(
      await Promise.all(Object.entries(checks).map(([name, check]) => checkOne(name, check))),
    )
    const parts = { services, bus: busHealth(bus), limiter: limiterHealth(limiter) }
    return { status: overall(parts), service: 'gateway', version, ...parts }
  }

  return () => {
    if (latest === undefined || nowMs() - latest.atMs >= freshMs) latest = { health: checkAll(), atMs: nowMs() }
    return latest.health
  }
}
