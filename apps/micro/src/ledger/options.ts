import type { LedgerAccount } from '@micro/contracts'
import { InvalidArgumentError, Option } from 'commander'

export const accountTypes = [
  'asset',
  'liability',
  'equity',
  'revenue',
  'expense',
] as const satisfies readonly LedgerAccount['type'][]
export const accountStatuses = ['active', 'frozen', 'closed'] as const satisfies readonly LedgerAccount['status'][]

export const typeOption = (text: string): Option => new Option('--type <type>', text).choices(accountTypes)

/** Collects `key=value`, given any number of times. @throws InvalidArgumentError */
export const readMetadata = (text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> => {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It must look like key=value.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

export const metadataOption = (text: string): Option =>
  new Option('--metadata <key=value>', `${text}; as often as you like`).argParser(readMetadata)

/** Tells an id from a reference, which people rather have at hand. @throws InvalidArgumentError */
export const readTransactionId = (text: string): string => {
  if (text.startsWith('ltx_')) return text
  throw new InvalidArgumentError(
    `It must be an id, ltx_…. If it is a reference, find its id with: micro ledger transactions list --reference ${text}`,
  )
}

/** A count such as a seq or a version. @throws InvalidArgumentError */
export const readCount = (text: string): number => {
  const count = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(count)) throw new InvalidArgumentError('It must be a whole number such as 42.')
  return count
}

/** The given members that have a value: what is left out of a request means something else than undefined. */
export const given = <T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
