import type { AccountStatus, AccountType, ledgerApi, Query } from '@micro/contracts'

/** Which accounts of a book are meant; null and what is empty leave out none. */
export interface AccountFilter {
  readonly type: AccountType | null
  readonly currency: string | null
  readonly status: AccountStatus | null
  readonly idPrefix: string
  /** Members that the account's metadata must have. */
  readonly metadata: Readonly<Record<string, string>>
}

type Asked = Pick<
  Query<(typeof ledgerApi)['listLedgerAccounts']>,
  'type' | 'currency' | 'status' | 'id_prefix' | 'metadata'
>

/** The same filters wherever accounts are listed or added up. */
export const accountFilterOf = (query: Asked): AccountFilter => ({
  type: query.type ?? null,
  currency: query.currency?.toLowerCase() ?? null,
  status: query.status ?? null,
  idPrefix: query.id_prefix ?? '',
  metadata: query.metadata ?? {},
})
