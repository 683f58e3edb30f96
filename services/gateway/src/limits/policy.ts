import type { ServerResponse } from 'node:http'
import { Fault, unixSeconds, type Clock } from '@micro/kernel'
import type { Metrics } from '@micro/service'
import type { Limiter, Taken } from './limiter.ts'

export const windowMs = 60_000

/** A limit with a name that its headers carry. */
export interface Policy {
  readonly name:
    | 'default'
    | 'page'
    | 'publishable'
    | 'ip'
    | 'login'
    | 'webhook'
    | 'webhooks'
    | 'stream'
    | 'failed'
    | 'files'
  readonly limit: number
  /** What `Stripe-Rate-Limited-Reason` says; Stripe's vocabulary. */
  readonly reason: 'global-rate' | 'endpoint-rate'
}

const seconds = (ms: number): number => Math.ceil(ms / 1000)

/** The limit headers: draft-ietf-httpapi-ratelimit-headers and the older X-RateLimit trio (reset in Unix seconds). */
export const limitHeaders = (policy: Policy, taken: Taken, now: Date): Readonly<Record<string, string>> => ({
  'ratelimit-policy': `"${policy.name}";q=${policy.limit};w=${windowMs / 1000}`,
  ratelimit: `"${policy.name}";r=${taken.remaining};t=${seconds(taken.resetMs)}`,
  'x-ratelimit-limit': String(policy.limit),
  'x-ratelimit-remaining': String(taken.remaining),
  'x-ratelimit-reset': String(unixSeconds(now) + seconds(taken.resetMs)),
  ...(taken.allowed
    ? {}
    : {
        'retry-after': String(Math.max(1, seconds(taken.resetMs))),
        'stripe-rate-limited-reason': policy.reason,
      }),
})

/** Sets a header on whatever the answer will be written to. */
export type SetHeader = (name: string, value: string) => void

export const headersOf =
  (response: ServerResponse): SetHeader =>
  (name, value) =>
    void response.setHeader(name, value)

/**
 * Takes one request from a policy's window and puts the limit headers on the answer.
 * Its 429 says `Stripe-Should-Retry: false`: Stripe's SDKs ignore Retry-After and would come back within seconds,
 * twice, for nothing; the application should see the error and the time to wait at once.
 * @throws Fault rate_limit
 */
export const createEnforcer = ({ limiter, clock, metrics }: { limiter: Limiter; clock: Clock; metrics: Metrics }) => {
  const count = metrics.counter({
    name: 'micro_limiter_decisions_total',
    help: 'Requests let through or refused, by policy; mode local: this gateway decided alone.',
    labels: ['policy', 'mode', 'outcome'],
  })
  metrics.gauge(
    { name: 'micro_limiter_exact', help: '1 while all gateways count together; 0 while this one decides alone.' },
    () => (limiter.mode() === 'exact' ? 1 : 0),
  )
  return async (policy: Policy, id: string, setHeader: SetHeader, cost: 0 | 1 = 1): Promise<void> => {
    if (policy.limit === 0) return
    const taken = await limiter.take({ key: `${policy.name}:${id}`, limit: policy.limit, windowMs, cost })
    if (taken.allowed && cost === 0) return
    count({ policy: policy.name, mode: limiter.mode(), outcome: taken.allowed ? 'allowed' : 'refused' })
    for (const [name, value] of Object.entries(limitHeaders(policy, taken, clock.now()))) setHeader(name, value)
    if (taken.allowed) return
    const wait = Math.max(1, seconds(taken.resetMs))
    throw new Fault('rate_limit', { limit: policy.limit, seconds: wait, retry_after: wait })
  }
}

export type Enforce = ReturnType<typeof createEnforcer>
