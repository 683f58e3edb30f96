import type { Tenant } from '@micro/contracts'

/** Whose ledger: one merchant's, in one mode. Nothing in this service is found without it. */
export type BookKey = Tenant

/** A book's name in maps of this process. */
export const nameOf = ({ merchant, mode }: BookKey): string => `${mode}:${merchant}`

/** The largest seq there can be, for ranges that end with the book. */
export const seqMax = 2n ** 63n - 1n
