import type {
  LedgerAccount,
  ledgerApi,
  LedgerBalance,
  LedgerHold,
  LedgerStatement,
  LedgerTransaction,
  Mode,
} from '@micro/contracts'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { minorUnitDigits } from '@micro/kernel/money'
import { call } from '../api/call.ts'
import { isMoney } from './amount.ts'
import type { AccountFilters, StatementView, TransactionFilters } from './filters.ts'

type Ledger = typeof ledgerApi
interface From {
  readonly mode: Mode
  readonly signal: AbortSignal
}

/** As many accounts as one answer holds: whoever looks at thousands is followed live at few requests. */
const accountsMax = 100
const linesMax = 20

/**
 * What Micro posts for a payment has no event of its own, and may come a moment after those of the payment, which is when
 * everything is read anew.
 */
const alsoLater = { refetchInterval: 20_000 }

/** The accounts, newest first, page after page. */
export const accountPages = (mode: Mode, filters: AccountFilters) =>
  infiniteQueryOptions({
    ...alsoLater,
    queryKey: ['ledger', mode, 'accounts', filters],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) => {
      const after = pageParam === undefined ? {} : { starting_after: pageParam }
      const query = { ...filters, ...after, limit: accountsMax }
      return call<Ledger['listLedgerAccounts']>('GET /ledger/accounts', { query, mode, signal })
    },
    getNextPageParam: ({ data, has_more }) => (has_more ? data.at(-1)?.id : undefined),
  })

export const trialBalance = (mode: Mode) =>
  queryOptions({
    ...alsoLater,
    queryKey: ['ledger', mode, 'trial balance'],
    queryFn: ({ signal }) => call<Ledger['retrieveLedgerTrialBalance']>('GET /ledger/trial_balance', { mode, signal }),
  })

/** An account now, and its balance and a page of its statement as of the moment that is looked at. */
export interface AccountSeen {
  readonly view: StatementView
  readonly account: LedgerAccount
  readonly balance: LedgerBalance
  readonly statement: LedgerStatement
}

const readAccount = async (id: string, view: StatementView, from: From): Promise<AccountSeen> => {
  const { at, before } = view
  const then = at === undefined ? {} : { at }
  const until = at === undefined ? {} : { created: { lte: at } }
  const place = before === undefined ? { from_end: true } : { ending_before: before }
  const [account, balance, statement] = await Promise.all([
    call<Ledger['retrieveLedgerAccount']>('GET /ledger/accounts/:id', { params: { id }, ...from }),
    call<Ledger['retrieveLedgerBalance']>('GET /ledger/accounts/:id/balance', {
      params: { id },
      query: then,
      ...from,
    }),
    call<Ledger['retrieveLedgerStatement']>('GET /ledger/accounts/:id/statement', {
      params: { id },
      query: { ...until, ...place, limit: linesMax },
      ...from,
    }),
  ])
  return { view, account, balance, statement }
}

export const account = (mode: Mode, id: string, view: StatementView) =>
  queryOptions({
    ...alsoLater,
    queryKey: ['ledger', mode, 'account', id, view],
    queryFn: ({ signal }) => readAccount(id, view, { mode, signal }),
  })

/** The decimal digits of what transactions are in, by its code. */
export type Scales = Readonly<Record<string, number>>

/** Entries name a currency or an asset, and how many digits that has is not said with them. */
export const scalesOf = async (
  things: readonly { readonly entries: readonly { readonly currency: string }[] }[],
  from: From,
): Promise<Scales> => {
  const codes = [...new Set(things.flatMap(({ entries }) => entries.map(({ currency }) => currency)))]
  const pairs = codes.map(async (code): Promise<[string, number]> => {
    if (isMoney(code)) return [code, minorUnitDigits(code)]
    const asset = await call<Ledger['retrieveLedgerAsset']>('GET /ledger/assets/:code', { params: { code }, ...from })
    return [code, asset.scale]
  })
  return Object.fromEntries(await Promise.all(pairs))
}

/** One page of transactions, newest first. */
export const transactionsPage = (mode: Mode, { after, ...filters }: TransactionFilters) =>
  queryOptions({
    ...alsoLater,
    queryKey: ['ledger', mode, 'transactions', filters, after],
    queryFn: async ({ signal }) => {
      const query = { ...filters, limit: linesMax, ...(after === undefined ? {} : { starting_after: after }) }
      const page = await call<Ledger['listLedgerTransactions']>('GET /ledger/transactions', { query, mode, signal })
      return { ...page, scales: await scalesOf(page.data, { mode, signal }) }
    },
  })

/** A transaction, and the hold it made, captures or gives back. */
export interface TransactionSeen {
  readonly transaction: LedgerTransaction
  readonly hold: LedgerHold | undefined
  readonly scales: Scales
}

const readTransaction = async (id: string, from: From): Promise<TransactionSeen> => {
  const transaction = await call<Ledger['retrieveLedgerTransaction']>('GET /ledger/transactions/:id', {
    params: { id },
    ...from,
  })
  const [hold, scales] = await Promise.all([
    transaction.hold === null
      ? undefined
      : call<Ledger['retrieveLedgerHold']>('GET /ledger/holds/:id', { params: { id: transaction.hold }, ...from }),
    scalesOf([transaction], from),
  ])
  return { transaction, hold, scales }
}

export const transaction = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: ['ledger', mode, 'transaction', id],
    queryFn: ({ signal }) => readTransaction(id, { mode, signal }),
  })

/** Posts the opposite of a transaction; again, it answers with what it posted. */
export const reverse = (mode: Mode, id: string) =>
  call<Ledger['reverseLedgerTransaction']>('POST /ledger/transactions/:id/reverse', { params: { id }, body: {}, mode })
