import type { ledgerApi, LedgerVerification, LedgerVerificationProgress, Mode } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import { ask, call, Refusal } from '../api/call.ts'
import { jsonLines } from './json-lines.ts'

type Ledger = typeof ledgerApi

/** The newest transaction, whose hash covers all before it, and what of the book was signed last. */
export const chainHead = (mode: Mode) =>
  queryOptions({
    queryKey: ['ledger', mode, 'head'],
    queryFn: async ({ signal }) => {
      const newest = { query: { limit: 1 }, mode, signal }
      const [transactions, checkpoints] = await Promise.all([
        call<Ledger['listLedgerTransactions']>('GET /ledger/transactions', newest),
        call<Ledger['listLedgerCheckpoints']>('GET /ledger/checkpoints', newest),
      ])
      return { transaction: transactions.data[0], checkpoint: checkpoints.data[0] }
    },
  })

export const signHead = (mode: Mode) =>
  call<Ledger['createLedgerCheckpoint']>('POST /ledger/checkpoints', { body: {}, mode })

/** Verifies all of the ledger, and against a checkpoint that somebody kept; tells how far it is. @throws Refusal */
export const verify = async (
  { mode, checkpoint, signal }: { mode: Mode; checkpoint: string; signal: AbortSignal },
  onProgress: (progress: LedgerVerificationProgress) => void,
): Promise<LedgerVerification> => {
  const query = checkpoint === '' ? '' : `?checkpoint=${encodeURIComponent(checkpoint)}`
  const headers = { accept: 'application/x-ndjson' }
  const { body } = await ask(`/ledger/verify${query}`, { headers, signal }, mode)
  if (body !== null)
    for await (const line of jsonLines<LedgerVerificationProgress | LedgerVerification>(body)) {
      if (line.object === 'ledger.verification') return line
      onProgress(line)
    }
  throw new Refusal({ status: 503, error: { message: 'The verification was cut off before it ended.' } })
}
