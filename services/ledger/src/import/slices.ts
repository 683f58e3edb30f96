import { sqlState, type Sql } from '@micro/postgres'
import { releaseSavepoint, setSavepoint, undoToSavepoint } from './import.store.ts'
import type { Numbered } from './read-lines.ts'
import { ImportRefused } from './refused.ts'

type Insert<T> = (values: readonly T[]) => Promise<void>

/** What the database says about a single line it refused. */
export type Explain<T> = (value: T, error: Error) => Promise<string>

/**
 * Inserts the lines together. Where the database refuses them, halves are tried until the one at fault is found.
 * @throws ImportRefused with its number; any error that is not a refusal as it is
 */
export const insertSlice = async <T>(
  sql: Sql,
  slice: readonly Numbered<T>[],
  { insert, explain }: { insert: Insert<T>; explain: Explain<T> },
): Promise<void> => {
  const [first] = slice
  if (first === undefined) return
  await setSavepoint(sql)
  try {
    await insert(slice.map(({ value }) => value))
    await releaseSavepoint(sql)
  } catch (error) {
    if (!(error instanceof Error) || sqlState(error) === undefined) throw error
    await undoToSavepoint(sql)
    if (slice.length === 1) throw new ImportRefused(first.line, await explain(first.value, error), { cause: error })
    const half = slice.length >> 1
    await insertSlice(sql, slice.slice(0, half), { insert, explain })
    await insertSlice(sql, slice.slice(half), { insert, explain })
  }
}
