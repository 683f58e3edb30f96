import type { MetadataUpdate } from '@micro/contracts'
import { Fault } from '@micro/kernel'

const keysMax = 50

/** What a parameter of an `Unsettable` schema says: undefined leaves the value, null takes it away. */
export const unsettable = <T>(given: T): Exclude<T, ''> | null | (undefined extends T ? undefined : never) =>
  (given === '' ? null : given) as Exclude<T, ''>

/**
 * Metadata after an update: keys are added or replaced, empty ones removed, all of them where the whole is empty.
 * @throws Fault parameter_invalid when more than 50 keys would be left
 */
export const mergeMetadata = (
  current: Readonly<Record<string, string>>,
  update: MetadataUpdate | undefined,
): Record<string, string> => {
  if (update === undefined) return { ...current }
  const given = unsettable(update)
  if (given === null) return {}
  const merged = Object.entries({ ...current, ...given }).filter(
    (entry): entry is [string, string] => entry[1] !== null && entry[1] !== '',
  )
  if (merged.length > keysMax)
    throw new Fault('parameter_invalid', {
      param: 'metadata',
      reason: `it may hold at most ${keysMax} keys, and would have ${merged.length}`,
    })
  return Object.fromEntries(merged)
}
