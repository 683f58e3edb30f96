import { declines } from './declines.ts'
import type { Verification } from './processor.ts'
import { testCards } from './test-cards.ts'

// What only a charge of them shows: they can be kept like any other card.
const declinedOnlyWhenCharged = [
  'chargeCustomerFail',
  'chargeDeclinedFraudulent',
  'chargeDeclinedVelocityLimitExceeded',
  'visa_chargeDeclinedVelocityLimitExceeded',
]

const aliasesOf = (names: readonly string[]): ReadonlySet<string> =>
  new Set(names.flatMap((name) => [`pm_card_${name}`, `tok_${name}`]))
const keptThoughDeclining = aliasesOf(declinedOnlyWhenCharged)

// The one that is as if it had been set up already asks nobody again.
const asking = ['always', 'unless_set_up']
const askingThoughDeclining = aliasesOf(['authenticationRequiredChargeDeclinedInsufficientFunds'])

/** What the simulator says of keeping a test card for later. */
export const verifyTestCard = (alias: string): Verification => {
  const card = testCards.get(alias)
  if (card === undefined) return { kind: 'verified' }
  if (asking.includes(card.authentication) || askingThoughDeclining.has(alias))
    return { kind: 'authentication_required' }
  if (card.decline === undefined || keptThoughDeclining.has(alias)) return { kind: 'verified' }
  return { kind: 'declined', ...declines[card.decline] }
}
