import type { Explanation } from './explanation.ts'

/** Of what is not the fault of the caller. */
export const ownExplanations = {
  ledger_busy: {
    when: 'More wants to be posted than the ledger takes at the moment.',
    remedy: 'Send it again, with the same key or reference, after the seconds of `Retry-After`.',
  },
  upstream_unavailable: {
    when: 'A service behind the gateway does not run, starts, or is cut off.',
    remedy:
      'Send it again with the same idempotency key. If it lasts, its operator looks at `/health` and `micro doctor`.',
  },
  upstream_timeout: {
    when: 'A service got the request and did not answer in time.',
    remedy: 'Send the very same again, with the same idempotency key: what was done is not done twice.',
  },
  processor_events_waiting: {
    when: 'A live processor tells faster than it can be looked at.',
    remedy: 'Nothing: processors tell again by themselves. If it lasts, see [operate](guides/operate.md).',
  },
  shutting_down: {
    when: 'The process ends, and takes nothing new.',
    remedy: 'Send it again; another one, or the next, answers.',
  },
  internal: {
    when: 'Something that cannot happen did. It is our mistake, and in the log under its request id.',
    remedy:
      'Send it again with the same idempotency key. If it stays so, report it with the `Request-Id`: [how](../SECURITY.md) if it may be a weakness.',
  },
} as const satisfies Readonly<Record<string, Explanation>>
