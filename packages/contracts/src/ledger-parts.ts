/** What the ledger's contracts are made of. */
import Type, { type Static } from 'typebox'
import { Nullable, Text } from './common.ts'

/** Caller-chosen ids are kept as given; they identify an account within one merchant and mode. */
export const AccountId = Type.String({
  minLength: 1,
  maxLength: 128,
  pattern: '^[A-Za-z0-9][A-Za-z0-9_.:@-]*$',
  'x-expected': '1 to 128 letters, digits or any of _ . : @ -, beginning with a letter or a digit',
})
export const Reference = Text(255, 1)
/** An ISO 4217 code, or that of an asset the merchant made. */
export const Currency = Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]{2,16}$' })
/**
 * A JSON integer, or its decimal digits as a string where it passes 2^53 − 1. The string comes first: a form's text
 * then stays text, where trying the number first would round it.
 */
export const Amount = Type.Union([Type.String({ pattern: '^(0|-?[1-9][0-9]*)$', maxLength: 40 }), Type.Integer()], {
  'x-expected': 'a whole number of minor units without fraction or exponent (a string of digits beyond 2^53 - 1)',
})
/** Null where the number would not be exact in JSON; the string twin always is. */
export const ExactNumber = Nullable(Type.Integer())

export const AccountType = Type.Union([
  Type.Literal('asset'),
  Type.Literal('liability'),
  Type.Literal('equity'),
  Type.Literal('revenue'),
  Type.Literal('expense'),
])
export type AccountType = Static<typeof AccountType>

export const Direction = Type.Union([Type.Literal('debit'), Type.Literal('credit')])
export type Direction = Static<typeof Direction>

export const AccountStatus = Type.Union([Type.Literal('active'), Type.Literal('frozen'), Type.Literal('closed')])
export type AccountStatus = Static<typeof AccountStatus>

/** The last second of the year 9999: no later one has a date of four digits. */
export const secondsMax = 253_402_300_799

const Second = (description: string) => Type.Integer({ minimum: 0, maximum: secondsMax, description })

/** At which point of the book to look; now, unless one is given. */
export const pointQuery = {
  seq: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'As recorded up to this transaction: see seq of a transaction. Not together with at.',
    }),
  ),
  at: Type.Optional(Second('As recorded up to the end of this second.')),
  effective_at: Type.Optional(
    Second('What took effect up to the end of this second; with seq or at: as far as it was recorded by then.'),
  ),
}

/** The point of the book that was looked at. */
export const point = {
  seq: Type.Integer({ description: 'What was recorded up to this transaction is in it.' }),
  effective_at: Nullable(
    Type.Integer({ description: 'What took effect up to this second is in it; null when all that was recorded is.' }),
  ),
}

/** What stands on either side: an account counts on the one side its balance is on. */
export const sides = {
  debits: ExactNumber,
  debits_str: Type.String({ description: 'Sum of the accounts that stand on their debit side.' }),
  credits: ExactNumber,
  credits_str: Type.String({ description: 'Sum of the accounts that stand on their credit side.' }),
}

export const Scale = Type.Integer({ description: 'Decimal digits of an amount: 2 for usd, whose amounts are cents.' })
