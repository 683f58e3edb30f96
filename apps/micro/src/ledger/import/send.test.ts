import { ApiError, ConnectionError } from '@micro/client'
import type { BulkResult, LedgerBulk } from '@micro/contracts'
import { describe, expect, test } from 'vitest'
import type { Item } from './lines.ts'
import { sendBulk } from './send.ts'

type Step = BulkResult['status'][] | Error

const refusal = (status: number, retryAfter?: number): ApiError =>
  new ApiError({
    status,
    body: { error: { type: 'api_error', message: `refused with ${status}` } },
    ...(retryAfter === undefined ? {} : { retryAfter }),
  })

/** A server that answers one step after the other, the last one for ever. */
const serverOf = (steps: readonly Step[]) => {
  const pauses: number[] = []
  let sent = 0
  return {
    pauses,
    sent: () => sent,
    pauseMs: (ms: number) => Promise.resolve(void pauses.push(ms)),
    client: {
      recordLedgerTransactions: (): Promise<LedgerBulk> => {
        const step = steps[Math.min(sent++, steps.length - 1)] ?? []
        if (step instanceof Error) return Promise.reject(step)
        const error = { type: 'api_error', message: 'The ledger is busy.' }
        const results = step.map((status, index) => ({ index, status, ...(status === 'failed' ? { error } : {}) }))
        const counts = { recorded: 0, exists: 0, refused: 0, not_recorded: 0, failed: 0 }
        return Promise.resolve({ object: 'ledger.bulk', atomic: false, counts, livemode: false, results })
      },
    },
  }
}

const items: Item[] = [1, 2, 3].map((line) => ({ line, bytes: 2, value: {}, group: undefined }))
const statusesOf = async (steps: readonly Step[]) => {
  const server = serverOf(steps)
  const results = await sendBulk(server, items, false)
  return { statuses: results.map(({ status }) => status), pauses: server.pauses, sent: server.sent() }
}

test('what failed is sent again with all the rest, and what an earlier try recorded counts as recorded', async () => {
  const { statuses, sent } = await statusesOf([
    ['recorded', 'failed', 'refused'],
    ['exists', 'recorded', 'recorded'],
  ])
  expect([statuses, sent]).toEqual([['recorded', 'recorded', 'recorded'], 2])
})

describe('what may pass is tried again, after as long as the server asks', () => {
  for (const [name, error, msMin, msMax] of [
    ['a limit', refusal(429, 7), 7_000, 7_000],
    ['a busy ledger', refusal(503), 250, 500],
    ['a very long limit', refusal(429, 9_999), 60_000, 60_000],
    ['a lost connection', new ConnectionError('gone'), 250, 500],
  ] as const)
    test(name, async () => {
      const { statuses, pauses, sent } = await statusesOf([error, ['exists', 'exists', 'exists']])
      expect([statuses, sent, pauses.length]).toEqual([['exists', 'exists', 'exists'], 2, 1])
      expect(pauses[0]).toBeGreaterThanOrEqual(msMin)
      expect(pauses[0]).toBeLessThanOrEqual(msMax)
    })
})

test('what stays refused ends it at once', async () => {
  const server = serverOf([refusal(403)])
  await expect(sendBulk(server, items, false)).rejects.toThrow('refused with 403')
  expect([server.sent(), server.pauses]).toEqual([1, []])
})

test('it is not tried for ever, and pauses grow', async () => {
  for (const step of [refusal(503), ['failed', 'recorded', 'recorded'] as Step]) {
    const server = serverOf([step])
    await expect(sendBulk(server, items, false)).rejects.toThrow()
    expect(server.sent()).toBe(8)
    for (const [at, whole] of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000].entries()) {
      expect(server.pauses[at]).toBeGreaterThanOrEqual(whole / 2)
      expect(server.pauses[at]).toBeLessThanOrEqual(whole)
    }
  }
})
