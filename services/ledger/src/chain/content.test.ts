import { fromUnixSeconds } from '@micro/kernel'
import { describe, expect, test } from 'vitest'
import { contentHashOf, genesisOf, linkOf, type Content } from './content.ts'

const content: Content = {
  seq: 7n,
  id: 'ltx_1',
  kind: 'post',
  parent: null,
  expiresAt: null,
  reference: 'pay_987',
  createdAt: fromUnixSeconds(1_700_000_000),
  effectiveAt: fromUnixSeconds(1_600_000_000),
  description: null,
  metadata: {},
  salt: null,
  entries: [
    { account: 'a', currency: 'usd', amount: 100n, layer: 'posted' },
    { account: 'b', currency: 'usd', amount: -100n, layer: 'posted' },
  ],
}
const salt = Buffer.alloc(16, 7)
const hold: Content = {
  ...content,
  kind: 'hold',
  expiresAt: fromUnixSeconds(1_700_000_060),
  entries: content.entries.map((entry) => ({ ...entry, layer: 'pending' as const })),
}
const capture: Content = { ...content, kind: 'capture', parent: { seq: 3n } }
const worded = { ...content, salt, description: 'Zoë', metadata: { order: '7', é: 'ü' } }
const hex = (of: Content): string => contentHashOf(of).toString('hex')

describe('the bytes that are hashed never change', () => {
  test('of a book', () =>
    expect(genesisOf({ merchant: 'acct_a', mode: 'test' }).toString('hex')).toBe(
      'b4de3f32cdcfc5fc0ce29486c26527a55bf3973568191539972d56ca9ce4c3b4',
    ))
  test('of a transaction without words', () =>
    expect(hex(content)).toBe('ae4bfd2ea56f76767e6b9c21632d28e95292a5ca5ed0cebac3bbd2782b954d3a'))
  test('of a transaction with words', () =>
    expect(hex(worded)).toBe('7b084f2b242104abaff305dd7667d6ac1d4948ee467586355e39a7378245cc44'))
  test('of a link', () =>
    expect(linkOf(Buffer.alloc(32, 1), Buffer.alloc(32, 2)).toString('hex')).toBe(
      'f818afd37a6dc3bc92fb44731011277006db4efa6e9023cd7468c02335d22a4d',
    ))
})

describe('every part is covered', () => {
  const [first, second] = content.entries as [Content['entries'][number], Content['entries'][number]]
  const others: Record<string, Content> = {
    seq: { ...content, seq: 8n },
    id: { ...content, id: 'ltx_2' },
    reference: { ...content, reference: 'pay_988' },
    'time of recording': { ...content, createdAt: fromUnixSeconds(1_700_000_001) },
    'time of effect': { ...content, effectiveAt: fromUnixSeconds(1_600_000_001) },
    account: { ...content, entries: [{ ...first, account: 'c' }, second] },
    currency: { ...content, entries: [{ ...first, currency: 'eur' }, second] },
    amount: { ...content, entries: [{ ...first, amount: 101n }, second] },
    'order of entries': { ...content, entries: [second, first] },
    'number of entries': { ...content, entries: [first, second, first] },
    'text moved from one name to its neighbour': { ...content, id: 'ltx_1p', reference: 'ay_987' },
    'no words': worded,
    salt: { ...worded, salt: Buffer.alloc(16, 8) },
    description: { ...worded, description: 'Zoe' },
    'no description': { ...worded, description: null },
    'an empty description': { ...worded, description: '' },
    'metadata key': { ...worded, metadata: { order: '7', e: 'ü' } },
    'metadata value': { ...worded, metadata: { order: '8', é: 'ü' } },
    'metadata moved between key and value': { ...worded, metadata: { order7: '', é: 'ü' } },
    'no metadata': { ...worded, metadata: {} },
    'kind and layers of a hold': hold,
    'that a hold expires': { ...hold, expiresAt: null },
    'when a hold expires': { ...hold, expiresAt: fromUnixSeconds(1_700_000_061) },
    'layer of an entry': { ...hold, entries: [{ ...first, layer: 'pending' }, second] },
    'another kind': capture,
    'and another': { ...capture, kind: 'reversal' },
    parent: { ...capture, parent: { seq: 4n } },
    'no parent': { ...capture, parent: null },
    'words of a hold': { ...hold, salt, description: 'Zoë' },
  }
  const all = [hex(content), ...Object.values(others).map(hex)]
  for (const [name, other] of Object.entries(others))
    test(name, () => expect(all.filter((each) => each === hex(other))).toHaveLength(1))
  test('but the order in which metadata is written is not', () =>
    expect(hex({ ...worded, metadata: { é: 'ü', order: '7' } })).toBe(hex(worded)))
})
