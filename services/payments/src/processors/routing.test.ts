import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { choose, isSoftDecline, type RoutedPayment } from './routing.ts'

const currency = fc.constantFrom<string[]>('usd', 'eur', 'jpy')
const metadata = fc.dictionary(fc.constantFrom('shop', 'tier', '__proto__'), fc.constantFrom('a', 'b'), { maxKeys: 2 })
const processors = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^proc_[a-z]{3}$/),
    currencies: fc.uniqueArray(currency, { minLength: 1 }),
    amount_min: fc.option(fc.bigInt(1n, 1_000n)),
    amount_max: fc.option(fc.bigInt(1n, 1_000n)),
    metadata,
    priority: fc.integer({ min: 0, max: 3 }),
    removed_at: fc.option(fc.constant(new Date(0)), { freq: 3 }),
  }),
  { selector: ({ id }) => id, maxLength: 8 },
)
const payment: fc.Arbitrary<RoutedPayment> = fc.record({ amount: fc.bigInt(1n, 1_000n), currency, metadata })

test('a payment goes to all that take it and to no other, each once, by priority, whatever order they stand in', () => {
  fc.assert(
    fc.property(processors, payment, fc.nat(), (all, asked, turn) => {
      const chosen = choose(all, asked)
      const ids = chosen.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      for (const one of all) {
        const fits =
          one.removed_at === null &&
          one.currencies.includes(asked.currency) &&
          (one.amount_min ?? 0n) <= asked.amount &&
          asked.amount <= (one.amount_max ?? 1_000n) &&
          Object.entries(one.metadata).every(
            ([key, value]) => new Map(Object.entries(asked.metadata)).get(key) === value,
          )
        expect(ids.includes(one.id)).toBe(fits)
      }
      for (const [at, one] of chosen.entries())
        if (at > 0) expect(chosen[at - 1]?.priority).toBeLessThanOrEqual(one.priority)
      const cut = all.length === 0 ? 0 : turn % all.length
      expect(choose([...all.slice(cut), ...all.slice(0, cut)], asked).map(({ id }) => id)).toEqual(ids)
    }),
  )
})

describe('another processor is asked after', () => {
  for (const [declineCode, want] of [
    ['processing_error', true],
    ['try_again_later', true],
    ['issuer_not_available', true],
    ['reenter_transaction', true],
    ['approve_with_id', true],
    ['generic_decline', false],
    ['insufficient_funds', false],
    ['lost_card', false],
    ['invalid_amount', false],
    ['currency_not_supported', false],
    ['stolen_card', false],
    ['fraudulent', false],
    ['expired_card', false],
    ['authentication_required', false],
    ['card_velocity_exceeded', false],
    ['do_not_honor', false],
    ['', false],
  ] as const)
    test(`'${declineCode}': ${want}`, () => expect(isSoftDecline({ declineCode })).toBe(want))
})
