import type { PaymentIntent } from '@micro/contracts'
import { Refusal } from '../api/call.ts'
import { csvHead, csvOf } from './csv.ts'

/** How many payments one file holds. */
export const rowsMax = 10_000

export interface Page {
  readonly data: readonly PaymentIntent[]
  readonly next_page: string | null
}

export interface Progress {
  readonly rows: number
  /** Seconds that are waited for, since as many requests were made as may be. */
  readonly waits?: number
}

export interface Exported {
  readonly lines: readonly string[]
  readonly rows: number
  /** No more of them fit into the file. */
  readonly more: boolean
}

const waitSecondsUsual = 10

/**
 * Reads payments page by page into the lines of a file, up to a number of them. Where the API asks to wait, it is waited for.
 * @throws Refusal, and what `wait` throws when it is given up
 */
export const exportPayments = async (
  read: (page: string | undefined) => Promise<Page>,
  { onProgress, wait }: { onProgress: (progress: Progress) => void; wait: (seconds: number) => Promise<void> },
): Promise<Exported> => {
  const lines = [csvHead]
  const patiently = async (page: string | undefined): Promise<Page> => {
    for (;;)
      try {
        return await read(page)
      } catch (error) {
        if (!(error instanceof Refusal && error.status === 429)) throw error
        const waits = error.retryAfter ?? waitSecondsUsual
        onProgress({ rows: lines.length - 1, waits })
        await wait(waits)
      }
  }
  for (let page: string | undefined; ;) {
    const { data, next_page } = await patiently(page)
    lines.push(...data.slice(0, rowsMax + 1 - lines.length).map(csvOf))
    const rows = lines.length - 1
    onProgress({ rows })
    if (next_page === null || rows === rowsMax) return { lines, rows, more: next_page !== null }
    page = next_page
  }
}
