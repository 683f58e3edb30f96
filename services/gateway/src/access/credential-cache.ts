import { createHash } from 'node:crypto'
import type { BusMessages, MerchantPrincipal } from '@micro/contracts'
import { Fault, type Clock } from '@micro/kernel'
import { within } from '@micro/service'
import { elapsedMs } from '../elapsed.ts'

/** What is known of a credential: whose it is, or null when it is not valid (any more), and whether its time was over. */
export interface Verdict {
  readonly principal: MerchantPrincipal | null
  readonly expired: boolean
  /** Of a browser's session: it was opened where others could listen, who may have its secret, too. */
  readonly in_clear?: boolean
}

/** What the auth service says. */
export interface LookedUp extends Verdict {
  /** How long the credential itself is valid, counted from the question; null when it has no end. */
  readonly expires_in_ms: number | null
}

interface Entry {
  readonly verdict: Verdict
  readonly expiresMs: number
}

export type Revocation = BusMessages['credential.revoked']

/** Turns credentials into principals, remembering for a few seconds what the auth service said. */
export interface CredentialCache {
  /** Never says longer than the credential lives that it is valid. @throws Fault upstream_unavailable: nobody could tell */
  verify(credential: string): Promise<Verdict>
  /** Whether this credential was valid when last looked up, however long ago. */
  wasValid(credential: string): boolean
  evict(revoked: Revocation): void
}

/** `shared`: with somebody who was asking already; `failed`: nobody could tell. */
export type LookUpOutcome = 'remembered' | 'shared' | 'asked' | 'failed'

export interface CredentialCacheOptions {
  readonly clock: Clock
  readonly lookUp: (credential: string) => Promise<LookedUp>
  readonly ttlMs: number
  readonly negativeTtlMs: number
  readonly lookUpMsMax?: number
  readonly entriesMax?: number
  /** Told how each question was answered. */
  readonly onLookUp?: (outcome: LookUpOutcome) => void
}

// A credential itself is never kept: a dump of this memory gives no keys away.
const digest = (credential: string): string => createHash('sha256').update(credential).digest('base64')

/** Whether what ended is what this principal holds. */
export const isRevokedBy = (principal: MerchantPrincipal, { keyId, session }: Revocation): boolean =>
  keyId !== undefined ? principal.keyId === keyId : principal.session === session

export const credentialCache = (options: CredentialCacheOptions): CredentialCache => {
  const { lookUp, ttlMs, negativeTtlMs, lookUpMsMax = 5_000, entriesMax = 100_000, onLookUp = () => {} } = options
  const nowMs = elapsedMs(options.clock)
  const entries = new Map<string, Entry>() // least recently stored first
  const inFlight = new Map<string, Promise<Verdict>>()
  let revocations = 0

  const store = (id: string, entry: Entry): void => {
    entries.delete(id)
    entries.set(id, entry)
    for (const oldest of entries.keys()) {
      if (entries.size <= entriesMax) return
      entries.delete(oldest)
    }
  }

  const trustedMs = ({ principal, expires_in_ms }: LookedUp): number =>
    principal === null ? negativeTtlMs : Math.min(ttlMs, expires_in_ms ?? ttlMs)

  const ask = async (id: string, credential: string): Promise<Verdict> => {
    // Age counts from before the question: the answer may be as old as that.
    const askedMs = nowMs()
    const revocationsBefore = revocations
    const verdict = await within(lookUpMsMax, () => lookUp(credential)).catch((cause: unknown) => {
      onLookUp('failed')
      throw new Fault('upstream_unavailable', { service: 'auth', retry_after: 1 }, { cause })
    })
    onLookUp('asked')
    // A revocation that came meanwhile may be of this very credential: use the answer, but do not remember it.
    if (revocations === revocationsBefore) {
      store(id, { verdict, expiresMs: askedMs + trustedMs(verdict) })
    }
    return verdict
  }

  return {
    async verify(credential) {
      const id = digest(credential)
      const known = entries.get(id)
      if (known !== undefined && nowMs() < known.expiresMs) {
        onLookUp('remembered')
        return known.verdict
      }
      const running = inFlight.get(id)
      if (running !== undefined) {
        onLookUp('shared')
        return running
      }
      const asking = ask(id, credential).finally(() => {
        if (inFlight.get(id) === asking) inFlight.delete(id)
      })
      inFlight.set(id, asking)
      return asking
    },
    wasValid: (credential) => (entries.get(digest(credential))?.verdict.principal ?? null) !== null,
    evict(revoked) {
      revocations++
      // Rare enough to walk: no index is kept per key and session.
      for (const [id, { verdict }] of entries)
        if (verdict.principal !== null && isRevokedBy(verdict.principal, revoked)) entries.delete(id)
      // Whoever asks from here on must not be handed an answer from before.
      inFlight.clear()
    },
  }
}
