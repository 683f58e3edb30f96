import type { Body, LedgerAccount, ledgerApi, Mode } from '@micro/contracts'
import { queryOptions } from '@tanstack/react-query'
import { call, Refusal } from '../../api/call.ts'

type Ledger = typeof ledgerApi

/** Accounts to choose from: the newest, without Micro's own. */
export const ownAccounts = (mode: Mode) =>
  queryOptions({
    queryKey: ['ledger', mode, 'accounts to choose'],
    queryFn: async ({ signal }) => {
      const query = { limit: 100, status: 'active' as const }
      const { data } = await call<Ledger['listLedgerAccounts']>('GET /ledger/accounts', { query, mode, signal })
      return data.filter(({ system }) => !system)
    },
  })

/** An account by its id; null where there is none. */
export const accountNamed = (mode: Mode, id: string) =>
  queryOptions({
    queryKey: ['ledger', mode, 'account named', id],
    queryFn: ({ signal }): Promise<LedgerAccount | null> =>
      call<Ledger['retrieveLedgerAccount']>('GET /ledger/accounts/:id', { params: { id }, mode, signal }).catch(
        (error: unknown) => {
          if (error instanceof Refusal && error.status === 404) return null
          throw error
        },
      ),
  })

/** Records a transaction, or only tries it. The same reference with the same content is recorded once. */
export const record = (mode: Mode, body: Body<Ledger['recordLedgerTransaction']>) =>
  call<Ledger['recordLedgerTransaction']>('POST /ledger/transactions', { body, mode })
