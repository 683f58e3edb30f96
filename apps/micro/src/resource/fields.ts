import { minorUnitDigits } from '@micro/kernel'
import { moneyOf } from '../ledger/money.ts'
import { metadataText } from '../ledger/facts.ts'
import { printable } from '../shell/terminal.ts'
import type { Field, Thing } from './resource.ts'

type Shape = Omit<Field, 'of'>

const textIn = (value: unknown): string => {
  if (typeof value === 'string') return printable(value)
  // An id that was expanded.
  if (typeof value === 'object' && value !== null && 'id' in value) return textIn(value.id)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}

/** A member as it is. */
export const text = (member: string, shape: Shape): Field => ({ ...shape, of: (thing) => textIn(thing[member]) })

/** An amount in minor units, in the thing's currency. */
export const moneyIn = (thing: Thing, member: string): string => {
  const { [member]: amount, currency } = thing
  if (typeof amount !== 'number' || typeof currency !== 'string') return ''
  return moneyOf(BigInt(amount), minorUnitDigits(currency), currency)
}

export const money = (member: string, shape: Shape): Field => ({
  right: true,
  ...shape,
  of: (thing) => moneyIn(thing, member),
})

/** A time in seconds. */
export const time = (member: string, shape: Shape): Field => ({
  ...shape,
  of(thing, { when }) {
    const seconds = thing[member]
    return typeof seconds === 'number' ? when(seconds) : ''
  },
})

export const metadata = (shape: Shape): Field => ({
  ...shape,
  of: ({ metadata: given }) =>
    typeof given === 'object' && given !== null ? printable(metadataText(given as Record<string, string>)) : '',
})
