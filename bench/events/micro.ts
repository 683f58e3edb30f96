// Micro as one process, as `make up` joins it, with a door for its benchmark: events are committed to the outbox as payments
// commits them, and the doorbell is rung.
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createIds, fromUnixSeconds, monotonicMs, systemClock, unixSeconds } from '@micro/kernel'
import { ringOutbox, startObservation } from '@micro/service'
import { createAuthSecrets, createCheckpointKeys, createEncryptionKeys } from '@micro/signing'
import { openDatabases } from '../../apps/embedded/src/databases.ts'
import { openLogFile } from '../../apps/embedded/src/log-file.ts'
import { createPlatform } from '../../apps/embedded/src/platform.ts'
import { readServiceSettings } from '../../apps/embedded/src/service-settings.ts'
import { insertOutbox } from '../../packages/service/src/outbox.store.ts'
import { eventType, objectOf } from './message.ts'
import { machineUs, obey } from './program.ts'

/** Events of some merchants in turns, committed at a steady pace. */
export interface Commit {
  readonly merchants: readonly string[]
  /** The number that the first event is known by. */
  readonly first: number
  readonly transactions: number
  readonly eventsEach: number
  /** From the beginning of one transaction to the next one's. */
  readonly everyMs: number
}

const env = {
  MICRO_RATE_LIMIT: '0',
  MICRO_IP_RATE_LIMIT: '0',
  MICRO_LOGIN_RATE_LIMIT: '0',
  // One address holds thousands of connections here, as only a proxy may.
  MICRO_TRUSTED_PROXIES: '127.0.0.1',
  MICRO_REGISTRATION: 'open',
  MICRO_WEBHOOK_NETWORKS: 'loopback',
}
const socketsMax = 20_000

const start = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'micro-bench-'))
  // The embedded PostgreSQL may run as another user.
  await chmod(directory, 0o711)
  const logs = await openLogFile(directory)
  const now = systemClock.now()
  const config = { host: '127.0.0.1', port: 0, dataDir: directory, ephemeral: false, json: false, env }
  const kept = {
    authSecrets: createAuthSecrets(now),
    checkpointKeys: createCheckpointKeys(now),
    encryptionKeys: createEncryptionKeys(now),
    checkpointsFile: join(directory, 'checkpoints.ndjson'),
  }
  const { gateway, ...settings } = readServiceSettings(config, kept)
  const stream = {
    ...gateway.stream,
    connectionsMax: socketsMax,
    connectionsPerKeyMax: socketsMax,
    connectionsPerMerchantMax: socketsMax,
    connectionsPerIpMax: socketsMax,
  }
  const observation = await startObservation(settings.observe, logs.logger('micro'))
  const databases = await openDatabases(directory, observation)
  const platform = await createPlatform({
    settings: { ...settings, gateway: { ...gateway, stream } },
    databases: databases.of,
    logs,
    observation,
    publicUrl: () => 'http://127.0.0.1',
    ownPorts: () => [databases.postgres.port],
  })
  const { port } = await platform.gateway.listen()
  return {
    url: `http://127.0.0.1:${port}`,
    bus: platform.bus,
    databases,
    async stop() {
      await platform.stop()
      await databases.close()
      await observation.close()
      logs.close()
      await rm(directory, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

const { url, bus, databases, stop } = await start()
const newId = createIds({ clock: systemClock })
const { payments, events } = databases.of

/** One database transaction; when it was acknowledged. */
const commitOnce = async (merchant: string, { first, count }: { first: number; count: number }): Promise<number> => {
  const created_at = fromUnixSeconds(unixSeconds(systemClock.now()))
  const rows = Array.from({ length: count }, (_, at) => ({
    event_id: newId('event'),
    type: eventType,
    object: objectOf(first + at),
    previous_attributes: null,
  }))
  const origin = { merchant, mode: 'test' as const, created_at, request_id: null, idempotency_key: null }
  await payments.transaction((sql) => insertOutbox(sql.andCommit, origin, rows))
  const committedUs = machineUs()
  ringOutbox(bus, 'payments')
  return committedUs
}

obey(
  {
    where: () => ({ url, postgresPid: databases.postgres.pid }),
    /** When each of its transactions was committed, in µs. */
    async commit({ merchants, first, transactions, eventsEach, everyMs }: Commit): Promise<number[]> {
      const beganMs = monotonicMs()
      const committed: Promise<number>[] = []
      for (let at = 0; at < transactions; at++) {
        const merchant = merchants[at % merchants.length] ?? ''
        committed.push(commitOnce(merchant, { first: first + at * eventsEach, count: eventsEach }))
        await delay(Math.max(0, beganMs + (at + 1) * everyMs - monotonicMs()))
      }
      return Promise.all(committed)
    },
    async pending(): Promise<number> {
      const rows = await events.sql<{ due: bigint }>`
        select (select count(*) from events.deliveries where status = 'pending')
          + (select count(*) from events.deliveries where status = 'failed') as due`
      return Number(rows[0]?.due)
    },
  },
  stop,
)
