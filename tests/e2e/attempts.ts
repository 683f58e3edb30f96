import { randomUUID } from 'node:crypto'
import type { Caller, Item } from './api.ts'

/** A payment somebody tries to make, under keys that stay the same however often it is tried. */
export interface Attempt {
  key: string
  intent: string | undefined
  acknowledged: boolean
}

/** Creates and confirms one payment. False when the platform does not answer, or not with success. */
export const payOnce = async (call: Caller, attempt: Attempt): Promise<boolean> => {
  try {
    const created = await call('POST', '/payments/payment_intents', {
      key: `create-${attempt.key}`,
      body: { amount: 5000, currency: 'usd' },
    })
    if (created.status !== 201) return false
    attempt.intent = String(created.body.id)
    const confirmed = await call('POST', `/payments/payment_intents/${attempt.intent}/confirm`, {
      key: `confirm-${attempt.key}`,
    })
    attempt.acknowledged = confirmed.status === 200
    return attempt.acknowledged
  } catch {
    return false
  }
}

/** One payment after another until the platform dies or the signal says so; what was answered 200 counts as acknowledged. */
export const payUntilCut = async (call: Caller, attempts: Attempt[], signal?: AbortSignal): Promise<void> => {
  for (let at = 0; at < 2000 && signal?.aborted !== true; at++) {
    const attempt: Attempt = { key: randomUUID(), intent: undefined, acknowledged: false }
    attempts.push(attempt)
    if (!(await payOnce(call, attempt))) return
  }
}

/** Every item of a list. */
export const allOf = async (call: Caller, path: string): Promise<Item[]> => {
  const found: Item[] = []
  for (let cursor = ''; ;) {
    const { body } = await call('GET', `${path}?limit=100${cursor}`)
    const page = body.data
    found.push(...page)
    if (body['has_more'] !== true) return found
    cursor = `&starting_after=${page.at(-1)?.id}`
  }
}

export const countBy = (values: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
