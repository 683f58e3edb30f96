import { createHash } from 'node:crypto'
import type { Mode } from '@micro/contracts'
import { addMs, Fault, type Clock } from '@micro/kernel'
import { isUniqueViolation, type Database, type Sql, type TransactionSql } from '@micro/postgres'
import {
  claimAnswered,
  claimReached,
  findBody,
  findHolder,
  insertAnswered,
  insertClaim,
  isExpanded,
  lockClaim,
  releaseClaim,
  saveExpanded,
  saveHeldResponse,
  saveRecoveryPoint,
  takeOverClaim,
  type ClaimKey,
  type ClaimRow,
  type NewClaim,
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
  /** As complete, as the last statement of the transaction, with which it may be sent to commit. */
  completeLast(sql: TransactionSql, status: number, body: object): Promise<void>
  /** Says that the final answer is stored by now, committed: the work has a lock of its own and wrote it itself. */
  stored(): void
}

export type ClaimOutcome =
  | {
      readonly kind: 'claimed'
      readonly claim: IdempotencyClaim
      /** Gives up what has no effect. False when another request has the key, which was to be claimed with the work. */
      readonly release: () => Promise<boolean>
      /** Stores the answer of work that stored none. False as of release. */
      readonly finish: (response: StoredResponse) => Promise<boolean>
      /** Whether the work, if it ended well, has stored the answer itself. */
      readonly isStored: () => boolean
      readonly storeExpanded: StoreExpanded
    }
  | {
      readonly kind: 'replay'
      readonly response: StoredResponse
      readonly originalRequest: string
      /** Whether the answer has been expanded as its caller asked; not after a crash between the work and that. */
      readonly isExpanded: boolean
      readonly storeExpanded: StoreExpanded
    }

/**
 * Puts the expanded answer in place of the stored one, for every repeat; resolves with the one that stands there now. Of
 * two who expand at once, maybe not alike, the first decides what both tell.
 */
type StoreExpanded = (body: string) => Promise<string>

export interface Idempotency {
  /** @throws Fault idempotency_mismatch, idempotency_key_in_use, idempotency_key_invalid */
  claim(request: {
    merchant: string
    mode: Mode
    key: string
    /** Whether anybody may send it who read a publishable key on a web page. */
    fromBrowser: boolean
    fingerprint: string
    requestId: string
    serialize: (status: number, body: object) => string
    /**
     * Whether the key is claimed by the work itself, in its first database transaction: so only of work that has no effect
     * before it. Requests with one key all begin then, and one of them commits; the others are undone, and claim it anew.
     */
    withWork?: boolean
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

const keyLengthMax = 255

/** Keys of 1 to 255 printable ASCII characters, Stripe's bound. */
export const checkKey = (key: string): string => {
  if (!/^[\x20-\x7e]+$/.test(key) || key.length > keyLengthMax)
    throw new Fault('idempotency_key_invalid', { param: 'Idempotency-Key' })
  return key
}

// Not of the characters a key may have: otherwise whoever is in a browser could take the keys a server is about to use,
// or be told what was answered to it.
const browserPrefix = 'pk·'

const storedKey = (key: string, fromBrowser: boolean): string => {
  if (!fromBrowser) return checkKey(key)
  const stored = `${browserPrefix}${checkKey(key)}`
  if (stored.length > keyLengthMax) throw new Fault('idempotency_key_invalid', { param: 'Idempotency-Key' })
  return stored
}

type Existing = { kind: 'replay'; row: ClaimRow } | { kind: 'resumed'; recoveryPoint: string | null }

const judge = (row: ClaimRow, fingerprint: string, key: string): Existing => {
  if (row.fingerprint !== fingerprint) throw new Fault('idempotency_mismatch', { key })
  if (row.status !== null) return { kind: 'replay', row }
  if (row.leased) throw new Fault('idempotency_key_in_use', { key })
  return { kind: 'resumed', recoveryPoint: row.recovery_point }
}

const answeredFirst = (key: string) => (error: unknown) => {
  if (isUniqueViolation(error, 'idempotency_keys_pkey')) throw new Fault('idempotency_key_in_use', { key })
  throw error
}

/**
 * Idempotency on the service's own database: the claim is a short committed transaction of its own, or part of the first
 * transaction of the work (docs/adr/0015).
 */
export const databaseIdempotency = ({ db, clock }: { db: Database; clock: Clock }): Idempotency => ({
  async claim({ merchant, mode, key, fromBrowser, fingerprint, requestId, serialize, withWork = false }) {
    const claimKey: ClaimKey = { merchant, mode, key: storedKey(key, fromBrowser) }
    const now = clock.now()
    const leasedUntil = addMs(now, leaseMs)
    const held = { ...claimKey, requestId }
    const own: NewClaim = { ...held, fingerprint, now, leasedUntil }
    // Whoever slept past its lease finds its successor here; the fault undoes the late work with its transaction.
    const mustHold = (stillMine: boolean): void => {
      if (!stillMine) throw new Fault('idempotency_key_in_use', { key })
    }

    const storeExpanded = async (body: string): Promise<string> =>
      (await saveExpanded(db.sql, claimKey, body)) ? body : ((await findBody(db.sql, claimKey)) ?? body)

    let stored = false
    const told = () => {
      stored = true
    }
    const claimed = (recoveryPoint: string | null): ClaimOutcome => {
      const complete: IdempotencyClaim['complete'] = async (sql, status, body) => {
        mustHold(await saveHeldResponse(sql, held, { status, body: serialize(status, body) }))
        told()
      }
      return {
        kind: 'claimed',
        claim: {
          key: claimKey.key,
          recoveryPoint,
          reach: async (sql, point) => mustHold(await saveRecoveryPoint(sql, held, point)),
          complete,
          // Whether it is still held decides, so it cannot be sent along with COMMIT.
          completeLast: complete,
          stored: told,
        },
        release: async () => {
          await releaseClaim(db.sql, claimKey, requestId)
          return true
        },
        finish: async (response) => {
          await saveHeldResponse(db.sql, held, response)
          return true
        },
        isStored: () => stored,
        storeExpanded,
      }
    }

    const claimedByWork = (): ClaimOutcome => {
      let reached = false
      const complete: IdempotencyClaim['complete'] = async (sql, status, body) => {
        mustHold(await claimAnswered(sql, own, { status, body: serialize(status, body) }))
        told()
      }
      return {
        kind: 'claimed',
        claim: {
          key: claimKey.key,
          recoveryPoint: null,
          reach: async (sql, point) => {
            mustHold(await claimReached(sql, own, point))
            reached = true
          },
          complete,
          completeLast: async (sql, status, body) => {
            if (reached) return complete(sql, status, body)
            const response = { status, body: serialize(status, body) }
            await insertAnswered(sql.andCommit, own, response).catch(answeredFirst(key))
            told()
          },
          stored: told,
        },
        release: async () => {
          if (reached) await releaseClaim(db.sql, claimKey, requestId)
          const holder = await findHolder(db.sql, claimKey)
          return holder === undefined || holder === requestId
        },
        finish: (response) => claimAnswered(db.sql, own, response),
        isStored: () => stored,
        storeExpanded,
      }
    }

    if (withWork) return claimedByWork()
    if (await insertClaim(db.sql, own)) return claimed(null)
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
    return {
      kind: 'replay',
      response: { status: status ?? 500, body: body ?? '' },
      originalRequest: request_id,
      isExpanded: isExpanded(existing.row),
      storeExpanded,
    }
  },
})
