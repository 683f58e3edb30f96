import { expect, test } from 'vitest'
import { testCards } from '../processors/test-cards.ts'
import { testCardFace, testCardNames } from './card-aliases.ts'

test('what is kept of a test card is its face, and nothing of what it does', () => {
  for (const name of testCardNames)
    expect(Object.keys(testCardFace(name) ?? {}).toSorted()).toEqual(
      ['brand', 'country', 'cvcCheck', 'funding', 'last4', 'line1Check', 'postalCheck'].toSorted(),
    )
})

test('every name has a card, and what it does is of the same table by either name', () => {
  expect([...testCards.keys()]).toEqual(testCardNames)
  expect(testCards.get('pm_card_chargeDeclined')).toMatchObject({ decline: 'generic', authentication: 'never' })
  for (const [name, card] of testCards) expect(testCards.get(name.replace(/^pm_card_/, 'tok_'))).toEqual(card)
})
