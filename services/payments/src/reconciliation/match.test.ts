import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { SettlementKind } from '../processors/settling.ts'
import { matchAll, matchCharge, type Ours, type Theirs } from './match.ts'

const now = new Date('2026-11-26T12:00:00Z')
const terms = { now, graceMs: 60 * 60 * 1_000 }
const ago = (ms: number): Date => new Date(now.getTime() - ms)
const day = 24 * 60 * 60 * 1_000

const ours = (over: Partial<Ours> = {}): Ours => {
  const source = over.source ?? 'ch_1'
  return {
    id: `txn_${over.kind ?? 'charge'}_${source}`,
    kind: 'charge',
    source,
    subject: source,
    charge: 'ch_1',
    amount: 1_000n,
    currency: 'usd',
    recorded_at: ago(day),
    ...over,
  }
}
const theirs = (over: Partial<Theirs> = {}): Theirs => ({
  id: 'line_1',
  kind: 'charge',
  subject: 'ch_1',
  charge: 'ch_1',
  processor_id: 'sim_ch_1',
  amount: 1_000n,
  currency: 'usd',
  settled_at: ago(day),
  standing: 'succeeded',
  ...over,
})
const again = theirs({ id: 'line_2' })

describe('one charge', () => {
  for (const [what, left, right, want] of [
    ['both sides say the same', [ours()], [theirs()], []],
    ['neither says anything', [], [], []],
    ['the processor is silent', [ours()], [], ['missing_at_processor']],
    ['the processor is silent so far', [ours({ recorded_at: ago(1_000) })], [], ['late']],
    ['just when the grace is over', [ours({ recorded_at: ago(terms.graceMs) })], [], ['missing_at_processor']],
    ['nothing stands here', [], [theirs({ standing: null })], ['missing_here']],
    ['nothing stands here, and it is news', [], [theirs({ standing: null, settled_at: now })], ['missing_here']],
    ['it is pending here', [], [theirs({ standing: 'pending' })], ['status_differs']],
    ['it is pending here so far', [], [theirs({ standing: 'pending', settled_at: now })], ['late']],
    [
      'a dispute the processor has yet to report',
      [],
      [theirs({ kind: 'dispute', subject: 'dsp', standing: null, settled_at: now })],
      ['late'],
    ],
    ['it comes twice', [ours()], [theirs(), again], ['duplicate_at_processor']],
    ['it comes three times', [ours()], [theirs(), again, again], ['duplicate_at_processor', 'duplicate_at_processor']],
    ['another amount', [ours()], [theirs({ amount: 999n })], ['amount_differs']],
    ['another sign', [ours()], [theirs({ amount: -1_000n })], ['amount_differs']],
    [
      'another currency, whatever the amount',
      [ours()],
      [theirs({ currency: 'eur', amount: 1n })],
      ['currency_differs'],
    ],
    [
      'a refund beside the charge',
      [ours(), ours({ kind: 'refund', source: 're_1', amount: -5n })],
      [theirs(), theirs({ kind: 'refund', subject: 're_1', amount: -6n })],
      ['amount_differs'],
    ],
    [
      'another refund of the same amount',
      [ours(), ours({ kind: 'refund', source: 're_1', amount: -5n })],
      [theirs(), theirs({ kind: 'refund', subject: 're_2', amount: -5n, standing: null })],
      ['missing_at_processor', 'missing_here'],
    ],
  ] as const)
    test(`${what}: ${want.length === 0 ? 'no difference' : want.join(', ')}`, () =>
      expect(matchCharge(left, right, terms).map(({ kind }) => kind)).toEqual(want))

  test('a difference tells both amounts, every id and since when', () => {
    expect(matchCharge([ours()], [theirs({ amount: 999n })], terms)).toEqual([
      {
        kind: 'amount_differs',
        object: 'ch_1',
        charge: 'ch_1',
        balance_transaction: 'txn_charge_ch_1',
        processor_id: 'sim_ch_1',
        reference: null,
        currency: 'usd',
        amount_here: 1_000n,
        amount_there: 999n,
        detail: null,
        since: ago(day),
      },
    ])
  })
})

const kinds: readonly SettlementKind[] = ['charge', 'refund', 'refund_failure', 'dispute']
const charges = ['ch_A', 'ch_B', 'ch_a', 'ch_b', 'ch_0']
const item = fc.record({
  charge: fc.constantFrom(...charges),
  kind: fc.constantFrom(...kinds),
  number: fc.nat(2),
  amount: fc.bigInt({ min: 1n, max: 2n }),
  currency: fc.constantFrom('usd', 'eur'),
  fresh: fc.boolean(),
  known: fc.boolean(),
})
type Item = typeof item extends fc.Arbitrary<infer T> ? T : never

const byCharge = <T extends { charge: string; id: string }>(items: T[]): T[] =>
  items.toSorted((a, b) => (a.charge === b.charge ? (a.id < b.id ? -1 : 1) : a.charge < b.charge ? -1 : 1))
// A movement is there once: that is a constraint of its table.
const oursOf = (items: Item[]): Ours[] => [
  ...new Map(
    items.map(({ charge, kind, number, amount, currency, fresh }) => {
      const source = `${charge}.${number}`
      return [`${kind} ${source}`, ours({ kind, source, charge, amount, currency, recorded_at: ago(fresh ? 1 : day) })]
    }),
  ).values(),
]
const theirsOf = (items: Item[]): Theirs[] =>
  items.map(({ charge, kind, number, amount, currency, fresh, known }, at) =>
    theirs({
      id: `line_${String(at).padStart(4, '0')}`,
      kind,
      subject: `${charge}.${number}`,
      charge,
      amount,
      currency,
      settled_at: ago(fresh ? 1 : day),
      standing: known ? 'pending' : null,
    }),
  )

/** The same without order, pages or groups: every movement asks for its lines, every line for its movement. */
const naive = (left: Ours[], right: Theirs[]): string[] => {
  const same = (a: Ours, b: Theirs): boolean => a.kind === b.kind && a.subject === b.subject
  const named = (kind: string, id: string): string => `${kind} ${id}`
  const fresh = (time: Date): boolean => now.getTime() - time.getTime() < terms.graceMs
  const told = left.flatMap((a) => {
    const [first] = right.filter((b) => same(a, b))
    if (first === undefined) return [named(fresh(a.recorded_at) ? 'late' : 'missing_at_processor', a.id)]
    if (first.currency !== a.currency) return [named('currency_differs', a.id)]
    return first.amount === a.amount ? [] : [named('amount_differs', a.id)]
  })
  const extra = right.flatMap((b, at) => {
    const earlier = right.slice(0, at).some((each) => each.kind === b.kind && each.subject === b.subject)
    if (earlier) return [named('duplicate_at_processor', b.subject)]
    if (left.some((a) => same(a, b))) return []
    if (fresh(b.settled_at) && (b.standing !== null || b.kind === 'dispute')) return [named('late', b.subject)]
    return [named(b.standing === null ? 'missing_here' : 'status_differs', b.subject)]
  })
  return [...told, ...extra].toSorted()
}

async function* streamed<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const each of items) yield await Promise.resolve(each)
}

test('two streams, charge by charge, find what a naive comparison of everything with everything finds', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 25 }), fc.array(item, { maxLength: 25 }), async (left, right) => {
      const [a, b] = [byCharge(oursOf(left)), byCharge(theirsOf(right))]
      const found: string[] = []
      for await (const each of matchAll(streamed(a), streamed(b), terms)) {
        const isExtra = each.kind === 'duplicate_at_processor' || each.balance_transaction === null
        found.push(`${each.kind} ${isExtra ? each.object : each.balance_transaction}`)
      }
      expect(found.toSorted()).toEqual(naive(a, b))
    }),
    { numRuns: 500 },
  )
})

test('however long the streams are, it holds no more than what is of one charge', async () => {
  let [made, most] = [0, 0]
  const taken = { ours: 0, theirs: 0 }
  async function* long<T>(side: keyof typeof taken, of: (id: string) => T): AsyncGenerator<T> {
    for (let at = 0; at < 20_000; at++) {
      taken[side]++
      most = Math.max(most, Math.abs(taken.ours - taken.theirs))
      yield await Promise.resolve(of(`ch_${String(at).padStart(6, '0')}`))
    }
  }
  const left = long('ours', (charge) => ours({ charge, source: charge, subject: charge }))
  const right = long('theirs', (charge) => theirs({ charge, subject: charge, amount: 1n }))
  for await (const { kind } of matchAll(left, right, terms)) if (kind === 'amount_differs') made++
  expect([made, most <= 2]).toEqual([20_000, true])
})
