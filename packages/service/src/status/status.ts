import type { LagName, ServiceName, ServiceStatus } from '@micro/contracts'
import { monotonicMs } from '@micro/kernel'
import type { Database } from '@micro/postgres'
import manifest from '../../package.json' with { type: 'json' }
import type { Worker } from '../worker.ts'
import { selectServerVersion } from './status.store.ts'

/** How much waits of something, and since when; null where that is not known. */
export interface Measured {
  readonly waiting: number
  readonly oldestSeconds: number | null
}

export interface StatusParts {
  readonly service: ServiceName
  readonly db?: Database
  readonly lags?: Readonly<Partial<Record<LagName, () => Promise<Measured>>>>
  readonly workers?: readonly Worker[]
  readonly redisVersion?: () => Promise<string | null>
}

/** What the operator is told of a service. It shows nothing of any merchant: counts and ages, names and versions. */
export const createStatus = ({ service, db, lags = {}, workers = [], redisVersion }: StatusParts) => {
  const startedMs = monotonicMs()
  return async (): Promise<ServiceStatus> => ({
    object: 'service_status',
    service,
    version: manifest.version,
    node: process.version,
    postgres: db === undefined ? null : await selectServerVersion(db.sql),
    redis: (await redisVersion?.()) ?? null,
    running_seconds: Math.floor((monotonicMs() - startedMs) / 1_000),
    lags: await Promise.all(
      Object.entries(lags).map(async ([name, measure]) => {
        const { waiting, oldestSeconds } = await measure()
        return { name, waiting, oldest_seconds: oldestSeconds === null ? null : Math.floor(oldestSeconds) }
      }),
    ),
    failing_workers: workers
      .map((worker) => ({ name: worker.name, failures: worker.failuresInARow() }))
      .filter(({ failures }) => failures > 0),
  })
}
