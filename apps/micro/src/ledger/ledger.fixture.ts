import type { LedgerAccount, LedgerHold, LedgerTransaction } from '@micro/contracts'
import { httpServer, type Seen } from '../gateway.fixture.ts'
import { inProcess, type InProcessOptions } from '../in-process.fixture.ts'

type Answered = { status: number; body?: unknown; headers?: Record<string, string> } | undefined
export type Roads = Readonly<Record<string, (seen: Seen, query: URLSearchParams) => Answered>>

export const ok = (body: unknown) => ({ status: 200, body })
export const listOf = (data: readonly unknown[], has_more = false) => ok({ object: 'list', url: '/', has_more, data })
export const bodyOf = (seen: Seen): Record<string, unknown> => JSON.parse(seen.body) as Record<string, unknown>

/** A gateway that knows these roads (`GET /ledger/accounts`), and the program that asks it. */
export const ledgerGateway = async (roads: Roads) => {
  const server = await httpServer((seen) => {
    const url = new URL(seen.path, 'http://x')
    const road = roads[`${seen.method} ${url.pathname}`]
    if (road !== undefined) return road(seen, url.searchParams)
    const message = `No such thing: ${seen.method} ${url.pathname}`
    return { status: 404, body: { error: { type: 'invalid_request_error', code: 'resource_missing', message } } }
  })
  return {
    ...server,
    ledger: (args: readonly string[], options?: InProcessOptions) =>
      inProcess(['ledger', ...args, '--gateway-url', server.url], options),
  }
}

export const accountOf = (id: string, over: Partial<LedgerAccount> = {}, pending = 0): LedgerAccount => {
  const balance_str = over.balance_str ?? '0'
  const balance = BigInt(balance_str)
  const after = String(balance + BigInt(pending))
  const { min_available_str = null, max_balance_str = null } = over
  return {
    id,
    object: 'ledger.account',
    name: id,
    type: 'asset',
    normal_balance: 'debit',
    currency: 'usd',
    scale: 2,
    status: 'active',
    balance: 0,
    balance_str,
    net: 0,
    net_str: '0',
    pending: {
      balance: 0,
      balance_str: after,
      pending_in: 0,
      pending_in_str: '0',
      pending_out: 0,
      pending_out_str: '0',
      available: 0,
      available_str: pending < 0 ? after : balance_str,
    },
    min_available: null,
    min_available_str,
    max_balance: null,
    max_balance_str,
    credits_str: '0',
    debits_str: '0',
    version: 0,
    system: false,
    metadata: {},
    livemode: false,
    created: 1_700_000_000,
    ...over,
  }
}

type Entry = LedgerTransaction['entries'][number]

export const entryOf = (account_id: string, amount: bigint, over: Partial<Entry> = {}): Entry => ({
  id: `len_${account_id}`,
  account_id,
  currency: 'usd',
  amount: Number(amount),
  amount_str: String(amount),
  direction: amount < 0n ? 'debit' : 'credit',
  value_str: String(amount < 0n ? -amount : amount),
  layer: 'posted',
  balance_after: 0,
  balance_after_str: '0',
  ...over,
})

export const transactionOf = (entries: Entry[], over: Partial<LedgerTransaction> = {}): LedgerTransaction => ({
  id: 'ltx_1',
  object: 'ledger.transaction',
  kind: 'post',
  hold: null,
  reverses: null,
  reversed_by: null,
  reference_id: 'ref_1',
  description: null,
  currency: 'usd',
  entries,
  status: 'recorded',
  seq: 1,
  hash: 'ab'.repeat(32),
  metadata: {},
  erased: null,
  livemode: false,
  effective_at: 1_700_000_000,
  booked_at: null,
  created: 1_700_000_000,
  ...over,
})

export const holdOf = (over: Partial<LedgerHold> = {}): LedgerHold => ({
  id: 'hold_1',
  object: 'ledger.hold',
  transaction: 'ltx_1',
  reference_id: 'hold me',
  description: null,
  currency: 'kwd',
  status: 'open',
  entries: (['debit', 'credit'] as const).map((direction) => {
    const signed = (digits: string) => (direction === 'debit' ? `-${digits}` : digits)
    return {
      account_id: direction,
      currency: 'kwd',
      direction,
      amount: 0,
      amount_str: signed('5000'),
      captured: 0,
      captured_str: signed('1250'),
      remaining: 0,
      remaining_str: signed('3750'),
    }
  }),
  transactions: [],
  expires_at: null,
  metadata: {},
  livemode: false,
  created: 1_700_000_000,
  ...over,
})
