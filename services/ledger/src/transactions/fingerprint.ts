import { createHash } from 'node:crypto'
import type { Entry } from './entries.ts'

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** What a transaction of another kind than a plain post does beside its entries. */
export type Deed = readonly (string | number | boolean | null)[]

/**
 * SHA-256 of what a transaction says. Two requests are the same transaction when they move the same amounts on the
 * same accounts with the same words, whichever order or sign convention they are written in.
 */
export const fingerprintOf = (content: {
  readonly entries: readonly Entry[]
  readonly description: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly effectiveAt?: Date | undefined
  readonly deed?: Deed | undefined
}): Buffer => {
  const entries = content.entries.map(({ account, amount }) => `${account} ${amount}`).toSorted(byText)
  const metadata = Object.entries(content.metadata).toSorted(([a], [b]) => byText(a, b))
  // What is left out is not there at all, so that what was recorded before there was this part stays the same.
  const effective = content.effectiveAt === undefined ? [] : [content.effectiveAt.getTime()]
  const deed = content.deed === undefined ? [] : [content.deed]
  return createHash('sha256')
    .update(JSON.stringify([entries, content.description, metadata, ...effective, ...deed]))
    .digest()
}
