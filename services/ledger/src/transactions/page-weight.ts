import type { Page } from '@micro/service'

/** Entries of the largest transaction, as the contract has it. */
const entriesPerTransactionMax = 1_000

/** Entries a page may hold together: some two megabytes of text, which every other request has to wait for. */
const entriesPerPageMax = 5_000

/** Whether a page of so many transactions could be too heavy, so that it is worth counting. */
export const mayBeTooHeavy = (transactions: number): boolean =>
  transactions * entriesPerTransactionMax > entriesPerPageMax

/** How many of the transactions fit into one answer, at least one; `counts` are their entries, nearest first. */
export const fittingOf = (counts: readonly number[]): number => {
  let entries = 0
  const tooMany = counts.findIndex((count) => (entries += count) > entriesPerPageMax)
  return tooMany < 0 ? counts.length : Math.max(1, tooMany)
}

/** The page cut down to the first transactions that fit, at least one; `counts` are their entries, nearest first. */
export const lightPage = (page: Page, counts: readonly number[]): Page => {
  const fitting = fittingOf(counts)
  return fitting === counts.length ? page : { ...page, limit: Math.min(page.limit, fitting) }
}
