import type { BulkResult } from '@micro/contracts'
import type { LedgerClient } from '../../session/api.ts'
import { backoffMs, isPassing, retryAfterMsOf, type Backoff } from '../../shell/backoff.ts'
import { Failure } from '../../shell/failure.ts'
import type { Item } from './lines.ts'

export interface Sender {
  readonly client: Pick<LedgerClient, 'recordLedgerTransactions'>
  /** Waits. */
  readonly pauseMs: (ms: number) => Promise<unknown>
}

type Bulk = Parameters<LedgerClient['recordLedgerTransactions']>[0]['body']

const attemptsMax = 8
const backoff: Backoff = { msMin: 500, msMax: 60_000 }

/**
 * Sends one bulk until each of its transactions has a result that stays, in the order of the items. Always all of it:
 * one that failed may have made others be refused. @throws ApiError, ConnectionError, Failure when that does not come about
 */
export const sendBulk = async (
  { client, pauseMs }: Sender,
  items: readonly Item[],
  atomic: boolean,
): Promise<BulkResult[]> => {
  const transactions = items.map(({ value }) => value) as Bulk['transactions']
  const recorded = new Set<number>()
  for (let attempt = 0; ; attempt++) {
    const isLast = attempt + 1 >= attemptsMax
    try {
      const { results } = await client.recordLedgerTransactions({ body: { transactions, atomic, results: 'summary' } })
      for (const { index, status } of results) if (status === 'recorded') recorded.add(index)
      const failed = results.find(({ status }) => status === 'failed')
      if (failed === undefined)
        // What an earlier try recorded is news all the same.
        return results.map((each) => (recorded.has(each.index) ? { ...each, status: 'recorded' } : each))
      if (isLast) throw new Failure(failed.error?.message ?? 'Not all of it could be recorded.')
      await pauseMs(backoffMs(backoff, attempt))
    } catch (error) {
      // Every transaction is recorded once, however often it comes.
      if (isLast || !isPassing(error)) throw error
      await pauseMs(retryAfterMsOf(error) || backoffMs(backoff, attempt))
    }
  }
}
