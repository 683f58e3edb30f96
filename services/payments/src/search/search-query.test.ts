import { Fault } from '@micro/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSearch, type SearchFields } from './search-query.ts'

const fields: SearchFields = {
  amount: 'numeric',
  'card.last4': 'token',
  email: 'string',
  metadata: 'token',
}
const parse = (text: string) => parseSearch(text, fields)
const clause = (path: string[], operator: string, value: string | null, negated = false) => ({
  path,
  operator,
  value,
  negated,
})

describe('a query is understood as Stripe understands it', () => {
  const email = clause(['email'], 'equals', 'a@example.com')
  const good: [string, 'and' | 'or', object[]][] = [
    ['email:"a@example.com"', 'and', [email]],
    ["email:'a@example.com'", 'and', [email]],
    [' email : "a@example.com" ', 'and', [email]],
    ['email~"exam"', 'and', [clause(['email'], 'contains', 'exam')]],
    ['amount>1000', 'and', [clause(['amount'], 'gt', '1000')]],
    ['amount>=1000 amount<=2000', 'and', [clause(['amount'], 'gte', '1000'), clause(['amount'], 'lte', '2000')]],
    ['amount<-5', 'and', [clause(['amount'], 'lt', '-5')]],
    ['amount:"1000"', 'and', [clause(['amount'], 'eq', '1000')]],
    ['card.last4:"4242"', 'and', [clause(['card.last4'], 'equals', '4242')]],
    ['metadata["order"]:"42"', 'and', [clause(['metadata', 'order'], 'equals', '42')]],
    [`metadata['a"b']:"c\\"d\\\\"`, 'and', [clause(['metadata', 'a"b'], 'equals', 'c"d\\')]],
    ['-metadata["order"]:null', 'and', [clause(['metadata', 'order'], 'missing', null, true)]],
    ['-email:"a@example.com" AND amount>1', 'and', [{ ...email, negated: true }, clause(['amount'], 'gt', '1')]],
    ['email:"a@example.com" or amount>1', 'or', [email, clause(['amount'], 'gt', '1')]],
    ['email:"a@example.com" OR -amount>1', 'or', [email, clause(['amount'], 'gt', '1', true)]],
  ]
  for (const [text, join, clauses] of good) test(text, () => expect(parse(text)).toEqual({ join, clauses }))
})

describe('what is no query is refused by the name of its parameter', () => {
  const bad = [
    '',
    'email',
    'email:',
    'email:a',
    'email:"a',
    'email>"a"',
    'email~"ab"',
    'phone:"1"',
    'constructor:"1"',
    'amount~"100"',
    'amount:"ten"',
    'amount>1.5',
    'amount>null',
    'card.last4~"424"',
    'metadata:"a"',
    'metadata[order]:"a"',
    'metadata["order":"a"',
    'email:"a"email:"b"',
    'email:"a" AND',
    'AND email:"a"',
    'email:"a" AND amount>1 OR amount<0',
    '(email:"a")',
    `${'amount>1 '.repeat(11)}`,
  ]
  for (const text of bad)
    test(JSON.stringify(text), () =>
      expect(() => parse(text)).toThrowError(
        expect.objectContaining({ code: 'parameter_invalid', detail: expect.objectContaining({ param: 'query' }) }),
      ),
    )
})

const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`
const clauseText = fc.record({
  negated: fc.boolean(),
  key: fc.string({ maxLength: 40, unit: 'binary' }),
  value: fc.string({ unit: 'binary' }),
})

test('whatever is asked of metadata comes out as it was asked, and in order', () => {
  fc.assert(
    fc.property(
      fc.array(clauseText, { minLength: 1, maxLength: 10 }),
      fc.constantFrom(' ', '  ', ' AND ', ' and ', ' OR ', ' or '),
      (asked, join) => {
        const text = asked
          .map(({ negated, key, value }) => `${negated ? '-' : ''}metadata[${quote(key)}]:${quote(value)}`)
          .join(join)
        const { join: joined, clauses } = parse(text)
        expect(clauses).toEqual(
          asked.map(({ negated, key, value }) => clause(['metadata', key], 'equals', value, negated)),
        )
        if (asked.length > 1) expect(joined).toBe(/or/i.test(join) ? 'or' : 'and')
      },
    ),
  )
})

test('any text is a query or is refused: nothing else ever comes of it', () => {
  const fragments = fc.constantFrom(
    'email',
    'amount',
    ':',
    '~',
    '>',
    '"a"',
    "'",
    '"',
    '\\',
    ' ',
    'AND',
    'null',
    '-',
    '1',
    '[',
  )
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fragments).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      try {
        expect(parse(text).clauses.length).toBeGreaterThan(0)
      } catch (error) {
        expect(error).toBeInstanceOf(Fault)
      }
    }),
  )
})
