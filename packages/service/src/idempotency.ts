import { createHash } from 'node:crypto'
import type { Mode } from '@micro/contracts'
import { addMs, Fault, type Clock } from '@micro/kernel'
import type { Database, Sql } from '@micro/postgres'
import {
  insertClaim,
  lockClaim,
  releaseClaim,
  saveHeldResponse,
  saveRecoveryPoint,
  takeOverClaim,
  type ClaimKey,
  type ClaimRow,
} from './idempotency.store.ts'

/** How long a request holds its key before another may take the work over, in ms. Longer than its work should take. */
const leaseMs = 15_000

export interface StoredResponse {
  readonly status: number
  readonly body: string
}

/**
 * The right to do one keyed request's work. The last database transaction of the work stores the answer together with
 * the state it reports, so that neither exists without the other.
 */
export interface IdempotencyClaim {
  readonly key: string
  /** Where an earlier holder of this key got to before it died; null at a first try. */
  readonly recoveryPoint: string | null
  /** Notes, in the database transaction that makes it true, how far the work has come. @throws Fault idempotency_key_in_use */
  reach(sql: Sql, recoveryPoint: string): Promise<void>
  /** Stores the final answer in the database transaction that makes it true. @throws Fault idempotency_key_in_use, when taken over */
  complete(sql: Sql, status: number, body: object): Promise<void>
  /** Says that the final answer is stored by now, committed: the work has a lock of its own and wrote it itself. */
  stored(): void
}

export type ClaimOutcome =
  | {
      readonly kind: 'claimed'
      readonly claim: IdempotencyClaim
      readonly release: () => Promise<void>
      readonly finish: (response: StoredResponse) => Promise<void>
      /** Whether the work, if it ended well, has stored the answer itself. */
      readonly isStored: () => boolean
    }
  | { readonly kind: 'replay'; readonly response: StoredResponse; readonly originalRequest: string }

export interface Idempotency {
  /** @throws Fault idempotency_mismatch, idempotency_key_in_use, idempotency_key_invalid */
  claim(request: {
    merchant: string
    mode: Mode
    key: string
    fingerprint: string
    requestId: string
    serialize: (status: number, body: object) => string
  }): Promise<ClaimOutcome>
}

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}

/** What a key stands for: the endpoint and its decoded parameters, in any order. Card fields never reach this point. */
export const fingerprintOf = (request: { path: string; params: object; body: object }): string =>
  createHash('sha256')
    .update(`${request.path}\n${canonical(request.params)}\n${canonical(request.body)}`)
    .digest('base64')

/** Keys of 1 to 255 printable ASCII characters, Stripe's bound. */
export const checkKey = (key: string): string => {
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) throw new Fault('idempotency_key_invalid', { param: 'Idempotency-Key' })
  return key
}

type Existing = { kind: 'replay'; row: ClaimRow } | { kind: 'resumed'; recoveryPoint: string | null }

const judge = (row: ClaimRow, fingerprint: string, key: string): Existing => {
  if (row.fingerprint !== fingerprint) throw new Fault('idempotency_mismatch', { key })
  if (row.status !== null) return { kind: 'replay', row }
  if (row.leased) throw new Fault('idempotency_key_in_use', { key })
  return { kind: 'resumed', recoveryPoint: row.recovery_point }
}

/** Idempotency on the service's own database: the claim is a short committed transaction of its own. */
export const databaseIdempotency = ({ db, clock }: { db: Database; clock: Clock }): Idempotency => ({
  async claim({ merchant, mode, key, fingerprint, requestId, serialize }) {
    const claimKey: ClaimKey = { merchant, mode, key: checkKey(key) }
    const now = clock.now()
    const leasedUntil = addMs(now, leaseMs)
    const held = { ...claimKey, requestId }
    // Whoever slept past its lease finds its successor here; the fault undoes the late work with its transaction.
    const mustHold = (stillMine: boolean): void => {
      if (!stillMine) throw new Fault('idempotency_key_in_use', { key })
    }

    let stored = false
    const claimed = (recoveryPoint: string | null): ClaimOutcome => ({
      kind: 'claimed',
      claim: {
        key,
        recoveryPoint,
        reach: async (sql, point) => mustHold(await saveRecoveryPoint(sql, held, point)),
        complete: async (sql, status, body) => {
          mustHold(await saveHeldResponse(sql, held, { status, body: serialize(status, body) }))
          stored = true
        },
        stored: () => {
          stored = true
        },
      },
      release: () => releaseClaim(db.sql, claimKey, requestId),
      finish: async (response) => void (await saveHeldResponse(db.sql, held, response)),
      isStored: () => stored,
    })

    if (await insertClaim(db.sql, { ...claimKey, fingerprint, requestId, now, leasedUntil })) return claimed(null)
    const existing = await db.transaction(async (sql): Promise<Existing | undefined> => {
      const row = await lockClaim(sql, claimKey, now)
      if (row === undefined) return undefined
      const outcome = judge(row, fingerprint, key)
      if (outcome.kind === 'resumed') await takeOverClaim(sql, { ...claimKey, requestId, leasedUntil })
      return outcome
    })
    // The claim vanished between insert and lock: its holder gave it up. The caller may simply try again.
    if (existing === undefined) throw new Fault('idempotency_key_in_use', { key })
    if (existing.kind === 'resumed') return claimed(existing.recoveryPoint)
    const { status, body, request_id } = existing.row
    return { kind: 'replay', response: { status: status ?? 500, body: body ?? '' }, originalRequest: request_id }
  },
})
