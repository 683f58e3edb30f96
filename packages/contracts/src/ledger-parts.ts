/** What the ledger's contracts are made of. */
import Type from 'typebox'
import { Nullable, Text } from './common.ts'

/** Caller-chosen ids are kept as given; they identify an account within one merchant and mode. */
export const AccountId = Type.String({ minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9][A-Za-z0-9_.:@-]*$' })
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
