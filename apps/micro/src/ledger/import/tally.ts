import type { BulkResult } from '@micro/contracts'
import { printable } from '../../shell/terminal.ts'
import type { Item } from './lines.ts'

/** A transaction that is not recorded, and why. */
export interface NotRecorded {
  readonly line: number
  readonly reference_id: string | undefined
  readonly status: BulkResult['status']
  readonly code: string | undefined
  readonly message: string
}

/** What became of the file so far. */
export interface Tally {
  recorded: number
  exists: number
  /** The last line whose transaction has its result. */
  line: number
  /** How many were not recorded. */
  refused: number
}

const referenceOf = ({ value }: Item): string | undefined => {
  const { reference_id: id } = (value ?? {}) as { reference_id?: unknown }
  return typeof id === 'string' ? id : undefined
}

/** What is wrong, without the place in the request: the line says where, and of the file. */
export const withoutPlace = (message: string): string =>
  message.replace(/\btransactions\[\d+\](?:: |(?:\[(\w+)\])?)/, (_, param?: string) => param ?? '')

const refusalOf = (items: readonly Item[], item: Item, { status, error, because_of }: BulkResult): NotRecorded => ({
  line: item.line,
  reference_id: referenceOf(item),
  status,
  code: error?.code,
  message:
    error === undefined
      ? `line ${items[because_of ?? -1]?.line ?? '?'} of its group was refused`
      : withoutPlace(error.message),
})

/** Adds results to the tally. Answers those that are not recorded. */
export const count = (tally: Tally, items: readonly Item[], results: readonly BulkResult[]): NotRecorded[] => {
  const refused: NotRecorded[] = []
  for (const result of results) {
    const item = items[result.index]
    if (result.status === 'recorded' || result.status === 'exists') tally[result.status]++
    else if (item !== undefined) refused.push(refusalOf(items, item, result))
  }
  tally.line = items.at(-1)?.line ?? tally.line
  tally.refused += refused.length
  return refused
}

export const refusedText = ({ line, reference_id, code, message }: NotRecorded): string => {
  const which = reference_id === undefined ? '' : ` ${printable(reference_id)}`
  return `Line ${line}${which}: ${code === undefined ? '' : `${code}: `}${printable(message)}`
}
