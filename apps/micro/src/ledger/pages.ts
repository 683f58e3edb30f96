import { InvalidArgumentError, Option } from 'commander'
import type { MicroCommand } from '../shell/command.ts'
import type { Terminal } from '../shell/terminal.ts'

const pageMax = 100
const shownMax = 10_000

interface Page<T> {
  readonly data: readonly T[]
  readonly has_more: boolean
}

/** What a list goes on behind: an asset has a code in place of an id. */
type Listed = { readonly id: string } | { readonly code: string }

const placeOf = (item: Listed): string => ('id' in item ? item.id : item.code)

export interface PageQuery {
  readonly limit: number
  readonly starting_after?: string
}

/** A page of a list at a time, until `max` items were there or there are no more. */
export async function* pagesOf<P extends Page<Listed>>(
  ask: (query: PageQuery) => Promise<P>,
  { max, after }: { max: number; after?: string | undefined },
): AsyncGenerator<P & { readonly left: boolean }> {
  let last = after
  for (let wanted = max; ;) {
    const limit = Math.min(wanted, pageMax)
    const page = await ask({ limit, ...(last === undefined ? {} : { starting_after: last }) })
    const end = page.data.at(-1)
    wanted -= page.data.length
    const goesOn = page.has_more && end !== undefined
    yield { ...page, left: goesOn }
    if (!goesOn || wanted <= 0) return
    last = placeOf(end)
  }
}

export interface ListFlags {
  readonly limit: number
  readonly startingAfter?: string
}

const readLimit = (text: string): number => {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > shownMax) throw new InvalidArgumentError(`It must be a number from 1 to ${shownMax}.`)
  return limit
}

/** The flags of every list. */
export const withListFlags = (command: MicroCommand): MicroCommand =>
  command
    .addOption(new Option('--limit <n>', `how many to show, up to ${shownMax}`).argParser(readLimit).default(20))
    .option('--starting-after <id>', 'go on behind this one')

/** Up to as many as were asked for. */
export const listUpTo = async <T extends Listed>(
  ask: (query: PageQuery) => Promise<Page<T>>,
  { limit, startingAfter }: ListFlags,
): Promise<{ readonly items: T[]; readonly left: boolean }> => {
  const items: T[] = []
  let left = false
  for await (const page of pagesOf(ask, { max: limit, after: startingAfter })) {
    items.push(...page.data)
    left = page.left
  }
  return { items, left }
}

/** Says that the list goes on, and how. */
export const tellOfMore = (terminal: Terminal, { items, left }: { items: readonly Listed[]; left: boolean }): void => {
  const last = items.at(-1)
  if (left && last !== undefined) terminal.err(`More with --starting-after ${placeOf(last)}, or a higher --limit.`)
}
