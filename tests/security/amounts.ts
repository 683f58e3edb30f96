/** JSON texts that are no amount of a payment: a whole number of minor units, above 0, written plainly. */
export const noAmounts = [
  '0',
  '-0',
  '-1',
  '1.5',
  '5000.0',
  '5e3',
  '1e309',
  '-1e309',
  '0.1e4',
  '9007199254740993',
  '99999999999999999999',
  '"0x1388"',
  '"5 000"',
  '"5,000"',
  '"５０００"',
  '"NaN"',
  '"Infinity"',
  '"5000; drop table"',
  'true',
  'null',
  '[]',
  '[5000]',
  '{}',
] as const

/** Texts that are no JSON at all, though some parsers take them. */
export const noJson = [
  'NaN',
  'Infinity',
  '0x1388',
  '05000',
  '+5000',
  '5000.',
  '.5',
  '5_000',
  '5000n',
  '５０００',
] as const

/** Of these a ledger entry is none either: but it may be negative, and a string of digits where a number is not exact. */
export const noEntryAmounts = noAmounts.filter(
  (text) => !['-1', '9007199254740993', '99999999999999999999'].includes(text),
)
