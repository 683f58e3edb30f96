import type { Client } from '@micro/client'
import {
  closeCodes,
  type BusMessages,
  type eventsApi,
  type MerchantPrincipal,
  type Mode,
  type Tenant,
} from '@micro/contracts'
import type { Clock } from '@micro/kernel'
import type { Logger, Metrics, MicroBus } from '@micro/service'
import { isRevokedBy, type CredentialCache, type Verdict } from '../access/credential-cache.ts'
import type { StreamConfig } from '../config.ts'
import type { Connection } from './connection.ts'
import { createStreamMetrics } from './stream-metrics.ts'

/** An open connection with what it takes to keep it honest. */
export interface Member {
  readonly principal: MerchantPrincipal
  /** Asks whether the credential it came with still holds. */
  readonly verify: () => Promise<Verdict>
  readonly connection: Connection
  /** Sends a ping; false when the last one was never answered. */
  isAlive(): boolean
  terminate(): void
}

type Feed = { readonly merchant: string; readonly mode: Mode; readonly members: Set<Member> }

const feedKey = (merchant: string, mode: Mode): string => `${mode}:${merchant}`

const revokedReason = { code: 'credential_revoked', message: 'The API key is no longer valid.' } as const
const expiredReason = { code: 'credential_expired', message: 'The API key has expired.' } as const

// Rounds of one kind never overlap: a slow store is not asked the same thing twice at once.
const repeat = (everyMs: number, round: () => Promise<void>): NodeJS.Timeout => {
  let running = false
  const timer = setInterval(() => {
    if (running) return
    running = true
    void round().finally(() => {
      running = false
    })
  }, everyMs)
  return timer.unref()
}

/** All open connections: gives each its own merchant's and mode's events, and ends those whose right has ended. */
export const createHub = (options: {
  bus: MicroBus
  clock: Clock
  log: Logger
  metrics: Metrics
  events: Pick<Client<typeof eventsApi>, 'readEventStream'>
  cache: Pick<CredentialCache, 'evict'>
  config: StreamConfig
}) => {
  const { bus, clock, log, events, cache, config } = options
  const feeds = new Map<string, Feed>()
  let onEmpty = (): void => {}
  const members = (): Member[] => [...feeds.values()].flatMap((feed) => [...feed.members])
  const count = createStreamMetrics(options.metrics, { connections: () => members().length })

  const announce = ({ merchant, mode, events: stored }: BusMessages['events.stored']): void => {
    for (const { connection } of feeds.get(feedKey(merchant, mode))?.members ?? []) connection.announce(stored)
  }

  const ring = ({ merchant, mode }: Tenant): void => {
    for (const { connection } of feeds.get(feedKey(merchant, mode))?.members ?? []) connection.ring?.()
  }

  const revoke = (revoked: BusMessages['credential.revoked']): void => {
    cache.evict(revoked)
    if (revoked.revokedMs !== undefined) count.revocationHeard(clock.now().getTime() - revoked.revokedMs)
    for (const { principal, connection } of members()) {
      if (isRevokedBy(principal, revoked)) connection.end(closeCodes.unauthenticated, revokedReason)
    }
  }

  // The bus may have lost a message: one small read per merchant and mode finds out.
  const pollFeed = async (feed: Feed): Promise<void> => {
    const { head_seq } = await events.readEventStream({
      query: { merchant: feed.merchant, mode: feed.mode, after: 0, limit: 0 },
    })
    for (const { connection } of feed.members) connection.headKnown(head_seq)
  }
  const poll = async (): Promise<void> => {
    const outcomes = await Promise.allSettled([...feeds.values()].map(pollFeed))
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed !== undefined) log.warn({ err: failed.reason as unknown }, 'stream.poll_failed')
  }

  // A lost revocation is found here. While nobody can tell whether a key still holds, its stream is paused, not ended.
  const verifyOne = async ({ verify: ask, connection }: Member): Promise<void> => {
    try {
      const { principal, expired } = await ask()
      if (principal === null) connection.end(closeCodes.unauthenticated, expired ? expiredReason : revokedReason)
      else connection.setVerified(true)
    } catch {
      connection.setVerified(false)
    }
  }
  const verify = async (): Promise<void> => void (await Promise.all(members().map(verifyOne)))

  const ping = async (): Promise<void> => {
    for (const member of members()) if (!member.isAlive()) member.terminate()
  }

  const unsubscribe = [
    bus.subscribe('events.stored', announce),
    bus.subscribe('cli_session.resent', ring),
    bus.subscribe('credential.revoked', revoke),
    // Its streams go on until the end it now has, which the next round of verifying learns.
    bus.subscribe('credential.changed', cache.evict),
  ]
  const timers = [repeat(config.pollMs, poll), repeat(config.verifyMs, verify), repeat(config.pingMs, ping)]

  return {
    noteSent: count.sent,
    add(member: Member): () => void {
      const { merchant, mode } = member.principal
      const key = feedKey(merchant, mode)
      const feed = feeds.get(key) ?? { merchant, mode, members: new Set() }
      feeds.set(key, feed)
      feed.members.add(member)
      return () => {
        feed.members.delete(member)
        if (feed.members.size > 0) return
        feeds.delete(key)
        if (feeds.size === 0) onEmpty()
      }
    },
    /** Tells every client that this server restarts; they come back with their cursor. */
    close(): void {
      for (const timer of timers) clearInterval(timer)
      for (const end of unsubscribe) end()
      for (const { connection } of members()) connection.end(closeCodes.restarting)
    },
    /** Resolves when every connection has said goodbye, or after `msMax`. */
    async emptied(msMax: number): Promise<void> {
      if (feeds.size === 0) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, msMax)
        onEmpty = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    },
    terminate(): void {
      for (const member of members()) member.terminate()
    },
  }
}

export type Hub = ReturnType<typeof createHub>
