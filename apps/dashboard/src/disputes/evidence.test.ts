import { evidenceTexts, type Dispute } from '@micro/contracts'
import { expect, test } from 'vitest'
import { changesTo, draftOf, evidenceFields, hasEvidence } from './evidence.ts'

const dispute = { evidence: { product_description: 'A chair', customer_name: null } as Dispute['evidence'] }

test('every text that the API takes as evidence has a field, once', () =>
  expect(evidenceFields.flatMap(({ fields }) => fields.map(({ name }) => name)).toSorted()).toEqual(
    evidenceTexts.toSorted(),
  ))

test('only what was edited is sent, and what was emptied is taken away', () => {
  const draft = draftOf(dispute)
  expect(draft).toMatchObject({ product_description: 'A chair', customer_name: '' })
  expect(changesTo(dispute, draft)).toEqual({})
  expect(changesTo(dispute, { ...draft, product_description: '', customer_name: 'Ada' })).toEqual({
    product_description: '',
    customer_name: 'Ada',
  })
})

for (const [draft, want] of [
  [{}, false],
  [{ customer_name: '  ' }, false],
  [{ customer_name: 'Ada' }, true],
] as const)
  test(`${JSON.stringify(draft)} is ${want ? 'something' : 'nothing'} to hand in`, () =>
    expect(hasEvidence(draft)).toBe(want))
