import type { AuditAction } from '@micro/contracts'
import { auditActions } from './audit-words.ts'

/** What of an audit log is shown, as it stands in the address. */
export interface AuditFilters {
  readonly action?: AuditAction
  /** From this second on. */
  readonly since?: number
  /** Up to this second, and in it. */
  readonly until?: number
  /** Whose, of the whole installation's. */
  readonly merchant?: string
  /** Where the page starts: behind this entry. */
  readonly after?: string
}

const secondsMax = 253_402_300_799

const second = (value: unknown): number | undefined => {
  const number = typeof value === 'string' ? Number(value || Number.NaN) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 && number <= secondsMax
    ? number
    : undefined
}

const word = (value: unknown, pattern: RegExp): string | undefined =>
  typeof value === 'string' && pattern.test(value) ? value : undefined

/** Reads filters from an address; what makes no sense there is left out, so that no address breaks the page. */
export const auditFiltersIn = (search: Record<string, unknown>): AuditFilters => {
  const action = auditActions.find((each) => each === search['action'])
  const [since, until] = [second(search['since']), second(search['until'])]
  const merchant = word(search['merchant'], /^acct_\w{1,64}$/)
  const after = word(search['after'], /^aud_\w{1,64}$/)
  return {
    ...(action === undefined ? {} : { action }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(merchant === undefined ? {} : { merchant }),
    ...(after === undefined ? {} : { after }),
  }
}

/** The same without where the page starts. */
export const newestOf = ({ after: _, ...filters }: AuditFilters): AuditFilters => filters

/** Whether anything is left out of the list. */
export const isFiltered = (filters: AuditFilters): boolean => Object.keys(newestOf(filters)).length > 0

/** The same in the words of the API. */
export const auditQueryOf = ({ action, since, until, after }: AuditFilters) => ({
  limit: 20,
  ...(action === undefined ? {} : { action }),
  ...(since === undefined && until === undefined
    ? {}
    : { created: { ...(since === undefined ? {} : { gte: since }), ...(until === undefined ? {} : { lte: until }) } }),
  ...(after === undefined ? {} : { starting_after: after }),
})
