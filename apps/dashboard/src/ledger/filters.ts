import type { LedgerAccount } from '@micro/contracts'
import { present } from '../api/present.ts'
import { addressOf, secondsIn } from './as-of.ts'

export const accountTypes = [
  'asset',
  'liability',
  'equity',
  'revenue',
  'expense',
] as const satisfies readonly LedgerAccount['type'][]

export const accountStatuses = ['active', 'frozen', 'closed'] as const satisfies readonly LedgerAccount['status'][]

/** What of the chart is shown, as it stands in the address. */
export interface AccountFilters {
  readonly id_prefix?: string
  readonly type?: LedgerAccount['type']
  readonly currency?: string
  readonly status?: LedgerAccount['status']
}

export interface TransactionFilters {
  readonly account_id?: string
  readonly reference_id?: string
  /** The transaction behind which the page starts. */
  readonly after?: string
}

/** A page of a statement: the lines before one, else the last ones, up to a moment in seconds. */
export interface StatementView {
  readonly at?: number
  readonly before?: string
}

const word = (value: unknown, pattern: RegExp): string | undefined => {
  // The address of `id_prefix=4000` comes as a number; one that was rounded on the way is not what was asked for.
  const text = Number.isSafeInteger(value) ? String(value) : value
  return typeof text === 'string' && pattern.test(text) ? text : undefined
}
const accountId = /^[A-Za-z0-9][\w.:@-]{0,127}$/
const anyId = /^\w{1,255}$/
const code = /^[a-z]\w{2,16}$/i

/** Reads filters from an address; what makes no sense there is left out, so that no address breaks the page. */
export const accountFiltersIn = (search: Record<string, unknown>): AccountFilters =>
  present({
    id_prefix: word(search['id_prefix'], accountId),
    type: accountTypes.find((each) => each === search['type']),
    currency: word(search['currency'], code)?.toLowerCase(),
    status: accountStatuses.find((each) => each === search['status']),
  })

export const transactionFiltersIn = (search: Record<string, unknown>): TransactionFilters =>
  present({
    account_id: word(search['account_id'], accountId),
    reference_id: word(search['reference_id'], /^.{1,255}$/),
    after: word(search['after'], anyId),
  })

/** The same in an address, where a moment is written for people: `at=2026-11-26T20:15:07Z`. */
export interface StatementSearch {
  readonly at?: string
  readonly before?: string
}

export const statementSearchIn = (search: Record<string, unknown>): StatementSearch => {
  const at = secondsIn(search['at'])
  return present({ at: at === undefined ? undefined : addressOf(at), before: word(search['before'], anyId) })
}

export const statementViewOf = ({ at, before }: StatementSearch): StatementView =>
  present({ at: secondsIn(at), before })
